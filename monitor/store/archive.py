"""The archive of evidence: answers enter, gzip-packed WARC files grow; nothing is ever changed.

One file a UTC month, one gzip member a record, so that ReplayWeb.page, pywb and `zcat` read it.
What is let go is left out of a new file (`letting_go.py`): `-r1` is the first that takes another's
place.
Processes take turns at writing a record (a lock file beside the folder). Written without warcio,
whose writer leaves an open temporary file a record; the tests read every file with it.
"""

import gzip
import hashlib
import os
import re
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from io import FileIO
from pathlib import Path

from filelock import FileLock

from monitor.errors import StoreError
from monitor.model import Fetched
from monitor.store.warc import as_digest, as_record

MAX_BODY = 32_000_000
"""Bytes of one body; uncalibrated, 200 times a page of t.me: a guard against a wrong caller."""

LEVEL = 6
"""zlib's own middle. Chosen on composed Persian posts, 2026-11-25: 9 takes three times as long for
an eighth less."""

NAME = re.compile(r"telegram-(?P<month>\d{4}-\d{2})(?:-r(?P<made>\d{1,6}))?\.warc\.gz")
"""How the archive's files are called."""
_PIECE = 1 << 16


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
        record = gzip.compress(as_record(fetched), LEVEL, mtime=0)
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
                    fsync(self.folder / name)
                if self._unsynced:
                    fsync(self.folder)  # a new file's name lies in the folder
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
            if not (NAME.fullmatch(name) and (self.folder / name).is_file())
        ]
        if not self.folder.is_dir():
            return said
        try:
            # What another process is writing at this moment must not look torn.
            with self._others:
                for path in sorted(self.folder.glob("*.warc.gz")):
                    if NAME.fullmatch(path.name):
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
        if not NAME.fullmatch(file) or offset < 0:
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
        digest = f"WARC-Payload-Digest: {as_digest(body)}".encode()
        if not unpack.eof or digest not in head.split(b"\r\n"):
            raise StoreError(f"{file} at {offset}: the record is torn or was altered")
        return body

    def digest(self, file: str, offset: int) -> str:
        """Return the SHA-256 of the body that begins there, computed anew; see `read`."""
        return hashlib.sha256(self.read(file, offset)).hexdigest()

    def remove(self, name: str, size: int) -> bool:
        """Remove a file if it has this many bytes still: nothing was appended meanwhile.

        Returns whether it is gone.

        Raises:
            StoreError: the system could not.
        """
        path = self.folder / name
        if not self.folder.is_dir():
            return True
        try:
            with self._lock, self._others:
                if path.exists() and path.stat().st_size != size:
                    return False
                path.unlink(missing_ok=True)
                self._unsynced.discard(name)
        except OSError as error:
            raise StoreError(f"{path}: cannot be removed ({error.strerror})") from error
        return True


def _write(file: FileIO, content: bytes) -> None:
    """Write all of it: a nearly full disk takes a part, and only the next write fails."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def fsync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
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
    end = last_whole_end(path, committed)
    if end < size:
        with path.open("r+b") as file:
            file.truncate(end)
            os.fsync(file.fileno())
        said.append(f"{path.name}: cut {size - end} bytes of a torn record off at offset {end}")
    return said


def last_whole_end(path: Path, start: int) -> int:
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
