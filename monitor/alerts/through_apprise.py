"""One message through Apprise; the only module that knows it. Its own log never leaves here.

Apprise takes half a second to load its services, so that is done in a thread and only where used.
"""

import asyncio
import logging
import threading
from contextlib import suppress
from functools import cache
from types import ModuleType

from monitor.alerts.messages import Message
from monitor.errors import Retryable

_given_up: dict[str, threading.Thread] = {}
"""The attempt at each address that goes on though nobody waits for it any more."""


@cache
def _apprise() -> ModuleType:
    import apprise  # noqa: PLC0415 - see the module

    # What it logs may hold parts of an address: results carry the reasons, and they are redacted.
    theirs = logging.getLogger("apprise")
    theirs.handlers = [logging.NullHandler()]
    theirs.propagate = False
    return apprise


def _service(url: str) -> object | None:
    apprise = _apprise()
    # Nothing on disk, no redirect to where an answer points, no values from the environment. Its
    # own time-outs need its pool of threads: a few servers that drip would use it up for all
    # targets, and hold up the program's end.
    asset = apprise.AppriseAsset(
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        http_redirects=False,
        allow_templates=False,
        async_mode=False,
        service_timeout=0,
    )
    made: object | None = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    return made


def knows(url: str) -> bool:
    """Return whether Apprise can make anything of an address."""
    return _service(url) is not None


def _sent(url: str, message: Message) -> str | None:
    """Send a message; return why it was not taken, None where it was."""
    apprise = _apprise()
    sender = apprise.Apprise()
    sender.add(_service(url))
    result = sender.notify(
        title=message.title, body=message.text, body_format=apprise.NotifyFormat.TEXT
    )
    if result:
        return None
    reasons = dict.fromkeys(str(entry.message) for entry in result.logs())
    return "; ".join(reasons) or f"the service says {result.status.name.lower()}"


async def send(url: str, message: Message, timeout_s: float) -> None:
    """Send a message as plain text; Apprise escapes it for the target.

    Each attempt has a thread of its own, which ends with the program. One that was given up may
    go on; until it ends nothing else is sent to its address.

    Raises:
        Retryable: it was not taken, or not in time; the reason may hold parts of the address.
    """
    before = _given_up.pop(url, None)
    if before is not None and before.is_alive():
        _given_up[url] = before
        msg = "the attempt before still waits for an answer"
        raise Retryable(msg)
    loop = asyncio.get_running_loop()
    end: asyncio.Future[str | None] = loop.create_future()

    def work() -> None:
        try:
            failed = _sent(url, message)
        except Exception as error:  # noqa: BLE001 - a service may raise anything; it is said below
            failed = f"{type(error).__name__}: {error}"
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_tell, end, failed)

    thread = threading.Thread(target=work, name="alert", daemon=True)
    thread.start()
    try:
        async with asyncio.timeout(timeout_s):
            failed = await end
    except TimeoutError as error:
        msg = f"no answer within {timeout_s:g} s"
        raise Retryable(msg) from error
    finally:
        if not end.done() or end.cancelled():
            _given_up[url] = thread
    if failed is not None:
        raise Retryable(failed)


def _tell(end: "asyncio.Future[str | None]", failed: str | None) -> None:
    if not end.done():
        end.set_result(failed)
