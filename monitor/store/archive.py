"""The archive of evidence: answers enter, gzip-packed WARC files grow; nothing is ever changed.

One file a UTC month, one gzip member a record, so that ReplayWeb.page, pywb and `zcat` read it.
Processes take turns at writing a record (a lock file beside the folder). Written without warcio,
whose writer leaves an open temporary file a record; the tests read every file with it.
"""

import base64
import gzip
import hashlib
import os
import re
import threading
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from http import HTTPStatus
from io import FileIO
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock

from monitor.clock import as_rfc3339
from monitor.errors import StoreError
from monitor.model import Fetched

MAX_BODY = 32_000_000
"""Bytes of one body; uncalibrated, 200 times a page of t.me: a guard against a wrong caller."""

LEVEL = 6
"""zlib's own middle. Chosen on composed Persian posts, 2026-11-25: 9 takes three times as long for
an eighth less."""

_NAME = re.compile(r"telegram-\d{4}-\d{2}\.warc\.gz")
_PIECE = 1 << 16
_BODY_HEADERS = {"content-encoding", "transfer-encoding", "content-length"}
_SECRET_HEADERS = {"set-cookie", "set-cookie2"}


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a body is kept: `length` bytes of `file` from `offset` on; `sha256` is the body's."""

    file: str
    offset: int
    length: int
    sha256: str


class Archive:
    """A folder of WARC files that only grow."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unsynced: set[str] = set()
        self._others = FileLock(f"{folder}.lock", thread_local=False)
        # History is archived in threads, several channels at once.
        self._lock = threading.Lock()

    def append(self, fetched: Fetched) -> Kept:
        """Write one answer to the end of its month's file and hand it to the system.

        It survives the end of this process; only after `sync` a loss of power too. If writing
        fails, what was written of it is cut off again.

        Raises:
            StoreError: the disk is full, the folder cannot be written, or the body is too large.
        """
        if len(fetched.body) > MAX_BODY:
            raise StoreError(
                f"{fetched.url}: {len(fetched.body)} bytes; the archive keeps at most {MAX_BODY}"
            )
        name = f"telegram-{fetched.at.astimezone(UTC):%Y-%m}.warc.gz"
        path = self.folder / name
        record = gzip.compress(_record(fetched), LEVEL, mtime=0)
        with self._lock:
            offset = self._append(path, record)
            self._unsynced.add(name)
        return Kept(name, offset, len(record), hashlib.sha256(fetched.body).hexdigest())

    def _append(self, path: Path, record: bytes) -> int:
        """Write a record to the end of a file, whole or not at all; return where it begins."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # Unbuffered: a buffer would be written once more on closing, behind the cut.
            with self._others, path.open("ab", buffering=0) as file:
                offset = file.seek(0, os.SEEK_END)
                try:
                    _write(file, record)
                except OSError:
                    file.truncate(offset)
                    raise
        except OSError as error:
            raise StoreError(
                f"{path}: cannot be written ({error.strerror}); free some space or check rights"
            ) from error
        return offset

    def sync(self) -> None:
        """Bring everything appended to the disk; call it before the rows that point here commit.

        Raises:
            StoreError: the system could not.
        """
        try:
            with self._lock:
                for name in sorted(self._unsynced):
                    _fsync(self.folder / name)
                if self._unsynced:
                    _fsync(self.folder)  # a new file's name lies in the folder
                self._unsynced.clear()
        except OSError as error:
            raise StoreError(
                f"{self.folder}: cannot be brought to the disk ({error.strerror}); check the disk"
            ) from error

    def recover(self, committed: Mapping[str, int]) -> list[str]:
        """Cut torn records off the files' ends; call it at start, before the first `append`.

        A record that follows a torn one is hidden from every reader. From its committed end (the
        database's; 0 where it knows none) each file is read record by record: whole records stay,
        though no row points to them; what follows the last is cut off.

        Returns:
            A sentence for each cut, and for each file that lacks what the database committed.

        Raises:
            StoreError: a file cannot be read or cut.
        """
        said = [
            f"{name}: is missing, though the database points into it; restore it from a backup"
            for name in sorted(committed)
            if not (_NAME.fullmatch(name) and (self.folder / name).is_file())
        ]
        if not self.folder.is_dir():
            return said
        try:
            # What another process is writing at this moment must not look torn.
            with self._others:
                for path in sorted(self.folder.glob("*.warc.gz")):
                    if _NAME.fullmatch(path.name):
                        said += _recover(path, committed.get(path.name, 0))
        except OSError as error:
            raise StoreError(
                f"{self.folder}: cannot be recovered ({error.strerror}); check disk and rights"
            ) from error
        return said

    def read(self, file: str, offset: int) -> bytes:
        """Return the body of the record that begins at `offset` of `file`, digest checked.

        Raises:
            StoreError: there is no whole, unaltered record.
        """
        if not _NAME.fullmatch(file) or offset < 0:
            raise StoreError(f"{file!r} at {offset} is no place in the archive")
        try:
            with (self.folder / file).open("rb") as stream:
                stream.seek(offset)
                unpack = zlib.decompressobj(31)
                plain = b""
                while not unpack.eof and len(plain) <= 2 * MAX_BODY:
                    piece = stream.read(_PIECE)
                    if not piece:
                        break
                    plain += unpack.decompress(piece, 2 * MAX_BODY)
        except (OSError, zlib.error) as error:
            raise StoreError(f"{file} at {offset}: cannot be read ({error})") from error
        head, _, block = plain.partition(b"\r\n\r\n")
        if b"WARC-Type: response" in head.split(b"\r\n"):
            block = block.partition(b"\r\n\r\n")[2]
        body = block.removesuffix(b"\r\n\r\n")
        digest = f"WARC-Payload-Digest: {_digest(body)}".encode()
        if not unpack.eof or digest not in head.split(b"\r\n"):
            raise StoreError(f"{file} at {offset}: the record is torn or was altered")
        return body


