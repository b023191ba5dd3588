"""A database file looked after: checked, its log folded in, packed. Each by its own connection."""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from monitor.errors import Interrupted, StoreError
from monitor.store import schema_version
from monitor.store.archive import NAME, Archive

BUSY_MS = 2_000
"""How long folding the log in may wait for readers, in ms; writers wait with it. Uncalibrated."""
SAMPLE = 50
"""Bodies whose digest is computed anew by one check: about a second's work. Uncalibrated."""
STEPS = 100_000
"""Of SQLite's machine between two questions whether to stop: some milliseconds. Uncalibrated."""
FAULTS = 20
"""Faults of one kind that are named; a damaged file has thousands."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it must be: what, where, and what a person does about it."""

    what: str
    where: str
    remedy: str

    @property
    def sentence(self) -> str:
        """All of it, on one line."""
        return f"{self.where}: {self.what}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Folded:
    """What folding the log into the database came to, in bytes; `busy`: a reader held part back."""

    before: int
    after: int
    busy: bool


@dataclass(frozen=True, slots=True)
class Packed:
    """A database's bytes, its log's among them, before and after."""

    before: int
    after: int


def size(path: Path) -> int:
    """Return the bytes of a database and its write-ahead log."""
    return sum(p.stat().st_size for p in (path, _wal(path)) if p.exists())


def wal_size(path: Path) -> int:
    """Return the bytes of a database's write-ahead log."""
    return _wal(path).stat().st_size if _wal(path).exists() else 0


def _wal(path: Path) -> Path:
    return Path(f"{path}-wal")


def require(path: Path) -> None:
    """Refuse a file that is no database of ours.

    Raises:
        StoreError: there is none, it is another program's, or it cannot be read.
    """
    if schema_version.check(path) is None:
        raise StoreError(f"there is no database at {path}; name another with --database")


@contextmanager
def _opened(path: Path, busy_ms: int, stop: Event | None = None) -> Iterator[sqlite3.Connection]:
    require(path)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.execute(f"PRAGMA busy_timeout={busy_ms}")
            if stop is not None:
                raw.set_progress_handler(stop.is_set, STEPS)
            yield raw
    except sqlite3.Error as error:
        raise StoreError(
            f"the database {path} cannot be looked after: {error}; nothing was changed; check disk "
            "space and permissions"
        ) from error


def fold(path: Path) -> Folded:
    """Fold the write-ahead log into the database and cut it to nothing; needs no writer's lock.

    Raises:
        StoreError: the database cannot be used.
    """
    before = wal_size(path)
    with _opened(path, BUSY_MS) as raw:
        busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        after = wal_size(path)  # read before closing, which folds by itself
    return Folded(before, after, bool(busy))


