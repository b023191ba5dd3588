"""What a channel writes is shown, never obeyed: titles and posts that carry terminal commands."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from telethon import types

from tests.cli.running import Terminal
from tests.cli.telegram.serving import CLOSURE, configure, one, rows, typed
from tests.telegram_server import Channel, TelegramServer

EVIL = "\x1b[31mred\x1b]0;mine\x07\x9b2J\u202eturned"


@pytest.mark.timeout(120)
def test_no_command_reaches_the_terminal(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    configure(terminal, server)
    server.post(channel, CLOSURE.replace(" ", f" {EVIL} ", 1))
    server.post(channel, f"{EVIL} [/bold] ما را در بله دنبال کنید: https://ble.ir/farsna")
    terminal.ok("collect")
    server.change(channel, title=f"{EVIL} title", about=f"[/red] {EVIL}")
    server.fail("*", "error", 400, "[/RED]\x1b[31m")
    later = (at + timedelta(hours=30)).isoformat()
    said = terminal.type("collect", "--now", later)
    for words in (["findings"], ["cases"], ["status"], ["collect", "--verbose"], ["findings",
                  "--json"], ["cases", "--json"]):  # fmt: skip
        done = typed(terminal, "", *words, "--now", later)
        assert done.returncode == 0, done.stderr
        said_now = said.out + said.err + done.stdout + done.stderr
        for command in ("\x1b", "\x07", "\x9b", "\u202e"):
            assert command not in said_now, (words, command)
    told = json.loads(typed(terminal, "", "findings", "--json", "--now", later).stdout)
    changed = next(f for f in told if f["kind"] == "title_changed")
    assert EVIL in changed["evidence"][0]["quote"], "JSON keeps what was written, escaped"
    assert one(terminal, "SELECT count(*) FROM post") == 2


def test_no_person_is_stored(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Forwards from people, seen and hidden, mentions and writers leave no name and no id."""
    configure(terminal, server)
    now = datetime.now(UTC)
    for forward in (
        types.MessageFwdHeader(now, from_name="Hidden Person"),
        types.MessageFwdHeader(now, from_id=types.PeerUser(424242), post_author="A Writer"),
    ):
        server.post(channel, "forwarded", fwd_from=forward)
    server.post(
        channel, "somebody is mentioned",
        entities=[types.MessageEntityMentionName(0, 8, 987654321)],
    )  # fmt: skip
    server.post(channel, "written", from_id=types.PeerUser(55555))
    terminal.ok("collect")
    assert rows(terminal, "SELECT forwarded_from FROM post ORDER BY id") == [
        ("person",), ("person",), (None,), (None,)
    ]  # fmt: skip
    kept = [p for p in terminal.folder.rglob("*") if p.is_file() and "private" not in p.parts]
    for name in (b"Hidden Person", b"A Writer", b"424242", b"987654321", b"55555"):
        assert not [p.name for p in kept if name in plain(p)], name


def plain(path: Path) -> bytes:
    body = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(body)
    return body
