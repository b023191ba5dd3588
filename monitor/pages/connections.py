"""Single connections: how many there may be, and what is said where a request is no request."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from monitor.log import logger
from monitor.pages.guarding import error, with_headers

MOST = 128
"""Connections at the same time (uncalibrated): a browser opens six, a scraper one."""


class _Connection(web.RequestHandler):
    """A connection whose unreadable requests are answered as everything else is.

    aiohttp answers them itself, past every middleware, and logs a traceback for each.
    """

    __slots__ = ()

    def handle_error(  # type: ignore[explicit-override]  # typing.override is of Python 3.12
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be parsed, or what broke while it was sent."""
        del message  # repeats the request
        logger().debug("a request could not be answered", status=status, why=type(exc).__name__)
        if request.writer.output_size > 0:
            msg = "a part of the answer was sent already"
            raise ConnectionError(msg) from exc
        answer = with_headers(error(status))
        answer.force_close()
        return answer


class _Refused(asyncio.Protocol):
    """One connection too many: closed as soon as it is made."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # type: ignore[explicit-override]  # as above
        transport.close()


def connections(runner: web.AppRunner, **options: Any) -> Callable[[], asyncio.Protocol]:  # noqa: ANN401 - aiohttp's own words
    """Return what makes a connection of a set-up runner; `options` are those of RequestHandler."""
    manager = runner.server
    if manager is None:
        msg = "set the runner up first"
        raise RuntimeError(msg)
    loop = asyncio.get_running_loop()

    def made() -> asyncio.Protocol:
        if len(manager.connections) >= MOST:
            return _Refused()
        return _Connection(
            manager,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # None is what aiohttp asks for no log
            **options,
        )

    return made
