"""Who is who: channels by numeric id, with a history of usernames.

A channel whose id is not known yet is keyed by its username, and merged once a page carries the
id. A name that turns up with another id has been given to another channel: the first keeps its
posts and counts and loses the name.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Channel
from monitor.store.schema import (
    channel,
    post,
    post_revision,
    post_views,
    probe,
    profile,
    subscriber_count,
)

_OWNED = (post, post_revision, post_views, subscriber_count, profile)


async def resolve(
    connection: AsyncConnection, username: str, telegram_id: int | None = None
) -> int:
    """Return the key of the channel that a name, and an id where known, stand for; make it if new.

    Must see observations in the order of their time: the latest holder of a name is its holder.
    """
    folded = username.casefold()
    by_name = (
        await connection.execute(
            sa.select(channel.c.key, channel.c.telegram_id).where(
                channel.c.folded == folded, channel.c.holds_name
            )
        )
    ).first()
    if telegram_id is None:
        return int(by_name.key) if by_name else await _make(connection, username, None)
    by_id = (
        await connection.execute(
            sa.select(channel.c.key, channel.c.folded, channel.c.holds_name).where(
                channel.c.telegram_id == telegram_id
            )
        )
    ).first()
    if by_id is not None and by_name is not None and by_id.key == by_name.key:
        return int(by_id.key)
    if by_id is None and by_name is not None and by_name.telegram_id is None:
        await connection.execute(
            channel.update()
            .where(channel.c.key == by_name.key)
            .values(telegram_id=telegram_id, username=username)
        )
        return int(by_name.key)
    if by_name is not None:
        await _lose_name(connection, by_name, by_id)
    if by_id is None:
        return await _make(connection, username, telegram_id)
    await connection.execute(
        channel.update()
        .where(channel.c.key == by_id.key)
        .values(username=username, folded=folded, holds_name=True)
    )
    return int(by_id.key)


async def _lose_name(
    connection: AsyncConnection,
    holder: Any,  # noqa: ANN401 - a row has no narrower type
    by_id: Any | None,  # noqa: ANN401
) -> None:
    if holder.telegram_id is None and by_id is not None:
        # The name was all that was known of it: it is the same channel under two keys.
        await _merge(connection, source=holder.key, into=by_id.key)
        return
    await connection.execute(
        channel.update().where(channel.c.key == holder.key).values(holds_name=False)
    )


async def _make(connection: AsyncConnection, username: str, telegram_id: int | None) -> int:
    made = await connection.execute(
        channel.insert()
        .values(
            telegram_id=telegram_id, username=username, folded=username.casefold(), holds_name=True
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
    await connection.execute(probe.update().where(probe.c.channel == source).values(channel=into))
    await connection.execute(channel.delete().where(channel.c.key == source))


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
