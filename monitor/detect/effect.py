"""What a notice changed: views and growth before and after it, against the others of its country.

Difference in differences on the log scale. The channel's change from the four weeks before to
the four weeks after is compared with the same change of channels that announced nothing then;
what happened to all of them, such as a block or a holiday, falls out. The interval is that of a
prediction from the controls' own changes, for there is one channel and few controls: Student's t
with their spread (Donald & Lang 2007, Rev. Econ. Stat. 89, section 3; Conley & Taber 2011, Rev.
Econ. Stat. 93, section 2, for the placebo view). Rounding widens it. Where there is too little to
compare nothing is said. Views and findings in, findings out.
"""

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp, log, sqrt
from operator import attrgetter
from statistics import fmean, variance
from typing import TypeVar

from monitor.detect.findings import Writer, times
from monitor.model import (
    ChannelView,
    Count,
    Coverage,
    Finding,
    Interval,
    Kind,
    Span,
    Viewed,
)

SPAN = timedelta(days=28)
"""Four weeks on each side: whole weeks, so that weekdays fall out. Uncalibrated."""
APART = timedelta(days=1)
"""The notice's own day is left out of views: everybody reads the farewell."""
LEAST_SPAN = timedelta(days=7)
"""Growth is compared over a week at least."""
NEAR = timedelta(days=3)
"""How old the last count before the notice may be. Uncalibrated."""
SECOND = timedelta(seconds=1)
"""A count of the notice's very moment is before it."""
LEAST_DAYS = 5
"""Days with viewed posts on each side. Uncalibrated."""
LEAST_CONTROLS = 3
"""With fewer the interval says nothing: Student's t has then 12.7 for its factor."""
SURE = 0.8
"""Confidence in an interval that is meant to hold 95 times of 100. Uncalibrated."""

# Student's t, 97.5 %, for 2 to 30 degrees of freedom, from any table.
_T = (
    4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
    2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052,
    2.048, 2.045, 2.042,
)  # fmt: skip

Timed = TypeVar("Timed", Viewed, Count)

_ANNOUNCES = (Kind.CLOSURE_NOTICE, Kind.PARTIAL_MOVE)
_CONFOUNDS = (*_ANNOUNCES, Kind.RETURN_NOTICE, Kind.GONE, Kind.USERNAME_REASSIGNED)


@dataclass(frozen=True, slots=True)
class Change:
    """One channel's change over a notice, on the log scale, and how well it is known.

    `noise` is its standard error as far as its own days tell, `rounding` the most that rounded
    figures can have moved it.
    """

    value: float
    noise: float
    rounding: float


