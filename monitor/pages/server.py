"""The server of the pages: started, stopped, and told where it listens; it handles no signals."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from monitor.errors import BadUsage, MonitorError
from monitor.pages.connections import connections
from monitor.pages.content import Content
from monitor.pages.guarding import guard, is_loopback
from monitor.pages.routes import Routes

LINE = 4096
"""Bytes of a request's first line, and of one header (uncalibrated; ours need a hundred)."""
HEADERS = 64
"""Headers of a request; browsers send about 15."""
IDLE_S = 15.0
"""Seconds that a connection may stay without a whole request (uncalibrated)."""
STOP_S = 5.0
"""Seconds that answers in the making have when we are stopped (uncalibrated)."""

_LISTEN = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s/:]+):(\d{1,5})")


def listen_at(text: str) -> tuple[str, int] | None:
    """Read `host:port`; None for "off".

    Raises:
        BadUsage: it is neither.
    """
    if text == "off":
        return None
    found = _LISTEN.fullmatch(text)
    if found is None or int(found[2]) > 65_535:
        raise BadUsage(f'{text!r} is no place to listen at; write "127.0.0.1:8477", or "off"')
    return found[1].strip("[]"), int(found[2])


@asynccontextmanager
async def serving(content: Content, host: str, port: int) -> AsyncIterator[str]:
    """Serve until the block ends; yields the address, with the real port where 0 was asked.

    Raises:
        MonitorError: the port is taken, or nothing can listen there.
    """
    app = web.Application(middlewares=[guard(loopback=is_loopback(host))], client_max_size=1024)
    Routes(content).add_to(app)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=STOP_S)
    await runner.setup()
    listening: asyncio.Server | None = None
    try:
        made = connections(
            runner,
            keepalive_timeout=IDLE_S,
            max_line_size=LINE,
            max_field_size=LINE,
            max_headers=HEADERS,
            lingering_time=1.0,
        )
        try:
            loop = asyncio.get_running_loop()
            listening = await loop.create_server(made, host, port, backlog=64)
        except (OSError, UnicodeError) as error:
            raise MonitorError(
                f"nothing can be served at {host}:{port} ({_why(error)}); stop what listens there, "
                "or choose another place with --host and --port ([service] listen for `run`)"
            ) from error
        yield _address(host, listening)
    finally:
        if listening is not None:
            listening.close()
        await runner.cleanup()


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _address(host: str, listening: asyncio.Server) -> str:
    port = listening.sockets[0].getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/"
