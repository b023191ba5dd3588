"""Whatever breaks on the way: no post is lost, none doubled, no state is wrong."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.running import Terminal
from tests.cli.telegram.serving import START, configure, rows, stored
from tests.telegram_server import Channel, TelegramServer

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


def test_a_server_that_drops_every_request_is_not_stormed(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Telethon alone would connect and ask again thousands of times a second."""
    server.fill(channel, 5, start=datetime.now(UTC) - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server, more="resolves_per_minute = 20")
    server.fail("contacts.ResolveUsername", "drop", times=100_000)
    assert terminal.type("collect").code == 1
    assert server.count("contacts.ResolveUsername") < 20
    assert server.count("users.GetUsers") < 20
    assert rows(terminal, "SELECT DISTINCT state FROM probe") == [("unreachable",)]
    server.mend()
    terminal.ok("collect")
    assert stored(terminal) == list(range(1, 6))


def test_an_absent_channel_is_asked_after_hourly_however_fast_others_are_polled(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Every look costs a resolve, the call that gets accounts banned."""
    configure(terminal, server, more='poll = "2s"\nslowest = "5s"')
    terminal.ok("collect")
    server.delete_channel(channel)
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    terminal.ok("collect", "--now", later)
    asked = server.count("contacts.ResolveUsername")
    soon = (datetime.now(UTC) + timedelta(minutes=2)).isoformat()
    assert "not due yet" in terminal.ok("collect", "--now", soon).err
    assert server.count("contacts.ResolveUsername") == asked
