"""Posts about a channel's end: those that point somewhere, and a last one without words."""

import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.store.schema import post, profile


async def pointing(
    connection: AsyncConnection, channel: int, *, username: str, since: datetime, as_of: datetime
) -> frozenset[int]:
    """Return the posts from a time on that carry an address or are forwards.

    The channel's own address on Telegram is its signature and none.
    """
    rows = await connection.execute(
        sa.select(post.c.id, post.c.links, post.c.forwarded_from).where(
            post.c.channel == channel,
            post.c.at >= int(since.timestamp()),
            post.c.first_seen <= int(as_of.timestamp()),
            post.c.links.is_not(None) | post.c.forwarded_from.is_not(None),
        )
    )
    own = f"t.me/{username.casefold()}"
    return frozenset(
        row.id
        for row in rows
        if row.forwarded_from is not None
        or any(own not in str(link[0]).casefold() for link in json.loads(row.links))
    )


async def wordless_pin(connection: AsyncConnection, channel: int, *, as_of: datetime) -> int | None:
    """Return the last post's id where it has no words and is pinned, else None.

    That it is pinned is told by the message that says so after it, or by the profile.
    """
    moment = int(as_of.timestamp())
    seen = (post.c.channel == channel, post.c.first_seen <= moment)
    last = (
        await connection.execute(
            sa.select(post.c.id, post.c.text)
            .where(*seen, post.c.service.is_(None))
            .order_by(post.c.id.desc())
            .limit(1)
        )
    ).first()
    if last is None or last.text.strip():
        return None
    said = sa.exists().where(*seen, post.c.service == "pinned", post.c.id > last.id)
    told = sa.exists().where(
        profile.c.channel == channel, profile.c.at <= moment, profile.c.pinned_id == last.id
    )
    pinned = (await connection.execute(sa.select(said | told))).scalar_one()
    return int(last.id) if pinned else None
