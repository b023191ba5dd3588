"""Conclusions drawn from facts: findings, cases. They can always be drawn again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from monitor.model.facts import Availability, Channel, Count, Interval
from monitor.model.reviews import SURE, Decision, Review, Subject
from monitor.model.verdicts import Json


class State(StrEnum):
    """Where a channel's migration stands; the rules are in detect/cases.py."""

    ACTIVE = "active"
    PARALLEL = "parallel"
    ANNOUNCED = "announced"
    ANNOUNCED_NOT_DONE = "announced_not_done"
    PARTIAL = "partial"
    LEFT = "left"
    GONE = "gone"
    RETURNED = "returned"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """The kinds of finding; a contract with other people's scripts: it may grow, not change."""

    CLOSURE_NOTICE = "closure_notice"
    PARTIAL_MOVE = "partial_move"
    INVITATION = "invitation"
    RETURN_NOTICE = "return_notice"
    THIRD_PARTY_REPORT = "third_party_report"
    DESTINATION_LINK = "destination_link"
    SUBSCRIBER_DROP = "subscriber_drop"
    SUBSCRIBER_TREND = "subscriber_trend"
    UNDETERMINED_FALL = "undetermined_fall"
    SILENCE = "silence"
    RESUMED = "resumed"
    USERNAME_CHANGED = "username_changed"
    USERNAME_REASSIGNED = "username_reassigned"
    TITLE_CHANGED = "title_changed"
    ABOUT_CHANGED = "about_changed"
    GONE = "gone"
    PRIVATE = "private"
    RESTRICTED = "restricted"
    PREVIEW_DISABLED = "preview_disabled"
    AVAILABLE_AGAIN = "available_again"
    POST_DELETED = "post_deleted"
    POST_EDITED = "post_edited"
    WAVE = "wave"
    NOTICE_EFFECT = "notice_effect"
    LINK_BLOCK_CHANGED = "link_block_changed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a finding can be looked up: the post, its address, its words, the body's SHA-256."""

    post_id: int | None = None
    url: str | None = None
    quote: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule concludes from observations. Its id survives re-detection."""

    channel: str | None
    kind: Kind
    at: datetime
    confidence: float
    rule: str
    summary: str
    evidence: tuple[Evidence, ...] = ()
    details: Mapping[str, Json] = field(default_factory=dict)
    key: str = ""
    """What the id is hashed from besides the kind: channel key and first evidence."""
    review: Review | None = None
    """What a person decided about it, None while nobody did."""

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits of SHA-256 over kind, channel and first evidence."""
        return hashlib.sha256(f"{self.kind}\n{self.key}".encode()).hexdigest()[:16]

    @property
    def owner(self) -> str:
        """What the id calls the channel, or whatever else it is on."""
        return self.key.partition("\n")[0]

    @property
    def subject(self) -> Subject:
        """What a decision about it is on: unlike the id, the same after a change of name."""
        return str(self.kind), self.key.partition("\n")[2]

    @property
    def rejected(self) -> bool:
        """Whether a person decided that it is wrong."""
        return self.review is not None and self.review.decision is Decision.REJECTED

    @property
    def waits(self) -> bool:
        """Whether it is for a person to decide: uncertain, or marked so by its rule."""
        uncertain = round(self.confidence, 3) < SURE or self.details.get("review") is True
        return uncertain and self.review is None

    @property
    def told(self) -> bool:
        """Whether it may be told as a fact."""
        return not self.rejected and not self.waits


@dataclass(frozen=True, slots=True)
class CaseDestination:
    """A presence elsewhere that the channel showed as its own, and when it first did."""

    platform: str
    handle: str
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class SubscriberChange:
    """Subscribers before and after the notice; the change is of the intervals' middles, in %."""

    before: Interval
    after: Interval
    change_pct: float


ChangeBy = Literal[
    "notice", "return_notice", "silent_until", "silence", "posts_after", "posts", "second_post",
    "taken_back", "silent_again", "not_found", "seen_again", "sight",
]  # fmt: skip
"""What would change a state: a notice, a silence, posts, or what a visit meets."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would change a case's state, and into which; `day` or `days` say from when."""

    to: State
    by: ChangeBy
    day: date | None = None
    days: float | None = None


class Why(StrEnum):
    """What a state rests on; the words are the report's."""

    NEVER_SEEN = "never_seen"
    POSTS = "posts"
    ANNOUNCED = "announced"
    MOVED_PART = "moved_part"
    INVITES = "invites"
    ANNOUNCED_RETURN = "announced_return"
    TOOK_BACK = "took_back"
    TOOK_BACK_AND_POSTS = "took_back_and_posts"
    EDITED_AWAY = "edited_away"
    SILENT = "silent"
    SILENT_AGAIN = "silent_again"
    POSTS_ON = "posts_on"
    POSTS_AGAIN = "posts_again"
    NAME_FREE = "name_free"
    SEEN_AGAIN = "seen_again"
    LAST_SEEN = "last_seen"
    WAITS = "waits"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a state rests on, with the day, length, number or kind that it names."""

    why: Why
    day: date | None = None
    days: float | None = None
    count: int | None = None
    state: State | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One channel's migration: findings joined into a state with a timeline.

    `since` is when the state began; `silence_days` counts days without a post up to the last time
    that we could see, None while nothing was ever seen. `because` are the ids of the findings
    that made the state, empty where only its posts did.
    """

    channel: str
    state: State
    since: datetime | None
    confidence: float
    availability: Availability | None
    notice: Finding | None = None
    destinations: tuple[CaseDestination, ...] = ()
    subscribers: SubscriberChange | None = None
    silence_days: float | None = None
    last_post_at: datetime | None = None
    timeline: tuple[Finding, ...] = ()
    why: tuple[Reason, ...] = ()
    because: tuple[str, ...] = ()
    would_change: tuple[Outlook, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkUse:
    """How many posts of one UTC day showed a platform's address; `own` ones the channel's own."""

    day: date
    platform: str
    own: bool
    posts: int


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel as a report sees it: facts in brief beside what was concluded from them.

    `covered` are the stretches `[start, end)` whose posts were seen whole, merged and in order.
    `posts_by_day` counts the posts of each UTC day. `failures` are probes that were unreachable.
    """

    channel: Channel
    case: Case
    counts: tuple[Count, ...] = ()
    covered: tuple[tuple[datetime, datetime], ...] = ()
    links: tuple[LinkUse, ...] = ()
    posts_by_day: Mapping[date, int] = field(default_factory=dict)
    failures: int = 0
    watched_as: str | None = None
    """The name in channels.toml, where that is an earlier one than the channel's."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything concluded at one time from one state of the store.

    `reconstructed` names the bundled reconstructions among its facts: nothing of them happened so.
    """

    at: datetime
    findings: tuple[Finding, ...]
    views: tuple[ChannelView, ...]
    reconstructed: tuple[str, ...] = ()
