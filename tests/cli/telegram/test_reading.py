"""`collect` and `backfill` through an account: history, changes, and the end of a channel."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

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
