"""One writer at a time, across processes: who holds the lock stands in a file beside it.

A command holds it from beginning to end (`writing`); the service, which runs for months, by turns
of one transaction each (`Turns`). Whoever waits holds a second lock, the head of the queue: no turn
is begun while somebody else stands there, so that a busy service lets a command in.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from monitor.errors import StoreBusy, StoreError

WAIT_S = 30.0
"""How long a second writer waits; a contract (DESIGN.md section 4)."""

POLL_S = 0.02
"""How often a turn that waits looks again. Uncalibrated."""


def _locks(database: Path) -> tuple[FileLock, FileLock, Path]:
    """Return a database's write lock, the lock of the queue's head, and the holder's file."""
    lock = f"{database}.lock"
    return FileLock(lock), FileLock(f"{lock}.next"), Path(f"{lock}.holder")


@contextmanager
def writing(database: Path, what: str, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold a database's write lock; `what` is the command, for others to read.

    Raises:
        StoreBusy: another process kept the lock for `wait_s` seconds; the message names it.
        StoreError: the lock's file cannot be made.
    """
    lock, head, holder = _locks(database)
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            with head.acquire(timeout=wait_s):
                lock.acquire(timeout=wait_s)
    except Timeout as error:
        msg = (
            f"the database {database} is being written by {_named(holder)}; "
            f"waited {wait_s:g} s; try again when it is done"
        )
        raise StoreBusy(msg) from error
    except OSError as error:
        raise _unlockable(database, error) from error
    try:
        _sign(holder, what)
        yield
    finally:
        _unsign(holder)
        lock.release()


class Turns:
    """The write lock, held for one transaction at a time; those of one process share a turn."""

    def __init__(self, database: Path, what: str) -> None:
        self._database = database
        self._what = what
        self._lock, self._head, self._holder = _locks(database)
        self._inside = 0
        self.waiting_for: str | None = None
        """Who holds the lock that we wait for; None while we do not."""

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold the lock while inside, however long another process keeps it before.

        Raises:
            StoreError: the lock's file cannot be made.
        """
        try:
            while not self._take():  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(POLL_S)
        except OSError as error:
            raise _unlockable(self._database, error) from error
        except asyncio.CancelledError:
            self.waiting_for = None  # whoever waits beside says so again at once
            raise
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                _unsign(self._holder)
                self._lock.release()

    def _take(self) -> bool:
        """Begin or join a turn, unless somebody else writes or is next."""
        try:
            with self._head.acquire(blocking=False):
                if not self._inside:
                    self._lock.acquire(blocking=False)
                    _sign(self._holder, self._what)
        except Timeout:
            if not self._inside:
                self.waiting_for = _named(self._holder)
            return False
        self._inside += 1
        self.waiting_for = None
        return True


def _sign(holder: Path, what: str) -> None:
    # Only a hint for people, so a full disk must not stop the work that frees it.
    with suppress(OSError):
        holder.write_text(json.dumps({"pid": os.getpid(), "command": what}), encoding="utf-8")


def _unsign(holder: Path) -> None:
    # A folder that can no longer be written must not keep the lock.
    with suppress(OSError):
        holder.unlink(missing_ok=True)


def _unlockable(database: Path, error: OSError) -> StoreError:
    return StoreError(
        f"the database {database} cannot be locked for writing: {error}; check the folder"
    )


def holder_of(database: Path) -> str | None:
    """Return who writes a database at this moment, None if nobody does; takes no lock for long."""
    lock, _, holder = _locks(database)
    if not Path(lock.lock_file).exists():
        return None
    try:
        with lock.acquire(blocking=False):
            return None
    except Timeout:
        return _named(holder)
    except OSError as error:
        raise _unlockable(database, error) from error


def _named(holder: Path) -> str:
    try:
        told = json.loads(holder.read_text(encoding="utf-8"))
        return f"`{told['command']}` (process {told['pid']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