@dataclass(frozen=True, slots=True)
class Effect:
    """A channel's change less its controls', with bounds, on the log scale."""

    value: float
    low: float
    high: float
    controls: tuple[str, ...]

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out that nothing changed."""
        return self.low > 0 or self.high < 0


def notices(findings: Iterable[Finding]) -> list[Finding]:
    """Return the notices whose effect can be asked after: one a channel in four weeks."""
    latest: dict[str | None, datetime] = {}
    found = []
    for notice in sorted((f for f in findings if f.kind in _ANNOUNCES), key=lambda f: (f.at, f.id)):
        if notice.channel not in latest or notice.at - latest[notice.channel] > SPAN:
            found.append(notice)
        latest[notice.channel] = notice.at
    return found


def windows(findings: Iterable[Finding]) -> tuple[Span, ...]:
    """Return the stretches whose views are needed."""
    return Coverage.of((n.at - SPAN, n.at + SPAN) for n in notices(findings)).spans


def views_change(viewed: Sequence[Viewed], at: datetime) -> Change | None:
    """Return how views a post changed over a moment; None with too few days on a side."""
    before = _by_day(_within(viewed, at - SPAN, at - APART))
    after = _by_day(_within(viewed, at + APART, at + SPAN))
    if min(len(before), len(after)) < LEAST_DAYS:
        return None
    means = [[fmean(log(1 + i.middle) for i in day) for day in side] for side in (before, after)]
    rounding = [fmean(_half_width(i) for day in side for i in day) for side in (before, after)]
    return Change(
        fmean(means[1]) - fmean(means[0]),
        sqrt(sum(variance(side) / len(side) for side in means)),
        sum(rounding),
    )


def _within(series: Sequence[Timed], start: datetime, end: datetime) -> Sequence[Timed]:
    """Return what of a series, oldest first, lies in `[start, end)`."""
    first = bisect_left(series, start, key=attrgetter("at"))
    return series[first : bisect_left(series, end, first, key=attrgetter("at"))]


def _by_day(viewed: Iterable[Viewed]) -> list[list[Interval]]:
    days: dict[date, list[Interval]] = defaultdict(list)
    for one in viewed:
        days[one.at.date()].append(one.views)
    return list(days.values())


def _half_width(interval: Interval) -> float:
    return log((1 + interval.high) / (1 + interval.low)) / 2


def growth_change(view: ChannelView, at: datetime) -> Change | None:
    """Return how growth a week changed over a moment; None without counts on both sides."""
    first = _within(view.counts, at - SPAN, at - LEAST_SPAN)
    middle = _within(view.counts, at - NEAR, at + SECOND)
    last = _within(view.counts, at + LEAST_SPAN, at + SPAN)
    if not (first and middle and last):
        return None
    points = (first[0], middle[-1], last[-1])
    logs = [log(1 + c.subscribers.middle) for c in points]
    weeks = [(b.at - a.at) / timedelta(weeks=1) for a, b in itertools.pairwise(points)]
    widths = [_half_width(c.subscribers) for c in points]
    return Change(
        (logs[2] - logs[1]) / weeks[1] - (logs[1] - logs[0]) / weeks[0],
        0.0,
        (widths[2] + widths[1]) / weeks[1] + (widths[1] + widths[0]) / weeks[0],
    )


def compare(own: Change, controls: Mapping[str, Change]) -> Effect | None:
    """Return a change less that of its controls; None with too few of them."""
    if len(controls) < LEAST_CONTROLS:
        return None
    values = [change.value for change in controls.values()]
    spread = variance(values)
    degrees = len(values) - 1
    factor = _T[min(degrees - 2, len(_T) - 1)]
    rounding = own.rounding + fmean(change.rounding for change in controls.values())
    # Its own days may be noisier than the controls are unlike each other.
    half = factor * sqrt(max(spread, own.noise**2) + spread / len(values)) + rounding
    value = own.value - fmean(values)
    return Effect(value, value - half, value + half, tuple(sorted(controls)))


def findings(
    views: Sequence[ChannelView], found: Sequence[Finding], viewed: Mapping[int, Sequence[Viewed]]
) -> list[Finding]:
    """Write what notices changed, as far as it can be told.

    Args:
        views: all watched channels, their counts sharpest a day and oldest first.
        found: their findings.
        viewed: their posts with views, by the channel's key.
    """
    confounded: dict[str | None, list[datetime]] = defaultdict(list)
    for finding in found:
        if finding.kind in _CONFOUNDS:
            confounded[finding.channel].append(finding.at)
    # One that lost its name and the one that has it now share it: the findings name the latter.
    holders = sorted(views, key=lambda view: view.channel.holds_name)
    by_name = {view.channel.username: view for view in holders}
    written = []
    for notice in notices(found):
        own = by_name.get(notice.channel or "")
        if own is None:
            continue
        # A block or a holiday befalls a country: its own channels are the likest.
        calm = [
            view
            for view in views
            if view.channel.country == own.channel.country
            and all(abs(at - notice.at) > SPAN for at in confounded[view.channel.username])
        ]
        for measure in ("views", "growth"):
            mine = _change(measure, own, viewed, notice.at)
            changes = {
                view.channel.username: change
                for view in (calm if mine is not None else ())
                if (change := _change(measure, view, viewed, notice.at)) is not None
            }
            effect = compare(mine, changes) if mine is not None else None
            if effect is not None:
                written.append(_written(own, notice, measure, effect))
    return written


def _change(
    measure: str, view: ChannelView, viewed: Mapping[int, Sequence[Viewed]], at: datetime
) -> Change | None:
    if measure == "growth":
        return growth_change(view, at)
    return views_change(viewed.get(view.channel.key, ()), at)


_SAYS = {"views": "views a post", "growth": "growth of subscribers a week"}


def _written(own: ChannelView, notice: Finding, measure: str, effect: Effect) -> Finding:
    # Growth is small: its logarithm is read as points of percent.
    percent = [
        100 * (exp(v) - 1) if measure == "views" else 100 * v
        for v in (effect.value, effect.low, effect.high)
    ]
    unit = "%" if measure == "views" else " percentage points"
    change, low, high = (f"{p:+.1f}{unit}" for p in percent)
    against = f"against {len(effect.controls)} other channels"
    said = f"{change} ({low} to {high})" if effect.clear else f"undetermined ({low} to {high})"
    return Writer(own.channel).write(
        Kind.NOTICE_EFFECT,
        notice.at,
        first=f"{notice.id} {measure}",
        confidence=SURE,
        rule=f"effect.{measure}",
        summary=f"after its notice, {_SAYS[measure]}: {said}, {against}",
        evidence=notice.evidence[:1],
        details={
            "notice": notice.id,
            "measure": measure,
            "change_pct": round(percent[0], 2),
            "low_pct": round(percent[1], 2),
            "high_pct": round(percent[2], 2),
            "clear": effect.clear,
            "controls": list(effect.controls),
            **times(**{"from": notice.at - SPAN, "to": notice.at + SPAN}),
        },
    )
