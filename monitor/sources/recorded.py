"""WARC files in, the answers of t.me that they hold out; other records are passed over, counted.

Read without warcio: that reads lines of any length, inflates bodies without a bound, takes a torn
record for a whole one and prints to standard error. Only its writer's format is needed here.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from monitor.clock import as_utc
from monitor.model import Fetched
from monitor.sources.fields import BadRow, as_possible, as_url, shown
from monitor.sources.files import DAMAGE, open_bytes
from monitor.sources.http_message import MAX_BODY, as_answer
from monitor.sources.items import Skipped

HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog", "www.t.me", "www.telegram.me"})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""A mirror or a tunnel on this machine, as `sources.preview.base_url` may name one: what was
collected over it can be replayed."""

MAX_HEADER = 1 << 16
"""Bytes of a record's own header; uncalibrated, a hundred times what writers make."""

MAX_BLOCK = MAX_BODY + MAX_HEADER
"""Bytes of a record's block: the HTTP header and the body."""

_PIECE = 1 << 16

_Header = dict[str, str]


class _Torn(Exception):
    """The file cannot be read beyond this place."""


def replay(path: Path) -> Iterator[Fetched | Skipped]:
    """Yield the recorded answers in the file's order, with their status, bodies decoded.

    Response and resource records of t.me count, and our own of what an account was told
    (`tg://channel?...`); a resource record has status 200. A record that is
    too large, altered (its block digest differs) or broken is `Skipped` and the next one is read;
    where the file is torn, reading ends with a `Skipped` that says so. The last item is a
    `Skipped` with the number of other records, if there were any.

    Raises:
        BadInput: the file cannot be opened.
    """
    number = others = 0
    with open_bytes(path) as file:
        try:
            while (header := _read_header(file)) is not None:
                number += 1
                length = _length_of(header)
                if not _is_ours(header):
                    others += _is_answer(header)
                    _pass_over(file, length)
                    continue
                try:
                    yield _read_answer(file, header, length)
                except BadRow as error:
                    yield Skipped(path.name, None, f"record {number}: {error}")
        except (_Torn, *DAMAGE) as error:
            why = str(error) or type(error).__name__
            yield Skipped(
                path.name, None, f"the file is torn or damaged after record {number} ({why})"
            )
    if others:
        yield Skipped(
            path.name, None, f"{others} records are no answers of t.me and were passed over"
        )


def _read_header(file: IO[bytes]) -> _Header | None:
    """Read a record's header; None at the end of the file. Names are in lower case."""
    while not (line := file.readline(MAX_HEADER)).strip():
        if not line:
            return None
    if not line.startswith(b"WARC/"):
        raise _Torn(f"no WARC record begins with {shown(line[:20].decode('latin-1'))}")
    header: _Header = {}
    left, name = MAX_HEADER, ""
    while (line := file.readline(left)).strip():
        left -= len(line)
        if not line.endswith(b"\n"):
            raise _Torn("a record's header is cut off or too long")
        text = line.decode("utf-8", "replace").rstrip()
        if line[:1] in b" \t" and name:
            header[name] += f" {text.strip()}"
            continue
        name, _, value = text.partition(":")
        name = name.strip().lower()
        header[name] = value.strip()
    if not line.endswith(b"\n"):
        raise _Torn("a record's header is cut off or too long")
    return header


def _length_of(header: _Header) -> int:
    value = header.get("content-length", "")
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise _Torn(f"a record has the Content-Length {shown(value)}")
    return int(value)


def _url_of(header: _Header) -> str:
    return header.get("warc-target-uri", "").strip("<>")  # wget wrote them in brackets


def _is_answer(header: _Header) -> bool:
    return header.get("warc-type", "").lower() in {"response", "resource"}


def _is_ours(header: _Header) -> bool:
    try:
        parts = urlsplit(_url_of(header))
        return _is_answer(header) and (
            parts.hostname in HOSTS | LOOPBACK or (parts.scheme, parts.netloc) == ("tg", "channel")
        )
    except ValueError:
        return False


def _pass_over(file: IO[bytes], length: int) -> None:
    while length:
        piece = file.read(min(length, _PIECE))
        if not piece:
            raise _Torn("a record is cut off")
        length -= len(piece)


def _read_answer(file: IO[bytes], header: _Header, length: int) -> Fetched:
    if length > MAX_BLOCK:
        _pass_over(file, length)
        raise BadRow(f"has {length} bytes; at most {MAX_BLOCK} are read")
    block = file.read(length)
    if len(block) < length:
        raise _Torn("a record is cut off")
    url = as_url("WARC-Target-URI", _url_of(header))
    if _altered(block, header.get("warc-block-digest", "")):
        raise BadRow(f"{url}: the block digest differs: the record was altered or damaged")
    date = header.get("warc-date", "")
    try:
        at = as_possible("WARC-Date", as_utc(date))
    except (ValueError, OverflowError) as error:
        raise BadRow(f"{url}: WARC-Date {shown(date)} is not a time with a zone") from error
    if header["warc-type"].lower() == "resource":
        if length > MAX_BODY:
            raise BadRow(f"{url}: has {length} bytes; at most {MAX_BODY} are read")
        return Fetched(url, at, 200, block)
    status, headers, body = as_answer(block)
    return Fetched(url, at, status, body, headers)


def _altered(block: bytes, digest: str) -> bool:
    """Return whether a digest is there, can be read, and is another than the block's."""
    algorithm, _, value = digest.partition(":")
    if algorithm.lower() not in {"sha1", "sha256"}:
        return False
    own = hashlib.new(algorithm.lower(), block, usedforsecurity=False)
    try:
        if len(value) == 2 * own.digest_size:
            return bytes.fromhex(value) != own.digest()
        return base64.b32decode(value.upper()) != own.digest()
    except (ValueError, binascii.Error):
        return True
