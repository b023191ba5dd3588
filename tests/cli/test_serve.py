"""`serve` as a user starts it: a process of its own, real HTTP, ended by signals."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.running import Terminal

ROOT = Path(__file__).resolve().parent.parent.parent
NOTICE = "This channel stops its work in Telegram from today. ble.ir/composed_office"


def post(number: int, day: int, text: str) -> str:
    at = f"2018-04-{day:02d}T09:00:00Z"
    return json.dumps({"channel": "composed_office", "id": number, "date": at, "text": text})


@pytest.fixture
def judged(terminal: Terminal) -> Terminal:
    """A folder with a store, a judgement and a weekly report."""
    (terminal.folder / "channels.toml").write_text('[[channel]]\nusername = "composed_office"\n')
    (terminal.folder / "p.jsonl").write_text(post(1, 16, "Composed") + "\n" + post(2, 17, NOTICE))
    terminal.ok("import", "p.jsonl")
    (terminal.folder / "reports").mkdir()
    terminal.ok("detect", "--now", "2018-04-23T00:00:00Z")
    return terminal


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    running = subprocess.Popen(
        [sys.executable, "-m", "monitor", "serve", "--port", "0", *words],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert running.stdout is not None
        yield running, running.stdout.readline().strip()
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_where_it_serves_and_ends_with_0_when_told_to(
    judged: Terminal, number: int
) -> None:
    with serving(judged.folder) as (running, address):
        assert address.startswith("http://127.0.0.1:")
        assert not address.endswith(":0/")
        with httpx.Client(base_url=address, trust_env=False) as client:
            assert client.get("/cases.json").json()[0]["state"] == "announced"
            front = client.get("/reports/").text
            assert "composed_office" in front
            assert "closure_notice" in client.get("/feed.atom", follow_redirects=True).text
            assert client.get("/healthz").status_code == 503  # nothing was ever collected
        running.send_signal(number)
        out, err = running.communicate(timeout=20)
    assert (running.returncode, out) == (0, "")
    assert "serving" in err
    assert "Traceback" not in err


def test_the_writer_is_not_kept_out_and_what_it_writes_is_shown(judged: Terminal) -> None:
    with serving(judged.folder) as (_, address), httpx.Client(trust_env=False) as client:
        (judged.folder / "q.jsonl").write_text(post(3, 18, "Composed once more"))
        judged.ok("import", "q.jsonl")
        assert "Facts have come since" in client.get(f"{address}cases").text
        judged.ok("report", "--week", "2018-W16", "--now", "2018-04-23T00:00:00Z")
        assert "2018-W16/report.html" in client.get(f"{address}reports/").text
        assert client.get(f"{address}reports/2018-W16/report.html").status_code == 200
        judged.ok("detect")
        assert "Facts have come since" not in client.get(f"{address}cases").text


def test_a_taken_port_ends_with_1_and_says_what_to_do(judged: Terminal) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        refused = judged.type("serve", "--port", port)
    assert (refused.code, refused.out) == (1, "")
    assert f"127.0.0.1:{port}" in refused.err
    assert "--port" in refused.err


def test_a_missing_or_newer_database_ends_with_1(judged: Terminal) -> None:
    missing = judged.type("serve", "--port", "0", "--database", "sqlite:///none.db")
    assert (missing.code, missing.out) == (1, "")
    with closing(sqlite3.connect(judged.folder / "monitor.db")) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    newer = judged.type("serve", "--port", "0")
    assert (newer.code, newer.out) == (1, "")


def test_a_port_that_is_none_is_wrong_usage(judged: Terminal) -> None:
    assert judged.type("serve", "--port", "70000").code == 2


def test_a_host_that_others_can_reach_is_warned_of(judged: Terminal) -> None:
    with serving(judged.folder, "--host", "0.0.0.0") as (running, address):  # noqa: S104 - tried
        assert address.startswith("http://0.0.0.0:")
        running.terminate()
        _, err = running.communicate(timeout=20)
    assert "can be reached from other machines" in err
