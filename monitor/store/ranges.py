"""Which stretches of a channel's post ids were read without a gap; both ends are included."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.store.schema_asking import read_range


async def read(connection: AsyncConnection, channel: int) -> list[tuple[int, int]]:
    """Return the stretches, lowest first; no two touch."""
    rows = await connection.execute(
        sa.select(read_range.c.low, read_range.c.high)
        .where(read_range.c.channel == channel)
        .order_by(read_range.c.low)
    )
    return [(row.low, row.high) for row in rows]


async def add(connection: AsyncConnection, channel: int, low: int, high: int) -> None:
    """Add a stretch, in the transaction that stores its posts; what it touches becomes one."""
    touching = (
        read_range.c.channel == channel,
        read_range.c.low <= high + 1,
        read_range.c.high >= low - 1,
    )
    rows = await connection.execute(sa.select(read_range.c.low, read_range.c.high).where(*touching))
    found = [*((row.low, row.high) for row in rows), (low, high)]
    await connection.execute(read_range.delete().where(*touching))
    await connection.execute(
        read_range.insert().values(
            channel=channel, low=min(a for a, _ in found), high=max(b for _, b in found)
        )
    )
