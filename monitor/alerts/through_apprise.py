"""One message through Apprise; the only module that knows it. Its own log never leaves here.

Apprise takes half a second to load its services, so that is done in a thread and only where used.
"""

import asyncio
import logging
from functools import cache
from types import ModuleType

from monitor.alerts.messages import Message
from monitor.errors import Retryable


@cache
def _apprise() -> ModuleType:
    import apprise  # noqa: PLC0415 - see the module

    # What it logs may hold parts of an address: results carry the reasons, and they are redacted.
    theirs = logging.getLogger("apprise")
    theirs.handlers = [logging.NullHandler()]
    theirs.propagate = False
    return apprise


def _service(url: str, timeout_s: float) -> object | None:
    apprise = _apprise()
    # Nothing on disk, no redirect to where an answer points, no values from the environment.
    asset = apprise.AppriseAsset(
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        http_redirects=False,
        service_timeout=timeout_s,
        allow_templates=False,
    )
    made: object | None = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    return made


def knows(url: str) -> bool:
    """Return whether Apprise can make anything of an address."""
    return _service(url, 1.0) is not None


async def send(url: str, message: Message, timeout_s: float) -> None:
    """Send a message as plain text; Apprise escapes it for the target.

    Raises:
        Retryable: it was not taken, or not in time; the reason may hold parts of the address.
    """
    service = await asyncio.to_thread(_service, url, timeout_s)
    if service is None:
        msg = "Apprise knows no such address"
        raise Retryable(msg)
    apprise = _apprise()
    sender = apprise.Apprise()
    sender.add(service)
    result = await sender.async_notify(
        title=message.title, body=message.text, body_format=apprise.NotifyFormat.TEXT
    )
    if not result:
        reasons = dict.fromkeys(str(entry.message) for entry in result.logs())
        said = "; ".join(reasons) or result.status.name.lower()
        raise Retryable(said)
