"""Killed at any moment, with posts coming in: nothing is lost, nothing is doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.running import Terminal
from tests.cli.telegram.serving import START, configure, environment, one, running, stored
from tests.telegram_server import Channel, TelegramServer

KILLS = int(os.environ.get("MONITOR_TEST_KILLS", "6"))


@pytest.mark.timeout(600)
def test_killed_again_and_again_while_posts_are_pushed(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """The service reads 4,000 posts of history while others come; every one is there once."""
    server.fill(channel, 4000, start=START - timedelta(days=180), every=timedelta(hours=1))
    configure(terminal, server, more='join = true\nfirst = "3650d"')
    draw = random.Random(7)
    for _ in range(KILLS):
        with running(terminal):  # leaves with SIGKILL
            end = time.monotonic() + draw.uniform(0.8, 2.5)
            while time.monotonic() < end:
                server.post(channel, "در راه")
                time.sleep(0.05)
    with (terminal.folder / "run.err").open("a") as said:
        said.write("CUT")
    with running(terminal) as process:
        server.wait_until(lambda: len(stored(terminal)) == len(channel.ids), 120)
        # The last one killed may have stored all: this one is stopped once it has begun.
        started = (terminal.folder / "run.err").read_text
        server.wait_until(lambda: "watching" in started().rpartition("CUT")[2])
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert stored(terminal) == channel.ids
    assert one(terminal, "PRAGMA integrity_check") == "ok"


def test_ctrl_c_ends_a_backfill_cleanly(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    server.fill(channel, 3000, start=START - timedelta(days=90), every=timedelta(hours=1))
    configure(terminal, server)
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "backfill", "--since", "2020-01-01"],
        cwd=terminal.folder, env=environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    server.wait_until(lambda: server.count("messages.GetHistory") >= 5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "stopped; what was committed is kept" in said
    assert "Traceback" not in said
    begun = stored(terminal)
    assert begun == channel.ids[: len(begun)]
    terminal.ok("backfill", "--since", "2020-01-01")
    assert stored(terminal) == channel.ids


def test_a_killed_backfill_stores_every_post_once(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    server.fill(channel, 3000, start=START - timedelta(days=90), every=timedelta(hours=1))
    configure(terminal, server)
    for pages in (1, 7, 13):
        before = server.count("messages.GetHistory")
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "backfill", "--since", "2020-01-01"],
            cwd=terminal.folder, env=environment(),
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        server.wait_until(lambda b=before, p=pages: server.count("messages.GetHistory") >= b + p)  # type: ignore[misc]  # mypy and defaults
        process.kill()
        process.wait()
        server.post(channel, "در راه", at=datetime.now(UTC))
    terminal.ok("backfill", "--since", "2020-01-01")
    assert stored(terminal) == list(range(1, 3004))
