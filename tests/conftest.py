"""What all tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import log

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data, where it is at hand; users have none, so tests skip."""
    folder = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"the real data is not here ({folder}); set MONITOR_SHARED")
    return folder


@pytest.fixture(autouse=True)
def _nothing_hidden() -> Iterator[None]:
    """What one test keeps out of the log must not be blanked in the next."""
    yield
    log._hidden.clear()
