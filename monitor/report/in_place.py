"""A text in; a file that is whole at every moment out: written beside, synced, renamed."""

import os
import tempfile
from pathlib import Path


def sync(folder: Path) -> None:
    """Bring a folder and all in it to the disk, so that a rename cannot outlive what it names.

    Raises:
        OSError: the system could not.
    """
    for path in (*folder.rglob("*"), folder):
        sync_one(path)


def sync_one(path: Path) -> None:
    """Bring one file, or the names in a folder, to the disk.

    Raises:
        OSError: the system could not.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_text(path: Path, text: str) -> bool:
    """Put a text in the place of a file, all at once; returns whether that changed anything.

    A file that says the same already is left alone, so that readers who ask "changed since?" are
    told the truth.

    Raises:
        OSError: the folder cannot be written.
    """
    body = text.encode()
    try:
        if path.read_bytes() == body:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files for our eyes only; a report is for whoever may read the folder.
        Path(made).chmod(0o644)
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
    return True
