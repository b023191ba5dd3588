"""One writer at a time, across processes: who holds the lock stands in a file beside it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from monitor.errors import StoreBusy, StoreError

WAIT_S = 30.0
"""How long a second writer waits; a contract (DESIGN.md section 4)."""


@contextmanager
def writing(database: Path, what: str, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold a database's write lock; `what` is the command, for others to read.

    Raises:
        StoreBusy: another process kept the lock for `wait_s` seconds; the message names it.
        StoreError: the lock's file cannot be made.
    """
    lock = FileLock(f"{database}.lock")
    holder = Path(f"{database}.lock.holder")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=wait_s)
    except Timeout as error:
        msg = (
            f"the database {database} is being written by {_named(holder)}; "
            f"waited {wait_s:g} s; try again when it is done"
        )
        raise StoreBusy(msg) from error
    except OSError as error:
        msg = f"the database {database} cannot be locked for writing: {error}; check the folder"
        raise StoreError(msg) from error
    try:
        # Only a hint for people, so a full disk must not stop the work that frees it.
        with suppress(OSError):
            holder.write_text(json.dumps({"pid": os.getpid(), "command": what}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _named(holder: Path) -> str:
    try:
        told = json.loads(holder.read_text(encoding="utf-8"))
        return f"`{told['command']}` (process {told['pid']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
