"""Falls in subscriber counts that rounding and noise cannot explain. Series in, findings out.

Works on one point a UTC day, the most precise one, and on intervals: a fall is what is left of
it when the earlier count was as low, and the later as high, as each may have been. Noise is the
scaled median absolute deviation of the daily log-rates about their median (Rousseeuw & Croux
1993, J. Am. Stat. Assoc. 88, section 1, for the factor 1.4826).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log, sqrt
from statistics import median

from monitor.detect.findings import Writer, times
from monitor.model import Count, Finding, Kind

LEAST = 0.01
"""A drop is more than 1 % (DESIGN.md section 4)."""
WITHIN = timedelta(days=7)
"""... within a week (DESIGN.md section 4)."""
NOISE_TIMES = 6.0
"""... and beyond this many times the noise over that time (FACTS.md, Subscriber counts)."""
NOISE_FLOOR = 1e-4
"""The least daily noise that is believed (FACTS.md)."""
NOISE_UNKNOWN = 2e-3
"""The daily noise assumed where fewer than `ENOUGH` points tell. Uncalibrated."""
ENOUGH = 6
TREND_LEAST = 0.02
"""A slower fall than a drop is a trend, told from 2 % on. Uncalibrated."""


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall between two counts."""

    before: Count
    after: Count

    @property
    def change_pct(self) -> float:
        """The change of the middles, in percent; negative for a fall."""
        return 100 * (self.after.subscribers.middle / self.before.subscribers.middle - 1)

    @property
    def bounds_pct(self) -> tuple[float, float]:
        """The most and the least that it can have been, in percent."""
        old, new = self.before.subscribers, self.after.subscribers
        return (100 * (new.low / max(1, old.high) - 1), 100 * (new.high / max(1, old.low) - 1))


def daily(counts: Sequence[Count]) -> list[Count]:
    """Return the most precise count of each UTC day, the last of equals; oldest first."""
    best: dict[object, Count] = {}
    for count in sorted(counts, key=lambda c: c.at):
        day = count.at.date()
        known = best.get(day)
        if known is None or _width(count) <= _width(known):
            best[day] = count
    return list(best.values())


def _width(count: Count) -> int:
    return count.subscribers.high - count.subscribers.low


def noise(points: Sequence[Count]) -> float:
    """Return the noise of a daily series: the spread of its daily log-rates."""
    if len(points) < ENOUGH:
        return NOISE_UNKNOWN
    rates = [
        log(max(1.0, b.subscribers.middle) / max(1.0, a.subscribers.middle))
        / max(0.5, (b.at - a.at) / timedelta(days=1))
        for a, b in itertools.pairwise(points)
    ]
    centre = median(rates)
    return max(NOISE_FLOOR, 1.4826 * median(abs(rate - centre) for rate in rates))


def falls(counts: Sequence[Count]) -> tuple[list[Fall], list[Fall]]:
    """Return the drops and the slower trends of one channel's counts, each oldest first."""
    points = daily(counts)
    spread = noise(points)
    drops: list[tuple[int, int]] = []
    for j in range(1, len(points)):
        for i in range(j - 1, -1, -1):
            if points[j].at - points[i].at > WITHIN:
                break
            if _is_fall(points[i], points[j], spread, LEAST):
                if drops and i <= drops[-1][1]:
                    drops[-1] = (min(i, drops[-1][0]), j)
                else:
                    drops.append((i, j))
    found = [_steepest(points[i : j + 1]) for i, j in drops]
    trends = []
    edges = [0, *(edge for drop in drops for edge in drop), len(points) - 1]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        stretch = points[start : end + 1]
        if len(stretch) < 2:
            continue
        fall = _steepest(stretch)
        slow = fall.after.at - fall.before.at > WITHIN
        if slow and _is_fall(fall.before, fall.after, spread, TREND_LEAST):
            trends.append(fall)
    return found, trends


def _is_fall(before: Count, after: Count, spread: float, least: float) -> bool:
    days = max(1.0, (after.at - before.at) / timedelta(days=1))
    left = (before.subscribers.low - after.subscribers.high) / max(1.0, before.subscribers.middle)
    return left > max(least, NOISE_TIMES * spread * sqrt(days))


def _steepest(points: Sequence[Count]) -> Fall:
    """Return the largest fall, in subscribers, from an earlier point to a later one."""
    high = points[0]
    best = Fall(points[0], points[-1])
    worth = float("-inf")
    for point in points[1:]:
        fallen = high.subscribers.middle - point.subscribers.middle
        if fallen > worth:
            worth, best = fallen, Fall(high, point)
        if point.subscribers.middle >= high.subscribers.middle:
            high = point
    return best


def findings(writer: Writer, counts: Sequence[Count], cuts: Sequence[datetime]) -> list[Finding]:
    """Write the falls of a channel; `cuts` are times after which the name meant another channel."""
    written = []
    edges = [datetime.min.replace(tzinfo=counts[0].at.tzinfo), *cuts] if counts else []
    for number, edge in enumerate(edges):
        end = edges[number + 1] if number + 1 < len(edges) else None
        part = [c for c in counts if c.at >= edge and (end is None or c.at < end)]
        drops, trends = falls(part)
        written += [_finding(writer, Kind.SUBSCRIBER_DROP, fall) for fall in drops]
        written += [_finding(writer, Kind.SUBSCRIBER_TREND, fall) for fall in trends]
    return written


def _finding(writer: Writer, kind: Kind, fall: Fall) -> Finding:
    low, high = fall.bounds_pct
    old, new = fall.before.subscribers, fall.after.subscribers
    exact = old.exact and new.exact
    return writer.write(
        kind,
        fall.before.at,
        first=fall.before.at.isoformat(),
        confidence=0.9 if exact else 0.8,
        rule="subscribers.step" if kind is Kind.SUBSCRIBER_DROP else "subscribers.decline",
        summary=f"lost {-fall.change_pct:.1f} % of its subscribers",
        details={
            "from": round(old.middle),
            "to": round(new.middle),
            "change_pct": round(fall.change_pct, 2),
            "low_pct": round(low, 2),
            "high_pct": round(high, 2),
            **times(started_at=fall.before.at, ended_at=fall.after.at),
            "precision": "exact" if exact else "rounded",
        },
    )
