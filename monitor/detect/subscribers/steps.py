"""A series and its rates enter, the sudden falls leave, as pairs of points.

A fall is what is left of it when the earlier count was as low, and the later as high, as each may
have been, and when the decline that was under way anyway is taken off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from monitor.detect.subscribers.rates import Rates
from monitor.detect.subscribers.regimes import Regime
from monitor.detect.subscribers.series import Flags, Floats, Series

LEAST = 0.01
"""A drop is more than 1 % (DESIGN.md section 4)."""
WITHIN = 7.0
"""... within these days (DESIGN.md section 4)."""
NOISE_TIMES = 6.0
"""... and beyond this many times the noise over that time (FACTS.md, Subscriber counts)."""
HEAVY = 1.75
"""... and by more where the tails are heavy, so that six deviations come every year: by as much as
the worst twentieth of the days exceed this many. Of Gaussian days they exceed 1.96. Chosen on
benchmarks/counting.py, 2026-11-25."""
TAIL_KNOWN = 60
"""... where so many days, shown exactly, tell that. Uncalibrated."""
GAP_TIMES = 3.5
"""Across a gap, of which there are few, less is asked. Chosen on benchmarks/counting.py,
2026-11-25."""
ON_TIMES = 3.0
"""A fall goes on while a further day falls this many times the noise. Uncalibrated."""

Span = tuple[int, int]
"""The index of the point before, and of the point after."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a fall must stand out from, step by step: what was expected of it, and its noise.

    `drift` is the logarithmic change that each step was expected to make: the weekday's habit and
    a decline under way, never a growth. `even` is the usual rate of its stretch, `noise` the
    standard deviation of a day.
    """

    points: Series
    rates: Rates
    drift: Floats
    even: Floats
    noise: Floats

    @classmethod
    def of(cls, points: Series, moving: Rates, even: Sequence[Regime]) -> Self:
        """Join a series with its rates and its stretches of even growth."""
        usual, noise = np.zeros((2, len(moving.rate)))
        for regime in even:
            part = slice(regime.start, regime.end)
            usual[part], noise[part] = regime.rate, regime.noise
        tails = _tails(points, moving, usual, noise)
        return cls(points, moving, moving.weekly * moving.days, usual, tails * noise)

    def declining(self, spans: Sequence[Span]) -> Self:
        """Return the ground where some stretches were expected to lose their usual day."""
        drift = self.drift.copy()
        for start, end in spans:
            usual = min(0.0, float(np.median(self.rates.rate[start:end])))
            slow = np.minimum(usual, self.even[start:end]) * self.rates.days[start:end]
            drift[start:end] = self.drift[start:end] + slow
        return replace(self, drift=drift)

    def sure_fall(self, start: int, end: int) -> float:
        """Return the least that was lost from one point to another, in logarithms."""
        return float(self.points.low[start] - self.points.high[end])

    def noise_between(self, start: int, end: int) -> float:
        """Return the standard deviation of the change between two points, in logarithms."""
        return float(np.sqrt(np.sum(_variance(self)[start:end])))


def _tails(points: Series, moving: Rates, even: Floats, noise: Floats) -> float:
    """Return how much heavier than usual the tails are, at least 1, from the lighter side."""
    if len(even) < TAIL_KNOWN or not points.exact:
        return 1.0
    away = (moving.rate - even) * np.sqrt(moving.days) / noise
    sides = [side for side in (-away[away < 0], away[away > 0]) if len(side)]
    worst = min((float(np.percentile(side, 95)) for side in sides), default=0.0)
    return max(1.0, worst / HEAVY)


def steps(ground: Ground) -> list[Span]:
    """Return the falls that no decline explains, oldest first, each with all that belongs to it."""
    return _merged(_grown(ground, span) for span in _merged(_shortest(ground)))


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return stretches, those as one that meet or overlap."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _shortest(ground: Ground) -> list[Span]:
    """Return the shortest stretches within a week that fall far enough, by their start.

    Each holds no shorter one: a longer stretch around a step says nothing new.
    """
    points = ground.points
    size = len(points)
    expected = np.concatenate([[0.0], np.cumsum(ground.drift)])
    variance = np.concatenate([[0.0], np.cumsum(_variance(ground))])
    ends = np.full(size, size)  # the nearest end of a fall that begins at or after each point
    found: list[Span] = []
    for lag in range(1, min(int(WITHIN), size - 1) + 1):
        days = points.days[lag:] - points.days[:-lag]
        fall = points.low[:-lag] - points.high[lag:]
        excess = fall + (expected[lag:] - expected[:-lag])
        bound = np.maximum(LEAST, NOISE_TIMES * np.sqrt(variance[lag:] - variance[:-lag]))
        flagged: Flags = (days <= WITHIN) & (fall > -np.log1p(-LEAST)) & (excess > bound)
        flagged &= ends[:-lag] > np.arange(lag, size)
        starts = np.flatnonzero(flagged)
        found += [(start, start + lag) for start in starts.tolist()]
        ends[starts] = np.minimum(ends[starts], starts + lag)
        ends = np.minimum.accumulate(ends[::-1])[::-1]
    return sorted(found)


def _variance(ground: Ground) -> Floats:
    return ground.noise**2 * np.maximum(1.0, ground.rates.days)


def _grown(ground: Ground, span: Span) -> Span:
    """Return a fall with the days before and after that fell on with it."""
    start, end = span
    moved = ground.rates.path[1:] - ground.rates.path[:-1] - ground.drift
    falls_on = moved < -ON_TIMES * np.sqrt(_variance(ground))
    falls_on &= ground.points.low[:-1] > ground.points.high[1:]
    while start > 0 and falls_on[start - 1] and ground.rates.days[start - 1] <= WITHIN:
        start -= 1
    while end < len(moved) and falls_on[end] and ground.rates.days[end] <= WITHIN:
        end += 1
    return start, end


def gaps(ground: Ground) -> list[Span]:
    """Return falls across a gap of more than a week: nobody saw whether it took a day or all."""
    found = []
    for k in np.flatnonzero(np.diff(ground.points.days) > WITHIN).tolist():
        fall = ground.sure_fall(k, k + 1)
        if fall > max(LEAST, GAP_TIMES * ground.noise_between(k, k + 1)):
            found.append((k, k + 1))
    return found
