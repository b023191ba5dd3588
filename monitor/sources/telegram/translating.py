"""Telethon's messages, channels and updates in, the model's words out; asks nobody anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, cast

from telethon import types, utils

from monitor.log import logger
from monitor.model import Availability, ChannelInfo, Post, Pushed
from monitor.sources.fields import MAX_NAME, MAX_TEXT, BadRow, as_possible
from monitor.sources.telethon_json import post_of
from monitor.sources.telethon_parts import service_of

TL = Any
"""An object of Telegram's type language; Telethon ships no types."""

_VALUES = ("message", "views", "forwards", "post_author")
_TREES = ("entities", "reply_markup", "media", "fwd_from", "reply_to", "reactions")
"""What a post is made of; `to_dict` of a whole message, two dozen parts more, takes four times as
long."""

_values_of, _trees_of = attrgetter(*_VALUES), attrgetter(*_TREES)


@dataclass(frozen=True, slots=True)
class Told:
    """Messages as they came. Putting them into our words takes a while, and may be done elsewhere.

    `entities` are the channels that the answers carried, by marked id.
    """

    messages: Sequence[TL]
    entities: Mapping[int, TL]

    def posts(self) -> list[Post]:
        """Return the posts among them."""
        return posts_of(self.messages, self.entities)


def posts_of(messages: Iterable[TL], entities: Mapping[int, TL]) -> list[Post]:
    """Return the posts among messages, in their order; what cannot be read is said and left out.

    `entities` are the channels that the answer carried, by marked id: a forward's source has its
    name there.
    """
    messages = [m for m in messages if isinstance(m, types.Message | types.MessageService)]
    albums: dict[int, list[int]] = {}
    for message in messages:
        if group := getattr(message, "grouped_id", None):
            albums.setdefault(group, []).append(message.id)
    posts = []
    for message in messages:
        group = getattr(message, "grouped_id", None)
        try:
            posts.append(post(message, tuple(sorted(albums[group])) if group else (), entities))
        except BadRow as error:
            logger().warning("a post could not be read", post=message.id, reason=str(error))
    return posts


def post(message: TL, album: tuple[int, ...], entities: Mapping[int, TL]) -> Post:
    """Return one message as a post; what hangs on it and cannot be read does not cost its words.

    Raises:
        BadRow: its words or its date are none that a post has.
    """
    at = as_possible("date", _aware(message.date))
    if isinstance(message, types.MessageService):
        service, text = service_of(message.to_dict())
        return Post(id=message.id, at=at, text=text, service=service)
    row = _row(message)
    edited = message.edit_date if message.edit_date and not message.edit_hide else None
    changed = None if edited is None else as_possible("edit_date", _aware(edited))
    try:
        made = post_of(row, message.id, at, changed, album)
    except BadRow as error:
        logger().warning("kept with its words alone", post=message.id, reason=str(error))
        words: dict[str, object] = {"message": _cut(str(row.get("message") or ""), MAX_TEXT)}
        made = post_of(words, message.id, at, changed, album)
    source = getattr(message.fwd_from, "from_id", None)
    if isinstance(source, types.PeerChannel):
        chat = entities.get(utils.get_peer_id(source))
        name = getattr(chat, "username", None) or _line(getattr(chat, "title", None))
        return replace(made, forwarded_from=name or made.forwarded_from)
    return made


def _cut(text: str, most: int) -> str:
    """Return a text as the store takes it: without NUL, of at most `most` UTF-16 units."""
    whole = text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-16-le", "replace")
    return whole[: 2 * most].decode("utf-16-le", "ignore")


def _line(text: str | None) -> str | None:
    """Return a title on one line, bounded; None for none."""
    return " ".join(_cut(text or "", MAX_NAME).split()) or None


def _row(message: TL) -> dict[str, object]:
    """Return the parts of a message that a post is made of, as Telethon's JSON has them."""
    row: dict[str, object] = dict(zip(_VALUES, _values_of(message), strict=True))
    for name, part in zip(_TREES, _trees_of(message), strict=True):
        if part is not None:
            row[name] = [p.to_dict() for p in part] if isinstance(part, list) else part.to_dict()
    return row


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def info(chat: TL) -> ChannelInfo:
    """Return what a channel object tells, whole or forbidden."""
    if isinstance(chat, types.ChannelForbidden):
        return ChannelInfo(chat.id, Availability.PRIVATE, title=_line(chat.title),
                           access_hash=chat.access_hash)  # fmt: skip
    if not isinstance(chat, types.Channel):
        title = _line(getattr(chat, "title", None))
        return ChannelInfo(chat.id, Availability.WRONG_KIND, title=title)
    state, restriction = Availability.OK, None
    if not chat.broadcast or chat.megagroup:
        state = Availability.WRONG_KIND
    elif chat.restricted:
        reasons = [
            f"{r.platform}: {r.reason}: {r.text}"
            for r in cast("list[TL]", chat.restriction_reason or [])
        ]
        restriction = _cut("; ".join(reasons), 500) or "no reason given"
        state = Availability.RESTRICTED
    names = [n.username for n in chat.usernames or [] if n.active]
    return ChannelInfo(
        telegram_id=chat.id,
        state=state,
        username=chat.username or next(iter(names), None),
        title=_line(chat.title),
        verified=bool(chat.verified),
        subscribers=chat.participants_count,
        joined=not chat.left,
        access_hash=chat.access_hash,
        restriction=restriction,
    )


def full_info(answer: TL, telegram_id: int) -> ChannelInfo:
    """Return what `channels.getFullChannel` tells of a channel."""
    chat = next(c for c in answer.chats if c.id == telegram_id)
    full = answer.full_chat
    return replace(
        info(chat),
        about=_cut(full.about or "", MAX_TEXT) or None,
        subscribers=full.participants_count,
        pinned_id=full.pinned_msg_id,
        linked_chat=full.linked_chat_id,
        migrated_from=full.migrated_from_chat_id,
    )


def pushed(update: TL) -> Pushed | None:
    """Return what an update tells of a channel; None where it is of something else."""
    if isinstance(update, types.UpdateNewChannelMessage | types.UpdateEditChannelMessage):
        peer = update.message.peer_id
        if not isinstance(peer, types.PeerChannel) or isinstance(
            update.message, types.MessageEmpty
        ):
            return None
        if not getattr(update.message, "post", False):
            return None  # a person's words in a group
        found = posts_of([update.message], getattr(update, "_entities", {}))
        return Pushed(peer.channel_id, posts=tuple(found))
    if isinstance(update, types.UpdateDeleteChannelMessages):
        return Pushed(update.channel_id, deleted=tuple(update.messages))
    if isinstance(update, types.UpdateChannel | types.UpdateChannelTooLong):
        return Pushed(update.channel_id)
    return None
