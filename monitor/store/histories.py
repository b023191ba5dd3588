"""Posts read back whole, in the version of any time, and what edited ones said before."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Interval, Link, Poll, Post
from monitor.store.database import finished
from monitor.store.queries import Query
from monitor.store.schema import evidence, post, post_revision

BATCH = 1000
"""Rows fetched at once; chosen as for writing (FACTS, "Storage"), uncalibrated for reading."""


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post in the version asked for, when it was first seen, and its body's SHA-256."""

    post: Post
    first_seen: datetime
    sha256: str | None
    observed_at: datetime
    """From when on this version is known."""
    deleted_at: datetime | None = None
    """When its deletion was noticed, if it was by then."""


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """What a post said before it was edited, as it was seen."""

    observed_at: datetime
    text: str
    links: tuple[Link, ...]
    sha256: str | None


def _as_post(row: Any) -> Post:  # noqa: ANN401 - a row has no narrower type
    links = row.links
    poll = json.loads(row.poll) if row.poll else None
    return Post(
        id=row.id,
        at=datetime.fromtimestamp(row.at, UTC),
        text=row.text,
        links=tuple(Link(*link) for link in json.loads(links)) if links else (),
        views=Interval(row.views_low, row.views_high) if row.views_low is not None else None,
        forwards=row.forwards,
        edited=row.edited,
        edited_at=datetime.fromtimestamp(row.edited_at, UTC) if row.edited_at else None,
        forwarded_from=row.forwarded_from,
        reply_to=row.reply_to,
        album=tuple(json.loads(row.album)) if row.album else (),
        media=tuple(json.loads(row.media)) if row.media else (),
        poll=Poll(poll[0], tuple(poll[1]), poll[2]) if poll else None,
        service=row.service,
        author=row.author,
        reactions=row.reactions,
    )


async def read(
    connection: AsyncConnection, channel: int, *, as_of: datetime, changed_only: bool = False
) -> AsyncIterator[StoredPost]:
    """Yield a channel's posts by id, as they were known at a time: in the version of then.

    `changed_only` leaves out those that were neither edited nor deleted after they had been seen.
    """
    moment = int(as_of.timestamp())
    earlier = await _revisions(connection, channel, moment)
    statement = (
        sa.select(post, evidence.c.sha256)
        .join_from(post, evidence, isouter=True)
        .where(post.c.channel == channel, post.c.first_seen <= moment)
        .order_by(post.c.id)
        .execution_options(yield_per=BATCH)
    )
    if changed_only:
        statement = statement.where(post.c.id.in_(_CHANGED)).params(channel=channel)
    async for row in _rows(connection, statement):
        known, digest, since = _as_post(row), row.sha256, row.observed_at
        if row.observed_at > moment:
            then = earlier.get(row.id)
            if then is None:
                continue
            known = Post(
                id=known.id, at=known.at, text=then.text, edited=then.edited_at is not None,
                links=tuple(Link(*x) for x in json.loads(then.links)) if then.links else (),
                edited_at=(
                    datetime.fromtimestamp(then.edited_at, UTC) if then.edited_at else None
                ),
                forwarded_from=known.forwarded_from, reply_to=known.reply_to, album=known.album,
                media=known.media, poll=known.poll, service=known.service, author=known.author,
            )  # fmt: skip
            digest, since = then.sha256, then.observed_at
        gone = row.deleted_at if (row.deleted_at or moment + 1) <= moment else None
        yield StoredPost(
            known,
            datetime.fromtimestamp(row.first_seen, UTC),
            digest,
            datetime.fromtimestamp(since, UTC),
            None if gone is None else datetime.fromtimestamp(gone, UTC),
        )


_CHANNEL: sa.BindParameter[int] = sa.bindparam("channel")
_CHANGED = sa.union(
    sa.select(post_revision.c.id).where(post_revision.c.channel == _CHANNEL),
    sa.select(post.c.id).where(post.c.channel == _CHANNEL, post.c.deleted_at.is_not(None)),
)
_CHANGED_IDS = Query(_CHANGED)


async def changed(connection: AsyncConnection, channel: int) -> frozenset[int]:
    """Return the ids of a channel's posts that were edited or deleted after they had been seen."""
    rows = await _CHANGED_IDS.rows(connection, channel=channel)
    return frozenset(post_id for (post_id,) in rows)


async def _rows(connection: AsyncConnection, statement: sa.Select[Any]) -> AsyncIterator[Any]:
    result = await finished(connection.stream(statement))
    try:
        while found := await finished(result.fetchmany(BATCH)):
            for row in found:
                yield row
    finally:
        await finished(result.close())


async def _revisions(connection: AsyncConnection, channel: int, moment: int) -> dict[int, Any]:
    rows = await connection.execute(
        sa.select(post_revision, evidence.c.sha256)
        .join_from(post_revision, evidence, isouter=True)
        .where(post_revision.c.channel == channel, post_revision.c.observed_at <= moment)
        .order_by(post_revision.c.observed_at)
    )
    return {row.id: row for row in rows}


async def earlier_versions(
    connection: AsyncConnection, channel: int, *, as_of: datetime
) -> dict[int, list[EarlierVersion]]:
    """Return, by post id, what edited posts said before, oldest first, as known at a time."""
    moment = int(as_of.timestamp())
    rows = await connection.execute(
        sa.select(post_revision, evidence.c.sha256)
        .join_from(post_revision, evidence, isouter=True)
        .join(
            post,
            (post.c.channel == post_revision.c.channel) & (post.c.id == post_revision.c.id),
        )
        .where(
            post_revision.c.channel == channel,
            post_revision.c.observed_at <= moment,
            post.c.observed_at <= moment,
        )
        .order_by(post_revision.c.id, post_revision.c.observed_at)
    )
    found: dict[int, list[EarlierVersion]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(
            EarlierVersion(
                datetime.fromtimestamp(row.observed_at, UTC),
                row.text,
                tuple(Link(*x) for x in json.loads(row.links)) if row.links else (),
                row.sha256,
            )
        )
    return found
