"""Killed at any moment, upkeep loses nothing and leaves nothing half-made under its name."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

LEAST = {"let_go": 20, "backup": 10, "export": 10}
"""Kills below which a scenario would not have been tried out at its steps any more."""


@pytest.mark.skipif(sys.platform == "win32", reason="the scenarios fork")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("scenario", ["let_go", "backup", "export"])
def test_killed_at_each_step_nothing_is_lost_and_the_next_run_makes_it_whole(
    tmp_path: Path, scenario: str
) -> None:
    """What must hold after each kill stands in `tests/killed.py`, beside the work."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.killed", scenario, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= LEAST[scenario]
