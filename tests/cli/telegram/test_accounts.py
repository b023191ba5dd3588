"""Accounts that are banned, revoked or told to wait."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.running import Terminal
from tests.cli.telegram.serving import configure, rows, stored
from tests.telegram_server import Channel, TelegramServer


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
