"""The bundled archives, read through the program's own replay and parser."""

from dataclasses import dataclass
from functools import cache

from monitor.model import Availability, Fetched, Page, Post
from monitor.samples import loading
from monitor.sources.preview import parse_page
from monitor.sources.recorded import replay

NAMES = ("iran-2018", "russia-2026")


@dataclass(frozen=True, slots=True)
class Seen:
    """One recorded page and what it says."""

    fetched: Fetched
    page: Page


@cache
def seen(name: str) -> tuple[Seen, ...]:
    """Return all pages of a sample, in the file's order."""
    answers = replay(loading.folder(name) / "pages.warc.gz")
    return tuple(Seen(a, parse_page(a.body)) for a in answers if isinstance(a, Fetched))


def of(name: str, username: str) -> tuple[Seen, ...]:
    """Return the pages that were asked for one channel."""
    return tuple(s for s in seen(name) if username in s.fetched.url.split("?")[0].split("/"))


def feeds(name: str, username: str) -> tuple[Seen, ...]:
    """Return a channel's newest feed pages, without older history."""
    return tuple(
        s for s in of(name, username) if s.page.kind == "feed" and "?" not in s.fetched.url
    )


def posts(name: str, username: str) -> tuple[Post, ...]:
    """Return every post of a channel that any page shows, oldest first."""
    by_id = {post.id: post for s in of(name, username) for post in s.page.posts}
    return tuple(by_id[number] for number in sorted(by_id))


def counts(name: str, username: str) -> tuple[tuple[str, int], ...]:
    """Return the exact counts of a channel by day."""
    return tuple(
        (s.fetched.at.date().isoformat(), s.page.subscribers.low)
        for s in of(name, username)
        if s.page.kind == "landing" and s.page.subscribers is not None
    )


def absences(name: str, username: str) -> tuple[Seen, ...]:
    """Return the pages on which nobody had the channel's name."""
    return tuple(s for s in of(name, username) if s.page.state is Availability.NOT_FOUND)
