"""A text in; a file that is whole at every moment out: written beside, synced, renamed."""

import os
import tempfile
from pathlib import Path


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
