"""The command line against a real MTProto server on loopback, with the real Telethon client."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.running import Terminal
from tests.telegram_server import Channel, TelegramServer

HASH = "0123456789abcdef0123456789abcdef"
PHONE = "+9891234567"
CLOSURE = "این کانال از امروز فعالیت نمی‌کند. ما را در سروش دنبال کنید: https://splus.ir/farsna"
START = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as running:
        yield running


@pytest.fixture
def channel(server: TelegramServer) -> Channel:
    return server.add_channel(1001, "خبرگزاری", username="farsna", about="رسمی", participants=4321)


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_API_ID", "12345")
    monkeypatch.setenv("MONITOR_API_HASH", HASH)
    monkeypatch.setenv("MONITOR_PHONE", PHONE)
    monkeypatch.setenv("MONITOR_SESSION", str(tmp_path / "private" / "one.session"))


def configure(
    terminal: Terminal, server: TelegramServer, *names: str, more: str = "", pages: str = ""
) -> None:
    channels = "".join(
        f'[[channel]]\nusername = "{n}"\nsource = "telegram"\n' for n in names or ("farsna",)
    )
    (terminal.folder / "channels.toml").write_text(
        f'{channels}[sources.preview]\nbase_url = "{pages or "http://127.0.0.1:9"}"\n'
        'attempts = 1\ntimeout = "1s"\nrequests_per_second = 500\n'
        f'[sources.telegram]\nrequests_per_second = 1000\ntimeout = "2s"\n{more}\n'
        f'[sources.telegram.server]\nhost = "{server.host}"\nport = {server.port}\n'
        f'public_key = """{server.public_key}"""\n',
        encoding="utf-8",
    )


@pytest.fixture
def signed_in(tmp_path: Path, server: TelegramServer) -> Path:
    return server.authorise(tmp_path / "private" / "one.session")


def rows(terminal: Terminal, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(terminal.folder / "monitor.db")) as raw:
        return raw.execute(query).fetchall()


def stored(terminal: Terminal) -> list[int]:
    return [int(str(i)) for (i,) in rows(terminal, "SELECT id FROM post ORDER BY id")]


def typed(terminal: Terminal, lines: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *words],
        cwd=terminal.folder, input=lines, capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip


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


def test_history_is_read_whole_and_only_once(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    server.fill(channel, 1234, start=START, every=timedelta(hours=1))
    configure(terminal, server)
    terminal.ok("backfill", "--since", "2026-09-20")
    first = stored(terminal)
    assert first == list(range(first[0], 1235))
    terminal.ok("backfill", "--since", "2026-08-01")
    assert stored(terminal) == list(range(1, 1235))
    asked = server.count("messages.GetHistory")
    assert "0 new posts" in terminal.ok("backfill", "--since", "2026-08-01").out
    assert server.count("messages.GetHistory") <= asked + 2
    assert server.count("contacts.ResolveUsername") == 1
    assert rows(terminal, "SELECT count(*) FROM evidence WHERE file IS NULL") == [(0,)]


def test_a_pass_keeps_what_changed_and_findings_say_so(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Views, an edit into a closure notice, a deletion, a rename, and the end of the channel."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20)
    server.fill(channel, 30, start=start, every=timedelta(minutes=30))
    configure(terminal, server)
    terminal.ok("collect")
    counts = rows(terminal, "SELECT low, high, source FROM subscriber_count")
    assert counts == [(4321, 4321, "telegram")]
    server.edit(channel, 29, CLOSURE, push=False)
    server.delete(channel, 28, push=False)
    server.set_views(channel, 30, 777)
    later = datetime.now(UTC) + timedelta(hours=3)
    terminal.ok("collect", "--now", later.isoformat())
    # A post is looked at again when it comes of 1 h, 6 h, 24 h or 7 days.
    server.change(channel, title="خبرگزاری تازه", username="farsna_new")
    after = later + timedelta(hours=20)
    terminal.ok("collect", "--now", after.isoformat())
    assert rows(terminal, "SELECT deleted_at IS NOT NULL FROM post WHERE id = 28") == [(1,)]
    assert rows(terminal, "SELECT views_low FROM post WHERE id = 30") == [(777,)]
    server.delete_channel(channel)
    gone = after + timedelta(hours=2)
    terminal.ok("collect", "--now", gone.isoformat())
    kinds = [f["kind"] for f in terminal.ok("findings", "--json", "--now", gone.isoformat()).json]
    assert "gone" not in kinds, "one probe is not enough"
    certain = (gone + timedelta(hours=2)).isoformat()
    terminal.ok("collect", "--now", certain)
    found = terminal.ok("findings", "--json", "--now", certain).json
    kinds = [f["kind"] for f in found]
    for kind in ("closure_notice", "post_edited", "post_deleted", "username_changed",
                 "title_changed", "gone"):  # fmt: skip
        assert kind in kinds, kind
    assert {f["channel"] for f in found} == {"farsna_new"}
    cases = terminal.ok("cases", "--json", "--now", certain).json
    assert [(c["channel"], c["state"]) for c in cases] == [("farsna_new", "gone")]
    assert server.count("contacts.ResolveUsername") == 3, "once, and at each probe of the absence"


def test_a_banned_account_hands_its_channels_over(
    terminal: Terminal, server: TelegramServer, signed_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 5):
        made = server.add_channel(1000 + number, f"ch {number}", username=f"channel{number}")
        server.fill(made, 5, start=datetime.now(UTC) - timedelta(hours=9), every=timedelta(hours=1))
    second = server.authorise(terminal.folder / "private" / "two.session", user=8)
    monkeypatch.setenv("MONITOR_SESSION_2", str(second))
    configure(terminal, server, *(f"channel{n}" for n in range(1, 5)))
    terminal.ok("collect")
    assert server.count("contacts.ResolveUsername", 7) == 2
    assert server.count("contacts.ResolveUsername", 8) == 2
    server.ban(7)
    ahead = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    terminal.ok("collect", "--now", ahead)
    assert server.count("contacts.ResolveUsername", 8) == 4
    standing = terminal.ok("status", "--json").json["accounts"]
    assert [(s["account"], s["state"]) for s in standing] == [("1", "banned"), ("2", "ready")]


def test_a_revoked_session_ends_with_3_and_the_remedy(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    configure(terminal, server)
    terminal.ok("collect")
    server.revoke()
    refused = terminal.type("collect", "--source", "telegram")
    assert refused.code == 3
    assert "channel-monitor login --account 1" in refused.err
    server.forget_keys()
    assert terminal.type("backfill", "--since", "2026-01-01").code == 3


def test_a_long_flood_is_kept_across_restarts_and_shown(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    server.fill(channel, 3, start=datetime.now(UTC) - timedelta(hours=3), every=timedelta(hours=1))
    configure(terminal, server, more='patience = "2s"')
    server.fail("messages.GetHistory", "error", 420, "FLOOD_WAIT_3000")
    held = terminal.type("collect")
    assert (held.code, "must wait" in held.err) == (1, True)
    asked = server.count("messages.GetHistory")
    again = terminal.type("collect")
    assert again.code == 1
    assert server.count("messages.GetHistory") == asked, "nobody asks before it ends"
    flood = terminal.ok("status", "--json").json["floods"]
    assert [(f["method"], 2900 < f["left_s"] <= 3000) for f in flood] == [
        ("messages.GetHistory", True)
    ]
    over = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    terminal.ok("collect", "--now", over)
    assert stored(terminal) == [1, 2, 3]
    assert rows(terminal, "SELECT count(*) FROM probe WHERE state = 'unreachable'") == [(0,)]


FAULTS = [
    ("messages.GetHistory", ("error", 420, "FLOOD_WAIT_1")),
    ("channels.GetFullChannel", ("error", 420, "FLOOD_WAIT_1")),
    ("contacts.ResolveUsername", ("error", 420, "FLOOD_WAIT_1")),
    ("messages.GetHistory", ("error", 420, "FLOOD_PREMIUM_WAIT_1")),
    ("messages.GetHistory", ("error", 500, "INTERDC_1_CALL_ERROR")),
    ("messages.GetHistory", ("drop",)),
    ("messages.GetHistory", ("half",)),
    ("messages.GetHistory", ("hang",)),
    ("channels.GetFullChannel", ("drop",)),
]


@pytest.mark.parametrize(("method", "fault"), FAULTS, ids=[f"{m}-{f[-1]}" for m, f in FAULTS])
def test_a_fault_loses_no_post_and_doubles_none(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path,
    method: str, fault: tuple[str, int, str],
) -> None:  # fmt: skip
    server.fill(channel, 250, start=START, every=timedelta(hours=1))
    configure(terminal, server, more='first = "3650d"')
    server.fail(method, *fault)
    terminal.ok("collect")
    assert stored(terminal) == list(range(1, 251))
    assert rows(terminal, "SELECT DISTINCT state FROM probe") == [("ok",)]


def test_a_turned_salt_and_a_wrong_clock_are_corrected(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    server.fill(channel, 50, start=START, every=timedelta(hours=1))
    configure(terminal, server, more='first = "3650d"')
    server.rotate_salt()
    server.skew(7200)
    terminal.ok("collect")
    assert stored(terminal) == list(range(1, 51))


def test_a_closed_channel_is_no_outage_and_an_outage_no_closure(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    server.fill(channel, 5, start=datetime.now(UTC) - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server)
    terminal.ok("collect")
    server.change(channel, closed=True)
    first = datetime.now(UTC) + timedelta(hours=2)
    terminal.ok("collect", "--now", first.isoformat())
    server.stop_listening()
    broken = terminal.type("collect", "--now", (first + timedelta(hours=2)).isoformat())
    assert broken.code == 1, broken
    assert rows(terminal, "SELECT state FROM probe ORDER BY id")[-1] == ("unreachable",)
    now = (first + timedelta(hours=3)).isoformat()
    assert "private" not in {
        f["kind"] for f in terminal.ok("findings", "--json", "--now", now).json
    }


def test_no_account_is_said_with_the_variables(
    terminal: Terminal, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MONITOR_API_ID")
    monkeypatch.delenv("MONITOR_API_HASH")
    configure(terminal, server)
    for words in (["collect"], ["login"]):
        refused = terminal.type(*words)
        assert (refused.code, "MONITOR_API_ID" in refused.err) == (2, True)


@contextmanager
def running(terminal: Terminal) -> Iterator[subprocess.Popen[bytes]]:
    with (terminal.folder / "run.err").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run", "--verbose"],
            cwd=terminal.folder, stdout=said, stderr=said, env=dict(os.environ),
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_service_stores_pushes_and_survives_what_breaks(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Post, edit and deletion as pushed; then a kick, and a post that nobody pushed."""
    server.fill(channel, 10, start=datetime.now(UTC) - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server, more="join = true")

    def one(query: str) -> object:
        try:
            return rows(terminal, query)[0][0]
        except (IndexError, sqlite3.OperationalError):
            return None

    with running(terminal) as process:
        server.wait_until(lambda: one("SELECT last_success FROM visit") is not None)
        server.wait_until(lambda: one("SELECT count(*) FROM request_count") not in (None, 0))
        new = server.post(channel, CLOSURE)
        server.wait_until(lambda: one(f"SELECT text FROM post WHERE id = {new}") == CLOSURE)
        server.edit(channel, 3, "ویرایش")
        server.wait_until(lambda: one("SELECT text FROM post WHERE id = 3") == "ویرایش")
        server.delete(channel, 4)
        server.wait_until(lambda: one("SELECT deleted_at FROM post WHERE id = 4") is not None)
        missed = server.post(channel, "گم‌شده", push=False)
        server.kick()
        server.wait_until(lambda: one(f"SELECT id FROM post WHERE id = {missed}") == missed)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert stored(terminal) == list(range(1, missed + 1))
    kinds = {f["kind"] for f in json.loads(terminal.ok("findings", "--json").out)}
    assert {"closure_notice", "destination_link", "post_deleted", "post_edited"} <= kinds
    said = (terminal.folder / "run.err").read_text()
    assert HASH not in said
    assert PHONE[1:] not in said


def test_a_killed_backfill_stores_every_post_once(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    server.fill(channel, 3000, start=START - timedelta(days=90), every=timedelta(hours=1))
    configure(terminal, server)
    for pages in (1, 7, 13):
        before = server.count("messages.GetHistory")
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "backfill", "--since", "2020-01-01"],
            cwd=terminal.folder, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        server.wait_until(lambda b=before, p=pages: server.count("messages.GetHistory") >= b + p)  # type: ignore[misc]  # mypy and defaults
        process.kill()
        process.wait()
        server.post(channel, "در راه", at=datetime.now(UTC))
    terminal.ok("backfill", "--since", "2020-01-01")
    assert stored(terminal) == list(range(1, 3004))