def pack(path: Path) -> Packed:
    """Rebuild a database without its holes, and learn its statistics anew; hold the writer's lock.

    Raises:
        StoreError: there is too little space, or something else reads without end.
    """
    before = size(path)
    with _opened(path, 30_000) as raw:
        pages, free, page = (
            int(raw.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        _require_space(path, 2 * (pages - free) * page)
        with _temporary_beside(path):
            raw.execute("VACUUM")
        # Bounded: some hundred rows an index tell the planner enough (SQLite, "ANALYZE", 4).
        raw.execute("PRAGMA analysis_limit=1000")
        raw.execute("ANALYZE")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Packed(before, size(path))


def _require_space(path: Path, needed: int) -> None:
    """Refuse what would fail half-way: the new file is written beside, then through the log."""
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise StoreError(
            f"packing {path} needs {_mb(needed)} beside it, and {_mb(free)} are free; make room, "
            "or let evidence go first ([retention] in channels.toml)"
        )


def _mb(count: int) -> str:
    return f"{count / 1e6:.1f} MB"


@contextmanager
def _temporary_beside(path: Path) -> Iterator[None]:
    """Let SQLite build its temporary file where the space was looked for, unless told otherwise."""
    name = "SQLITE_TMPDIR"
    told = os.environ.get(name)
    os.environ[name] = told or str(path.parent.resolve())
    try:
        yield
    finally:
        if told is None:
            del os.environ[name]


def faults(path: Path, stop: Event | None = None) -> list[Problem]:
    """Look through a database's structure and references; reads all of it, changes nothing.

    Raises:
        StoreError: it cannot be opened at all.
        Interrupted: `stop` was set.
    """
    with _opened(path, 30_000, stop) as raw:
        try:
            said = [str(x) for (x,) in raw.execute(f"PRAGMA quick_check({FAULTS})")]
        except sqlite3.DatabaseError as error:  # too damaged to be looked through
            if stop is not None and stop.is_set():
                raise Interrupted("the check was stopped") from error
            said = [str(error)]
        if said != ["ok"]:
            remedy = "stop the service and restore it from the last good backup"
            return [Problem(f"the database is damaged: {x}", str(path), remedy) for x in said]
        return [
            Problem(
                f"row {row} of {table} points to a row of {parent} that is not there",
                str(path),
                "restore it from a backup, or report it as a fault of this program",
            )
            for table, row, parent, _ in raw.execute("PRAGMA foreign_key_check").fetchmany(FAULTS)
        ]


def evidence_faults(path: Path, archive: Archive, *, now: datetime) -> list[Problem]:
    """Hold the archive's files against the rows that point into them, and read a sample of bodies.

    The sample is the newest rows and others that change with the day of `now`.

    Raises:
        StoreError: the database cannot be read.
    """
    with _opened(path, 30_000) as raw:
        ends = raw.execute(
            'SELECT file, max("offset" + length) FROM evidence WHERE file IS NOT NULL'
            " GROUP BY file ORDER BY file"
        ).fetchall()
        rows = _sample(raw, now)
    found = _short(archive.folder, {str(file): int(end) for file, end in ends})
    named = {problem.where for problem in found}
    for file, offset, digest in rows:
        where = str(archive.folder / file)
        if where in named or len(found) >= FAULTS:
            continue
        try:
            kept = archive.digest(file, offset)
        except StoreError as error:
            found.append(Problem(str(error), where, "restore the file from a backup"))
            continue
        if kept != digest:
            found.append(
                Problem(
                    f"the body at {offset} is not the one that its row names",
                    where,
                    "restore database and evidence from one backup",
                )
            )
    return found


def _sample(raw: sqlite3.Connection, now: datetime) -> list[tuple[str, int, str]]:
    columns = 'SELECT file, "offset", sha256 FROM evidence WHERE file IS NOT NULL'
    newest = raw.execute(f"{columns} ORDER BY id DESC LIMIT 5").fetchall()
    (last,) = raw.execute("SELECT coalesce(max(id), 0) FROM evidence").fetchone()
    step = max(last // SAMPLE, 1)
    # Another place to begin each day: in as many days as a step is long, every row is read.
    chosen = range(1 + now.astimezone(UTC).toordinal() % step, last + 1, step)
    others = [
        raw.execute(f"{columns} AND id >= ? ORDER BY id LIMIT 1", (number,)).fetchone()
        for number in chosen
    ]
    return list(dict.fromkeys([*newest, *(row for row in others if row)]))


def _short(folder: Path, ends: Mapping[str, int]) -> list[Problem]:
    found = []
    for name, end in ends.items():
        file = folder / name
        there = file.stat().st_size if NAME.fullmatch(name) and file.is_file() else None
        if there is None or there < end:
            what = "is missing" if there is None else f"has {there} bytes of {end}"
            found.append(
                Problem(f"the evidence file {what}", str(file), "restore it from a backup")
            )
    return found


def newest(path: Path) -> datetime | None:
    """Return the time of the latest observation, None before the first.

    Raises:
        StoreError: the database cannot be read.
    """
    with _opened(path, 30_000) as raw:
        (seconds,) = raw.execute(
            "SELECT max(x) FROM (SELECT max(at) AS x FROM probe UNION ALL"
            " SELECT max(at) FROM evidence UNION ALL SELECT max(last_at) FROM visit)"
        ).fetchone()
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
