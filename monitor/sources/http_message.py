"""A recorded HTTP answer enters as bytes; status, headers and the decoded, bounded body leave."""

import re
import zlib

from monitor.sources.fields import BadRow, shown

MAX_BODY = 4_000_000
"""Bytes of one body, decoded; a page of t.me has about 140,000, and the parser refuses more than
2,000,000. Twice that, so that an answer of another shape is still kept."""

MAX_HEADERS = 200

_STATUS = re.compile(rb"HTTP/[0-9.]{1,3} ([1-5][0-9]{2})(?: .*)?")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r?\n")

Headers = tuple[tuple[str, str], ...]


def as_answer(block: bytes) -> tuple[int, Headers, bytes]:
    """Return status, headers and body of an HTTP answer, chunks joined and gzip unpacked.

    `Transfer-Encoding` and `Content-Encoding` are left out of the headers: the body has neither
    any more. Some recorders undo them and keep the headers, so a body that is not what they say is
    taken as it is.

    Raises:
        BadRow: it is no HTTP answer, is too large, or is encoded as none of gzip and deflate.
    """
    head, blank, body = block.partition(b"\r\n\r\n")
    if not blank:
        head, blank, body = block.partition(b"\n\n")
    lines = head.splitlines()
    status = _STATUS.fullmatch(lines[0]) if lines else None
    if status is None or len(lines) > MAX_HEADERS:
        raise BadRow(f"is no HTTP answer: it begins with {shown(block[:30].decode('latin-1'))}")
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if colon:
            headers.append((name.strip(), value.strip()))
    said = {name.lower(): value.lower() for name, value in headers}
    if said.get("transfer-encoding") == "chunked":
        body = _joined(body)
    body = _unpacked(body, said.get("content-encoding", "identity"))
    if len(body) > MAX_BODY:
        raise BadRow(f"its body has more than {MAX_BODY} bytes")
    kept = {"transfer-encoding", "content-encoding"}
    return int(status[1]), tuple(h for h in headers if h[0].lower() not in kept), body


def _joined(body: bytes) -> bytes:
    pieces: list[bytes] = []
    at = 0
    while chunk := _CHUNK.match(body, at):
        size = int(chunk[1], 16)
        at = chunk.end() + size
        if at > len(body):
            break
        if size == 0:
            return b"".join(pieces)
        pieces.append(body[chunk.end() : at])
        at += 2 if body[at : at + 2] == b"\r\n" else 1
    if not pieces:
        return body  # joined already, when it was recorded
    raise BadRow("its body is cut off between two chunks")


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding in {"", "identity"} or not body:
        return body
    if encoding in {"gzip", "x-gzip"}:
        if body[:2] != b"\x1f\x8b":
            return body  # unpacked already, when it was recorded
        widths: tuple[int, ...] = (31,)
    elif encoding == "deflate":
        widths = (15, -15)  # some servers leave the zlib header out
    else:
        raise BadRow(f"its body is packed as {shown(encoding)}; gzip and deflate are read")
    for width in widths:
        inflate = zlib.decompressobj(width)
        try:
            plain = inflate.decompress(body, MAX_BODY + 1)
        except zlib.error:
            continue
        if not inflate.eof and len(plain) <= MAX_BODY:
            raise BadRow("its packed body is cut off")
        return plain
    raise BadRow(f"its body is not the {encoding} that its header says")
