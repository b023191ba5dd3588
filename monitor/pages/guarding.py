"""Around every answer: who may ask, how, and with which headers; errors become plain pages."""

import asyncio
import ipaddress
import re
from typing import TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from monitor.errors import MonitorError
from monitor.log import logger
from monitor.pages import markup

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
    "Server": "channel-monitor",
}
"""What every answer carries; the policy is added to them, a report has one of its own."""

AT_ONCE = 32
"""Requests that are worked on at the same time; more are told to come again (uncalibrated)."""
LONGEST_S = 30.0
"""Seconds that an answer may take to be made (uncalibrated)."""

_HOST = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::\d{1,5})?")
_SAID = {
    400: ("Not understood", "The request makes no sense here."),
    404: ("Not here", "There is no such page. The overview lists what there is."),
    405: ("Only to read", "Nothing can be changed here: these pages are only read."),
    414: ("Too long", "The address is too long."),
    421: (
        "Another host",
        "This server answers only http://127.0.0.1 and http://localhost; you asked for another.",
    ),
    500: ("Our fault", "Something went wrong here; the log says what."),
    503: ("Not now", "The database cannot be read now, or too much is asked at once; try again."),
}


Answer = TypeVar("Answer", bound=web.StreamResponse)


def is_loopback(host: str) -> bool:
    """Return whether a host can be reached from this machine alone."""
    name = host.strip("[]").rstrip(".").casefold()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def guard(*, loopback: bool) -> Middleware:
    """Return what stands around every handler.

    Where only this machine may ask, the host that a request names must be this machine: else a
    page of somebody's, whose name he makes lead here, could read these (DNS rebinding).
    """
    busy = 0

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        nonlocal busy
        refused = _refused(request, loopback=loopback, busy=busy)
        if refused is not None:
            return with_headers(error(refused))
        busy += 1
        try:
            async with asyncio.timeout(LONGEST_S):
                return with_headers(await handler(request))
        except web.HTTPException as told:
            return with_headers(error(told.status))
        except (MonitorError, TimeoutError) as trouble:
            logger().warning("a page could not be shown", path=request.path, why=str(trouble))
            return with_headers(error(503))
        except Exception as fault:  # noqa: BLE001 - the last net: no traceback ever leaves
            logger().error(
                "a fault of this program in a page",
                path=request.path,
                error=f"{type(fault).__name__}: {fault}",
            )
            return with_headers(error(500))
        finally:
            busy -= 1

    return guarded


def error(status: int) -> web.Response:
    """Return the page of an error, with what may be asked where that is what was wrong."""
    title, said = _SAID.get(status, _SAID[400])
    answer = web.Response(
        status=status, text=markup.error(title, said), content_type="text/html", charset="utf-8"
    )
    if status == 405:
        answer.headers["Allow"] = "GET, HEAD"
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer


def _refused(request: web.Request, *, loopback: bool, busy: int) -> int | None:
    named = request.headers.getall("Host", [])
    found = _HOST.fullmatch(named[0]) if len(named) == 1 else None
    if found is None:
        return 400
    if loopback and not is_loopback(found[1]):
        return 421
    if request.method not in {"GET", "HEAD"}:
        return 405
    return 503 if busy >= AT_ONCE else None


def with_headers(answer: Answer) -> Answer:
    """Add what every answer carries, where it does not say otherwise itself."""
    answer.headers.setdefault("Content-Security-Policy", markup.policy())
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
