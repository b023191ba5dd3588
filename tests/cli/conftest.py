"""A terminal for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.cli.running import Terminal


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    yield Terminal(tmp_path, monkeypatch, capsys)
    structlog.reset_defaults()  # the log speaks to a file that is closed now
