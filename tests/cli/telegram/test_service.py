"""`run`, the service, as a process of its own."""

import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.running import Terminal
from tests.cli.telegram.serving import (
    CLOSURE,
    HASH,
    PHONE,
    configure,
    one,
    rows,
    running,
    stored,
    typed,
)
from tests.page_server import PageServer, ServedChannel, ServedPost
from tests.telegram_server import Channel, TelegramServer

VISITED = "SELECT last_success IS NOT NULL FROM visit"
REQUESTS = "SELECT count(*) FROM request_count"


def test_the_service_stores_pushes_and_survives_what_breaks(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Post, edit and deletion as pushed; then a kick, and a post that nobody pushed."""
    server.fill(channel, 10, start=datetime.now(UTC) - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server, more="join = true")

    with running(terminal) as process:
        server.wait_until(lambda: one(terminal, VISITED))
        server.wait_until(lambda: one(terminal, REQUESTS))
        new = server.post(channel, CLOSURE)
        server.wait_until(
            lambda: one(terminal, f"SELECT text FROM post WHERE id = {new}") == CLOSURE
        )
        server.edit(channel, 3, "ویرایش")
        server.wait_until(lambda: one(terminal, "SELECT text FROM post WHERE id = 3") == "ویرایش")
        server.delete(channel, 4)
        server.wait_until(lambda: one(terminal, "SELECT deleted_at FROM post WHERE id = 4"))
        missed = server.post(channel, "گم‌شده", push=False)
        server.kick()
        server.wait_until(
            lambda: one(terminal, f"SELECT id FROM post WHERE id = {missed}") == missed
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert stored(terminal) == list(range(1, missed + 1))
    kinds = {f["kind"] for f in json.loads(terminal.ok("findings", "--json").out)}
    assert {"closure_notice", "destination_link", "post_deleted", "post_edited"} <= kinds
    said = (terminal.folder / "run.err").read_text()
    assert HASH not in said
    assert PHONE[1:] not in said


def test_what_telegram_will_not_push_is_read(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """The difference is too long: Telegram tells no posts, only that there are some."""
    server.fill(channel, 5, start=datetime.now(UTC) - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server, more="join = true")
    with running(terminal) as process:
        server.wait_until(lambda: one(terminal, VISITED))
        server.wait_until(lambda: one(terminal, REQUESTS))
        first = server.post(channel, "seen as pushed")
        server.wait_until(lambda: first in stored(terminal))
        for number in range(7):
            server.post(channel, f"never pushed {number}", push=False)
        channel.too_long = True
        last = server.post(channel, "leaves a gap")
        server.wait_until(lambda: stored(terminal) == list(range(1, last + 1)))
        assert not channel.too_long, "it was asked and answered so"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_client_that_gave_up_is_made_anew(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    server.fill(channel, 5, start=datetime.now(UTC) - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server, more="join = true")
    with running(terminal) as process:
        server.wait_until(lambda: len(stored(terminal)) == 5)
        server.stop_listening()
        meanwhile = server.post(channel, "while nobody listened")
        said = terminal.folder / "run.err"
        server.wait_until(lambda: "cannot connect" in said.read_text(), 60)
        assert process.poll() is None
        server.listen_again()
        server.wait_until(lambda: meanwhile in stored(terminal), 60)
        pushed = server.post(channel, "pushed again")
        server.wait_until(lambda: pushed in stored(terminal))
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert stored(terminal) == list(range(1, pushed + 1))
    states = {state for (state,) in rows(terminal, "SELECT state FROM probe")}
    assert states <= {"ok", "unreachable"}
    assert "Traceback" not in said.read_text()


def test_an_account_lost_under_way_is_stood_in_for_by_pages_until_somebody_signs_in(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Started without any account that can ask, it ends with 3 and says what to do."""
    at = datetime.now(UTC).replace(microsecond=0)
    server.fill(channel, 5, start=at - timedelta(hours=9), every=timedelta(hours=1))
    page = ServedChannel("farsna", [ServedPost(n, at - timedelta(hours=n), "P") for n in (1, 2)])
    said = terminal.folder / "run.err"
    with PageServer([page], now=at) as pages:
        configure(terminal, server, more="join = true", pages=pages.base_url)
        with running(terminal) as process:
            server.wait_until(lambda: len(stored(terminal)) == 5)
            server.revoke()
            server.kick()
            server.wait_until(lambda: "public pages are read instead" in said.read_text(), 30)
            server.wait_until(lambda: len(pages.log) > 0, 30)
            # The configuration read anew is no reason to end; nor to ask for a person.
            process.send_signal(signal.SIGHUP)
            server.wait_until(
                lambda: said.read_text().count("public pages are read instead") > 1, 30
            )
            # Written before: the service may have read on before `login` has ended.
            missed = server.post(channel, "after all", push=False)
            monkeypatch.setenv("MONITOR_PHONE", "+1007")
            signed = typed(terminal, "12345\n", "login")
            assert signed.returncode == 0, signed.stderr
            server.wait_until(lambda: missed in stored(terminal), 30)
            server.revoke()
            server.kick()
            server.wait_until(
                lambda: said.read_text().count("public pages are read instead") > 2, 30
            )
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        with running(terminal) as process:
            assert process.wait(20) == 3
        assert "channel-monitor login --account 1" in said.read_text()


def test_one_session_file_has_one_user(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    configure(terminal, server)
    with running(terminal):
        server.wait_until(lambda: one(terminal, VISITED))
        second = terminal.type("login")
    assert (second.code, "used by another process" in second.err) == (1, True)
