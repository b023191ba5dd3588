"""A series enters; the least movement that it proves, its daily rates and their noise leave."""

from dataclasses import dataclass

import numpy as np

from monitor.detect.subscribers.series import Floats, Series

MAD = 1.4826
"""Scales a median absolute deviation to a standard deviation (Rousseeuw & Croux 1993, J. Am. Stat.
Assoc. 88, section 1)."""
NOISE_FLOOR = 1e-4
"""The least daily noise that is believed (FACTS.md, Subscriber counts)."""
NOISE_UNKNOWN = 2e-3
"""The least daily noise that is assumed where fewer than `ENOUGH` points tell. Uncalibrated."""
ENOUGH = 14
ONE_MORE = 1.0
"""Subscribers by which a count may always waver in a day: of a few hundred, six who leave are no
drop. Uncalibrated."""
WEEKS = 4
"""A weekday's habit is taken off once it was met this many times. Uncalibrated."""
SHORTEST = 0.5
"""Two points closer than half a day are taken for half a day apart: noise has a floor."""
TAIL = 10
"""Percent of a side's rates that are drawn in before their spread is taken. Uncalibrated."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Growth from point to point: log-rates a day, less the weekday's habit.

    `path` runs through the intervals; `days` are the steps' lengths; `weekly` is the habit that
    was taken off, a day.
    """

    path: Floats
    days: Floats
    rate: Floats
    weekly: Floats


def rates(points: Series) -> Rates:
    """Return the growth of a series of two points or more."""
    path = points.low if points.exact else taut(points.days, points.low, points.high)
    days = np.maximum(SHORTEST, np.diff(points.days))
    rate = np.diff(path) / days
    weekly = np.zeros(len(rate))
    single = days <= 1.5
    weekday = np.array([c.at.weekday() for c in points.counts[1:]])
    overall = float(np.median(rate))
    groups = [(weekday == day) & single for day in range(7)]
    if points.exact and all(int(g.sum()) >= WEEKS for g in groups):
        for group in groups:
            weekly[group] = float(np.median(rate[group])) - overall
    return Rates(path, days, rate - weekly, weekly)


def taut(days: Floats, low: Floats, high: Floats) -> Floats:
    """Return the shortest line through intervals: what must have moved, and no more.

    It starts and ends in the middle of the first and last interval, and bends only where an
    interval forces it (the taut string of Davies & Kovac 2001, Ann. Statist. 29, section 2).
    """
    lows, highs = low.tolist(), high.tolist()
    lows[0] = highs[0] = (lows[0] + highs[0]) / 2
    lows[-1] = highs[-1] = (lows[-1] + highs[-1]) / 2
    at = days.tolist()
    bends = [(0, lows[0])]
    anchor, value = 0, lows[0]
    k = 1
    least, most = float("-inf"), float("inf")
    least_at = most_at = 0
    while k < len(at):
        span = at[k] - at[anchor]
        up, down = (lows[k] - value) / span, (highs[k] - value) / span
        if up > most:  # must rise above what an earlier upper bound allows: bend there
            anchor, value = most_at, highs[most_at]
        elif down < least:
            anchor, value = least_at, lows[least_at]
        else:
            if up >= least:
                least, least_at = up, k
            if down <= most:
                most, most_at = down, k
            k += 1
            continue
        bends.append((anchor, value))
        least, most = float("-inf"), float("inf")
        k = anchor + 1
    bends.append((len(at) - 1, lows[-1]))
    where = [at[i] for i, _ in bends]
    line: Floats = np.interp(days, where, [v for _, v in bends])
    return line


def spread(residual: Floats, level: float) -> float:
    """Return the noise of a day, as a standard deviation, from the quieter side.

    Campaigns make a channel leap upwards and drops make it fall, neither of which says how it
    wavers on the other side. There is a floor, and where few points tell, an assumed noise.

    Args:
        residual: daily rates less what they are expected to be.
        level: the usual count.
    """
    floor = max(NOISE_FLOOR, ONE_MORE / max(1.0, level))
    if len(residual) < ENOUGH:
        floor = max(floor, NOISE_UNKNOWN)
    sides = [_one_side(side) for side in (-residual[residual <= 0], residual[residual >= 0])]
    return max(floor, min(sides))


def _one_side(away: Floats) -> float:
    """Return the larger of two robust spreads of the rates to one side of what is expected.

    The scaled median absolute deviation breaks down where most days change nothing, as those of a
    small channel; the root mean square with its tail drawn in does not. A day without change
    belongs to both sides by half.
    """
    if len(away) < 2:
        return 0.0
    drawn_in = np.minimum(away, np.percentile(away, 100 - TAIL, method="lower"))
    weight = float(np.sum(away > 0)) + float(np.sum(away == 0)) / 2
    square = float(np.sum(drawn_in * drawn_in)) / max(1.0, weight)
    return max(MAD * float(np.median(away)), float(np.sqrt(square)))
