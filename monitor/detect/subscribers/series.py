"""Counts as read enter, one reliable point a day leaves, as intervals in logarithms.

Nothing is guessed: a rounded count stays the interval that it is, a gap stays a gap. What is left
out are readings that cannot be counts of this channel: zeros, and one reading that stands alone
against both its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from monitor.model import Availability, Count, Probe

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DAY = timedelta(days=1)
SPIKE = 0.01
"""A reading further than this from both neighbours, which agree, is taken for a misreading: a
dip of less is no drop either (DESIGN.md section 4), and one of a single day is never told."""
LEAP = 0.35
"""Up to three readings further off than this (30 %), with agreement before and after, are misread
too: nobody loses a third and has it back two days later. Uncalibrated."""
SPIKE_NOISE = 4.0
"""Both are further than this many times the usual daily change. Uncalibrated."""
HANDED_ON = 0.5
"""A fall below this share from one reading to the next, with another title, is another channel:
38.9K to 1.14K was seen (FACTS.md). Uncalibrated."""


@dataclass(frozen=True, slots=True)
class Series:
    """Points, oldest first: `days` since the first, `low` and `high` as logarithms.

    `readings` says how many readings of its day agree with a point, itself among them.
    """

    counts: tuple[Count, ...]
    days: Floats
    low: Floats
    high: Floats
    readings: NDArray[np.int_]

    @classmethod
    def of(cls, counts: Sequence[Count]) -> Self:
        """Take counts as they are, each with no other that agrees."""
        return cls(
            tuple(counts),
            np.array([(c.at - counts[0].at) / DAY for c in counts]),
            np.log([max(1.0, c.subscribers.low) for c in counts]),
            np.log([max(1.0, c.subscribers.high) for c in counts]),
            np.ones(len(counts), dtype=np.int_),
        )

    def __len__(self) -> int:
        """Return how many points there are."""
        return len(self.counts)

    @property
    def exact(self) -> bool:
        """Whether no point was rounded."""
        return bool(np.all(self.low == self.high))

    @property
    def middle(self) -> Floats:
        """The middles of the intervals, for finding the place of a thing, not for claiming it."""
        return (self.low + self.high) / 2

    def without_last(self) -> Self:
        """Return the series as it was known one point earlier."""
        return self.kept(np.arange(len(self)) < len(self) - 1)

    def kept(self, keep: Flags) -> Self:
        """Return the points that a mask keeps."""
        counts = tuple(c for c, k in zip(self.counts, keep.tolist(), strict=True) if k)
        return replace(
            self,
            counts=counts,
            days=self.days[keep],
            low=self.low[keep],
            high=self.high[keep],
            readings=self.readings[keep],
        )


def daily(counts: Sequence[Count]) -> list[Count]:
    """Return the most precise count of each UTC day, the last of equals; oldest first."""
    best: dict[date, Count] = {}
    for count in sorted(counts, key=lambda c: c.at):
        day = count.at.date()
        known = best.get(day)
        if known is None or _width(count) <= _width(known):
            best[day] = count
    return list(best.values())


def credible(counts: Sequence[Count]) -> list[Count]:
    """Return the readings of one channel that can be counts of it, oldest first."""
    return list(_credible(counts).counts)


def _credible(counts: Sequence[Count]) -> Series:
    # An owner is a subscriber: a zero is a page misread.
    every = Series.of(sorted((c for c in counts if c.subscribers.high > 0), key=lambda c: c.at))
    return every.kept(~_spikes(every))


def series(counts: Sequence[Count]) -> Series:
    """Return the points to judge by: of each UTC day the last of its most precise readings."""
    read = _credible(counts)
    points = Series.of(daily(read.counts))
    points = replace(points, readings=_agreeing(read, points))
    return points.kept(~_spikes(points))


def _agreeing(read: Series, points: Series) -> NDArray[np.int_]:
    """Return how many readings of each point's day say the same as it, to within `SPIKE`."""
    days = [c.at.toordinal() for c in points.counts]
    point = np.searchsorted(days, [c.at.toordinal() for c in read.counts])
    same = (read.low - SPIKE <= points.high[point]) & (read.high + SPIKE >= points.low[point])
    return np.bincount(point[same], minlength=len(points))


def _width(count: Count) -> int:
    return count.subscribers.high - count.subscribers.low


def _spikes(points: Series) -> Flags:
    """Return which points stand apart from what was read before and after, which agrees."""
    alone = np.zeros(len(points), dtype=np.bool_)
    if len(points) < 3:
        return alone
    low, high = points.low, points.high
    usual = SPIKE_NOISE * float(np.median(np.abs(np.diff(points.middle))))
    for many, least in ((1, SPIKE), (2, LEAP), (3, LEAP)):
        before, after = slice(None, -many - 1), slice(many + 1, None)
        floor = np.minimum(low[before], low[after])
        roof = np.maximum(high[before], high[after])
        inner = [slice(1 + n, len(points) - many + n) for n in range(many)]
        below = np.min([floor - high[part] for part in inner], axis=0)
        above = np.min([low[part] - roof for part in inner], axis=0)
        off = np.maximum(below, above)
        apart = np.maximum(low[before] - high[after], low[after] - high[before])
        found = (off > max(least, usual)) & (off > 2 * apart)
        for part in inner:
            alone[part] |= found
    return alone


def of_one_channel(
    counts: Sequence[Count], swaps: Sequence[tuple[Count, Count]], probes: Sequence[Probe]
) -> list[list[Count]]:
    """Return the stretches of counts that are of one and the same channel, oldest first.

    Args:
        counts: in any order.
        swaps: pairs of counts between which the name passed to another channel; whose the counts
            between the two are is not known.
        probes: what was met is not counted while it was a page of the wrong kind.
    """
    wrong = _wrong_kind(probes)
    ordered = [
        c
        for c in sorted(counts, key=lambda c: c.at)
        if not any(start <= c.at < end for start, end in wrong)
    ]
    spans = sorted((old.at, new.at) for old, new in swaps)
    titled = [c for c in ordered if c.title is not None]
    spans += [(old.at, new.at) for old, new in pairwise(titled) if _handed_on(old, new)]
    parts: list[list[Count]] = [[]]
    for count in ordered:
        if any(old < count.at < new for old, new in spans):
            continue
        if parts[-1] and any(parts[-1][-1].at <= old < new <= count.at for old, new in spans):
            parts.append([])
        parts[-1].append(count)
    return parts


def _handed_on(old: Count, new: Count) -> bool:
    return old.title != new.title and new.subscribers.high < HANDED_ON * old.subscribers.low


def _wrong_kind(probes: Sequence[Probe]) -> list[tuple[datetime, datetime]]:
    """Return the stretches in which the name was met as a group's, a person's or a bot's."""
    found = []
    since: datetime | None = None
    for probe in sorted(probes, key=lambda p: p.at):
        if probe.state is Availability.WRONG_KIND:
            since = since or probe.at
        elif since is not None and probe.state not in {None, Availability.UNREACHABLE}:
            found.append((since, probe.at))
            since = None
    return [*found, *([(since, datetime.max.replace(tzinfo=UTC))] if since else [])]
