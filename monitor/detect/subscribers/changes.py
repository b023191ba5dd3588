"""A stretch of one channel's counts enters; its falls, declines and stalls leave, confirmed.

A trend is stated only when it also held one reading earlier. That is seen from the readings
themselves, so the same observations always give the same findings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from monitor.detect.subscribers import regimes, stalls, steps
from monitor.detect.subscribers.declines import declines, parting, steepest
from monitor.detect.subscribers.rates import rates
from monitor.detect.subscribers.series import Series, series
from monitor.detect.subscribers.steps import Ground, Span
from monitor.model import Count

UNSETTLED = 14
"""Points from the end in which a trend may still hang on the last reading. Uncalibrated."""
LONE_MOST = 0.3
"""A fall that rests on one single reading is told up to this share, with less confidence; a
larger one waits for a second reading, for misread pages fall further. Uncalibrated."""
TOO_MUCH = 0.9
"""Nobody loses more than this share from one reading to the next; a name that passed on, or a page
misread, shows it (FACTS.md: 38.9K to 1.14K overnight). It is called undetermined. Uncalibrated."""
FEWEST = 10
"""Fewer people than these are no fall to tell of. Uncalibrated."""
BACK = 0.8
"""A fall of which this share was won back within `BACK_WITHIN` is told as recovered.
Uncalibrated."""
BACK_WITHIN = 28.0
"""Days. Uncalibrated."""


class Way(StrEnum):
    """How the count changed."""

    DROP = "step"
    DECLINE = "decline"
    GAP = "gap"
    STALL = "stall"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Change:
    """A change between two counts; `sure` is False where one single reading bears it."""

    way: Way
    before: Count
    after: Count
    sure: bool = True
    recovered: Count | None = None

    @property
    def lost(self) -> float:
        """How many subscribers fewer the middles show."""
        return self.before.subscribers.middle - self.after.subscribers.middle

    @property
    def change_pct(self) -> float:
        """The change of the middles, in percent; negative for a fall."""
        return 100 * (self.after.subscribers.middle / self.before.subscribers.middle - 1)

    @property
    def bounds_pct(self) -> tuple[float, float]:
        """The most and the least that it can have been, in percent."""
        old, new = self.before.subscribers, self.after.subscribers
        return (100 * (new.low / max(1, old.high) - 1), 100 * (new.high / max(1, old.low) - 1))

    @property
    def exact(self) -> bool:
        """Whether neither count was rounded."""
        return self.before.subscribers.exact and self.after.subscribers.exact


def changes(counts: Sequence[Count]) -> list[Change]:
    """Return what happened to the counts of one and the same channel, oldest first."""
    points = series(counts)
    found = _once(points)
    unsettled = {Way.DECLINE, Way.GAP, Way.STALL}
    tail = points.counts[-UNSETTLED:]
    if any(c.way in unsettled and c.after.at >= tail[0].at for c in found):
        earlier = _once(points.without_last())
        found = [c for c in found if c.way not in unsettled or _held(c, earlier)]
    return sorted(found, key=lambda c: (c.before.at, c.way))


def _held(change: Change, earlier: Sequence[Change]) -> bool:
    """Return whether a trend was there one reading earlier, over half of it at least.

    A decline that was short enough for a drop then was there too.
    """
    for other in earlier:
        start = max(change.before.at, other.before.at)
        end = min(change.after.at, other.after.at)
        same = (change.way is Way.STALL) == (other.way is Way.STALL)
        if same and (end - start) * 2 >= change.after.at - change.before.at:
            return True
    return False


def _once(points: Series) -> list[Change]:
    if len(points) < 2:
        return []
    moving = rates(points)
    level = float(np.exp(np.median(points.middle)))
    even = regimes.regimes(moving, level)
    ground = Ground.of(points, moving, even)
    legs = declines(ground, even, [])
    sudden = steps.steps(ground.declining(legs))
    across = steps.gaps(ground)
    slow = declines(ground, even, parting(ground, legs, sorted([*sudden, *across])))
    across = [s for s in across if not any(_within(s, d) for d in slow)]
    quick = [s for s in sudden if points.days[s[1]] - points.days[s[0]] <= steps.WITHIN]
    slow += [s for s in sudden if s not in quick and not any(_within(s, d) for d in slow)]
    quick += steepest(ground, slow, quick)
    stalled = stalls.stalls(ground, even, slow)
    told = [
        *(drop for span in quick if (drop := _drop(points, span)) is not None),
        *(Change(Way.DECLINE, points.counts[a], points.counts[b]) for a, b in slow),
        *(Change(Way.GAP, points.counts[a], points.counts[b]) for a, b in across),
        *(Change(Way.STALL, points.counts[a], points.counts[b]) for a, b in stalled),
    ]
    told += [
        Change(Way.UNDETERMINED, points.counts[a], points.counts[b])
        for a, b in stalls.hidden(points, [*sudden, *slow, *across])
    ]
    return [c for c in told if c.way is Way.STALL or c.lost >= FEWEST]


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _drop(points: Series, span: Span) -> Change | None:
    """Return a sudden fall; None where one single reading bears it that may well be misread."""
    start, end = span
    fallen = points.middle[start] - points.middle[end]
    alone = (start == 0 and points.readings[0] == 1) or (
        end == len(points) - 1 and points.readings[-1] == 1
    )
    share = -float(np.expm1(-fallen))
    if alone and share > LONE_MOST:
        return None
    if end == start + 1 and share > TOO_MUCH:
        return Change(Way.UNDETERMINED, points.counts[start], points.counts[end])
    later = points.middle[end:] - points.middle[end]
    near = points.days[end:] - points.days[end] <= BACK_WITHIN
    back = np.flatnonzero(near & (later >= BACK * fallen))
    recovered = points.counts[end + int(back[0])] if len(back) else None
    return Change(Way.DROP, points.counts[start], points.counts[end], not alone, recovered)
