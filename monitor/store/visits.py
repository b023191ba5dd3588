"""When each watched name was last asked after, how that went, and how far its pages were read."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.store.schema_asking import visit
from monitor.store.times import as_time


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a channel's pages were read: see the table `visit`. Post ids; None is not yet."""

    bottom: int | None = None
    top: int | None = None
    pending_top: int | None = None
    pending_low: int | None = None
    back_until: datetime | None = None
    telegram_id: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Who asks after a name over a route, when it is due, and when what was last asked for."""

    account: str | None = None
    due_at: datetime | None = None
    full_at: datetime | None = None
    reread_at: datetime | None = None
    last_at: datetime | None = None
    last_success: datetime | None = None
    errors: int = 0


async def plans(connection: AsyncConnection, route: str) -> dict[str, Plan]:
    """Return the plan of every name over a route, folded."""
    rows = await connection.execute(sa.select(visit).where(visit.c.route == route))
    return {row.folded: _plan(row) for row in rows}


async def plan(connection: AsyncConnection, username: str, route: str) -> Plan:
    """Return the plan of one name over a route; an empty one where there is none."""
    row = (await connection.execute(sa.select(visit).where(*_key(username, route)))).first()
    return Plan() if row is None else _plan(row)


def _plan(row: sa.Row[Any]) -> Plan:
    return Plan(
        account=row.account,
        due_at=as_time(row.due_at),
        full_at=as_time(row.full_at),
        reread_at=as_time(row.reread_at),
        last_at=as_time(row.last_at),
        last_success=as_time(row.last_success),
        errors=row.errors,
    )


async def record_plan(
    connection: AsyncConnection, username: str, route: str, **changes: datetime | str | None
) -> None:
    """Write the parts of a name's plan that are named; the others stay."""
    values = {
        name: int(value.timestamp()) if isinstance(value, datetime) else value
        for name, value in changes.items()
    }
    statement = insert(visit).values(folded=username.casefold(), route=route, errors=0, **values)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["folded", "route"], set_=values)
    )


async def last_success(connection: AsyncConnection, username: str, route: str) -> datetime | None:
    """Return when a name was last asked after over a route without a failure of ours."""
    found = await connection.execute(sa.select(visit.c.last_success).where(*_key(username, route)))
    seconds = found.scalar()
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


async def record(
    connection: AsyncConnection, username: str, route: str, *, at: datetime, error: str | None
) -> None:
    """Write how a visit ended; called on every way out of it."""
    moment = int(at.timestamp())
    statement = insert(visit).values(
        folded=username.casefold(),
        route=route,
        last_at=moment,
        last_success=None if error else moment,
        errors=1 if error else 0,
        last_error=error,
    )
    changes: dict[str, object] = {"last_at": moment, "last_error": error}
    if error:
        changes["errors"] = visit.c.errors + 1
    else:
        changes |= {"errors": 0, "last_success": moment}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["folded", "route"], set_=changes)
    )


async def progress(connection: AsyncConnection, username: str, route: str) -> Progress:
    """Return how far a channel's pages were read."""
    row = (await connection.execute(sa.select(visit).where(*_key(username, route)))).first()
    if row is None:
        return Progress()
    until = row.back_until
    return Progress(
        bottom=row.bottom,
        top=row.top,
        pending_top=row.pending_top,
        pending_low=row.pending_low,
        back_until=None if until is None else datetime.fromtimestamp(until, UTC),
        telegram_id=row.telegram_id,
    )


async def record_progress(
    connection: AsyncConnection, username: str, route: str, now: Progress
) -> None:
    """Write how far pages were read, in the transaction that stores the pages."""
    values = {
        "bottom": now.bottom,
        "top": now.top,
        "pending_top": now.pending_top,
        "pending_low": now.pending_low,
        "back_until": int(now.back_until.timestamp()) if now.back_until else None,
        "telegram_id": now.telegram_id,
    }
    statement = insert(visit).values(folded=username.casefold(), route=route, errors=0, **values)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["folded", "route"], set_=values)
    )


def _key(username: str, route: str) -> tuple[sa.ColumnElement[bool], ...]:
    return visit.c.folded == username.casefold(), visit.c.route == route
