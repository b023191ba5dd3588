"""`run` that cannot start says what is wrong and what to do, with the exit code of its kind."""

import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import Terminal
from tests.cli.telegram.serving import HASH, configure, environment
from tests.page_server import PageServer, ServedChannel
from tests.telegram_server import TelegramServer

ALONE = '[service]\nlisten = "off"\n'
"""Else two of these tests would want the same port."""


def started(terminal: Terminal, *words: str) -> tuple[int, str]:
    """Run the service until it ends by itself; it has to."""
    ended = terminal.type("run", *words)
    assert "Traceback" not in ended.err
    assert "watching" not in ended.err
    return ended.code, ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[channel]]\nusername = "composed_office"\nsource = "fax"\n', "source"),
        ('[[channel]]\nusername = "composed_office"\n[report]\ntimezone = "Mars/Base"\n', "Mars"),
        (
            '[[channel]]\nusername = "composed_office"\n[service]\nstop_within = "soon"\n',
            "stop_within",
        ),
        ('[[channel]\nusername = "composed_office"\n', "channels.toml"),
        ("", "[[channel]]"),
    ],
)
def test_a_bad_configuration_ends_with_2_and_names_what_is_wrong(
    terminal: Terminal, text: str, said: str
) -> None:
    (terminal.folder / "channels.toml").write_text(text)
    code, err = started(terminal)
    assert (code, said in err) == (2, True), err
    assert not (terminal.folder / "monitor.db").exists()


def test_no_configuration_ends_with_2(terminal: Terminal) -> None:
    code, err = started(terminal)
    assert (code, "channels.toml" in err) == (2, True), err


@pytest.mark.parametrize("place", ["monitor-evidence", "reports"])
def test_a_folder_that_cannot_be_written_ends_with_1_and_is_named(
    terminal: Terminal, place: str
) -> None:
    """At the start, not on the Monday when the first report is due."""
    with PageServer([ServedChannel("composed_office")]) as server:
        terminal.configure(server.base_url, "composed_office", more=ALONE)
        (terminal.folder / place).write_text("in the way")
        code, err = started(terminal)
    assert (code, place in err) == (1, True), err


def test_a_database_where_nothing_can_be_written_ends_with_1(terminal: Terminal) -> None:
    """Root may write everywhere but in the kernel's own folders."""
    if not Path("/proc/self").exists():
        pytest.skip("needs Linux's /proc, in which nobody can make a file")
    with PageServer([ServedChannel("composed_office")]) as server:
        terminal.configure(server.base_url, "composed_office", more=ALONE)
        code, err = started(terminal, "--database", "sqlite:////proc/monitor.db")
    assert (code, "/proc/monitor.db" in err) == (1, True), err


def test_an_older_database_ends_with_1_and_the_command_that_mends_it(terminal: Terminal) -> None:
    terminal.ok("migrate")
    with closing(sqlite3.connect(terminal.folder / "monitor.db")) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    with PageServer([ServedChannel("composed_office")]) as server:
        terminal.configure(server.base_url, "composed_office", more=ALONE)
        code, err = started(terminal)
    assert (code, "older schema 0001" in err, "channel-monitor migrate" in err) == (1, True, True)


def test_a_session_that_was_revoked_ends_with_3_and_the_command_that_mends_it(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TelegramServer() as server:
        session = server.authorise(terminal.folder / "private" / "one.session")
        for name, value in (("API_ID", "12345"), ("API_HASH", HASH), ("SESSION", str(session))):
            monkeypatch.setenv(f"MONITOR_{name}", value)
        server.add_channel(1001, "Composed", username="composed_office")
        configure(terminal, server, "composed_office")
        server.revoke()
        code, err = started(terminal)
    assert (code, "channel-monitor login" in err) == (3, True), err


def test_an_account_that_is_not_configured_ends_with_2(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_ID", "API_HASH", "PHONE", "SESSION"):
        monkeypatch.delenv(f"MONITOR_{name}", raising=False)
    with TelegramServer() as server:
        configure(terminal, server, "composed_office")
        code, err = started(terminal)
    assert (code, "MONITOR_API_ID" in err) == (2, True), err


def test_a_second_service_ends_with_1_and_names_the_first(terminal: Terminal) -> None:
    with PageServer([ServedChannel("composed_office")]) as server:
        terminal.configure(server.base_url, "composed_office", more=ALONE)
        first = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run"],
            cwd=terminal.folder, env=environment(), stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert first.stderr is not None
        assert any("watching" in line for line in first.stderr)
        code, err = started(terminal)
        first.terminate()
        assert first.wait(20) == 0
        first.stderr.close()
    assert (code, f"process {first.pid}" in err) == (1, True), err


def test_a_port_that_is_taken_ends_with_1_and_is_named(terminal: Terminal) -> None:
    with (
        PageServer([ServedChannel("composed_office")]) as server,
        socket.create_server(("127.0.0.1", 0)) as taken,
    ):
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        terminal.configure(
            server.base_url, "composed_office", more=f'[service]\nlisten = "{place}"\n'
        )
        code, err = started(terminal)
    assert (code, place in err) == (1, True), err
