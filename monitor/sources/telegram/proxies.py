"""A proxy's address in, what Telethon needs to use it out."""

import base64
import binascii
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.errors import BadConfiguration
from monitor.sources.telegram.connecting import PatientMTProxy, PatientTcp

_FORMS = "socks5://[user:password@]host:port, http://host:port or mtproxy://SECRET@host:port"


def transport(proxy: str | None) -> dict[str, Any]:
    """Return the keyword arguments of a Telethon client that goes through a proxy.

    Raises:
        BadConfiguration: it is no proxy, or one that Telethon would silently use wrongly; the
            message repeats neither address nor secret.
    """
    if not proxy:
        return {"connection": PatientTcp}
    try:
        parts = urlsplit(proxy)
        query = parse_qs(parts.query)
        if parts.scheme == "tg" or parts.hostname == "t.me":
            host, port = query["server"][0], int(query["port"][0])
            return _mtproxy(host, port, query["secret"][0])
        host, port = parts.hostname or "", parts.port or 0
    except (KeyError, ValueError) as error:
        msg = f"MONITOR_TELEGRAM_PROXY: is no proxy's address; write {_FORMS}"
        raise BadConfiguration(msg) from error
    if not host or not port or parts.scheme not in {"socks5", "socks4", "http", "mtproxy"}:
        msg = f"MONITOR_TELEGRAM_PROXY: is no proxy's address; write {_FORMS}"
        raise BadConfiguration(msg)
    if parts.scheme == "mtproxy":
        # urlsplit folds nothing of the user's part: a secret keeps its letter case.
        return _mtproxy(host, port, unquote(parts.username or ""))
    return {
        "connection": PatientTcp,
        "proxy": {
            "proxy_type": parts.scheme,
            "addr": host,
            "port": port,
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "rdns": True,
        },
    }


def _mtproxy(host: str, port: int, secret: str) -> dict[str, Any]:
    try:
        raw = bytes.fromhex(secret)
    except ValueError:
        try:
            raw = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        except (binascii.Error, ValueError):
            raw = b""
    if raw[:1] == b"\xee" and len(raw) > 16:
        msg = (
            "MONITOR_TELEGRAM_PROXY: the secret begins with ee (it hides as TLS), which Telethon "
            "silently cuts off; take a SOCKS5 proxy, or an MTProxy with a plain or dd secret"
        )
        raise BadConfiguration(msg)
    if len(raw) == 17 and raw[0] == 0xDD:
        raw = raw[1:]
    if len(raw) != 16:
        msg = "MONITOR_TELEGRAM_PROXY: an MTProxy secret is 32 hexadecimal digits, or dd and 32"
        raise BadConfiguration(msg)
    return {
        "connection": PatientMTProxy,
        # Telethon cuts off a leading dd or ee, even where it belongs to a plain secret.
        "proxy": (host, port, f"dd{raw.hex()}"),
    }
