"""Who is who: channels by numeric id, with a history of usernames.

A channel whose id is not known yet is keyed by its username, and merged once a page carries the
id. A name that turns up with another id has been given to another channel: the first keeps its
posts and counts and loses the name.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Channel
from monitor.store import outbox
from monitor.store.schema import (
    channel,
    post,
    post_revision,
    post_views,
    probe,
    profile,
    review,
    subscriber_count,
)
from monitor.store.schema_asking import read_range

_OWNED = (post, post_revision, post_views, subscriber_count, profile, read_range)


async def resolve(
    connection: AsyncConnection,
    username: str,
    telegram_id: int | None = None,
    *,
    at: datetime | None = None,
) -> int:
    """Return the key of the channel that a name, and an id where known, stand for; make it if new.

    `at` is the time of the observation. A name goes to the channel that was seen under it last:
    an older observation, or one without a time, takes no name from anyone.
    """
    folded, moment = username.casefold(), int(at.timestamp()) if at else 0
    by_name = (
        await connection.execute(
            sa.select(channel).where(channel.c.folded == folded, channel.c.holds_name)
        )
    ).first()
    if telegram_id is None:
        return int(by_name.key) if by_name else await _make(connection, username, None, moment)
    by_id = (
        await connection.execute(sa.select(channel).where(channel.c.telegram_id == telegram_id))
    ).first()
    if by_id is None and by_name is not None and by_name.telegram_id is None:
        # The name was all that was known of it.
        await _update(connection, by_name.key, telegram_id=telegram_id, username=username)
        await _seen_at(connection, by_name.key, moment)
        return int(by_name.key)
    if by_id is not None and by_name is not None and by_id.key == by_name.key:
        await _seen_at(connection, by_id.key, moment)
        return int(by_id.key)
    takes = moment >= max(
        by_name.named_at if by_name is not None and by_name.telegram_id is not None else 0,
        by_id.named_at if by_id is not None else 0,
    )
    if by_id is not None and by_name is not None and by_name.telegram_id is None:
        # The same channel under two keys.
        await _merge(connection, source=by_name.key, into=by_id.key)
    elif by_name is not None and takes:
        await _update(connection, by_name.key, holds_name=False)
    if by_id is None:
        key = await _make(connection, username, telegram_id, moment)
        if not takes:
            await _update(connection, key, holds_name=False)
        return key
    if takes:
        await _update(
            connection, by_id.key, username=username, folded=folded, holds_name=True,
            named_at=moment,
        )  # fmt: skip
    return int(by_id.key)


async def _update(connection: AsyncConnection, key: int, **values: object) -> None:
    await connection.execute(channel.update().where(channel.c.key == key).values(**values))


async def _seen_at(connection: AsyncConnection, key: int, moment: int) -> None:
    await connection.execute(
        channel.update()
        .where(channel.c.key == key, channel.c.named_at < moment)
        .values(named_at=moment)
    )


async def _make(
    connection: AsyncConnection, username: str, telegram_id: int | None, moment: int
) -> int:
    made = await connection.execute(
        channel.insert()
        .values(
            telegram_id=telegram_id,
            username=username,
            folded=username.casefold(),
            holds_name=True,
            named_at=moment,
        )
        .returning(channel.c.key)
    )
    return int(made.scalar_one())


async def _merge(connection: AsyncConnection, *, source: int, into: int) -> None:
    for table in _OWNED:
        # What both hold is the same fact under two keys; the id's own row stays.
        await connection.execute(
            table.update().prefix_with("OR IGNORE").where(table.c.channel == source)
            .values(channel=into)
        )  # fmt: skip
        await connection.execute(table.delete().where(table.c.channel == source))
    for table in (probe, review):
        await connection.execute(
            table.update().where(table.c.channel == source).values(channel=into)
        )
    await outbox.merge(connection, source=source, into=into)
    await connection.execute(channel.delete().where(channel.c.key == source))


async def by_telegram_id(connection: AsyncConnection, telegram_id: int) -> Channel | None:
    """Return the stored channel of a numeric id, None where it was never met."""
    row = (
        await connection.execute(sa.select(channel).where(channel.c.telegram_id == telegram_id))
    ).first()
    if row is None:
        return None
    return Channel(
        key=row.key, username=row.username, telegram_id=telegram_id, holds_name=row.holds_name
    )


async def everyone(connection: AsyncConnection) -> list[Channel]:
    """Return every stored channel, by name; nothing of channels.toml is joined here."""
    rows = await connection.execute(
        sa.select(channel).order_by(channel.c.folded, channel.c.holds_name.desc(), channel.c.key)
    )
    return [
        Channel(
            key=row.key,
            username=row.username,
            telegram_id=row.telegram_id,
            holds_name=row.holds_name,
        )
        for row in rows
    ]
