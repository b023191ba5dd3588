"""`login` against a real MTProto server: phone and code, and who may read the session."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import Terminal
from tests.cli.telegram.serving import HASH, PHONE, configure, typed
from tests.telegram_server import TelegramServer


def test_login_makes_a_private_session_and_says_no_secret(
    terminal: Terminal, server: TelegramServer
) -> None:
    """Greps all that a verbose login says for the phone, the code and the hash."""
    server.add_user(PHONE, code="76543")
    configure(terminal, server)
    done = typed(terminal, "11111\n76543\n", "login", "--verbose")
    assert done.returncode == 0, done.stderr
    session = terminal.folder / "private" / "one.session"
    assert done.stdout == f"account 1: signed in; session at {session}\n"
    assert session.stat().st_mode & 0o777 == 0o600
    assert session.parent.stat().st_mode & 0o777 == 0o700
    for secret in (PHONE, PHONE[1:], "76543", HASH, "12345"):
        assert secret not in done.stdout + done.stderr
    again = typed(terminal, "", "login")
    assert "signed in already" in again.stdout


def test_login_ends_with_3_where_only_a_person_can_help(
    terminal: Terminal, server: TelegramServer
) -> None:
    configure(terminal, server)
    assert "no account with this phone" in terminal.type("login").err
    server.add_user(PHONE)
    wrong = typed(terminal, "1111\n2222\n3333\n", "login")
    assert wrong.returncode == 3
    assert "wrong 3 times" in wrong.stderr
    assert typed(terminal, "", "login").returncode == 3
    server.ban()
    banned = terminal.type("login")
    assert (banned.code, "banned" in banned.err) == (3, True)


def test_an_open_session_file_is_refused(
    terminal: Terminal, server: TelegramServer, signed_in: Path
) -> None:
    configure(terminal, server)
    signed_in.chmod(0o644)
    refused = terminal.type("login")
    assert (refused.code, "chmod 600" in refused.err) == (2, True)
    signed_in.chmod(0o600)
    signed_in.parent.chmod(0o755)
    assert "chmod 700" in terminal.type("collect").err


def test_no_account_is_said_with_the_variables(
    terminal: Terminal, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MONITOR_API_ID")
    monkeypatch.delenv("MONITOR_API_HASH")
    configure(terminal, server)
    for words in (["collect"], ["login"]):
        refused = terminal.type(*words)
        assert (refused.code, "MONITOR_API_ID" in refused.err) == (2, True)


@pytest.mark.parametrize("given", ["asked", "environment"])
def test_the_two_step_password_is_asked_or_taken_from_the_environment(
    terminal: Terminal, server: TelegramServer, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    server.add_user(PHONE, code="76543", password="کلمه secret")
    configure(terminal, server)
    lines = "76543\nwrong\nکلمه secret\n"
    if given == "environment":
        monkeypatch.setenv("MONITOR_PASSWORD", "کلمه secret")
        lines = "76543\n"
    done = typed(terminal, lines, "login", "--verbose")
    assert done.returncode == 0, done.stderr
    assert "کلمه" not in done.stdout + done.stderr
    assert "signed in already" in typed(terminal, "", "login").stdout


def test_a_password_that_is_wrong_three_times_ends_with_3(
    terminal: Terminal, server: TelegramServer
) -> None:
    server.add_user(PHONE, code="76543", password="right")
    configure(terminal, server)
    done = typed(terminal, "76543\na\nb\nc\n", "login")
    assert (done.returncode, "two-step password was wrong 3 times" in done.stderr) == (3, True)


@pytest.mark.parametrize("password", ["", "right"])
def test_a_scanned_code_signs_in(terminal: Terminal, server: TelegramServer, password: str) -> None:
    """The code is drawn; its address, which is a key, is not written."""
    server.add_user(PHONE, password=password)
    configure(terminal, server)
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "login", "--qr", "--verbose"],
        cwd=terminal.folder, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip

        def asked_twice() -> bool:
            server.scan()
            return server.count("auth.ExportLoginToken") >= 2

        server.wait_until(asked_twice)
        out, err = process.communicate(f"{password}\n", timeout=20)
    assert (process.returncode, "signed in" in out) == (0, True), err
    assert "█" in err
    assert "tg://login" not in out + err


def test_all_goes_through_the_proxy(
    terminal: Terminal, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SOCKS5 with a password, then MTProxy; a refused password is an error that names no secret."""
    server.add_user(PHONE, code="76543")
    configure(terminal, server)
    socks, secret = server.socks5("me", "hush"), bytes(range(0xDD, 0xED))
    monkeypatch.setenv("MONITOR_TELEGRAM_PROXY", f"socks5://me:wrong@127.0.0.1:{socks.port}")
    refused = typed(terminal, "76543\n", "login", "--verbose")
    assert refused.returncode == 1
    assert "proxy" in refused.stderr
    assert "wrong@" not in refused.stderr
    assert (socks.used, socks.refused > 0) == (0, True)
    monkeypatch.setenv("MONITOR_TELEGRAM_PROXY", f"socks5://me:hush@127.0.0.1:{socks.port}")
    done = typed(terminal, "76543\n", "login", "--verbose")
    assert (done.returncode, socks.used) == (0, 1), done.stderr
    assert "hush" not in done.stdout + done.stderr
    mtproxy = server.mtproxy(secret)
    for form in (secret.hex(), f"dd{secret.hex()}"):
        monkeypatch.setenv("MONITOR_TELEGRAM_PROXY", f"mtproxy://{form}@127.0.0.1:{mtproxy.port}")
        through = typed(terminal, "", "login", "--verbose")
        assert "signed in already" in through.stdout, through.stderr
        assert secret.hex() not in through.stdout + through.stderr
    assert (mtproxy.used, mtproxy.refused) == (2, 0)


def test_check_says_how_each_channel_is_read(terminal: Terminal, server: TelegramServer) -> None:
    """By page and through an account, with the pace of each."""
    configure(terminal, server)
    file = terminal.folder / "channels.toml"
    only = terminal.ok("check")
    assert "1 through an account: each is asked after every 0:05:00 to 1:00:00" in only.err
    assert "public pages" not in only.err
    paged = '[[channel]]\nusername = "irna"\n'
    file.write_text(paged + file.read_text(encoding="utf-8"), encoding="utf-8")
    both = terminal.ok("check")
    assert "1 by public pages" in both.err
    assert "1 through an account" in both.err
