"""What reading a file yields, one thing at a time: facts, and what could not be read and why."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model import ChannelInfo, Count, Fetched, Page, Post


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file whose items follow; `sha256` is of its bytes as they lie on the disk."""

    name: str
    sha256: str
    kind: str


@dataclass(frozen=True, slots=True)
class PostItem:
    """One post of a file of posts.

    `channel` is a username or, where only that is known, the numeric id as text. `observed_at` is
    the time from which the file vouches for the post's text; see `fields.vouched_from`.
    """

    channel: str
    telegram_id: int | None
    post: Post
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class CountItem:
    """One subscriber count of a file of counts."""

    channel: str
    count: Count


@dataclass(frozen=True, slots=True)
class PageItem:
    """One recorded or saved page: the body as evidence, and what it says."""

    fetched: Fetched
    page: Page
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class ToldItem:
    """One record of what an account was told: posts, full information, or deletions."""

    fetched: Fetched
    telegram_id: int
    username: str | None
    posts: tuple[Post, ...] = ()
    info: ChannelInfo | None = None
    deleted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not taken in: `line` counts from 1; None where the whole file is meant."""

    file: str
    line: int | None
    reason: str


Item = SourceFile | PostItem | CountItem | PageItem | ToldItem | Skipped
