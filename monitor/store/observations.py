"""Counts, probes and profiles: facts about a channel beside its posts. Written once, kept."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Availability, Count, Interval, Probe, Profile
from monitor.store.queries import Query
from monitor.store.schema import probe, profile, subscriber_count
from monitor.store.times import as_seconds, as_time

_TOLD = (
    "title", "about", "verified", "pinned_id", "linked_chat", "restriction", "migrated_from",
)  # fmt: skip


async def add_counts(connection: AsyncConnection, channel: int, counts: Sequence[Count]) -> int:
    """Store counts; one of the same time and source is there already. Returns how many are new."""
    before = await _total(connection, channel)
    await connection.execute(
        insert(subscriber_count).on_conflict_do_nothing(),
        [
            {
                "channel": channel, "at": as_seconds(c.at), "source": c.source,
                "low": c.subscribers.low, "high": c.subscribers.high,
                "max_post_id": c.max_post_id, "title": c.title, "evidence": c.evidence,
            }
            for c in counts
        ],
    )  # fmt: skip
    return await _total(connection, channel) - before


async def _total(connection: AsyncConnection, channel: int) -> int:
    rows = await connection.execute(
        sa.select(sa.func.count()).where(subscriber_count.c.channel == channel)
    )
    return int(rows.scalar_one())


_CHANNEL: sa.BindParameter[int] = sa.bindparam("channel")
_AS_OF: sa.BindParameter[int] = sa.bindparam("as_of")
_COUNTS = Query(
    sa.select(
        subscriber_count.c.at,
        subscriber_count.c.low,
        subscriber_count.c.high,
        subscriber_count.c.source,
        subscriber_count.c.max_post_id,
        subscriber_count.c.title,
        subscriber_count.c.evidence,
    )
    .where(subscriber_count.c.channel == _CHANNEL, subscriber_count.c.at <= _AS_OF)
    .order_by(subscriber_count.c.at)
)


async def counts(connection: AsyncConnection, channel: int, *, as_of: datetime) -> list[Count]:
    """Return a channel's counts up to a time, oldest first."""
    rows = await _COUNTS.rows(connection, channel=channel, as_of=as_seconds(as_of))
    return [
        Count(
            at=datetime.fromtimestamp(at, UTC),
            subscribers=Interval(low, high),
            source=source,
            max_post_id=max_post_id,
            title=title,
            evidence=evidence,
        )
        for at, low, high, source, max_post_id, title, evidence in rows
    ]


async def add_probe(connection: AsyncConnection, channel: int, seen: Probe) -> bool:
    """Store a probe; the same one twice is one row. Returns whether it is new."""
    row = {
        "channel": channel,
        "at": as_seconds(seen.at),
        "route": seen.route,
        "state": None if seen.state is None else str(seen.state),
        "covers_from": as_seconds(seen.covers_from),
        "covers_to": as_seconds(seen.covers_to),
        "detail": seen.detail,
    }
    same = [probe.c[name].is_not_distinct_from(value) for name, value in row.items()]
    if (await connection.execute(sa.select(probe.c.id).where(*same))).first() is not None:
        return False
    await connection.execute(probe.insert().values(**row, evidence=seen.evidence))
    return True


async def last_met(
    connection: AsyncConnection, channel: int, route: str
) -> tuple[Availability, str] | None:
    """Return the state that a route met last, and its detail; our own failures are passed over."""
    rows = await connection.execute(
        sa.select(probe.c.state, probe.c.detail)
        .where(
            probe.c.channel == channel,
            probe.c.route == route,
            probe.c.state.is_not(None),
            probe.c.state != str(Availability.UNREACHABLE),
        )
        .order_by(probe.c.at.desc(), probe.c.id.desc())
        .limit(1)
    )
    row = rows.first()
    return None if row is None else (Availability(row.state), row.detail)


_PROBES = Query(
    sa.select(
        probe.c.at,
        probe.c.route,
        probe.c.state,
        probe.c.covers_from,
        probe.c.covers_to,
        probe.c.detail,
        probe.c.evidence,
    )
    .where(probe.c.channel == _CHANNEL, probe.c.at <= _AS_OF)
    .order_by(probe.c.at, probe.c.id)
)


async def probes(connection: AsyncConnection, channel: int, *, as_of: datetime) -> list[Probe]:
    """Return a channel's probes up to a time, oldest first."""
    rows = await _PROBES.rows(connection, channel=channel, as_of=as_seconds(as_of))
    return [
        Probe(
            at=datetime.fromtimestamp(at, UTC),
            route=route,
            state=None if state is None else Availability(state),
            covers_from=as_time(covers_from),
            covers_to=as_time(covers_to),
            detail=detail,
            evidence=evidence,
        )
        for at, route, state, covers_from, covers_to, detail, evidence in rows
    ]


async def add_profile(connection: AsyncConnection, channel: int, seen: Profile) -> bool:
    """Store a profile if it differs from the last one before it. Returns whether it did."""
    rows = await connection.execute(
        sa.select(profile)
        .where(profile.c.channel == channel, profile.c.at <= as_seconds(seen.at))
        .order_by(profile.c.at.desc())
        .limit(1)
    )
    last = rows.first()
    # What a page does not tell (None) is what it was.
    told = {
        name: value if value is not None or last is None else getattr(last, name)
        for name in _TOLD
        for value in [getattr(seen, name)]
    }
    told["username"] = seen.username
    if last is not None and all(getattr(last, name) == value for name, value in told.items()):
        return False
    statement = insert(profile).values(
        channel=channel, at=as_seconds(seen.at), evidence=seen.evidence, **told
    )
    # Two pages of one second are one look: the second completes the first.
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["channel", "at"], set_=told)
    )
    return True


_PROFILES = Query(
    sa.select(profile.c.at, profile.c.username, profile.c.evidence, *(profile.c[n] for n in _TOLD))
    .where(profile.c.channel == _CHANNEL, profile.c.at <= _AS_OF)
    .order_by(profile.c.at)
)


async def profiles(connection: AsyncConnection, channel: int, *, as_of: datetime) -> list[Profile]:
    """Return a channel's profiles up to a time, oldest first."""
    rows = await _PROFILES.rows(connection, channel=channel, as_of=as_seconds(as_of))
    found = []
    for at, username, evidence, *told in rows:
        values = dict(zip(_TOLD, told, strict=True))
        values["verified"] = None if values["verified"] is None else bool(values["verified"])
        when = datetime.fromtimestamp(at, UTC)
        found.append(Profile(at=when, username=username, evidence=evidence, **values))
    return found
