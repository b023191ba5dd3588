"""What people decided about findings: kept as it was decided, read back as of a time."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Decision, Finding, Review, Subject
from monitor.store.database import facts_changed
from monitor.store.schema import review

Decisions = Mapping[Subject, Review]
"""The decisions that stand on one channel's findings."""


async def keep(
    connection: AsyncConnection, channel: int | None, finding: Finding, decided: Review
) -> None:
    """Keep a decision on a finding of a channel (its key; None for one of no one channel).

    An earlier decision stays and stands no more: judging as of then still knows it.
    """
    kind, first = finding.subject
    await connection.execute(
        review.insert().values(
            channel=channel,
            kind=kind,
            first=first,
            finding=finding.id,
            username=finding.channel,
            rule=finding.rule,
            confidence=finding.confidence,
            decision=decided.decision.value,
            note=decided.note,
            decided_at=int(decided.decided_at.timestamp()),
        )
    )
    await facts_changed(connection)


async def standing(
    connection: AsyncConnection, *, as_of: datetime
) -> dict[int | None, dict[Subject, Review]]:
    """Return the decision that stands on each finding, by channel key, as known at a time."""
    rows = await connection.execute(
        sa.select(review)
        .where(review.c.decided_at <= int(as_of.timestamp()))
        .order_by(review.c.decided_at, review.c.id)
    )
    found: defaultdict[int | None, dict[Subject, Review]] = defaultdict(dict)
    for row in rows:
        found[row.channel][row.kind, row.first] = Review(
            Decision(row.decision), row.note, datetime.fromtimestamp(row.decided_at, UTC)
        )
    return dict(found)
