"""What is to be sent, was sent, and could not be. An entry is written with the finding it is about.

One entry a finding and target, for ever: also when the finding is concluded anew, vanishes and
comes back, or its channel is renamed. Delivered at least once, with the entry's own message id.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Json
from monitor.store.schema import channel
from monitor.store.schema_alerts import alert
from monitor.store.times import as_seconds, as_time

DIGEST = "digest"
"""The kind of an entry that tells of others; no finding has it."""
BATCH = 100
"""Entries of one target that are read at once."""
MOST_TOLD = 200
"""Findings that the entry of a digest keeps; the rest is counted."""
TOO_FAR = timedelta(days=2)
"""No wait is as long: what is due later was put off by a clock that has been set back since."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A finding that a target asks for; `fresh` where it is news.

    `channel` is a key, 0 for a finding of no one channel; `body` is needed where it is fresh.
    `digest_at`: it is not sent on its own.
    """

    target: str
    channel: int
    kind: str
    first: str
    body: Mapping[str, Json]
    fresh: bool
    digest_at: datetime | None = None

    @property
    def subject(self) -> tuple[str, int, str, str]:
        """What there is one entry of."""
        return self.target, self.channel, self.kind, self.first


@dataclass(frozen=True, slots=True)
class Entry:
    """One message that waits."""

    id: int
    target: str
    message: str
    kind: str
    body: Mapping[str, Json]
    attempts: int
    tried_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one target stands; `error` is that of the entries that wait or were given up."""

    target: str
    counts: Mapping[str, int]
    oldest_waiting: datetime | None
    last_delivered: datetime | None
    error: str | None


async def enter(connection: AsyncConnection, wanted: Sequence[Wanted], now: datetime) -> None:
    """Enter what is news and was never entered; call it in the transaction of the findings.

    What still waits and is wanted no more, because it is no longer concluded or was rejected, is
    withdrawn; it waits again where it comes back while it is news.
    """
    by_subject = {one.subject: one for one in wanted}
    rows = await connection.execute(
        sa.select(alert.c.id, alert.c.target, alert.c.channel, alert.c.kind, alert.c.first,
                  alert.c.state)
        .where(alert.c.state.in_(("waiting", "withdrawn")), alert.c.kind != DIGEST)
    )  # fmt: skip
    for row in rows.all():
        one = by_subject.get((row.target, row.channel, row.kind, row.first))
        if row.state == "waiting" and one is None:
            await _update(connection, row.id, state="withdrawn", done_at=as_seconds(now))
        elif row.state == "withdrawn" and one is not None and one.fresh:
            due = one.digest_at or now
            await _update(connection, row.id, state="waiting", done_at=None, due_at=as_seconds(due))
    # A key that was joined with another since the judgement comes back with the next one.
    known = {0, *(await connection.execute(sa.select(channel.c.key))).scalars()}
    for one in wanted:
        if one.fresh and one.channel in known:
            await _insert(connection, one.subject, one.body, now, digest_at=one.digest_at)


async def _insert(
    connection: AsyncConnection,
    subject: tuple[str, int, str, str],
    body: Mapping[str, Json],
    now: datetime,
    *,
    digest_at: datetime | None = None,
) -> bool:
    """Enter a message unless its subject has one; return whether it had none."""
    target, channel_, kind, first = subject
    # The time too: the key of a channel that was joined with another may be given again.
    words = "\n".join(map(str, (*subject, as_seconds(now))))
    made = await connection.execute(
        alert.insert()
        .prefix_with("OR IGNORE")
        .values(
            target=target,
            channel=channel_,
            kind=kind,
            first=first,
            message=f"msg_{hashlib.sha256(words.encode()).hexdigest()[:24]}",
            body=json.dumps(body, ensure_ascii=False),
            digest=digest_at is not None,
            state="waiting",
            entered_at=as_seconds(now),
            due_at=as_seconds(digest_at or now),
            attempts=0,
        )
    )
    return made.rowcount > 0


async def due(connection: AsyncConnection, target: str, now: datetime) -> list[Entry]:
    """Return what is due for a target, what was tried least first, then the oldest."""
    rows = await connection.execute(
        sa.select(alert)
        .where(*_is_due(now), alert.c.target == target, ~alert.c.digest)
        .order_by(alert.c.attempts, alert.c.id)
        .limit(BATCH)
    )
    return [
        Entry(
            id=row.id, target=row.target, message=row.message, kind=row.kind,
            body=json.loads(row.body), attempts=row.attempts, tried_at=as_time(row.tried_at),
        )
        for row in rows
    ]  # fmt: skip


