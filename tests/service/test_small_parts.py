"""One service a database; what systemd is told; what is said of troubles that repeat."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.errors import Retryable, StoreBusy, StoreError
from monitor.service.edges import Edges
from monitor.service.notify import Systemd
from monitor.service.single import only_service

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_second_service_is_refused_at_once_and_told_of_the_first(tmp_path: Path) -> None:
    database = tmp_path / "m.db"
    with (
        only_service(database, NOW),
        pytest.raises(StoreBusy, match=f"process {os.getpid()}, since 2026-01-01T00:00:00Z"),
        only_service(database, NOW),
    ):
        pass


def test_a_killed_service_leaves_nothing_that_refuses_the_next(tmp_path: Path) -> None:
    database = tmp_path / "m.db"
    held = (
        "import os, sys, datetime; from pathlib import Path; "
        "from monitor.service.single import only_service\n"
        "with only_service(Path(sys.argv[1]), datetime.datetime.now(datetime.UTC)):\n"
        "    os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", held, str(database)], check=False)
    assert ended.returncode == -9
    assert database.with_name("m.db.service").exists()
    with only_service(database, NOW):
        pass


def test_a_first_that_left_no_word_is_still_the_first(tmp_path: Path) -> None:
    database = tmp_path / "m.db"
    with only_service(database, NOW):
        database.with_name("m.db.service").write_text("{")
        with pytest.raises(StoreBusy, match="another process"), only_service(database, NOW):
            pass


def test_a_folder_that_cannot_hold_the_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file"), only_service(tmp_path / "file" / "m.db", NOW):
        pass


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_ready_alive_and_stopping(tmp_path: Path, *, abstract: bool) -> None:
    name = f"@composed-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:] if abstract else name)
        manager.settimeout(2)
        systemd = Systemd({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "30000000"})
        assert systemd.watchdog_s == 30
        systemd.ready("watching 2 channels")
        systemd.alive("all is well")
        systemd.stopping()
        heard = [manager.recv(1000).decode() for _ in range(3)]
    assert heard == [
        "READY=1\nSTATUS=watching 2 channels",
        "WATCHDOG=1\nSTATUS=all is well",
        "STOPPING=1\nSTATUS=stopping",
    ]


def test_without_systemd_nothing_is_sent_and_a_lost_one_stops_nobody(tmp_path: Path) -> None:
    Systemd({}).ready("x")
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).alive("x")
    assert Systemd({"WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"}).watchdog_s is None


def test_a_trouble_is_said_when_it_begins_changes_and_ends() -> None:
    edges = Edges()
    with capture_logs() as said:
        for _ in range(3):
            edges.failed("@farsna", Retryable("no route"))
        edges.failed("@farsna", StoreError("disk full"))
        assert edges.lasting() == {"@farsna": "StoreError"}
        edges.succeeded("@farsna")
        edges.succeeded("@farsna")
    assert edges.failures == {"Retryable": 3, "StoreError": 1}
    assert [line.get("error") or line["failures"] for line in said] == ["no route", "disk full", 4]
