"""`test-alert`, what `detect` enters, what `status` says, and a kill between sent and marked."""

import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.alerts.receivers import WebReceiver, until
from tests.cli.running import Terminal

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "whsec_Y29tcG9zZWQga2V5IG9mIHRoaXJ0eS10d28gYnl0ZXM="
ALERTS = '[[alert]]\ntarget = "desk"\n[[alert]]\ntarget = "night"\nquiet = "00:00-23:59"\n'
NOTICE = "This channel stops its work in Telegram from today. Follow us: ble.ir/composed_office"
DELIVER = """
import asyncio
from pathlib import Path
from monitor.clock import SystemClock
from monitor.config import load
from monitor.jobs.delivering import Deliverer, addresses
from monitor.store.database import Database

async def main():
    settings = load(Path("channels.toml"))
    async with Database("sqlite:///monitor.db", writes="test") as database:
        await Deliverer(database, settings, SystemClock(), addresses(settings)).deliver()

asyncio.run(main())
"""
"""What `run` does once a second; here alone, so that it can be killed."""


def configure(terminal: Terminal, alerts: str = ALERTS) -> None:
    text = f'[[channel]]\nusername = "composed_office"\n{alerts}'
    (terminal.folder / "channels.toml").write_text(text, encoding="utf-8")


def test_a_test_goes_through_every_target_whatever_the_hour(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(terminal)
    with WebReceiver() as web:
        monkeypatch.setenv("MONITOR_ALERT_DESK", f"webhook+http://{web.host}/desk")
        monkeypatch.setenv("MONITOR_ALERT_DESK_KEY", KEY)
        monkeypatch.setenv("MONITOR_ALERT_NIGHT", f"json://{web.host}/night")
        ran = terminal.ok("test-alert")
        assert ran.out == "desk: taken\nnight: taken\n"
        assert {got.path for got in web.got} == {"/desk", "/night"}
        assert terminal.ok("test-alert", "--target", "night").out == "night: taken\n"
        assert not (terminal.folder / "monitor.db").exists(), "nothing is kept"


def test_a_target_that_does_not_take_it_is_named_without_its_address(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(terminal)
    with WebReceiver() as web:
        web.answers.extend([500, 500])
        monkeypatch.setenv("MONITOR_ALERT_DESK", f"webhook+http://{web.host}/t0ken-in-path")
        monkeypatch.setenv("MONITOR_ALERT_DESK_KEY", KEY)
        monkeypatch.setenv("MONITOR_ALERT_NIGHT", f"json://u:passw0rd@{web.host}/t0ken-in-path")
        ran = terminal.type("test-alert", "--verbose")
    assert ran.code == 1
    assert re.fullmatch(r"desk: failed: answered 500\nnight: failed: .+\n", ran.out)
    for part in ("t0ken", "passw0rd", web.host, KEY):
        assert part not in ran.out + ran.err


@pytest.mark.parametrize(
    ("alerts", "words", "said"),
    [
        (ALERTS, (), "MONITOR_ALERT_DESK: is not set"),
        ("", (), "no [[alert]]"),
        (ALERTS.replace('"desk"', '"Desk!"'), (), "alert 1, target"),
    ],
)
def test_a_configuration_that_cannot_work_is_exit_2(
    terminal: Terminal, alerts: str, words: tuple[str, ...], said: str
) -> None:
    configure(terminal, alerts)
    ran = terminal.type("test-alert", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_target_that_nobody_configured_is_exit_2(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(terminal)
    monkeypatch.setenv("MONITOR_ALERT_DESK", "json://127.0.0.1:9/")
    monkeypatch.setenv("MONITOR_ALERT_NIGHT", "json://127.0.0.1:9/")
    ran = terminal.type("test-alert", "--target", "desc")
    assert ran.code == 2
    assert "there are: desk, night" in ran.err


def store(terminal: Terminal, count: int) -> None:
    """Import a channel whose last posts are notices of today."""
    start = datetime.now(UTC) - timedelta(hours=count)
    lines = [
        json.dumps({"channel": "composed_office", "id": n, "text": NOTICE,
                    "date": (start + timedelta(minutes=n)).isoformat()})
        for n in range(1, count + 1)
    ]  # fmt: skip
    (terminal.folder / "p.jsonl").write_text("\n".join(lines), encoding="utf-8")
    terminal.ok("import", "p.jsonl")


def rows(terminal: Terminal, sql: str) -> list[Any]:
    with closing(sqlite3.connect(terminal.folder / "monitor.db")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return raw.execute(sql).fetchall()


def test_what_detect_enters_is_seen_in_status(terminal: Terminal) -> None:
    configure(terminal)
    store(terminal, 1)
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    terminal.ok("detect", "--now", later)
    assert terminal.ok("status", "--json").json["alerts"] == [], "a time of one's own is no news"
    terminal.ok("detect")
    terminal.ok("detect")
    told = terminal.ok("status", "--json").json["alerts"]
    assert [(one["target"], one["waiting"]) for one in told] == [("desk", 1), ("night", 1)]
    assert "desk" in terminal.ok("status").out


@pytest.mark.timeout(120)
def test_killed_between_sent_and_marked_a_message_is_repeated_under_its_one_id(
    terminal: Terminal,
) -> None:
    configure(terminal, '[[alert]]\ntarget = "desk"\n')
    store(terminal, 8)
    terminal.ok("detect")
    entered = {row[0] for row in rows(terminal, "SELECT message FROM alert")}
    assert len(entered) == 8
    draw = random.Random(5)
    kills = 0
    with WebReceiver() as web:
        environment = os.environ | {
            "PYTHONPATH": str(ROOT), "MONITOR_ALERT_DESK_KEY": KEY,
            "MONITOR_ALERT_DESK": f"webhook+http://{web.host}/",
        }  # fmt: skip
        command = [sys.executable, "-c", DELIVER]
        # Taken, but the answer never comes: killed then, the message is not marked.
        web.answers.append(60.0)
        while len(web.got) < 6:
            running = subprocess.Popen(command, cwd=terminal.folder, env=environment)
            before = len(web.got)
            until(lambda: len(web.got) > before)  # noqa: B023 - waited for within the loop
            time.sleep(draw.uniform(0, 0.05))
            running.kill()
            running.wait()
            kills += 1
            terminal.ok("detect")  # concluding anew in between enters nothing
        subprocess.run(command, cwd=terminal.folder, env=environment, check=True, timeout=40)
    ids = [got.headers["webhook-id"] for got in web.got]
    assert ids[0] == ids[1], "what was taken and not marked comes again"
    assert set(ids) == entered
    assert len(ids) <= len(entered) + kills, "at most what was in flight is repeated"
    states = rows(terminal, "SELECT state, count(*) FROM alert GROUP BY state")
    assert states == [("delivered", 8)]
