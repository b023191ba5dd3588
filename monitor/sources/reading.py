"""A username enters, its pages leave one by one, as fetched and as read; nothing is judged."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.config import USERNAME
from monitor.errors import BadUsage
from monitor.model import Availability, Fetched, Page
from monitor.sources.fetching import Fetcher
from monitor.sources.preview import parse_page


@dataclass(frozen=True, slots=True)
class Seen:
    """One page: the answer as it came, for evidence, and what it says."""

    fetched: Fetched
    page: Page


async def read_landing(fetcher: Fetcher, username: str) -> Seen:
    """Read `/NAME`: the exact count, and whether the channel is there.

    Raises:
        BadUsage: the username is none.
        Retryable, BadInput: as `Fetcher.get`.
    """
    return await _see(fetcher, f"/{_checked(username)}")


async def read_feed(
    fetcher: Fetcher,
    username: str,
    *,
    until_id: int | None,
    since: datetime | None,
    before: int | None = None,
    max_pages: int = 10_000,
) -> AsyncGenerator[Seen, None]:
    """Yield the pages of `/s/NAME`, newest first, each older than the one before.

    Goes on until a page reaches down to `until_id`, or its oldest post is older than `since`, or
    there is nothing older, or `max_pages`. `before` starts below that id. A page that breaks the
    walk is yielded with a problem that says so: what lies below it was not seen. A feed address
    that answers with a landing page has its preview switched off.

    Raises:
        BadUsage: the username is none.
        Retryable, BadInput: as `Fetcher.get`; pages already yielded stay good.
    """
    path = f"/s/{_checked(username)}"
    promised = False
    for _ in range(max_pages):
        seen = await _see(fetcher, path if before is None else f"{path}?before={before}")
        page = _as_feed(seen.page)
        next_before = _next_before(page, promised=promised)
        problem = None
        if page.empty and promised:
            # Known from other collectors: a server that is asked too often says the same.
            problem = "no posts where the page before promised older ones: throttled, or deleted"
        elif next_before is not None and before is not None and next_before >= before:
            problem = f"asked for posts before {before}, the page goes no lower than {next_before}"
        if problem:
            page = replace(page, problems=(*page.problems, problem))
        yield replace(seen, page=page)
        if problem or next_before is None or _reached(page, until_id, since):
            return
        promised = page.older is not None
        before = next_before


def _checked(username: str) -> str:
    if not USERNAME.fullmatch(username):
        raise BadUsage(
            f"{username[:60]!r} is no username: 4 to 32 letters, digits or _, a letter first, no @"
        )
    return username


async def _see(fetcher: Fetcher, path: str) -> Seen:
    fetched = await fetcher.get(path)
    if fetched.status != 200:
        # Telegram answers 200 even for a name nobody has: another status is somebody else's word.
        problem = f"{fetched.url} answered {fetched.status}"
        return Seen(fetched, Page("unknown", None, problems=(problem,)))
    return Seen(fetched, parse_page(fetched.body))


def _as_feed(page: Page) -> Page:
    if page.kind == "landing" and page.state is Availability.OK:
        return replace(page, state=Availability.PREVIEW_DISABLED)
    return page


def _next_before(page: Page, *, promised: bool) -> int | None:
    """Return what to ask before next; None where there is nothing older to ask for.

    The lowest id that was read is asked for, not the page's own link: if that pointed lower, the
    posts between would be lost. Only where no block could be read is the link all we have.
    """
    if page.kind != "feed":
        return None
    lowest = min((post.id for post in page.posts), default=page.older)
    if lowest is None or lowest <= 1:
        return None
    # A layout that had links to older pages and has none here has come to its end; one that never
    # had any is asked until it is empty.
    return None if promised and page.older is None else lowest


def _reached(page: Page, until_id: int | None, since: datetime | None) -> bool:
    if not page.posts:
        return False
    if until_id is not None and min(post.id for post in page.posts) <= until_id:
        return True
    return since is not None and min(post.at for post in page.posts) < since
