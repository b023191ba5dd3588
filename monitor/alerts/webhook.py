"""One message as JSON by HTTP POST, signed as Standard Webhooks says (standardwebhooks.com)."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import timedelta

import httpx

from monitor import __version__
from monitor.alerts.messages import Message
from monitor.clock import SystemClock, as_rfc3339
from monitor.errors import Retryable


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature, version 1: HMAC-SHA256 over id, time and body, joined by dots."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


async def send(url: str, key: bytes, message: Message, timeout_s: float) -> None:
    """Send a message.

    Raises:
        Retryable: no answer of success came in time; the reason may hold parts of the address.
    """
    # The receiver compares with its own clock, whatever time is being simulated here.
    at = SystemClock().now()
    content = {
        "type": f"monitor.{message.kind}",
        "timestamp": as_rfc3339(at),
        "data": {"title": message.title, "text": message.text, **message.data},
    }
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "backslashreplace"
    )
    headers = {
        "content-type": "application/json",
        "user-agent": f"channel-migration-monitor/{__version__}",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(key, message.id, int(at.timestamp()), body),
    }
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(timeout=timeout_s) as client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):
            status, wait = answer.status_code, answer.headers.get("retry-after", "")
    except TimeoutError as error:
        msg = f"no answer within {timeout_s:g} s"
        raise Retryable(msg) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        msg = f"{type(error).__name__}: {error}"
        raise Retryable(msg) from error
    if not 200 <= status < 300:
        asked = timedelta(seconds=int(wait)) if wait.isdecimal() and len(wait) < 7 else None
        msg = f"answered {status}"
        raise Retryable(msg, retry_after=asked)
