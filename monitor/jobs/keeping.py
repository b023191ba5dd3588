"""Keep one fetched page: its body as evidence, and what it says as facts pointing to it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from monitor.model import Availability, Count, Fetched, Page, Probe, Profile
from monitor.store import channels, evidence, observations, posts
from monitor.store.archive import Archive
from monitor.store.database import Connection, facts_changed

ROUTE = "preview"


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping a page came to. `drift` is true where the layout told us nothing."""

    new_posts: int = 0
    edited_posts: int = 0
    drift: bool = False
    repeated: bool = False


async def keep_page(
    connection: Connection,
    archive: Archive,
    fetched: Fetched,
    page: Page,
    *,
    username: str,
    at: datetime,
) -> Kept:
    """Store a page as seen at a time under a channel's name; the same page again is nothing.

    A page that says nothing where there should be something is kept as evidence and told as
    layout drift; it changes no state and no text.
    """
    digest = hashlib.sha256(fetched.body).hexdigest()
    if await evidence.known(connection, sha256=digest, source=fetched.url, at=at):
        return Kept(repeated=True)
    record = archive.append(fetched)
    proof = await evidence.add(
        connection,
        sha256=digest,
        source=fetched.url,
        at=at,
        file=record.file,
        offset=record.offset,
        length=record.length,
    )
    key = await channels.resolve(connection, username, page.telegram_id, at=at)
    drift = page.kind == "unknown" or (page.kind == "feed" and not page.posts and not page.empty)
    covers = await _covered(connection, key, page, fetched.url, at)
    await observations.add_probe(
        connection,
        key,
        Probe(
            at=at,
            route=ROUTE,
            state=None if drift else page.state,
            covers_from=covers[0] if covers else None,
            covers_to=covers[1] if covers else None,
            detail="; ".join(page.problems)[:500],
            evidence=proof,
        ),
    )
    written = posts.Written()
    if not drift and page.state in (Availability.OK, Availability.PREVIEW_DISABLED):
        written = await posts.write(connection, key, [(p, at) for p in page.posts], proof)
        if page.subscribers is not None:
            count = Count(
                at=at, subscribers=page.subscribers, source=page.kind, evidence=proof,
                max_post_id=max((p.id for p in page.posts), default=None)
                if asked_before(fetched.url) is None and page.newer is None
                else None,
            )  # fmt: skip
            await observations.add_counts(connection, key, [count])
        if page.title is not None:
            profile = Profile(
                at=at,
                username=page.username or username,
                title=page.title,
                about=page.about,
                verified=page.verified,
                evidence=proof,
            )
            await observations.add_profile(connection, key, profile)
    await facts_changed(connection)
    return Kept(written.new, written.edited, drift)


async def _covered(
    connection: Connection, key: int, page: Page, url: str, at: datetime
) -> tuple[datetime, datetime] | None:
    """Return the stretch that a page shows whole: from its oldest post to what follows it.

    All pages name themselves `?before=` in their canonical link; the newest is the one that
    was not asked so and links to nothing newer.
    """
    if page.kind != "feed" or not page.posts:
        return None
    oldest = min(page.posts, key=lambda p: p.id).at
    newest = max(page.posts, key=lambda p: p.id)
    asked = asked_before(url)
    if asked is None and page.newer is None:
        return oldest, at
    # An older page ends where the very post begins that it was asked before, if we have that one:
    # of what lies between its newest post and any later one it says nothing.
    following = await posts.time_of(connection, key, asked) if asked is not None else None
    return oldest, following or newest.at


def asked_before(url: str) -> int | None:
    """Return the id that a page's address asks before; None for the newest page."""
    before = parse_qs(urlsplit(url).query).get("before", [""])[0]
    return int(before) if before.isascii() and before.isdecimal() else None
