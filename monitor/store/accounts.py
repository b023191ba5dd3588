"""What is kept about asking through accounts: peers, holds, counts of requests, how they stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Peer
from monitor.store.schema_asking import account_peer, account_state, request_count, request_hold

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Hold:
    """An account must not ask something before a time: a flood wait, or the spacing of resolves."""

    account: str
    method: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stood at a time: `ready`, `limited`, `signed_out`, `banned`."""

    account: str
    state: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Requests:
    """How often a method was asked on one UTC day, and how often a flood or a failure answered."""

    day: datetime
    account: str
    method: str
    requests: int
    floods: int
    failures: int


async def peer(connection: AsyncConnection, account: str, username: str) -> Peer | None:
    """Return a watched name as an account resolved it, None if it never did."""
    row = (
        await connection.execute(
            sa.select(account_peer).where(
                account_peer.c.account == account, account_peer.c.folded == username.casefold()
            )
        )
    ).first()
    return None if row is None else Peer(row.telegram_id, row.access_hash, joined=row.joined)


async def peers(connection: AsyncConnection, account: str) -> dict[str, Peer]:
    """Return every name that an account resolved, folded."""
    rows = await connection.execute(
        sa.select(account_peer).where(account_peer.c.account == account)
    )
    return {r.folded: Peer(r.telegram_id, r.access_hash, joined=r.joined) for r in rows}


async def names_of(connection: AsyncConnection, telegram_id: int) -> list[str]:
    """Return the names, folded, that an account resolved to a channel's numeric id."""
    found = await connection.execute(
        sa.select(account_peer.c.folded)
        .where(account_peer.c.telegram_id == telegram_id)
        .distinct()
        .order_by(account_peer.c.folded)
    )
    return list(found.scalars())


async def telegram_id(connection: AsyncConnection, username: str) -> int | None:
    """Return the id that any account resolved a watched name to, the latest."""
    found = await connection.execute(
        sa.select(account_peer.c.telegram_id)
        .where(account_peer.c.folded == username.casefold())
        .order_by(account_peer.c.at.desc())
        .limit(1)
    )
    value = found.scalar()
    return None if value is None else int(value)


async def keep_peer(
    connection: AsyncConnection, account: str, username: str, found: Peer, at: datetime
) -> None:
    """Keep a name as an account resolved it, in place of an earlier answer."""
    values = {
        "telegram_id": found.telegram_id,
        "access_hash": found.access_hash,
        "joined": found.joined,
        "at": int(at.timestamp()),
    }
    await connection.execute(
        insert(account_peer)
        .values(account=account, folded=username.casefold(), **values)
        .on_conflict_do_update(index_elements=["account", "folded"], set_=values)
    )


async def hold(connection: AsyncConnection, held: Hold) -> None:
    """Keep until when an account must wait with a method; a later end wins."""
    values = {"until": held.until.timestamp(), "reason": held.reason}
    statement = insert(request_hold).values(account=held.account, method=held.method, **values)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account", "method"],
            set_=values,
            where=request_hold.c.until < statement.excluded.until,
        )
    )


async def holds(connection: AsyncConnection, *, after: datetime) -> list[Hold]:
    """Return what must still be waited for at a time."""
    rows = await connection.execute(
        sa.select(request_hold)
        .where(request_hold.c.until > after.timestamp())
        .order_by(request_hold.c.account, request_hold.c.method)
    )
    return [Hold(r.account, r.method, datetime.fromtimestamp(r.until, UTC), r.reason) for r in rows]


async def stand(connection: AsyncConnection, now: Standing) -> bool:
    """Keep how an account stands. Returns whether that is another state than before."""
    before = await connection.execute(
        sa.select(account_state.c.state).where(account_state.c.account == now.account)
    )
    earlier = before.scalar()
    values = {"state": now.state, "detail": now.detail, "at": int(now.at.timestamp())}
    await connection.execute(
        insert(account_state)
        .values(account=now.account, **values)
        .on_conflict_do_update(index_elements=["account"], set_=values)
    )
    return earlier != now.state


async def standings(connection: AsyncConnection) -> list[Standing]:
    """Return how each account stood when it was last used."""
    rows = await connection.execute(sa.select(account_state).order_by(account_state.c.account))
    return [Standing(r.account, r.state, r.detail, datetime.fromtimestamp(r.at, UTC)) for r in rows]


async def count_requests(
    connection: AsyncConnection,
    day: datetime,
    counts: Mapping[tuple[str, str], tuple[int, int, int]],
) -> None:
    """Add to a day's counts: `(account, method)` to requests, floods, failures."""
    first = int(day.timestamp()) // DAY_S * DAY_S
    for (account, method), (requests, floods, failures) in counts.items():
        statement = insert(request_count).values(
            day=first, account=account, method=method,
            requests=requests, floods=floods, failures=failures,
        )  # fmt: skip
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["day", "account", "method"],
                set_={
                    name: request_count.c[name] + statement.excluded[name]
                    for name in ("requests", "floods", "failures")
                },
            )
        )


async def requests(connection: AsyncConnection, *, since: datetime) -> Iterable[Requests]:
    """Return the counted requests from a day on, oldest first."""
    rows = await connection.execute(
        sa.select(request_count)
        .where(request_count.c.day >= int(since.timestamp()) // DAY_S * DAY_S)
        .order_by(request_count.c.day, request_count.c.account, request_count.c.method)
    )
    return [
        Requests(
            datetime.fromtimestamp(r.day, UTC), r.account, r.method, r.requests, r.floods,
            r.failures,
        )
        for r in rows
    ]  # fmt: skip
