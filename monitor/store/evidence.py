"""Rows that say where the body of an observation is kept, so that it can be looked up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.store.schema import evidence


async def add(
    connection: AsyncConnection,
    *,
    sha256: str,
    source: str,
    at: datetime,
    file: str | None = None,
    offset: int | None = None,
    length: int | None = None,
) -> int:
    """Record where a body came from and where it is kept; the same one twice is one row.

    `source` is an address, or the name of an imported file. Returns the row's id.
    """
    moment = int(at.timestamp())
    await connection.execute(
        insert(evidence)
        .values(
            sha256=sha256, source=source, at=moment, file=file, offset=offset, length=length
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    row = await connection.execute(
        sa.select(evidence.c.id).where(
            evidence.c.sha256 == sha256, evidence.c.source == source, evidence.c.at == moment
        )
    )
    return int(row.scalar_one())


async def known(connection: AsyncConnection, *, sha256: str, source: str, at: datetime) -> bool:
    """Return whether this very body, of this address and time, is recorded already."""
    row = await connection.execute(
        sa.select(evidence.c.id).where(
            evidence.c.sha256 == sha256,
            evidence.c.source == source,
            evidence.c.at == int(at.timestamp()),
        )
    )
    return row.first() is not None


async def committed_ends(connection: AsyncConnection) -> Mapping[str, int]:
    """Return, for each archive file, the offset after its last committed record."""
    rows = await connection.execute(
        sa.select(evidence.c.file, sa.func.max(evidence.c.offset + evidence.c.length))
        .where(evidence.c.file.is_not(None))
        .group_by(evidence.c.file)
    )
    return {str(file): int(end) for file, end in rows}


async def without_body(connection: AsyncConnection, digests: Iterable[str]) -> frozenset[str]:
    """Return those of some digests whose bodies were let go, every one of them."""
    found: set[str] = set()
    for some in _pieces(sorted(set(digests)), 500):
        rows = await connection.execute(
            sa.select(evidence.c.sha256)
            .where(evidence.c.sha256.in_(some), evidence.c.length.is_not(None))
            .group_by(evidence.c.sha256)
            .having(sa.func.count(evidence.c.file) == 0)
        )
        found.update(rows.scalars())
    return frozenset(found)


def _pieces(values: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), most):
        yield values[start : start + most]
