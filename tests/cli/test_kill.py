"""Killed at any moment, nothing committed is lost and nothing is doubled."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.cli.running import Terminal
from tests.page_server import PageServer, ServedChannel, ServedPost

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = int(os.environ.get("MONITOR_TEST_KILLS", "6"))


@pytest.mark.timeout(300)
def test_a_backfill_killed_again_and_again_ends_with_every_post_once(terminal: Terminal) -> None:
    posts = [ServedPost(n, AT + n * timedelta(hours=6), f"Composed {n}") for n in range(1, 401)]
    now = "2026-04-15T00:00:00Z"
    command = [
        sys.executable, "-m", "monitor", "backfill", "--since", "2025-12-01", "--now", now,
    ]  # fmt: skip
    draw = random.Random(4)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with PageServer([ServedChannel("composed_office", posts)], now=AT) as server:
        terminal.configure(server.base_url, "composed_office")
        for _ in range(KILLS):
            running = subprocess.Popen(
                command, cwd=terminal.folder, env=environment,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(draw.uniform(0.7, 1.6))
            running.send_signal(signal.SIGKILL)
            running.wait()
        subprocess.run(command, cwd=terminal.folder, env=environment, check=True, timeout=120)
    with closing(sqlite3.connect(terminal.folder / "monitor.db")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        ids = [row[0] for row in raw.execute("SELECT id FROM post ORDER BY id")]
        bodies = {row[0] for row in raw.execute("SELECT sha256 FROM evidence")}
        rows = raw.execute("SELECT count(*) FROM evidence WHERE file IS NOT NULL").fetchone()[0]
    assert ids == list(range(1, 401))
    kept = 0
    for file in (terminal.folder / "monitor-evidence").glob("*.warc.gz"):
        with file.open("rb") as stream:
            kept += sum(r.rec_type == "response" for r in ArchiveIterator(stream))
    assert kept >= rows
    assert bodies


def test_ctrl_c_ends_cleanly_and_says_how_to_go_on(terminal: Terminal) -> None:
    posts = [ServedPost(n, AT + n * timedelta(hours=6), f"Composed {n}") for n in range(1, 401)]
    with PageServer([ServedChannel("composed_office", posts)], now=AT) as server:
        terminal.configure(server.base_url, "composed_office")
        path = terminal.folder / "channels.toml"
        slow = path.read_text().replace("requests_per_second = 500", "requests_per_second = 2")
        path.write_text(slow)
        command = [sys.executable, "-m", "monitor", "collect", "--now", "2026-04-15T00:00:00Z"]
        running = subprocess.Popen(
            command, cwd=terminal.folder, env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        deadline = time.monotonic() + 20
        while len(server.log) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "stopped; what was committed is kept" in said
    assert "Traceback" not in said
