"""What a service manager sees of the real `channel-monitor run`: it is up, alive, at its end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.page_server import PageServer, ServedChannel, ServedPost

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Supervisor:
    """Plays systemd's part: a socket that hears, and the process that it started."""

    def __init__(self, folder: Path, heard: socket.socket, base_url: str) -> None:
        self._heard = heard
        self.config = folder / "channels.toml"
        self.config.write_text(
            f'[[channel]]\nusername = "composed_office"\n[sources.preview]\n'
            f'base_url = "{base_url}"\nattempts = 1\n[service]\nlisten = "off"\n',
            encoding="utf-8",
        )
        self.err = folder / "run.err"
        with self.err.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "monitor", "run"],
                cwd=folder, stdout=said, stderr=said,
                env=os.environ | {
                    "PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": str(folder / "notify"),
                    "WATCHDOG_USEC": "300000000",
                },
            )  # fmt: skip

    def hear(self, *words: str) -> str:
        """Wait for a message that begins with one of these, and return it."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            said = self._heard.recv(4096).decode()
            if said.startswith(words):
                return said
        msg = f"none of {words} came; {self.err.read_text(encoding='utf-8')}"
        raise AssertionError(msg)


@contextmanager
def supervised(folder: Path) -> Iterator[Supervisor]:
    posts = [ServedPost(1, AT, "Composed: nothing of note")]
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard,
        PageServer([ServedChannel("composed_office", posts)], now=AT) as server,
    ):
        heard.bind(str(folder / "notify"))
        heard.settimeout(30)
        supervisor = Supervisor(folder, heard, server.base_url)
        try:
            yield supervisor
        finally:
            supervisor.process.kill()
            supervisor.process.wait()


def test_the_service_says_ready_then_alive_then_stopping_and_ends_with_0(tmp_path: Path) -> None:
    with supervised(tmp_path) as systemd:
        assert systemd.hear("READY=1", "WATCHDOG=1") == "READY=1\nSTATUS=watching 1 channels"
        assert systemd.hear("WATCHDOG=1") == "WATCHDOG=1\nSTATUS=all is well"
        systemd.process.send_signal(signal.SIGTERM)
        assert systemd.hear("STOPPING=1").startswith("STOPPING=1")
        assert systemd.process.wait(20) == 0


def test_a_reload_is_never_told_as_a_stop(tmp_path: Path) -> None:
    """What said that it stops is killed by systemd after TimeoutStopSec, and gets no SIGTERM."""
    with supervised(tmp_path) as systemd:
        systemd.hear("READY=1")
        systemd.process.send_signal(signal.SIGHUP)
        assert systemd.hear("STOPPING=1", "RELOADING=1").startswith("RELOADING=1")
        assert systemd.hear("STOPPING=1", "READY=1").startswith("READY=1")
        systemd.process.send_signal(signal.SIGTERM)
        systemd.hear("STOPPING=1")
        assert systemd.process.wait(20) == 0


def test_a_reload_of_a_wrong_configuration_is_no_reload(tmp_path: Path) -> None:
    with supervised(tmp_path) as systemd:
        systemd.hear("READY=1")
        with systemd.config.open("a", encoding="utf-8") as file:
            file.write("nonsense = 1\n")
        systemd.process.send_signal(signal.SIGHUP)
        for _ in range(3):
            assert systemd.hear("WATCHDOG=1", "RELOADING=1", "STOPPING=1").startswith("WATCHDOG=1")
        assert "the earlier one stays" in systemd.err.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"composed_office"', '"composed_office"\nsource = "telegram"'),
        ('listen = "off"', 'listen = "127.0.0.1:99999"'),
    ],
    ids=["an account that is not there", "a port that is none"],
)
def test_a_reload_of_what_cannot_be_opened_goes_back_to_the_earlier_one(
    tmp_path: Path, old: str, new: str
) -> None:
    """The file is in order by itself; that it cannot be lived with shows only when it is tried."""
    with supervised(tmp_path) as systemd:
        systemd.hear("READY=1")
        text = systemd.config.read_text(encoding="utf-8")
        systemd.config.write_text(text.replace(old, new), encoding="utf-8")
        systemd.process.send_signal(signal.SIGHUP)
        assert systemd.hear("STOPPING=1", "RELOADING=1").startswith("RELOADING=1")
        assert systemd.hear("STOPPING=1", "READY=1").startswith("READY=1")
        assert systemd.hear("WATCHDOG=1").startswith("WATCHDOG=1")
        assert "the earlier one stays" in systemd.err.read_text(encoding="utf-8")
        systemd.process.send_signal(signal.SIGTERM)
        assert systemd.process.wait(20) == 0


@pytest.mark.parametrize(
    ("line", "code"), [("nonsense = 1", 2), ('[[channel]]\nusername = "composed_office"', 2)]
)
def test_a_start_that_cannot_be_is_never_told_as_ready(
    tmp_path: Path, line: str, code: int
) -> None:
    (tmp_path / "channels.toml").write_text(
        f'[[channel]]\nusername = "composed_office"\n{line}\n', encoding="utf-8"
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(0)
        ran = subprocess.run(
            [sys.executable, "-m", "monitor", "run"], cwd=tmp_path, capture_output=True,
            env=os.environ | {
                "PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": str(tmp_path / "notify"),
            }, timeout=30, check=False,
        )  # fmt: skip
        assert ran.returncode == code
        with pytest.raises(BlockingIOError):
            heard.recv(4096)
