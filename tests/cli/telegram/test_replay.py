"""What an account was told is evidence: read back into an empty store, it gives the same facts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import Fetched
from monitor.sources.fields import BadRow
from monitor.sources.told import as_told
from tests.cli.running import Terminal
from tests.cli.telegram.serving import CLOSURE, configure, rows
from tests.telegram_server import Channel, TelegramServer

# A first look by name tells no description and leaves no evidence: full information does.
FACTS = (
    "SELECT id, at, text, links, views_low, forwards, edited_at, deleted_at FROM post ORDER BY id",
    "SELECT id, text, observed_at FROM post_revision ORDER BY observed_at",
    "SELECT low, high, source, title FROM subscriber_count WHERE source = 'telegram' ORDER BY at",
    "SELECT username, title, about, pinned_id FROM profile WHERE about IS NOT NULL ORDER BY at",
    "SELECT telegram_id, username FROM channel",
)


def test_an_archive_gives_the_same_facts_again(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Posts, an edit into a closure notice, a deletion, exact counts and a new description."""
    at = datetime.now(UTC).replace(microsecond=0)
    server.fill(channel, 30, start=at - timedelta(hours=20), every=timedelta(minutes=30))
    configure(terminal, server)
    terminal.ok("backfill", "--since", "2026-01-01")
    server.edit(channel, 29, CLOSURE, push=False)
    server.delete(channel, 28, push=False)
    terminal.ok("collect", "--now", (at + timedelta(hours=2)).isoformat())
    server.change(channel, about="ما رفتیم", pinned=3)
    last = (at + timedelta(hours=28)).isoformat()
    terminal.ok("collect", "--now", last)
    before = [rows(terminal, query) for query in FACTS]
    assert any(row[7] for row in before[0]), "a deletion is among them"
    archive = (terminal.folder / "monitor-evidence").rename(terminal.folder / "kept")
    for file in terminal.folder.glob("monitor.db*"):
        file.unlink()
    terminal.ok("import", archive)
    assert [rows(terminal, query) for query in FACTS] == before
    kinds = {f["kind"] for f in terminal.ok("findings", "--json", "--now", last).json}
    assert {"closure_notice", "post_edited", "post_deleted", "about_changed"} <= kinds
    held = rows(terminal, "SELECT count(*) FROM evidence")
    assert "posts (0 new)" in terminal.ok("import", archive).out
    assert [rows(terminal, query) for query in FACTS] == before
    assert rows(terminal, "SELECT count(*) FROM evidence") == held


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("tg://channel?from=1&to=2", b"{}\n"),
        ("tg://channel?id=0&from=1&to=2", b""),
        ("tg://channel?id=1&name=no+name&from=1&to=2", b""),
        ("tg://channel?id=1&from=1&to=2", b'{"id": 1}\n'),
        ("tg://channel?id=1&from=1&to=2", b'{"id": 0, "at": "2026-01-01T00:00:00Z"}\n'),
        ("tg://channel?id=1&from=1&to=2", b'{"id": 1, "at": "1999-01-01T00:00:00Z"}\n'),
        ("tg://channel?id=1&from=1&to=2", b"\xff\xfe"),
        ("tg://channel?id=1&full=farsna", b"[]"),
        ("tg://channel?id=1&deleted=1-1", b'{"gone": 1}\n'),
    ],
)
def test_a_record_that_is_not_ours_is_refused(address: str, body: bytes) -> None:
    with pytest.raises(BadRow):
        as_told(Fetched(address, datetime(2026, 1, 1, tzinfo=UTC), 200, body))


def test_a_record_without_a_name_is_of_its_id() -> None:
    """As the first archives have them."""
    at = b'{"id": 5, "at": "2026-01-01T00:00:00Z", "text": "x"}\n'
    told = as_told(
        Fetched("tg://channel?id=7&from=5&to=5", datetime(2026, 1, 2, tzinfo=UTC), 200, at)
    )
    assert (told.telegram_id, told.username, [p.text for p in told.posts]) == (7, None, ["x"])