def _is_due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    late = sa.or_(alert.c.due_at <= as_seconds(now), alert.c.due_at > as_seconds(now + TOO_FAR))
    return alert.c.state == "waiting", late


async def next_due(connection: AsyncConnection) -> dict[str, datetime]:
    """Return when each target's next entry is due, of those that have one waiting."""
    rows = await connection.execute(
        sa.select(alert.c.target, sa.func.min(alert.c.due_at).label("due_at"))
        .where(alert.c.state == "waiting")
        .group_by(alert.c.target)
    )
    return {row.target: datetime.fromtimestamp(row.due_at, UTC) for row in rows}


async def gather(
    connection: AsyncConnection, target: str, day: date, now: datetime, *, following: datetime
) -> None:
    """Make a target's digest of a day from what is due for it; nothing where nothing is.

    There is one a day: where the day has its digest already, the rest waits for the `following`.
    """
    members = (*_is_due(now), alert.c.target == target, alert.c.digest)
    rows = (
        await connection.execute(
            sa.select(alert.c.id, alert.c.body).where(*members).order_by(alert.c.id)
        )
    ).all()
    if not rows:
        return
    body: dict[str, Json] = {
        "day": day.isoformat(), "count": len(rows),
        "findings": [json.loads(row.body) for row in rows[:MOST_TOLD]],
    }  # fmt: skip
    made = await _insert(connection, (target, 0, DIGEST, day.isoformat()), body, now)
    told = (
        {"state": "digested", "done_at": as_seconds(now)}
        if made
        else {"due_at": as_seconds(following)}
    )
    await connection.execute(alert.update().where(*members).values(**told))


async def delivered(connection: AsyncConnection, entry: Entry, at: datetime) -> None:
    """Keep that a message was taken."""
    await _update(
        connection, entry.id, state="delivered", attempts=entry.attempts + 1,
        tried_at=as_seconds(entry.tried_at or at), done_at=as_seconds(at), error=None,
    )  # fmt: skip


async def not_delivered(
    connection: AsyncConnection, entry: Entry, at: datetime, *, error: str, again: datetime | None
) -> None:
    """Keep that a message was not taken, why, and when it is tried again; None: never."""
    values: dict[str, object] = {
        "attempts": entry.attempts + 1, "tried_at": as_seconds(entry.tried_at or at), "error": error
    }  # fmt: skip
    values |= (
        {"state": "failed", "done_at": as_seconds(at)}
        if again is None
        else {"due_at": as_seconds(again)}
    )
    await _update(connection, entry.id, **values)


async def standings(connection: AsyncConnection) -> list[Standing]:
    """Return how each target stands that ever had an entry, by name; digests count once."""
    rows = (
        await connection.execute(
            sa.select(
                alert.c.target, alert.c.state, sa.func.count().label("entries"),
                sa.func.min(alert.c.entered_at).label("oldest"),
                sa.func.max(alert.c.done_at).label("newest"),
            ).group_by(alert.c.target, alert.c.state)
        )
    ).all()  # fmt: skip
    errors = await connection.execute(
        sa.select(alert.c.target, alert.c.error)
        .where(alert.c.error.is_not(None), alert.c.state.in_(("waiting", "failed")))
        .order_by(alert.c.id)
    )
    said = {row.target: row.error for row in errors}
    found = []
    for target in sorted({row.target for row in rows}):
        mine = {row.state: row for row in rows if row.target == target}
        found.append(
            Standing(
                target, {state: row.entries for state, row in mine.items()},
                as_time(mine["waiting"].oldest) if "waiting" in mine else None,
                as_time(mine["delivered"].newest) if "delivered" in mine else None,
                said.get(target),
            )
        )  # fmt: skip
    return found


async def merge(connection: AsyncConnection, *, source: int, into: int) -> None:
    """Hand the entries of a channel to another key of the same one; what was sent stays so."""
    other = alert.alias()
    await connection.execute(
        alert.delete().where(
            alert.c.channel == into,
            alert.c.state.in_(("waiting", "withdrawn")),
            sa.exists().where(
                other.c.channel == source, other.c.target == alert.c.target,
                other.c.kind == alert.c.kind, other.c.first == alert.c.first,
                other.c.state.not_in(("waiting", "withdrawn")),
            ),
        )
    )  # fmt: skip
    await connection.execute(
        alert.update().prefix_with("OR IGNORE").where(alert.c.channel == source)
        .values(channel=into)
    )  # fmt: skip
    await connection.execute(alert.delete().where(alert.c.channel == source))


async def _update(connection: AsyncConnection, entry: int, **values: object) -> None:
    await connection.execute(alert.update().where(alert.c.id == entry).values(**values))
