"""How much is kept and how asking goes, counted for status, health and metrics. Only reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.store.accounts import DAY_S
from monitor.store.schema import channel, evidence, fact, finding, post, probe, unjudged
from monitor.store.schema_asking import request_count, visit
from monitor.store.times import as_time


@dataclass(frozen=True, slots=True)
class Kept:
    """How many rows there are; `posts` by the username of their channel."""

    posts: Mapping[str, int]
    evidence: int
    probes: Mapping[tuple[str, str], int]
    """By route and by what was met; `unknown` where the page did not tell."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How often an account asked a method, ever, and how often a flood or failure answered."""

    account: str
    method: str
    requests: int
    floods: int
    failures: int


@dataclass(frozen=True, slots=True)
class Visit:
    """How asking after a name over a route went last; `errors` are those since a success."""

    folded: str
    route: str
    last_at: datetime | None
    last_success: datetime | None
    due_at: datetime | None
    errors: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """When everything was last judged, and whether facts have come since."""

    at: datetime | None
    behind: bool
    waiting: int
    """Posts that wait to be judged."""
    findings: Mapping[str, int]
    """By kind."""


async def kept(connection: AsyncConnection) -> Kept:
    """Count everything that is kept: reads an index of all posts, so not for every moment."""
    by_key = sa.select(post.c.channel, sa.func.count().label("n")).group_by(post.c.channel)
    counted = by_key.subquery()
    rows = await connection.execute(
        sa.select(channel.c.username, sa.func.sum(counted.c.n).label("n"))
        .join(counted, counted.c.channel == channel.c.key)
        .group_by(channel.c.username)
    )
    probes = await connection.execute(
        sa.select(probe.c.route, probe.c.state, sa.func.count().label("n")).group_by(
            probe.c.route, probe.c.state
        )
    )
    pages = await connection.execute(sa.select(sa.func.count()).select_from(evidence))
    return Kept(
        posts={row.username: int(row.n) for row in rows},
        evidence=int(pages.scalar_one()),
        probes={(row.route, row.state or "unknown"): int(row.n) for row in probes},
    )


async def asked(connection: AsyncConnection, *, since: datetime | None = None) -> list[Asked]:
    """Return what accounts asked, over all days or from a day on."""
    sums = [
        sa.func.sum(request_count.c[name]).label(name)
        for name in ("requests", "floods", "failures")
    ]
    statement = sa.select(request_count.c.account, request_count.c.method, *sums)
    if since is not None:
        first = int(since.timestamp()) // DAY_S * DAY_S
        statement = statement.where(request_count.c.day >= first)
    rows = await connection.execute(
        statement.group_by(request_count.c.account, request_count.c.method).order_by(
            request_count.c.account, request_count.c.method
        )
    )
    return [Asked(r.account, r.method, r.requests, r.floods, r.failures) for r in rows]


async def visits(connection: AsyncConnection) -> dict[tuple[str, str], Visit]:
    """Return how asking went last, by folded name and route."""
    rows = await connection.execute(sa.select(visit))
    return {
        (row.folded, row.route): Visit(
            row.folded,
            row.route,
            as_time(row.last_at),
            as_time(row.last_success),
            as_time(row.due_at),
            row.errors,
            row.last_error,
        )
        for row in rows
    }


async def judged(connection: AsyncConnection) -> Judged:
    """Return how the kept judgement stands to the facts."""
    rows = await connection.execute(sa.select(fact.c.name, fact.c.value))
    facts = {row.name: float(row.value) for row in rows}
    at = facts.get("judged_at")
    waiting = await connection.execute(sa.select(sa.func.count()).select_from(unjudged))
    kinds = await connection.execute(
        sa.select(finding.c.kind, sa.func.count().label("n")).group_by(finding.c.kind)
    )
    return Judged(
        at=None if at is None else datetime.fromtimestamp(at, UTC),
        behind=facts.get("version", 0.0) != facts.get("judged_version", 0.0),
        waiting=int(waiting.scalar_one()),
        findings={row.kind: int(row.n) for row in kinds},
    )
