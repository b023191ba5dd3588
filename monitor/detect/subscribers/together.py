"""All channels' findings enter; falls that all share leave as one doubt about our own counting.

A collector that fails looks like everybody leaving at once (FACTS.md). So a sudden fall that every
counted channel shows is not told of any of them, until a person shows that it was theirs.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.clock import as_rfc3339
from monitor.model import ChannelView, Finding, Json, Kind

FEWEST = 3
"""Of two channels both may well have fallen; from so many on, all at once is doubted. Ours."""
SHARE = 0.9
"""The share of the counted channels that is "all": one may be exempt by chance. Uncalibrated."""
AT_ONCE = timedelta(days=1)
"""How far apart the falls may begin: channels are counted at different hours of a day. Ours."""
COUNTED = timedelta(days=7)
"""A channel could have shown a fall if it was counted so near before and after it. The week that a
drop may take (DESIGN.md section 4)."""

_SUDDEN = frozenset({"subscribers.step", "subscribers.gap"})


def doubted(
    found: Sequence[Finding], views: Sequence[ChannelView]
) -> tuple[list[Finding], list[ChannelView]]:
    """Return findings and views without the sudden falls that all counted channels share.

    In their place stands one finding of no channel, which names them and what they showed.
    """
    falls = sorted((f for f in found if f.rule in _SUDDEN), key=lambda f: f.at)
    taken: dict[str, Finding] = {}
    written: list[Finding] = []
    for first in falls:
        if first.id in taken:
            continue
        group = {
            f.channel: f for f in falls if first.at <= f.at <= first.at + AT_ONCE
        }  # one fall a channel: what begins within a day of another is the same
        if len(group) < FEWEST:
            continue
        start, end = max(f.at for f in group.values()), min(map(_end, group.values()))
        counted = [v for v in views if _counted(v, min(start, end), max(start, end))]
        if len(group) < SHARE * len(counted):
            continue
        members = [f for f in falls if first.at <= f.at <= first.at + AT_ONCE]
        taken |= {f.id: f for f in members}
        written.append(_doubt(members))
    if not taken:
        return list(found), list(views)
    kept = [*(f for f in found if f.id not in taken), *written]
    return kept, [_without(view, taken) for view in views]


def _end(fall: Finding) -> datetime:
    return datetime.fromisoformat(str(fall.details["ended_at"]))


def _counted(view: ChannelView, start: datetime, end: datetime) -> bool:
    """Return whether a channel was counted shortly before a fall and shortly after it."""
    before = any(start - COUNTED <= count.at <= start for count in view.counts)
    return before and any(end <= count.at <= end + COUNTED for count in view.counts)


def _without(view: ChannelView, taken: dict[str, Finding]) -> ChannelView:
    timeline = tuple(f for f in view.case.timeline if f.id not in taken)
    return replace(view, case=replace(view.case, timeline=timeline))


def _doubt(members: Sequence[Finding]) -> Finding:
    """Write what all channels showed at once, as a doubt about us."""
    at = members[0].at
    shown: list[Json] = [
        {"channel": f.channel, "change_pct": f.details["change_pct"], "finding": f.id}
        for f in members
    ]
    return Finding(
        channel=None,
        kind=Kind.UNDETERMINED_FALL,
        at=at,
        confidence=0.3,
        rule="subscribers.all_at_once",
        summary=f"the counts of all {len({f.channel for f in members})} counted channels fell at"
        " once: a fault of the counting until shown otherwise",
        details={
            "verdict": "undetermined",
            "started_at": as_rfc3339(at),
            "ended_at": as_rfc3339(max(map(_end, members))),
            "members": shown,
        },
        key=f"all\n{at.date()}",
    )
