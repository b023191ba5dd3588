"""A series enters; its slow falls leave, from peak to trough, the sudden ones apart.

Two ways lead to a decline, for either misses some: a stretch whose rates lie below zero, as the
change points part them, and a leg from a high to a low that no rebound breaks, which also sees a
steady loss between bursts of growth.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from monitor.detect.subscribers.regimes import Regime
from monitor.detect.subscribers.steps import NOISE_TIMES, WITHIN, Ground, Span

TREND_LEAST = 0.02
"""A slower fall than a drop is a trend, told from 2 % on. Uncalibrated."""
TREND_TIMES = 3.2
"""... and beyond this many times the noise over its time, which is taken larger than it is. Chosen
on benchmarks/counting.py, 2026-11-25."""
TURN = 0.01
"""A leg ends with a rebound of more than this ..."""
TURN_TIMES = 6.0
"""... and of more than this many times the noise of a day. Uncalibrated, both."""
REBOUND = 0.75
"""Two declines with a rebound of less than this share of the first between them are one, where
the second begins no higher and ends lower. Chosen on fa_2026_rounded, 2026-11-25."""
SHARE = 0.5
"""A fall that makes up this share of a decline ends it; a smaller one is part of it, and told
beside it where it was sudden. Uncalibrated."""
WEEK_LEAST = 0.05
"""A decline that loses more than this in a week is a drop too. Uncalibrated."""
PAUSE = 28.0
"""... and within these days of each other. Chosen on fa_2026_rounded, 2026-11-25."""


def declines(ground: Ground, even: Sequence[Regime], apart: Sequence[Span]) -> list[Span]:
    """Return the slow falls, oldest first.

    Args:
        ground: the series, its rates and its noise.
        even: its stretches of even growth.
        apart: the falls told by themselves, which no decline may contain.
    """
    found: list[Span] = []
    edges = [0, *(edge for span in apart for edge in span), len(ground.points) - 1]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if start < end:
            legs = _legs(ground, start, end)
            falling = _falling(ground, even, start, end)
            found += _apart(s for s in (*_joined(ground, legs), *falling) if _told(ground, s))
    return found


def parting(ground: Ground, slow: Sequence[Span], sudden: Sequence[Span]) -> list[Span]:
    """Return the falls that are no mere part of a slow one."""
    return [
        (a, b)
        for a, b in sudden
        if not any(
            start <= a
            and b <= end
            and _fallen(ground, (a, b)) < SHARE * _fallen(ground, (start, end))
            for start, end in slow
        )
    ]


def steepest(ground: Ground, slow: Sequence[Span], sudden: Sequence[Span]) -> list[Span]:
    """Return the worst week of each decline that loses a twentieth in it, as a drop is defined.

    A decline that holds a sudden fall already has its drop.
    """
    found = []
    path, days = ground.points.middle, ground.points.days
    for start, end in slow:
        if any(a < end and b > start for a, b in sudden):
            continue
        last = np.searchsorted(days[: end + 1], days[start:end] + WITHIN, side="right") - 1
        lost = path[start:end] - path[last]
        first = start + int(np.argmax(lost))
        week = (first, int(last[first - start]))
        beyond = NOISE_TIMES * ground.noise_between(*week)
        if ground.sure_fall(*week) > max(WEEK_LEAST, beyond):
            found.append(week)
    return found


def _fallen(ground: Ground, span: Span) -> float:
    return float(ground.points.middle[span[0]] - ground.points.middle[span[1]])


def _legs(ground: Ground, first: int, last: int) -> list[Span]:
    """Return the ways from a high to the low that follows it, before the next true rebound."""
    path = ground.points.middle[first : last + 1].tolist()
    noise = ground.noise[first:last].tolist()
    legs: list[Span] = []
    high = low = 0
    for k in range(1, len(path)):
        if path[k] < path[low]:
            low = k
        turn = max(TURN, TURN_TIMES * noise[k - 1])
        if path[k] > path[low] + turn or path[k] >= path[high]:
            if low > high:
                legs.append((first + high, first + low))
            high = low = k
    if low > high:
        legs.append((first + high, first + low))
    return legs


def _falling(ground: Ground, even: Sequence[Regime], first: int, last: int) -> list[Span]:
    """Return the stretches of declining regimes without a break, from their peak to trough."""
    spans: list[Span] = []
    for regime in even:
        start, end = max(regime.start, first), min(regime.end, last)
        if regime.way < 0 and start < end:
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
    return [_peak_to_trough(ground, *span) for span in spans]


def _peak_to_trough(ground: Ground, start: int, end: int) -> Span:
    """Return where a decline began and ended: of equal values the last peak, the first trough."""
    stretch = ground.points.middle[start : end + 1]
    peak = len(stretch) - 1 - int(np.argmax(stretch[::-1]))
    trough = peak + int(np.argmin(stretch[peak:]))
    return start + peak, start + trough


def _joined(ground: Ground, legs: Iterable[Span]) -> list[Span]:
    """Return the legs, those joined that are one downward way with a pause or a rebound."""
    path, days = ground.points.middle, ground.points.days
    joined: list[Span] = []
    for start, end in legs:
        while joined:
            first, last = joined[-1]
            rebound = float(path[start] - path[last])
            if (
                days[start] - days[last] > PAUSE
                or path[start] > path[first]
                or path[end] >= path[last]
                or rebound >= REBOUND * float(path[first] - path[last])
            ):
                break
            joined.pop()
            start = first  # noqa: PLW2901 - the leg grows backwards
        joined.append((start, end))
    return joined


def _told(ground: Ground, span: Span) -> bool:
    """Return whether a decline is slower than a drop and beyond rounding, noise and 2 %."""
    start, end = span
    fall = ground.sure_fall(start, end)
    if ground.points.days[end] - ground.points.days[start] <= WITHIN or fall <= TREND_LEAST:
        return False
    return fall > TREND_TIMES * ground.noise_between(start, end)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Return the longest of what overlaps, oldest first."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda s: s[0] - s[1]):
        if all(end <= a or b <= start for a, b in kept):
            kept.append((start, end))
    return sorted(kept)
