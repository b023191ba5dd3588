"""Series of counts for the tests; all of them are composed."""

import math
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from monitor.detect.subscribers.changes import Change, Way, changes
from monitor.model import Count, Interval

T = datetime(2025, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def shown(value: float, digits: int = 0) -> Interval:
    """Return what a count may be that is shown with so many digits; 0 shows it exactly."""
    whole = round(value)
    unit = 10 ** max(0, len(str(whole)) - digits) if digits else 1
    if unit == 1:
        return Interval(whole, whole)
    middle = (whole + unit // 2) // unit * unit
    return Interval(middle - unit // 2, middle + unit // 2)


def counts(
    values: Iterable[float], *, digits: int = 0, step: timedelta = DAY, start: datetime = T
) -> list[Count]:
    """Return counts at even steps."""
    return [Count(start + n * step, shown(v, digits), "composed") for n, v in enumerate(values)]


def walk(
    days: int, level: float = 50_000, drift: float = 0.0003, noise: float = 0.0005, seed: int = 1
) -> list[float]:
    """Return a random walk of the logarithm."""
    draw = random.Random(seed)
    values = []
    for _ in range(days):
        level *= math.exp(drift + draw.gauss(0, noise))
        values.append(level)
    return values


def fallen(values: Sequence[float], at: int, share: float, until: int | None = None) -> list[float]:
    """Return values that are lower by a share from one place on, or up to another."""
    end = len(values) if until is None else until
    return [v * (1 - share) if at <= n < end else v for n, v in enumerate(values)]


def told(series: Sequence[Count]) -> list[tuple[str, int, int]]:
    """Return what is told: which way, and the days from the first count to its start and end."""
    return [(str(c.way), day(c.before.at), day(c.after.at)) for c in changes(series)]


def only(series: Sequence[Count], way: Way) -> Change:
    """Return the one change, of a way."""
    (found,) = changes(series)
    assert found.way is way
    return found


def day(at: datetime) -> int:
    """Return how many days a time lies after the start."""
    return (at - T) // DAY