def _record(fetched: Fetched) -> bytes:
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
    block_digest = _digest(block)
    # The same answer has the same id; no randomness, so that replays can be compared.
    record_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{uri} {date} {block_digest}")
    head = (
        "WARC/1.1\r\n"
        f"WARC-Type: {kind}\r\n"
        f"WARC-Record-ID: <urn:uuid:{record_id}>\r\n"
        f"WARC-Date: {date}\r\n"
        f"WARC-Target-URI: {uri}\r\n"
        f"Content-Type: {content_type}\r\n"
        f"WARC-Payload-Digest: {_digest(fetched.body)}\r\n"
        f"WARC-Block-Digest: {block_digest}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def _digest(content: bytes) -> str:
    return f"sha256:{base64.b32encode(hashlib.sha256(content).digest()).decode()}"


def _line(text: str) -> str:
    """Keep a header on its line: one with a line break in it could forge others."""
    return " ".join(text.split()).encode("utf-8", "replace").decode()


def _write(file: FileIO, content: bytes) -> None:
    """Write all of it: a nearly full disk takes a part, and only the next write fails."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _recover(path: Path, committed: int) -> list[str]:
    size = path.stat().st_size
    said = []
    if committed > size:
        said.append(
            f"{path.name}: has {size} bytes, though the database committed {committed};"
            " restore it from a backup"
        )
        committed = 0
    end = _last_whole_end(path, committed)
    if end < size:
        with path.open("r+b") as file:
            file.truncate(end)
            os.fsync(file.fileno())
        said.append(f"{path.name}: cut {size - end} bytes of a torn record off at offset {end}")
    return said


def _last_whole_end(path: Path, start: int) -> int:
    """Return the offset after the last whole record of those that follow `start` unbroken."""
    end = start
    with path.open("rb") as file:
        file.seek(start)
        rest = b""
        while True:
            unpack = zlib.decompressobj(31)
            begins, used = b"", 0
            while not unpack.eof:
                piece = rest or file.read(_PIECE)
                rest = b""
                if not piece:
                    return end
                try:
                    # Bounded, so that a small torn piece cannot fill the memory.
                    while piece and not unpack.eof:
                        plain = unpack.decompress(piece, _PIECE)
                        begins = begins or plain[:5]
                        # At the end of a member zlib may name what is left in both places.
                        left = unpack.unused_data or unpack.unconsumed_tail
                        used += len(piece) - len(left)
                        piece = left
                except zlib.error:
                    return end
            if begins != b"WARC/":
                return end
            end += used
            rest = unpack.unused_data
