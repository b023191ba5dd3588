"""Files as streams of bounded lines: plain or gzip, with damage told instead of raised."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from monitor.errors import BadInput

MAX_LINE = 1 << 20
"""Bytes of one line. A post at the longest text, all of it escaped as \\uXXXX, takes 0.1 MB;
Telethon's JSON adds thumbnails and reactions. Uncalibrated beyond that."""

OVERLONG = "\0over-long line\0"
"""Stands for a line longer than `MAX_LINE`; no reader can take it for a row."""

LOOK = 1 << 16
"""Bytes of a file that are looked at to see what it is."""

DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, OSError)
"""What reading a torn or broken gzip file, or a failing disk, raises."""


def named(path: Path) -> str:
    """Return a path for a message; control characters in a hostile name are escaped."""
    name = str(path)
    return name if name.isprintable() else ascii(name)


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading, through gzip where its first two bytes say so.

    Raises:
        BadInput: it is not an ordinary file, or cannot be opened.
    """
    try:
        # A pipe or a device would block or never end.
        if not path.is_file():
            why = "is no ordinary file" if path.exists() else "does not exist"
            raise BadInput(f"{named(path)}: {why}; give a file or a folder of files")
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{named(path)}: cannot be read ({_why(error)}); check name and rights"
        ) from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(
            f"{named(path)}: cannot be read ({_why(error)}); check name and rights"
        ) from error


def look(path: Path) -> bytes:
    """Return the first bytes of a file, unpacked, at most `LOOK` of them.

    Raises:
        BadInput: it is empty, or so damaged that not one byte can be had.
    """
    head = b""
    with open_bytes(path) as file:
        try:
            while len(head) < LOOK and (piece := file.read1(LOOK - len(head))):  # type: ignore[attr-defined]  # both kinds of file have read1
                head += piece
        except DAMAGE as error:
            if not head:
                raise BadInput(
                    f"{named(path)}: is damaged from its start ({_why(error)}); fetch it again"
                ) from error
    if not head.strip():
        raise BadInput(f"{named(path)}: is empty; there is nothing to import")
    return head


def refuse_binary(path: Path, head: bytes) -> None:
    """Refuse a file whose beginning is not UTF-8 text.

    A share of 10 % is allowed for damaged characters within text; uncalibrated.

    Raises:
        BadInput: it is binary, or text in another encoding.
    """
    text = head.decode("utf-8", "surrogateescape")
    # A cut at the end of the look may halve one last character: at most three bytes.
    broken = sum("\udc80" <= c <= "\udcff" for c in text) - 3
    control = sum(c < " " and c not in "\t\n\r\f" for c in text)
    if 10 * (broken + control) > len(text):
        raise BadInput(
            f"{named(path)}: is not UTF-8 text (binary, or another encoding); save it as UTF-8"
        )


class Lines:
    """The lines of a text file, without their ends, streamed.

    A line longer than `MAX_LINE` comes as `OVERLONG`. `number` is the line last given, from 1;
    `damage` says after the end why reading stopped before the file's end, None where it did not.
    Bytes that are not UTF-8 come as lone surrogates, so that the row is refused and not the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.damage: str | None = None

    def __iter__(self) -> Iterator[str]:
        """Yield the lines; what came before damage is kept."""
        with open_bytes(self.path) as file:
            try:
                while line := file.readline(MAX_LINE):
                    self.number += 1
                    if len(line) == MAX_LINE and not line.endswith(b"\n"):
                        _drop_rest(file)
                        yield OVERLONG
                        continue
                    if self.number == 1:
                        line = line.removeprefix(b"\xef\xbb\xbf")
                    yield line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            except DAMAGE as error:
                self.damage = f"the file is torn or damaged here ({_why(error)}); the rest is lost"


def _drop_rest(file: IO[bytes]) -> None:
    while (piece := file.readline(MAX_LINE)) and not piece.endswith(b"\n"):
        pass


def _why(error: BaseException) -> str:
    """Say why without the path, which the sentence names already."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
