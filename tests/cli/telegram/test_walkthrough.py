"""The whole way of one channel, by the commands that a user types: signed in, read, left, gone."""

import signal
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.running import Terminal
from tests.cli.telegram.serving import CLOSURE, PHONE, configure, one, running, stored, typed
from tests.telegram_server import Channel, TelegramServer


@pytest.mark.timeout(180)
def test_from_login_to_the_end_of_a_channel(
    terminal: Terminal, server: TelegramServer, channel: Channel
) -> None:
    server.add_user(PHONE, code="76543")
    at = datetime.now(UTC).replace(microsecond=0)
    server.fill(channel, 5000, start=at - timedelta(hours=5010), every=timedelta(hours=1))
    configure(terminal, server, more="join = true")
    assert typed(terminal, "76543\n", "login").returncode == 0
    read = typed(terminal, "", "backfill", "--since", "2000-01-01")
    assert "5000 new posts" in read.stdout
    assert stored(terminal) == list(range(1, 5001))
    with running(terminal) as service:
        server.wait_until(lambda: one(terminal, "SELECT joined FROM account_peer"))
        said = terminal.folder / "run.err"
        server.wait_until(lambda: "watching" in said.read_text())
        new = server.post(channel, CLOSURE)
        server.wait_until(lambda: new in stored(terminal))
        server.edit(channel, 4999, "ویرایش")
        server.delete(channel, 4998)
        server.wait_until(lambda: one(terminal, "SELECT deleted_at FROM post WHERE id = 4998"))
        server.change(channel, username="farsna_new")
        server.wait_until(lambda: one(terminal, "SELECT username FROM channel") == "farsna_new", 30)
        service.send_signal(signal.SIGTERM)
        assert service.wait(10) == 0
    server.delete_channel(channel)
    now = at.isoformat()
    for hours in (2, 4):
        now = (at + timedelta(hours=hours)).isoformat()
        gone = typed(terminal, "", "collect", "--now", now)
        assert gone.returncode == 0, gone.stderr
    found = terminal.ok("findings", "--json", "--now", now).json
    kinds = {f["kind"] for f in found}
    assert {"closure_notice", "post_edited", "post_deleted", "username_changed", "gone"} <= kinds
    case = terminal.ok("cases", "--json", "--now", now).json[0]
    assert (case["channel"], case["state"]) == ("farsna_new", "gone")
