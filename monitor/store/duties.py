"""What the service does from time to time: done up to where, due when, failed how often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.store.schema_asking import duty
from monitor.store.times import as_seconds, as_time

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
"""Between attempts at what fails, doubled each time. Uncalibrated: a disk is freed by a person."""


@dataclass(frozen=True, slots=True)
class Duty:
    """How one duty stands; `done` names the last period that it was done for, such as a week."""

    name: str
    done: str | None = None
    last_success: datetime | None = None
    due_at: datetime | None = None
    errors: int = 0
    last_error: str | None = None

    def is_due(self, now: datetime, every: timedelta | None = None) -> bool:
        """Return whether it may be tried; a clock set far back does not put it off."""
        return self.due_at is None or not now < self.due_at <= now + (every or LONGEST_PAUSE)


async def read(connection: AsyncConnection, name: str) -> Duty:
    """Return how a duty stands; one that was never tried is due."""
    row = (await connection.execute(sa.select(duty).where(duty.c.name == name))).first()
    return Duty(name) if row is None else _duty(row)


async def everything(connection: AsyncConnection) -> list[Duty]:
    """Return all duties, by name."""
    return [_duty(row) for row in await connection.execute(sa.select(duty).order_by(duty.c.name))]


async def succeeded(
    connection: AsyncConnection, name: str, now: datetime, *, done: str | None = None,
    due_at: datetime | None = None,
) -> None:  # fmt: skip
    """Write that a duty was done; `done` names for which period, None leaves what was named."""
    values: dict[str, Any] = {
        "last_success": as_seconds(now), "due_at": as_seconds(due_at), "errors": 0,
        "last_error": None,
    }  # fmt: skip
    if done is not None:
        values["done"] = done
    await _write(connection, name, values)


async def failed(connection: AsyncConnection, name: str, now: datetime, error: str) -> int:
    """Write that a duty failed, and when it is tried again; return how often it failed in a row."""
    errors = (await read(connection, name)).errors + 1
    pause = min(FIRST_PAUSE * 2 ** min(errors - 1, 10), LONGEST_PAUSE)
    values = {"errors": errors, "last_error": error[:500], "due_at": as_seconds(now + pause)}
    await _write(connection, name, values)
    return errors


async def _write(connection: AsyncConnection, name: str, values: dict[str, Any]) -> None:
    statement = insert(duty).values(**{"name": name, "errors": 0, **values})
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def _duty(row: sa.Row[Any]) -> Duty:
    return Duty(
        name=row.name,
        done=row.done,
        last_success=as_time(row.last_success),
        due_at=as_time(row.due_at),
        errors=row.errors,
        last_error=row.last_error,
    )
