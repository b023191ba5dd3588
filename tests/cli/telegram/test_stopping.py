"""`run` stopped at awkward moments: a service manager's SIGTERM is never a failure."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.running import Terminal
from tests.cli.telegram.serving import PHONE, configure, environment, running, typed
from tests.telegram_server import Channel, TelegramServer


def caught(process: subprocess.Popen[bytes], number: signal.Signals) -> bool:
    """Return whether a process has a handler for a signal yet."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    except OSError:
        pytest.skip("needs Linux's /proc")
    mask = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(mask.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.parametrize("later_s", [0.0, 0.2, 0.5, 1.0])
def test_sigterm_while_it_starts_is_a_clean_end(
    terminal: Terminal, server: TelegramServer, signed_in: Path, later_s: float
) -> None:
    """From the first handler on, whatever is being imported or opened at that moment."""
    configure(terminal, server)
    with running(terminal) as process:
        server.wait_until(lambda: caught(process, signal.SIGTERM))
        time.sleep(later_s)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert "Traceback" not in (terminal.folder / "run.err").read_text()


def test_the_first_handler_stands_before_anything_heavy_is_imported() -> None:
    """Else the second that imports take would be one in which SIGTERM is a failure."""
    seen = subprocess.run(
        [sys.executable, "-c", "import sys, monitor.cli; print(*sys.modules)"],
        env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    heavy = {"typer", "telethon", "sqlalchemy", "pydantic", "structlog"}
    assert not heavy & set(seen.stdout.split())


@pytest.mark.timeout(120)
def test_sigterm_while_it_connects_is_a_clean_end(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """The server takes the connection and says nothing, which may last minutes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        configure(terminal, server)
        text = (terminal.folder / "channels.toml").read_text(encoding="utf-8")
        text = text.replace(f"port = {server.port}", f"port = {silent.getsockname()[1]}")
        text = text.replace('1000\ntimeout = "2s"', '1000\ntimeout = "60s"')
        (terminal.folder / "channels.toml").write_text(text, encoding="utf-8")
        with running(terminal) as process:
            silent.settimeout(45)
            taken, _ = silent.accept()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            taken.close()
    assert "Traceback" not in (terminal.folder / "run.err").read_text()


def test_the_service_goes_on_while_somebody_is_about_to_sign_in(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """`login` holds the session file while a person looks for the code."""
    configure(terminal, server, more="join = true")
    monkeypatch.setenv("MONITOR_PHONE", "+1007")
    said = terminal.folder / "run.err"
    with running(terminal) as process:
        server.wait_until(lambda: "watching" in said.read_text())
        server.revoke()
        server.kick()
        server.wait_until(lambda: "public pages are read instead" in said.read_text())
        login = subprocess.Popen(
            [sys.executable, "-m", "monitor", "login"],
            cwd=terminal.folder, env=environment(), text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        server.wait_until(lambda: server.count("auth.SendCode"))
        server.wait_until(lambda: "account must wait" in said.read_text())
        time.sleep(2)
        assert process.poll() is None
        login.communicate("12345\n", timeout=20)
        assert login.returncode == 0
        server.wait_until(lambda: "visited channel=farsna looked_again" in said.read_text(), 30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert said.read_text().count("account must wait") == 1


@pytest.mark.parametrize("at_a_terminal", [False, True])
def test_ctrl_c_at_a_question_ends_at_once(
    terminal: Terminal, server: TelegramServer, *, at_a_terminal: bool
) -> None:
    """Not only after the next Enter."""
    server.add_user(PHONE, code="76543")
    configure(terminal, server)
    keyboard, screen = os.openpty() if at_a_terminal else os.pipe()[::-1]
    login = subprocess.Popen(
        [sys.executable, "-m", "monitor", "login"],
        cwd=terminal.folder, env=environment(), text=True, encoding="utf-8",
        stdin=screen, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert login.stderr is not None
    asked = "".join(iter(lambda: login.stderr.read(1), ":"))  # type: ignore[union-attr]
    assert asked.endswith("Code that Telegram sent")
    time.sleep(0.5)
    login.send_signal(signal.SIGINT)
    _, said = login.communicate(timeout=10)
    assert (login.returncode, "stopped" in said, "Traceback" in said) == (130, True, False)
    os.close(keyboard)
    os.close(screen)


def test_a_forgotten_key_prints_no_traceback(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Telethon leaves the error that ended a connection unread; the event loop would print it."""
    configure(terminal, server)
    server.forget_keys()
    ended = typed(terminal, "", "collect", "--source", "telegram")
    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr
    assert "login --account 1" in ended.stderr


def test_a_database_of_another_kind_is_no_session_file(
    terminal: Terminal, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telethon would add its tables to it."""
    configure(terminal, server)
    terminal.ok("migrate")
    folder = terminal.folder / "private"
    folder.mkdir(mode=0o700)
    other = folder / "other.session"
    other.write_bytes((terminal.folder / "monitor.db").read_bytes())
    other.chmod(0o600)
    before = other.read_bytes()
    monkeypatch.setenv("MONITOR_SESSION", str(other))
    refused = terminal.type("login")
    assert (refused.code, "is no session file of Telethon" in refused.err) == (2, True)
    assert other.read_bytes() == before
