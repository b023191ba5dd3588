"""The local pages: reports, status, cases, health and metrics over HTTP, to read only.

The only place that knows aiohttp and prometheus_client. It is handed what to show (`content.py`),
reads no database itself, and starts and stops when told to (`server.py`).
"""
