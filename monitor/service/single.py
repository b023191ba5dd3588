"""One service a database: the first holds a lock for as long as it runs, a second is told who."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from monitor.clock import as_rfc3339
from monitor.errors import StoreBusy, StoreError


@contextmanager
def only_service(database: Path, now: datetime) -> Iterator[None]:
    """Be the only service of a database while inside.

    Raises:
        StoreBusy: another one runs; the message names its process and since when it runs.
        StoreError: the lock's file cannot be made.
    """
    lock = FileLock(f"{database}.service.lock")
    about = Path(f"{database}.service")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
        # Only a hint for people: a full disk must not keep the service from starting.
        with suppress(OSError):
            about.write_text(json.dumps({"pid": os.getpid(), "since": as_rfc3339(now)}))
    except Timeout as error:
        msg = (
            f"a service already watches into {database}: {_named(about)}; stop that one first, or "
            "name another database with --database"
        )
        raise StoreBusy(msg) from error
    except OSError as error:
        msg = f"{lock.lock_file}: cannot be made ({error.strerror}); check the folder"
        raise StoreError(msg) from error
    try:
        yield
    finally:
        about.unlink(missing_ok=True)
        lock.release()


def _named(about: Path) -> str:
    told = _about(about)
    return f"process {told['pid']}, since {told['since']}" if told else "another process"


def _about(path: Path) -> dict[str, str]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {"pid": str(told["pid"]), "since": str(told["since"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
