"""Telethon's JSON of a channel's messages as post items; no network, and no Telethon needed."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from monitor.model import Interval, Post
from monitor.sources.fields import (
    MAX_CHANNEL_ID,
    MAX_COUNT,
    MAX_ID,
    BadRow,
    as_channel,
    as_name,
    as_post_id,
    as_text,
    as_time,
    as_whole,
    shown,
    vouched_from,
)
from monitor.sources.items import Item, PostItem
from monitor.sources.json_objects import objects
from monitor.sources.rows import Reading, read_rows
from monitor.sources.telethon_parts import (
    Tree,
    links_of,
    media_of,
    poll_of,
    reactions_of,
    service_of,
)

MAX_ALBUM = 10
"""Telegram's most items of one album (core.telegram.org/method/messages.sendMultiMedia)."""

_Grouped = tuple[Tree, tuple[int, ...]]


def read_telethon(path: Path, reading: Reading) -> Iterator[Item]:
    """Yield the posts and service messages of a Telethon file: a list of messages, or one a line.

    The file knows the channel's numeric id and not its username: `--channel` names it, else the id
    does. Each message of an album is a post of its own, all with the album's ids. An edit that
    Telegram hides (`edit_hide`: reactions, buttons) is none of the text, so it is not kept as one.

    Raises:
        BadInput: no row can be read.
    """
    messages = _Messages(reading)
    return read_rows(reading.name, _with_albums(objects(path)), messages.read)


def _with_albums(
    rows: Iterator[tuple[int, Tree | BadRow]],
) -> Iterator[tuple[int, _Grouped | BadRow]]:
    """Give each message the ids of its album; an album's messages follow one another."""
    held: list[tuple[int, Tree]] = []
    for line, row in rows:
        group = None if isinstance(row, BadRow) else row.get("grouped_id")
        if held and (group != held[0][1].get("grouped_id") or len(held) == MAX_ALBUM):
            yield from _album(held)
            held = []
        if isinstance(row, BadRow):
            yield line, row
        elif group is None:
            yield line, (row, ())
        else:
            held.append((line, row))
    yield from _album(held)


def _album(held: list[tuple[int, Tree]]) -> Iterator[tuple[int, _Grouped]]:
    ids = [row.get("id") for _, row in held]
    album = tuple(sorted({id_ for id_ in ids if isinstance(id_, int) and 0 < id_ <= MAX_ID}))
    for line, row in held:
        yield line, (row, album)


class _Messages:
    """Reads messages; remembers which channel's the file is, for `--channel` names only one."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._first: int | None = None

    def read(self, grouped: _Grouped) -> Item:
        row, album = grouped
        kind = row.get("_")
        if kind not in {"Message", "MessageService"}:
            raise BadRow(f'"_" is {shown(kind)}; messages are "Message" or "MessageService"')
        telegram_id, channel = self._channel(row)
        at = as_time("date", row.get("date"), self._reading.zone)
        post_id = as_post_id(row.get("id"))
        if kind == "MessageService":
            service, text = service_of(row)
            post = Post(id=post_id, at=at, text=text, service=service, reply_to=_reply_to(row))
        else:
            post = self._post(row, post_id, at, album)
        return PostItem(channel, telegram_id, post, vouched_from(post))

    def _channel(self, row: Tree) -> tuple[int | None, str]:
        peer = row.get("peer_id") or row.get("to_id")
        if peer is None:
            return None, self._reading.channel_of(None)
        if not isinstance(peer, dict) or peer.get("_") != "PeerChannel":
            raise BadRow("the message is not of a channel (its peer_id is no PeerChannel)")
        if not row.get("post") and _is_person(row.get("from_id")):
            raise BadRow("the message was written by a person in a group, not by a channel")
        number = as_whole("channel_id", peer.get("channel_id"), low=1, high=MAX_CHANNEL_ID)
        named = self._reading.channel
        if named is None:
            return number, as_channel(number)
        if self._first is None:
            self._first = number
        elif number != self._first:
            raise BadRow(
                f"the message is of channel id {number}, others of {self._first}; --channel"
                " names only one: split the file, or leave --channel out"
            )
        return number, named

    def _post(self, row: Tree, post_id: int, at: datetime, album: tuple[int, ...]) -> Post:
        edited_at = None
        if row.get("edit_date") is not None and not row.get("edit_hide"):
            edited_at = as_time("edit_date", row["edit_date"], self._reading.zone)
        return post_of(row, post_id, at, edited_at, album)


def post_of(
    row: Tree, post_id: int, at: datetime, edited_at: datetime | None, album: tuple[int, ...]
) -> Post:
    """Return a message, in Telethon's words, as a post; its times are read already.

    Raises:
        BadRow: something in it is not what Telethon writes.
    """
    text = as_text("message", row.get("message") or "")
    views = _optional(row, "views")
    return Post(
        id=post_id,
        at=at,
        text=text,
        links=links_of(row, text),
        views=None if views is None else Interval(views, views),
        forwards=_optional(row, "forwards"),
        edited=edited_at is not None,
        edited_at=edited_at,
        forwarded_from=_forwarded_from(row.get("fwd_from")),
        reply_to=_reply_to(row),
        album=album,
        media=media_of(row.get("media")),
        poll=poll_of(row.get("media")),
        author=as_name("post_author", row.get("post_author")),
        reactions=reactions_of(row.get("reactions")),
    )


def _is_person(peer: object) -> bool:
    return isinstance(peer, dict) and peer.get("_") == "PeerUser"


def _optional(row: Tree, name: str) -> int | None:
    value = row.get(name)
    return None if value is None else as_whole(name, value, high=MAX_COUNT)


def _forwarded_from(forward: object) -> str | None:
    if forward is None:
        return None
    if not isinstance(forward, dict):
        raise BadRow(f"fwd_from {shown(forward)} is not an object")
    peer: object = forward.get("from_id")
    if isinstance(peer, dict) and peer.get("_") == "PeerChannel":
        high = MAX_CHANNEL_ID
        return str(as_whole("fwd_from.channel_id", peer.get("channel_id"), low=1, high=high))
    return "person"  # a user, or one who hides; the name is not kept


def _reply_to(row: Tree) -> int | None:
    header = row.get("reply_to")
    value = header.get("reply_to_msg_id") if isinstance(header, dict) else None
    return None if value is None else as_whole("reply_to_msg_id", value, low=1, high=MAX_ID)
