"""Facts as they come in: posts, pages, counts, probes. Frozen, with aware times only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Availability(StrEnum):
    """What a probe of a username met; separate from what the channel did."""

    OK = "ok"
    PREVIEW_DISABLED = "preview_disabled"
    PRIVATE = "private"
    RESTRICTED = "restricted"
    NOT_FOUND = "not_found"
    RENAMED = "renamed"
    REASSIGNED = "reassigned"
    WRONG_KIND = "wrong_kind"
    UNREACHABLE = "unreachable"  # ours, never theirs


@dataclass(frozen=True, slots=True)
class Interval:
    """A count as far as it is known: `low <= true value <= high`.

    An exact count has `low == high`; `1.82M` is 1 815 000 to 1 825 000.
    """

    low: int
    high: int

    @property
    def exact(self) -> bool:
        """Whether nothing was rounded away."""
        return self.low == self.high

    @property
    def middle(self) -> float:
        """The middle, for drawing; never for judging."""
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a post: as written in the text, hidden behind words, or on a button."""

    url: str
    shown: Literal["visible", "hidden", "button"] = "visible"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll's question and options; who voted is not kept."""

    question: str
    options: tuple[str, ...] = ()
    quiz: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """One post as seen once. `id` orders a channel, `at` does not.

    `forwarded_from` is the username or title of the channel it came from, or `"person"` where the
    forward is of a private person, whose name is not kept. `service` is None for ordinary posts,
    else `created`, `renamed`, `photo_changed`, `pinned`, `migrated` or `other`.
    """

    id: int
    at: datetime
    text: str = ""
    links: tuple[Link, ...] = ()
    views: Interval | None = None
    forwards: int | None = None
    edited: bool = False
    edited_at: datetime | None = None
    forwarded_from: str | None = None
    reply_to: int | None = None
    album: tuple[int, ...] = ()
    media: tuple[str, ...] = ()
    poll: Poll | None = None
    service: str | None = None
    author: str | None = None
    reactions: int | None = None
    """How many reactions of all sorts; who reacted is not kept."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer of a web server, whole: what is kept as evidence and what is parsed.

    `status` is 0 where it is no web server's: what an account was told, as JSON lines.
    """

    url: str
    at: datetime
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What one public page says.

    `kind` is `feed` (a `t.me/s/` page), `landing` (a `t.me/` page) or `unknown` (neither: layout
    drift or another site). `state` is None where the page does not tell. `wrong_kind` names
    `user`, `group` or `bot`. `at` is the page's own time, from its posts' `data-view`. `older` is
    the id to ask before for the next older page, `newer` that to ask after, which the newest page
    does not have; `before` the id this page was asked before, if
    it was. `empty` is True only where Telegram itself says that there are no posts.
    """

    kind: Literal["feed", "landing", "unknown"]
    state: Availability | None
    username: str | None = None
    telegram_id: int | None = None
    title: str | None = None
    about: str | None = None
    verified: bool | None = None
    wrong_kind: Literal["user", "group", "bot"] | None = None
    subscribers: Interval | None = None
    posts: tuple[Post, ...] = ()
    at: datetime | None = None
    older: int | None = None
    newer: int | None = None
    before: int | None = None
    empty: bool = False
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel under watch. `key` is the store's own; the username is an attribute.

    `configured` carries what channels.toml says; a stored channel that is not configured is
    judged all the same.
    """

    key: int
    username: str
    telegram_id: int | None = None
    title: str | None = None
    about: str | None = None
    aliases: tuple[str, ...] = ()
    category: str | None = None
    country: str | None = None
    language: str | None = None
    configured: bool = False
    destinations: tuple[tuple[str, str], ...] = ()
    holds_name: bool = True
    """False once its username has been given to another channel."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is speaking in a post: all that judging one post may know of its channel."""

    username: str = ""
    title: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """A subscriber count as observed. Highest post id and title guard against a reassigned name."""

    at: datetime
    subscribers: Interval
    source: str = ""
    max_post_id: int | None = None
    title: str | None = None
    evidence: int | None = None


@dataclass(frozen=True, slots=True)
class Viewed:
    """How often a post had been viewed about a day after it."""

    post_id: int
    at: datetime
    views: Interval


@dataclass(frozen=True, slots=True)
class Probe:
    """One asking after a channel over one route, and what it met.

    `covers_from` to `covers_to` is the stretch of the channel's posts that this probe saw whole;
    both None where it saw no posts (a landing page, a failure).
    """

    at: datetime
    route: str
    state: Availability | None
    covers_from: datetime | None = None
    covers_to: datetime | None = None
    detail: str = ""
    evidence: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """Title, description and names of a channel from `at` on, until the next profile."""

    at: datetime
    username: str
    title: str | None = None
    about: str | None = None
    verified: bool | None = None
    evidence: int | None = None
    pinned_id: int | None = None
    linked_chat: int | None = None
    restriction: str | None = None
    migrated_from: int | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """A channel as one account may ask for it: the hash serves that account alone."""

    telegram_id: int
    access_hash: int
    joined: bool = False


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """What Telegram tells an account of a channel; None where it does not tell.

    `state` is `ok`, `private`, `restricted` or `wrong_kind`. `subscribers` is exact.
    """

    telegram_id: int
    state: Availability
    username: str | None = None
    title: str | None = None
    about: str | None = None
    verified: bool | None = None
    subscribers: int | None = None
    joined: bool = False
    access_hash: int | None = None
    pinned_id: int | None = None
    linked_chat: int | None = None
    restriction: str | None = None
    migrated_from: int | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """What Telegram pushed about one channel: posts new or edited, posts deleted, or a hint.

    All empty means: something happened, ask again.
    """

    telegram_id: int
    posts: tuple[Post, ...] = ()
    deleted: tuple[int, ...] = ()
