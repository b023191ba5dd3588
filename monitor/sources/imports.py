"""Files and folders of any known kind enter, a stream of items leaves; nothing is stored here."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from monitor.errors import BadInput, BadUsage
from monitor.sources.counts_file import read_counts
from monitor.sources.csv_rows import csv_rows
from monitor.sources.fields import BadRow, as_channel, as_zone, shown
from monitor.sources.files import look, named, refuse_binary, sha256_of
from monitor.sources.items import Item, Skipped, SourceFile
from monitor.sources.page_files import read_page, read_warc
from monitor.sources.posts_files import read_csv, read_jsonl
from monitor.sources.rows import Reading
from monitor.sources.telethon_json import read_telethon

KINDS = (
    "auto",
    "telegram-desktop",
    "telethon",
    "posts-jsonl",
    "posts-csv",
    "counts-csv",
    "page",
    "warc",
)

_ROWS: dict[str, Callable[[Path, Reading], Iterator[Item]]] = {
    "telethon": read_telethon,
    "posts-jsonl": read_jsonl,
    "posts-csv": read_csv,
    "counts-csv": read_counts,
}
_NO_DESKTOP = (
    "Telegram Desktop's export is not read yet; save the messages with Telethon, or as posts-jsonl"
)
_DESKTOP = re.compile(rb'^\s*\{\s*"(?:name|about)":.{0,2000}?"messages"\s*:\s*\[', re.DOTALL)
_TELETHON = re.compile(rb'"_"\s*:\s*"Message')


def read(
    path: Path,
    *,
    kind: str = "auto",
    channel: str | None = None,
    timezone: str | None = None,
    now: datetime | None = None,
) -> Iterator[Item]:
    """Yield what a file, or each file of a folder in name order, holds; memory stays flat.

    Each file begins with its `SourceFile`. Bad rows come as `Skipped`, the rest lands; in a
    folder so do files that cannot be read. `.gz` is unpacked on the way. `channel` names the
    channel of rows that name none, `timezone` the zone of times that name none, `now` the time of
    saved pages that keep none.

    Raises:
        BadUsage: kind, channel or zone are none; raised at once.
        BadInput: the file is not what it claims to be, or a folder has no readable file; raised
            while reading, after the items that came before.
    """
    if kind not in KINDS:
        raise BadUsage(f"--as {shown(kind)} is no kind of file; known are {', '.join(KINDS)}")
    if kind == "telegram-desktop":
        raise BadUsage(_NO_DESKTOP)
    zone = as_zone(timezone) if timezone is not None else None
    try:
        name = as_channel(channel) if channel is not None else None
    except BadRow as error:
        raise BadUsage(f"--channel: {error}") from error

    def items(file: Path) -> Iterator[Item]:
        return _of_file(file, kind, Reading(file.name, name, zone), now)

    try:
        is_folder = path.is_dir()
    except (OSError, ValueError) as error:
        raise BadInput(f"{named(path)}: is no usable path; check the name") from error
    return _of_folder(path, items) if is_folder else items(path)


def _of_folder(folder: Path, items: Callable[[Path], Iterator[Item]]) -> Iterator[Item]:
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise BadInput(
            f"{named(folder)}: cannot be listed ({error.strerror}); check rights"
        ) from error
    files = [entry for entry in entries if not entry.is_dir()]
    if not files:
        raise BadInput(f"{named(folder)}: is a folder without files; give the files themselves")
    for entry in entries:
        if entry.is_dir():
            yield Skipped(entry.name, None, "is a folder in a folder; import it by itself")
    some = False
    for file in files:
        try:
            for item in items(file):
                some = True
                yield item
        except BadInput as error:
            yield Skipped(file.name, None, str(error))
    if not some:
        raise BadInput(f"{named(folder)}: none of its {len(files)} files can be read")


def _of_file(path: Path, kind: str, reading: Reading, now: datetime | None) -> Iterator[Item]:
    head = look(path)
    if kind == "auto":
        kind = _kind_of(path, head)
    if kind == "warc":
        if not head.lstrip().startswith(b"WARC/"):
            raise BadInput(f"{named(path)}: is no WARC file (it does not begin with WARC/)")
        rows = read_warc(path, reading)
    else:
        refuse_binary(path, head)
        rows = read_page(path, reading, now) if kind == "page" else _ROWS[kind](path, reading)
    yield SourceFile(reading.name, sha256_of(path), kind)
    yield from rows


def _kind_of(path: Path, head: bytes) -> str:
    """Tell the kind by how the file begins, and by its name where that says nothing."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    names = path.name.lower().removesuffix(".gz")
    if start.startswith(b"WARC/"):
        return "warc"
    refuse_binary(path, head)
    if start.startswith(b"<") or names.endswith((".html", ".htm")):
        return "page"
    if start[:1] in (b"{", b"[") or names.endswith((".json", ".jsonl", ".ndjson")):
        if _DESKTOP.match(start):
            raise BadInput(f"{named(path)}: {_NO_DESKTOP}")
        return "telethon" if _TELETHON.search(head) else "posts-jsonl"
    columns, _ = csv_rows(path)
    if {"observed_at", "subscribers"} <= set(columns):
        return "counts-csv"
    if {"id", "date", "text"} <= set(columns):
        return "posts-csv"
    found = ", ".join(columns[:12])
    raise BadInput(
        f"{named(path)}: is of no known kind; its first line is {shown(found)}. Posts have the"
        " columns id,date,text, counts observed_at,channel,subscribers; or say the kind with --as"
    )
