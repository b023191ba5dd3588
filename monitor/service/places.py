"""Folders that the service will write into: it is said at the start if it may not."""

import os
from pathlib import Path

from monitor.errors import StoreError


def writable(folder: Path) -> None:
    """Make a folder if there is none.

    Raises:
        StoreError: it cannot be made, or not be written into.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{folder}: is no folder and cannot be made ({error.strerror}); move away or free it"
        raise StoreError(msg) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        msg = f"{folder}: cannot be written into; check its permissions, or that of its disk"
        raise StoreError(msg)
