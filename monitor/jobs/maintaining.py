"""Looking after what was kept: back up, check, fold the log in, pack, let old bodies go.

Every job here is fit for the running service but `vacuum`, which needs the writer's lock alone.
"""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TypeVar

from monitor.errors import BadUsage, StoreError
from monitor.store import backup as copying
from monitor.store import letting_go, maintenance
from monitor.store.archive import Archive, fsync
from monitor.store.database import Database, finished
from monitor.store.maintenance import Folded, Packed, Problem
from monitor.store.writer_lock import writing

T = TypeVar("T")

LARGE_WAL = 64_000_000
"""Bytes of write-ahead log from which on folding it in is worth while: 16 times what SQLite folds
by itself, so that only a log that readers held back comes to it. Uncalibrated."""
SPARE = 10_000_000
"""Bytes that a copy leaves free; uncalibrated."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A finished backup: the database's copy, and the evidence beside it where that was asked."""

    database: Path
    bytes: int
    rows: int
    schema: str
    evidence: Path | None
    evidence_bytes: int


@dataclass(frozen=True, slots=True)
class LetGo:
    """What letting go came to: bodies and bytes that are no longer kept, and what stood in the way.

    `cited` counts the bodies of those months that stay because something rests on them.
    """

    bodies: int = 0
    bytes: int = 0
    cited: int = 0
    problems: tuple[str, ...] = ()


