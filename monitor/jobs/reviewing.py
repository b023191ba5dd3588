"""Find the finding that a person means, and keep what was decided about it."""

from dataclasses import dataclass
from datetime import datetime

from monitor.config import Settings
from monitor.detect.findings import owner
from monitor.errors import BadUsage
from monitor.jobs.judging import concluded, judge
from monitor.model import Decision, Finding, Judgement, Review
from monitor.store import conclusions, reviews
from monitor.store.database import Database

WHOLE = 16
"""Digits of an id."""
SHOWN = 5
"""Ids that an error names."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision that was kept, the finding it is on, and the decision that it replaces."""

    finding: Finding
    review: Review
    replaced: Review | None


async def decide(
    database: Database,
    settings: Settings,
    now: datetime,
    *,
    wanted: str,
    decision: Decision,
    note: str,
    asked_for_now: bool = False,
) -> Recorded:
    """Keep a decision on the finding whose id is, or begins with, `wanted`.

    Raises:
        BadUsage: there is no such finding, or more than one.
    """
    found, key = await _find(database, settings, now, wanted, asked_for_now=asked_for_now)
    made = Review(decision, note, now)
    async with database.begin() as connection:
        standing = await reviews.standing(connection, as_of=now)
        replaced = standing.get(key, {}).get(found.subject)
        await reviews.keep(connection, key, found, made)
    return Recorded(found, made, replaced)


async def _find(
    database: Database, settings: Settings, now: datetime, wanted: str, *, asked_for_now: bool
) -> tuple[Finding, int | None]:
    """Return the finding that is meant and its channel's key, None for one of no one channel."""
    name = wanted.strip().casefold()
    listed: list[tuple[str, str | None]] = []
    if len(name) == WHOLE:
        # Whoever copied a whole id from a listing need not wait for all channels to be judged.
        async with database.begin() as connection:
            kept, _ = await conclusions.read(connection)
        listed = [(str(f["id"]), _text(f["channel"])) for f in kept if f["id"] == name]
    if not listed:
        fresh, _, _ = await concluded(database, settings, now, asked_for_now=asked_for_now)
        listed = [
            (str(f["id"]), _text(f["channel"])) for f in fresh if str(f["id"]).startswith(name)
        ]
    chosen = dict(listed) if name else {}
    if len(chosen) > 1:
        some = ", ".join(sorted(chosen)[:SHOWN])
        msg = f"{wanted!r} begins the ids of {len(chosen)} findings: {some}; give more digits"
        raise BadUsage(msg)
    for whole, channel in chosen.items():
        # What rests on other channels too, such as the effect of a notice, shows only among all.
        for only in dict.fromkeys((channel, None)):
            judged = await judge(database, settings, now, only=only)
            for finding in judged.findings:
                if finding.id == whole:
                    return finding, _key(judged, finding)
    msg = f"no finding has the id {wanted!r}; `channel-monitor findings` lists each with its id"
    raise BadUsage(msg)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _key(judged: Judgement, finding: Finding) -> int | None:
    """Return the key of the channel that a finding is on: two may have had one name in turn."""
    return next((v.channel.key for v in judged.views if owner(v.channel) == finding.owner), None)
