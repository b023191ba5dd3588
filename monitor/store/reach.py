"""How often the posts of a stretch were viewed: one figure a post, once it had its views."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Interval, Viewed
from monitor.store.schema import post, post_views

MATURE = timedelta(days=1)
"""Views are taken from a look at least so long after the post: most come on the first day.
Uncalibrated."""


async def between(
    connection: AsyncConnection, channel: int, start: datetime, end: datetime, *, as_of: datetime
) -> list[Viewed]:
    """Return the posts of `[start, end)` with the first figure that was taken late enough.

    Oldest first; a post that was looked at only while it was fresh is left out. Figures that an
    import brought count as taken when they were observed.
    """
    moment, ripe = int(as_of.timestamp()), int(MATURE.total_seconds())
    wanted = (
        post.c.channel == channel,
        post.c.at >= int(start.timestamp()),
        post.c.at < int(end.timestamp()),
        post.c.service.is_(None),
    )
    newest = sa.select(
        post.c.id, post.c.at.label("posted"), post.c.views_at.label("at"),
        post.c.views_low.label("low"), post.c.views_high.label("high"),
    ).where(*wanted, post.c.views_at.is_not(None))  # fmt: skip
    earlier = (
        sa.select(
            post.c.id, post.c.at.label("posted"), post_views.c.at, post_views.c.low,
            post_views.c.high,
        )
        .join_from(
            post, post_views,
            (post.c.channel == post_views.c.channel) & (post.c.id == post_views.c.id),
        )
        .where(*wanted)
    )  # fmt: skip
    looks = sa.union_all(newest, earlier).subquery()
    rows = await connection.execute(
        sa.select(looks)
        .where(looks.c.at <= moment, looks.c.at >= looks.c.posted + ripe)
        .order_by(looks.c.id, looks.c.at)
    )
    first: dict[int, Any] = {}
    for row in rows:
        first.setdefault(row.id, row)
    return [
        Viewed(row.id, datetime.fromtimestamp(row.posted, UTC), Interval(row.low, row.high))
        for row in first.values()
    ]
