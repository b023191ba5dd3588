"""One answer in, one WARC/1.1 record of it out, not yet packed. Writes nothing."""

import base64
import hashlib
import uuid
from http import HTTPStatus
from urllib.parse import quote

from monitor.clock import as_rfc3339
from monitor.model import Fetched

_BODY_HEADERS = {"content-encoding", "transfer-encoding", "content-length"}
_SECRET_HEADERS = {"set-cookie", "set-cookie2"}


def as_record(fetched: Fetched) -> bytes:
    """Make a WARC/1.1 record: a response or, where no web server answered, a resource.

    The body is kept as it was read, unpacked and joined. Headers that no longer hold of such a
    body are renamed as archives do; cookies are left out.
    """
    if not fetched.status:
        return _as_warc(fetched, "resource", "application/x-ndjson", fetched.body)
    # A recorded 304 or 599 must not fail for want of a phrase.
    phrases = {status.value: status.phrase for status in HTTPStatus}
    lines = [f"HTTP/1.1 {fetched.status} {phrases.get(fetched.status, 'Unknown')}"]
    for name, value in fetched.headers:
        if name.lower() not in _SECRET_HEADERS:
            orig = "X-Archive-Orig-" if name.lower() in _BODY_HEADERS else ""
            lines.append(f"{orig}{_line(name).replace(':', '_')}: {_line(value)}")
    lines.append(f"Content-Length: {len(fetched.body)}")
    block = "\r\n".join(lines).encode() + b"\r\n\r\n" + fetched.body
    return _as_warc(fetched, "response", "application/http; msgtype=response", block)


def _as_warc(fetched: Fetched, kind: str, content_type: str, block: bytes) -> bytes:
    uri = quote(fetched.url, safe=";/?:@&=+$,#!*'()~%[]")
    date = as_rfc3339(fetched.at)
    block_digest = as_digest(block)
    # The same answer has the same id; no randomness, so that replays can be compared.
    record_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{uri} {date} {block_digest}")
    head = (
        "WARC/1.1\r\n"
        f"WARC-Type: {kind}\r\n"
        f"WARC-Record-ID: <urn:uuid:{record_id}>\r\n"
        f"WARC-Date: {date}\r\n"
        f"WARC-Target-URI: {uri}\r\n"
        f"Content-Type: {content_type}\r\n"
        f"WARC-Payload-Digest: {as_digest(fetched.body)}\r\n"
        f"WARC-Block-Digest: {block_digest}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def as_digest(content: bytes) -> str:
    """Write the SHA-256 of a content as WARC does."""
    return f"sha256:{base64.b32encode(hashlib.sha256(content).digest()).decode()}"


def _line(text: str) -> str:
    """Keep a header on its line: one with a line break in it could forge others."""
    return " ".join(text.split()).encode("utf-8", "replace").decode()