async def _in_thread(work: Callable[[Event], T]) -> T:
    """Run blocking work in a thread; a cancellation is told to it, and waits until it has ended."""
    stop = Event()
    task = asyncio.ensure_future(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([task])
        task.cancelled() or task.exception()  # said by the cancellation
        raise


async def backup(source: Path, target: Path, archive: Archive, *, evidence: bool) -> BackedUp:
    """Copy a database to a new file while it is written to, verified before it gets its name.

    With `evidence` the archive is copied into the folder that belongs to the new file, up to what
    the copied rows know. The database gets its name last: where it stands, all is there.

    Raises:
        BadUsage: the file is there already, is the database itself, or its folder is not there.
        StoreError: the copy could not be made or is not whole; then nothing has the name.
    """
    folder = evidence_folder(target)
    _refuse(source, target, folder if evidence else None)
    parts = [target.with_name(f"{target.name}.part"), folder.with_name(f"{folder.name}.part")]

    def work(stop: Event) -> BackedUp:
        with writing(parts[0], "channel-monitor backup", wait_s=0):
            try:
                return _backup(source, target, archive, stop, parts, evidence=evidence)
            finally:
                _clear(parts)
                Path(f"{parts[0]}.lock").unlink(missing_ok=True)

    return await _in_thread(work)


def evidence_folder(database: Path) -> Path:
    """Return the folder of the evidence that belongs to a database file."""
    return database.with_name(f"{database.stem}-evidence")


def _refuse(source: Path, target: Path, folder: Path | None) -> None:
    if not target.parent.is_dir():
        raise BadUsage(f"{target.parent} is no folder; make it first, or name another file")
    own = [Path(f"{source}{end}").resolve() for end in ("", "-wal", "-shm", ".lock")]
    if target.resolve() in own:
        raise BadUsage(f"{target} is the database itself; name another file")
    for path in (target, folder):
        if path is not None and (path.exists() or path.is_symlink()):
            raise BadUsage(
                f"{path} is there already, and a backup overwrites nothing; name another file, "
                "or remove it first"
            )


def _backup(
    source: Path, target: Path, archive: Archive, stop: Event, parts: list[Path], *, evidence: bool
) -> BackedUp:
    _clear(parts)  # of one that was killed
    _require(target.parent, maintenance.size(source) + SPARE)
    copied = copying.copy(source, parts[0], stop)
    folder, size = None, 0
    if evidence:
        folder = evidence_folder(target)
        _require(target.parent, sum(copied.ends.values()) + SPARE)
        size = copying.copy_evidence(archive.folder, parts[1], copied.ends, stop)
        parts[1].rename(folder)
        fsync(folder.parent)
    copying.name_finally(parts[0], target)
    return BackedUp(target, copied.bytes, copied.rows, copied.schema, folder, size)


def _require(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StoreError(
            f"{folder} has {free / 1e6:.1f} MB free, and the backup needs {needed / 1e6:.1f} MB; "
            "make room or name another folder"
        )


def _clear(parts: list[Path]) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        Path(f"{parts[0]}{end}").unlink(missing_ok=True)
    shutil.rmtree(parts[1], ignore_errors=True)


async def vacuum(path: Path) -> Packed:
    """Pack a database: rebuilt without holes, its statistics anew, its log folded in.

    Raises:
        StoreBusy: another process writes.
        StoreError: there is no database, too little space, or a reader that does not end.
    """

    def work(_stop: Event) -> Packed:
        maintenance.require(path)
        with writing(path, "channel-monitor vacuum"):
            return maintenance.pack(path)

    return await _in_thread(work)


async def check_integrity(path: Path, archive: Archive, now: datetime) -> tuple[Problem, ...]:
    """Look through the database and hold the archive against it; for the service, once a day.

    Reads the whole database once, and of the archive sizes and a sample of bodies. What is wrong
    comes back as data; nothing is repaired, for only a person can say which backup is good.

    Raises:
        StoreError: the database cannot be opened.
    """

    def work(stop: Event) -> tuple[Problem, ...]:
        found = maintenance.faults(path, stop)
        # Rows of a damaged file are no measure of the archive.
        return tuple(found or maintenance.evidence_faults(path, archive, now=now))

    return await _in_thread(work)


async def checkpoint(path: Path, *, larger_than: int = LARGE_WAL) -> Folded | None:
    """Fold the write-ahead log into the database where it has grown large; None where it has not.

    Raises:
        StoreError: the database cannot be opened.
    """
    if maintenance.wal_size(path) <= larger_than:
        return None
    return await _in_thread(lambda _stop: maintenance.fold(path))


async def let_go(
    database: Database, archive: Archive, *, older_than: timedelta, now: datetime, reports: Path
) -> LetGo:
    """Let go of bodies of whole months that are older than a time and that nothing rests on.

    `database` is open to write, `archive` the very one that is appended to. `reports` is the
    folder of kept reports. A month that cannot be gone through is left as it is, and said.

    Raises:
        StoreError: the database or the reports cannot be read.
    """
    await finish_letting_go(database, archive)
    told = await asyncio.to_thread(letting_go.digests_in, reports)
    async with database.look() as connection:
        files = await letting_go.old_files(connection, now - older_than)
    total = LetGo()
    for file in files:
        try:
            done = await _let_go_of(database, archive, file, told)
        except StoreError as error:
            done = LetGo(problems=(str(error),))
        total = LetGo(
            total.bodies + done.bodies,
            total.bytes + done.bytes,
            total.cited + done.cited,
            total.problems + done.problems,
        )
    return total


async def _let_go_of(
    database: Database, archive: Archive, file: str, told: frozenset[str]
) -> LetGo:
    async with database.look() as connection:
        every = await letting_go.bodies(connection, file)
        stay = await letting_go.cited(connection, file, told)
    if len(stay) == len(every):
        return LetGo(cited=len(stay))
    done = await finished(asyncio.to_thread(letting_go.rewrite, archive, file, every, stay))
    async with database.begin() as connection:
        # What came to be cited or kept while the file was written decides against it.
        same = done.stands(archive.folder)
        same = same and await letting_go.bodies(connection, file) == every
        if same and await letting_go.cited(connection, file, told) <= stay:
            await letting_go.move(connection, done, every)
        else:
            same = False
    await finish_letting_go(database, archive)
    if not same:
        return LetGo(problems=(f"{file}: was still being used; it is gone through next time",))
    gone = [body for body in every if body.id not in stay]
    return LetGo(len(gone), sum(body.length for body in gone), len(stay))


async def finish_letting_go(database: Database, archive: Archive) -> None:
    """Remove the archive files that nobody needs: the last step, and what a kill left of it.

    Call it before anything is appended, too.
    """
    async with database.look() as connection:
        old = await letting_go.superseded(connection)
        unneeded = await letting_go.leftovers(connection, archive)
    if not old and not unneeded:
        return
    # In a turn of our own: no other process begins to append to a file that goes.
    async with database.begin() as connection:
        for name, size in (await letting_go.leftovers(connection, archive)).items():
            await finished(asyncio.to_thread(archive.remove, name, size))
        for name in old:
            await letting_go.forget(connection, name)
