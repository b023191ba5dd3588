"""A database file in; a verified copy of one moment of it out, while others go on writing.

The copy is made within one reading transaction: what is written meanwhile waits in the
write-ahead log, and the copying never has to begin again, however busy the writer is.
"""

import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from monitor.errors import Interrupted, StoreError
from monitor.store import schema_version
from monitor.store.archive import NAME, fsync, last_whole_end

PAGES = 500
"""Pages (of 4 kB) of one step, and a pause of `PAUSE_S` after each: 100 MB/s at the most, so that
the disk is not the backup's alone. Uncalibrated."""
PAUSE_S = 0.02
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: its size, its schema, the rows of all tables, how far evidence goes."""

    bytes: int
    schema: str
    rows: int
    ends: Mapping[str, int]


def copy(source: Path, part: Path, stop: Event) -> Copied:
    """Copy a database as it is now into a new file, verify that by reopening it, and sync it.

    Needs no lock and no schema of today. `stop` ends it early.

    Raises:
        StoreError: there is no database, it or its copy is damaged, or the disk is full.
        Interrupted: `stop` was set.
    """
    schema = schema_version.check(source)
    if schema is None:
        raise StoreError(f"there is no database at {source}; name another with --database")
    try:
        with (
            closing(sqlite3.connect(source, isolation_level=None)) as origin,
            closing(sqlite3.connect(part, isolation_level=None)) as target,
        ):
            origin.execute("PRAGMA busy_timeout=30000")
            # A file that is thrown away after a crash needs no journal; it is synced at the end.
            target.execute("PRAGMA synchronous=OFF")
            origin.execute("BEGIN")
            rows = _rows(origin)
            ends = _ends(origin)

            def pause(_status: int, _left: int, _pages: int) -> None:
                if stop.is_set():
                    raise Interrupted("the backup was stopped; nothing was written")
                time.sleep(PAUSE_S)

            origin.backup(target, pages=PAGES, progress=pause)
            origin.execute("ROLLBACK")
        _verify(part, schema, rows)
        fsync(part)
        return Copied(part.stat().st_size, schema, sum(rows.values()), ends)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"{source} cannot be copied to {part.parent}: {error}; check both disks and rights"
        ) from error


def _rows(raw: sqlite3.Connection) -> dict[str, int]:
    tables = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    names = [str(name).replace('"', '""') for (name,) in tables.fetchall()]
    counted = 'SELECT count(*) FROM "{}"'
    return {name: int(raw.execute(counted.format(name)).fetchone()[0]) for name in names}


def _ends(raw: sqlite3.Connection) -> dict[str, int]:
    found = raw.execute(
        'SELECT file, max("offset" + length) FROM evidence WHERE file IS NOT NULL GROUP BY file'
    )
    return {str(file): int(end) for file, end in found}


def _verify(part: Path, schema: str, rows: Mapping[str, int]) -> None:
    """Read a copy as its next user will: whole, of the same schema, with the same rows."""
    with closing(sqlite3.connect(part, isolation_level=None)) as copied:
        faults = [str(x) for (x,) in copied.execute("PRAGMA integrity_check(5)")]
        if faults != ["ok"]:
            raise StoreError(
                f"the copy is damaged, as the database itself may be: {'; '.join(faults)}; run "
                "`channel-monitor doctor`, and keep the last good backup"
            )
        version = copied.execute("SELECT version_num FROM alembic_version").fetchone()
        found = _rows(copied)
    if version != (schema,) or found != rows:
        raise StoreError(f"the copy {part} does not hold what the database did; run it again")


def name_finally(part: Path, final: Path) -> None:
    """Give a synced file its name, never over one that is there.

    Raises:
        StoreError: there is one by now, or the folder cannot be written.
    """
    try:
        try:
            os.link(part, final)
            part.unlink()
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if final.exists():
                raise FileExistsError(final) from None
            part.rename(final)
        fsync(final.parent)
    except OSError as error:
        raise StoreError(f"{final} cannot be written: {error}; name another file") from error


def copy_evidence(source: Path, into: Path, ends: Mapping[str, int], stop: Event) -> int:
    """Copy an archive's files, each up to the end that the database copy knows; return the bytes.

    What was appended since belongs to no row of the copy. Each copy is read through: it must
    consist of whole records to its last byte.

    Raises:
        StoreError: a file is missing, shorter than it must be, damaged, or the disk is full.
        Interrupted: `stop` was set.
    """
    total = 0
    try:
        into.mkdir()
        for name, end in sorted(ends.items()):
            if not NAME.fullmatch(name):
                raise StoreError(f"{name!r} is no file of an archive; run `channel-monitor doctor`")
            if not (source / name).is_file():
                raise StoreError(
                    f"{source / name} is missing, though the database points into it; if bodies "
                    "were let go while this ran, run it again; else restore it from a backup"
                )
            _copy_file(source / name, into / name, end, stop)
            if last_whole_end(into / name, 0) != end:
                raise StoreError(
                    f"{source / name} is damaged; restore it from an earlier backup, or back up "
                    "without --evidence"
                )
            fsync(into / name)
            total += end
        fsync(into)
    except OSError as error:
        raise StoreError(
            f"the evidence cannot be copied to {into}: {error}; check disk and rights"
        ) from error
    return total


def _copy_file(source: Path, target: Path, end: int, stop: Event) -> None:
    with source.open("rb") as old, target.open("xb") as new:
        left = end
        while left:
            if stop.is_set():
                raise Interrupted("the backup was stopped; nothing was written")
            piece = old.read(min(left, _PIECE))
            if not piece:
                raise StoreError(
                    f"{source}: has {end - left} bytes, though the database committed {end}; "
                    "restore it from a backup"
                )
            new.write(piece)
            left -= len(piece)
