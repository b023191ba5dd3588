"""No secret in anything that any command says or keeps, however talkative it is."""

import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.sources.telegram import client
from tests.cli.running import Terminal
from tests.cli.telegram.serving import CLOSURE, HASH, PHONE, configure, one, running, typed
from tests.telegram_server import Channel, TelegramServer

CODE, PASSWORD, PROXY = "76543", "correct horse", "hush-hush"


def test_no_secret_in_any_output_or_file(
    terminal: Terminal, server: TelegramServer, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command that speaks to Telegram or tells of it, with --verbose, through a proxy."""
    proxy = server.socks5("me", PROXY)
    monkeypatch.setenv("MONITOR_TELEGRAM_PROXY", f"socks5://me:{PROXY}@127.0.0.1:{proxy.port}")
    server.add_user(PHONE, code=CODE, password=PASSWORD)
    at = datetime.now(UTC) - timedelta(hours=9)
    server.fill(channel, 5, start=at, every=timedelta(hours=1))
    server.post(channel, CLOSURE)
    configure(terminal, server, more="join = true")
    said = ""

    def say(*words: str, lines: str = "") -> None:
        nonlocal said
        done = typed(terminal, lines, "--verbose", *words)
        assert done.returncode in {0, 1, 3}, done.stderr
        said += f"$ {' '.join(words)}\n{done.stdout}{done.stderr}"

    say("login", lines=f"99999\n{CODE}\nwrong\n{PASSWORD}\n")
    say("check")
    say("collect")
    server.fail("*", "error", 400, f"PHONE_{PHONE}_HASH_{HASH}")
    say("backfill", "--since", "2026-01-01")
    server.fail("messages.GetHistory", "drop", times=9)
    say("backfill", "--since", "2025-01-01")
    server.mend()
    for words in (
        ["status"],
        ["findings"],
        ["cases"],
        ["detect"],
        ["report", "--week", "2026-W40"],
    ):
        say(*words)
    with running(terminal) as service:
        told = terminal.folder / "run.err"
        server.wait_until(lambda: "watching" in told.read_text())
        server.kick()
        service.send_signal(signal.SIGTERM)
        assert service.wait(10) == 0
    server.revoke()
    say("collect", "--source", "telegram")
    assert "login --account 1" in said
    proxy.close()
    say("login")
    session = terminal.folder / "private"
    files = {
        path: path.read_bytes()
        for path in terminal.folder.rglob("*")
        if path.is_file() and session not in path.parents
    }
    assert {"run.err", "monitor.db"} <= {path.name for path in files}
    for secret in (PHONE, PHONE[1:], HASH, CODE, PASSWORD, PROXY):
        assert secret not in said, secret
        for path, body in files.items():
            assert secret.encode() not in body, (secret, path.name)


def test_the_missing_cipher_is_said_once(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    configure(terminal, server)
    monkeypatch.setitem(sys.modules, "cryptg", None)
    monkeypatch.setattr(client, "_warned", set())
    second = server.authorise(terminal.folder / "private" / "two.session", user=8)
    monkeypatch.setenv("MONITOR_SESSION_2", str(second))
    assert terminal.ok("collect").err.count("cryptg is not installed") == 1
    monkeypatch.undo()


def test_pushes_stop_when_the_account_left_and_the_timer_goes_on(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Membership is what Telegram says it is, not what was asked for once."""
    at = datetime.now(UTC).replace(microsecond=0)
    server.fill(channel, 5, start=at - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server, more="join = true")
    terminal.ok("collect")
    joined = "SELECT joined FROM account_peer"
    assert (channel.members, one(terminal, joined)) == ({7}, 1)
    server.change(channel, members=set())
    configure(terminal, server)
    later = (at + timedelta(hours=3)).isoformat()
    new = server.post(channel, "unheard")
    terminal.ok("collect", "--now", later)
    assert one(terminal, joined) == 0
    assert one(terminal, "SELECT max(id) FROM post") == new
