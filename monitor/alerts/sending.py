"""One message to one address, by whichever way it goes; whatever fails is said without secrets."""

import re

from monitor.alerts import through_apprise, webhook
from monitor.alerts.addresses import Address
from monitor.alerts.messages import Message
from monitor.errors import Retryable
from monitor.log import harmless, redacted

TIMEOUT_S = 20.0
"""How long one attempt may take; Apprise's own services wait 4 to 15 s. Uncalibrated."""
REASON = 300


async def send(address: Address, message: Message, timeout_s: float = TIMEOUT_S) -> None:
    """Send a message.

    Raises:
        Retryable: it was not taken; the reason is one line without any part of the address.
    """
    try:
        if address.key is None:
            await through_apprise.send(address.url, message, timeout_s)
        else:
            await webhook.send(address.url, address.key, message, timeout_s)
    except Retryable as error:
        # Not `from error`: a traceback would repeat what is blanked here.
        raise Retryable(_said(address, error), retry_after=error.retry_after) from None
    except Exception as error:  # noqa: BLE001 - a service of Apprise's may raise anything
        raise Retryable(_said(address, error)) from None


def _said(address: Address, error: Exception) -> str:
    text = str(error) if isinstance(error, Retryable) else f"{type(error).__name__}: {error}"
    return re.sub(r"\s+", " ", harmless(redacted(address.redacted(text))))[:REASON]
