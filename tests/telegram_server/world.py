"""What the server knows: accounts, channels, posts. Plain state, no network."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from telethon import helpers
from telethon.tl import types as T

USER_STEP = 31


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass
class User:
    """Someone who may sign in."""

    id: int
    phone: str
    code: str = "12345"
    password: str = ""
    banned: bool = False

    def tl(self) -> Any:
        return T.User(
            self.id, is_self=True, access_hash=self.id * USER_STEP, first_name="Test",
            phone=self.phone.lstrip("+"),
        )  # fmt: skip


@dataclass
class Channel:
    """One channel, with every update that happened to it."""

    id: int
    title: str
    username: str | None = None
    about: str = ""
    participants: int = 1
    date: datetime = field(default_factory=now)
    pts: int = 1
    next_id: int = 1
    posts: dict[int, Any] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)
    log: list[Any] = field(default_factory=list)
    members: set[int] = field(default_factory=set)
    pinned: int | None = None
    closed: bool = False
    restriction: str | None = None
    too_long: bool = False
    migrated_from: int | None = None

    def access_hash(self, user: int) -> int:
        """Return the hash by which one account may ask; another account's is of no use."""
        return self.id * 7919 + user * 104_729 + 13

    def tl(self, user: int) -> Any:
        if self.closed:
            return T.ChannelForbidden(self.id, self.access_hash(user), self.title, broadcast=True)
        reasons = (
            [T.RestrictionReason("all", "terms", self.restriction)] if self.restriction else None
        )
        return T.Channel(
            self.id, self.title, T.ChatPhotoEmpty(), self.date, access_hash=self.access_hash(user),
            username=self.username, broadcast=True, left=user not in self.members,
            restricted=bool(reasons), restriction_reason=reasons,
        )  # fmt: skip

    def full(self) -> Any:
        return T.ChannelFull(
            self.id, self.about, 0, 0, 0, T.PhotoEmpty(0), T.PeerNotifySettings(), [], self.pts,
            participants_count=self.participants, pinned_msg_id=self.pinned,
            can_view_participants=False, migrated_from_chat_id=self.migrated_from,
            migrated_from_max_id=self.migrated_from and 1,
        )  # fmt: skip

    def add(self, text: str, at: datetime | None = None, **more: Any) -> Any:
        """Write a post and return the update that tells of it."""
        values = {"views": 1, "forwards": 0, "entities": url_entities(text), **more}
        post = T.Message(
            self.next_id, T.PeerChannel(self.id), date=at or now(), message=text, post=True,
            **values,
        )  # fmt: skip
        return self._append(post)

    def act(self, action: Any) -> Any:
        """Write a service message, such as a new title, and return the update that tells of it."""
        return self._append(
            T.MessageService(
                self.next_id, T.PeerChannel(self.id), date=now(), action=action, post=True
            )
        )

    def _append(self, post: Any) -> Any:
        self.posts[post.id] = post
        self.ids.append(post.id)
        self.next_id += 1
        self.pts += 1
        update = T.UpdateNewChannelMessage(post, self.pts, 1)
        self.log.append(update)
        return update


def url_entities(text: str) -> list[Any] | None:
    units = helpers.add_surrogate(text)
    found = [
        T.MessageEntityUrl(m.start(), m.end() - m.start())
        for m in re.finditer(r"https?://\S+", units)
    ]
    return found or None
