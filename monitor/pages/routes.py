"""Addresses in; answers out. Every one is made anew from what `Content` is asked."""

import asyncio
import json

from aiohttp import web

from monitor.clock import as_rfc3339
from monitor.pages import files, markup, metrics
from monitor.pages.content import Content

REPORT_POLICY = (
    "default-src 'none'; img-src data: 'self'; font-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A report names the hash of its own style sheet itself, and a browser obeys both."""


class Routes:
    """The pages of one content."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def add_to(self, app: web.Application) -> None:
        """Register every address; GET registers HEAD too."""
        app.router.add_get("/", self._overview)
        app.router.add_get("/status", self._status)
        app.router.add_get("/status.json", self._status_json)
        app.router.add_get("/cases", self._cases)
        app.router.add_get("/cases.json", self._cases_json)
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/feed.atom", self._feed)
        app.router.add_get("/reports", self._to_reports)
        app.router.add_get("/reports/{path:.*}", self._reports)

    async def _overview(self, _request: web.Request) -> web.StreamResponse:
        return _html(markup.overview(await self._content.health()))

    async def _status(self, _request: web.Request) -> web.StreamResponse:
        return _html(markup.status(await self._content.status()))

    async def _status_json(self, _request: web.Request) -> web.StreamResponse:
        return _json(await self._content.status())

    async def _cases(self, _request: web.Request) -> web.StreamResponse:
        return _html(markup.cases(await self._content.cases()))

    async def _cases_json(self, _request: web.Request) -> web.StreamResponse:
        found = await self._content.cases()
        answer = _json(list(found.rows))
        # The list itself is what `cases --json` writes; when it was judged is said beside it.
        if found.judged_at is not None:
            answer.headers["X-Judged-At"] = as_rfc3339(found.judged_at)
        return answer

    async def _health(self, _request: web.Request) -> web.StreamResponse:
        health = await self._content.health()
        answer = _json(health.as_json(), status=200 if health.ok else 503)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def _metrics(self, _request: web.Request) -> web.StreamResponse:
        body = metrics.exposition(await self._content.series())
        answer = web.Response(body=body)
        answer.headers["Content-Type"] = metrics.CONTENT_TYPE
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def _feed(self, _request: web.Request) -> web.StreamResponse:
        # Its addresses are relative to the folder that it lies in.
        return _moved("/reports/feed.atom")

    async def _to_reports(self, _request: web.Request) -> web.StreamResponse:
        return _moved("/reports/")

    async def _reports(self, request: web.Request) -> web.StreamResponse:
        found = await asyncio.to_thread(
            files.find, self._content.reports, request.match_info["path"]
        )
        if found is None:
            raise web.HTTPNotFound
        asked = request.if_none_match or ()
        headers = {"ETag": f'"{found.tag}"', "Content-Security-Policy": REPORT_POLICY}
        if any(tag.value in {found.tag, "*"} for tag in asked):
            return web.Response(status=304, headers=headers)
        try:
            body = await asyncio.to_thread(found.path.read_bytes)
        except OSError as error:  # replaced or removed since it was found
            raise web.HTTPNotFound from error
        return web.Response(body=body, headers={**headers, "Content-Type": found.kind})


def _moved(address: str) -> web.Response:
    return web.Response(status=307, headers={"Location": address})


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html", charset="utf-8")


def _json(value: object, *, status: int = 200) -> web.Response:
    # ASCII alone: a lone surrogate of a broken page can then be written, as an escape.
    text = json.dumps(value, indent=1)
    return web.Response(
        text=text + "\n", status=status, content_type="application/json", charset="utf-8"
    )
