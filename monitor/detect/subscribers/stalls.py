"""Growth that stops, and falls that rounding hides: what a count shows by not moving."""

from collections.abc import Sequence

import numpy as np

from monitor.detect.subscribers.regimes import Regime
from monitor.detect.subscribers.series import Series
from monitor.detect.subscribers.steps import LEAST, NOISE_TIMES, WITHIN, Ground, Span

GREW_FOR = 21.0
"""Days that a channel must have grown for its growth to be a habit. Chosen on fa_2026_rounded,
2026-11-25: shorter growth was a burst that ended, not a habit that stopped."""
STALLED_FOR = 21.0
"""Days without growth before that is told. Chosen on fa_2026_rounded, 2026-11-25."""
SLOWER = 0.25
"""Growth below this share of the habit is none ..."""

STANDING = 0.01 / 30
"""... and no more than 1 % in 30 days. Uncalibrated, both."""

NOISE_HIDDEN = 1.5e-3
"""Rounding hides how a count wavers; it is taken to be as noisy as the noisiest of ru_2025_exact
(2026-11-25)."""

TELLING = 0.0101
"""Counts rounded more coarsely than three digits round them (1 %) cannot tell a stall."""

MATTERS = 0.75
"""Rounding matters where it leaves less than this share of a fall sure. Uncalibrated."""


def stalls(ground: Ground, even: Sequence[Regime], told: Sequence[Span]) -> list[Span]:
    """Return where a growth of weeks stopped for weeks, oldest first; `told` are the falls."""
    found: list[Span] = []
    for k in range(1, len(even)):
        first = k
        while first > 0 and even[first - 1].way > 0:
            first -= 1
        start = even[k].start
        if ground.points.days[start] - ground.points.days[even[first].start] < GREW_FOR:
            continue
        habit = _habit(ground, even[first:k])
        after = k
        while after < len(even) and even[after].rate <= SLOWER * habit:
            after += 1
        end = even[after - 1].end
        fell = any(a < end and b > start for a, b in told)
        if after > k and not fell and _stalled(ground, start, end, habit):
            found.append((start, end))
    return found


def _habit(ground: Ground, grown: Sequence[Regime]) -> float:
    """Return a day's growth before the stall, the lesser of the last stretch's and of all."""
    start, end = grown[0].start, grown[-1].end
    return min(grown[-1].rate, float(np.median(ground.rates.rate[start:end])))


def _stalled(ground: Ground, start: int, end: int, habit: float) -> bool:
    """Return whether a stretch grew, at most, far less than the habit, beyond noise."""
    days = float(ground.points.days[end] - ground.points.days[start])
    most = float(ground.points.high[end] - ground.points.low[start])
    expected = habit * days
    vague = np.max((ground.points.high - ground.points.low)[[start, end]])
    return bool(
        days >= STALLED_FOR
        and vague <= TELLING
        and expected > LEAST
        and most <= min(SLOWER * expected, STANDING * days)
        and expected - most > NOISE_TIMES * _noise(ground, start, end)
    )


def _noise(ground: Ground, start: int, end: int) -> float:
    days = float(ground.points.days[end] - ground.points.days[start])
    seen = ground.noise_between(start, end)
    return seen if ground.points.exact else max(seen, NOISE_HIDDEN * float(np.sqrt(days)))


def hidden(points: Series, told: Sequence[Span]) -> list[Span]:
    """Return where a rounded count shows a fall of more than 1 % that may be less, or none.

    One that is shown higher again within a week is a count at the edge of its rounding.
    """
    shown = points.middle[:-1] - points.middle[1:]
    sure = points.low[:-1] - points.high[1:]
    rounded = (points.low[:-1] < points.high[:-1]) | (points.low[1:] < points.high[1:])
    near = np.diff(points.days) <= WITHIN
    unsure = (shown > LEAST) & (sure <= LEAST) & (sure < MATTERS * shown)
    found: list[Span] = []
    for k in np.flatnonzero(rounded & near & unsure).tolist():
        later = points.days > points.days[k + 1]
        week = later & (points.days <= points.days[k + 1] + WITHIN)
        back = bool(np.any(points.middle[week] > points.middle[k + 1]))
        within = any(a < k + 1 and b > k for a, b in told)
        if not (back or within):
            found.append((k, k + 1))
    return found
