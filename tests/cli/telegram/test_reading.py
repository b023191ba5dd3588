"""`collect` and `backfill` through an account: history, changes, and the end of a channel."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from telethon import types

from tests.cli.running import Terminal
from tests.cli.telegram.serving import CLOSURE, START, configure, rows, stored
from tests.telegram_server import Channel, TelegramServer


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


def test_an_album_that_two_answers_share_is_one_album(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """An answer ends after a hundred posts, wherever that is; an album at the end is whole too."""
    server.fill(channel, 95, start=START, every=timedelta(hours=1))
    for group in (1, 2):
        for number in range(10):
            server.post(channel, f"photo {number}", at=START + timedelta(days=5), grouped_id=group)
    configure(terminal, server)
    terminal.ok("backfill", "--since", "2020-01-01")
    assert stored(terminal) == list(range(1, 116))
    kept = rows(terminal, "SELECT id, album FROM post WHERE album IS NOT NULL ORDER BY id")
    albums = [list(range(96, 106)), list(range(106, 116))]
    assert kept == [(i, json.dumps(album)) for album in albums for i in album]


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


def test_a_name_that_another_channel_took_is_told_and_not_followed(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    server.fill(channel, 5, start=at - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server)
    terminal.ok("collect")
    server.change(channel, username=None)
    other = server.add_channel(2002, "A stranger", username="farsna")
    server.post(other, "not theirs")
    later = (at + timedelta(hours=30)).isoformat()
    terminal.ok("collect", "--now", later)
    found = terminal.ok("findings", "--json", "--now", later).json
    assert "username_reassigned" in {f["kind"] for f in found}
    assert rows(terminal, "SELECT telegram_id, holds_name FROM channel ORDER BY 1") == [
        (1001, 0), (2002, 1)
    ]  # fmt: skip
    assert rows(terminal, "SELECT count(*) FROM post WHERE text = 'not theirs'") == [(0,)]
    server.post(channel, "theirs")
    terminal.ok("collect", "--now", (at + timedelta(hours=33)).isoformat())
    assert rows(terminal, "SELECT count(*) FROM post WHERE text = 'theirs'") == [(1,)]


def test_a_second_account_asks_by_the_name_of_now(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The first was banned after a rename; the old name has gone to a stranger."""
    at = datetime.now(UTC).replace(microsecond=0)
    server.fill(channel, 5, start=at - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server)
    terminal.ok("collect")
    server.change(channel, username="farsna_new")
    terminal.ok("collect", "--now", (at + timedelta(hours=30)).isoformat())
    server.add_channel(2002, "A stranger", username="farsna")
    second = server.authorise(terminal.folder / "private" / "two.session", user=8)
    monkeypatch.setenv("MONITOR_SESSION_2", str(second))
    server.ban(7)
    new = server.post(channel, "after the rename")
    terminal.ok("collect", "--now", (at + timedelta(hours=33)).isoformat())
    assert stored(terminal)[-1] == new
    assert rows(terminal, "SELECT username FROM channel WHERE telegram_id = 1001") == [
        ("farsna_new",)
    ]


def test_full_information_is_kept_as_it_changes(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Description, pinned post, restriction, and the group that a channel was made from."""
    at = datetime.now(UTC).replace(microsecond=0)
    server.fill(channel, 5, start=at - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server)
    terminal.ok("collect")
    server.change(channel, about="ما رفتیم", pinned=3, migrated_from=55)
    server.service(channel, types.MessageActionChannelMigrateFrom("گروه", 55))
    later = (at + timedelta(hours=30)).isoformat()
    terminal.ok("collect", "--now", later)
    # The first look by name tells no description; on a slow machine it is a second earlier.
    told = "SELECT about, pinned_id, migrated_from FROM profile WHERE about IS NOT NULL ORDER BY at"
    assert rows(terminal, told) == [
        ("رسمی", None, None), ("ما رفتیم", 3, 55)
    ]  # fmt: skip
    assert rows(terminal, "SELECT service FROM post WHERE id = 6") == [("migrated",)]
    server.change(channel, restriction="not in your country")
    terminal.ok("collect", "--now", (at + timedelta(hours=60)).isoformat())
    last = (at + timedelta(hours=62)).isoformat()
    terminal.ok("collect", "--now", last)
    found = {f["kind"]: f for f in terminal.ok("findings", "--json", "--now", last).json}
    assert "about_changed" in found
    assert "not in your country" in json.dumps(found["restricted"])
    server.change(channel, restriction=None)
    freed = (at + timedelta(hours=64)).isoformat()
    terminal.ok("collect", "--now", freed)
    found = {f["kind"]: f for f in terminal.ok("findings", "--json", "--now", freed).json}
    assert "available_again" in found
