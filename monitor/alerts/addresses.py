"""A target's secret in; an address to send to out, checked: an Apprise URL or a signed webhook."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.alerts import through_apprise
from monitor.errors import BadConfiguration
from monitor.secrets import AlertSecret, alert_parts

WEBHOOK = "webhook+"
SHORTEST_KEY = 24
"""Bytes; the least that Standard Webhooks allows (specification, "Signature scheme")."""


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where messages of one target go; `target` alone may be told.

    `key` is what a webhook's messages are signed with, None for Apprise. `hidden` are the strings
    that no error may repeat.
    """

    target: str
    url: str
    key: bytes | None
    hidden: Sequence[str]

    def redacted(self, text: str) -> str:
        """Return a text without any part of the address or the key."""
        for part in self.hidden:
            text = text.replace(part, "***")
        return text


def address(secret: AlertSecret) -> Address:
    """Check one target's secret.

    Raises:
        BadConfiguration: it is no address, or a webhook's key is missing or too short; the message
            names the variable and never its value.
    """
    hidden = sorted(alert_parts(secret.url) | alert_parts(secret.key), key=len, reverse=True)
    if not secret.url.startswith(WEBHOOK):
        if not through_apprise.knows(secret.url):
            msg = (
                f"{secret.variable}: is no address that Apprise knows; write one as in "
                "docs/alerts.md, or webhook+https://..."
            )
            raise BadConfiguration(msg)
        return Address(secret.target, secret.url, None, hidden)
    url = secret.url.removeprefix(WEBHOOK)
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        msg = f"{secret.variable}: is no webhook; write webhook+https://host/path"
        raise BadConfiguration(msg)
    return Address(secret.target, url, _key(secret), hidden)


def _key(secret: AlertSecret) -> bytes:
    text, name = secret.key, f"{secret.variable}_KEY"
    if text.startswith("whsec_"):
        try:
            key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            msg = f"{name}: is not whsec_ and base64; make a new one as docs/alerts.md says"
            raise BadConfiguration(msg) from None
    else:
        key = text.encode()
    if len(key) < SHORTEST_KEY:
        said = f"has {len(key)} bytes, {SHORTEST_KEY} at least" if text else "is not set"
        msg = f"{name}: {said}: a webhook is signed with it; docs/alerts.md says how to make one"
        raise BadConfiguration(msg)
    return key
