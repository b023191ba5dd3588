"""Subscribers by channel: small charts with rounding as a band, gaps as gaps, drops marked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from monitor.model import Count
from monitor.report.contents import Line, Summary
from monitor.report.drawn import Drawn
from monitor.report.figures.style import (
    COLOURS,
    as_days,
    canvas,
    face,
    label,
    save,
    short,
    time_axis,
    titles,
)
from monitor.report.measures import inside, notices

BREAK = 2
"""A line breaks where two counts lie further apart than this many usual steps, so that one missed
visit is bridged and two are not. Uncalibrated."""
AT_LEAST_H = 36
"""... and further than these hours: a day's count may be late by half a day. Uncalibrated."""
HOUR = timedelta(hours=1)


def charted(line: Line, summary: Summary) -> list[Count]:
    """Return a channel's counts in the chart's span, oldest first."""
    counts = (c for c in line.view.counts if inside(c.at, summary.chart))
    return sorted(counts, key=lambda count: count.at)


def _runs(counts: Sequence[Count]) -> list[list[Count]]:
    """Cut a series where it was not counted, so that a gap is drawn as a gap."""
    steps = [(b.at - a.at) / HOUR for a, b in pairwise(counts)]
    limit = max(BREAK * median(steps), AT_LEAST_H) if steps else 0.0
    runs = [[counts[0]]]
    for step, count in zip(steps, counts[1:], strict=True):
        if step > limit:
            runs.append([])
        runs[-1].append(count)
    return runs


def subscribers(summary: Summary, lines: Sequence[Line], out: Path, part: int, parts: int) -> Drawn:
    """Draw up to a page of channels, each with an axis of its own from about its lowest count."""
    words = summary.words
    columns = min(3, len(lines))
    rows = -(-len(lines) // columns)
    figure = canvas(max(5.5, 3.4 * columns), 1.5 + 1.8 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
    for axes, line in zip(grid.flat, lines, strict=False):
        time_axis(axes, summary, 4)
        _panel(axes, line, summary)
    for spare in list(grid.flat)[len(lines) :]:
        spare.set_visible(False)
        above = grid[rows - 2][list(grid[-1]).index(spare)] if rows > 1 else None
        if above is not None:
            above.tick_params(labelbottom=True)
    figure.supylabel(words.say("figure.subscribers_axis"), fontsize=8.5)
    kind = "subscribers" if parts == 1 else "subscribers_part"
    title = words.say(f"figure.{kind}", part=part, parts=parts, span=words.span(*summary.chart))
    titles(figure, summary, title, words.say("figure.subscribers_note"))
    path = out / (f"subscribers-{part}.png" if parts > 1 else "subscribers.png")
    save(figure, path)
    drops = sum(len(line.drops) for line in lines)
    alt = words.say("figure.subscribers_alt", n=len(lines), drops=drops)
    return Drawn(path, "subscribers", title, alt)


def _panel(axes: Axes, line: Line, summary: Summary) -> None:
    """Draw one channel: band, line, notices, drops."""
    counts = charted(line, summary)
    for run in _runs(counts):
        at = [as_days(count.at) for count in run]
        low, high = [c.subscribers.low for c in run], [c.subscribers.high for c in run]
        axes.fill_between(at, low, high, color=COLOURS[4], alpha=0.45, linewidth=0)
        middle = [count.subscribers.middle for count in run]
        mark = "o" if len(run) == 1 else ""
        axes.plot(at, middle, color=COLOURS[0], linewidth=1.3, marker=mark, markersize=3)
    bottom, top = axes.get_ylim()
    least = max(top - bottom, 0.02 * top, 2)  # a flat series is not magnified into a cliff
    middle_y = (top + bottom) / 2
    axes.set_ylim(max(0, middle_y - 0.6 * least), middle_y + 0.6 * least)
    for notice in notices(line.view.case):
        if inside(notice.at, summary.chart):
            axes.axvline(as_days(notice.at), color=COLOURS[1], linestyle="--", linewidth=1.2)
    for drop in line.drops:
        _drop(axes, drop.details.get("started_at"), drop.details.get("ended_at"), drop.at)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(short(summary.words)))
    axes.tick_params(labelsize=7, length=2)
    title = label(line, 30)
    axes.set_title(title, fontsize=8.5, fontweight="bold", family=face(title), pad=4)


def _drop(axes: Axes, started: object, ended: object, at: datetime) -> None:
    """Shade a drop from start to end and point at it; only its time where they are not given."""
    try:
        span = [datetime.fromisoformat(str(value)) for value in (started, ended)]
        first, last = (as_days(value) for value in span)
    except ValueError:
        first = last = as_days(at)
    axes.axvspan(first, max(last, first + 0.5), color=COLOURS[5], alpha=0.25, linewidth=0)
    axes.plot(
        [(first + last) / 2],
        [0.93],
        transform=axes.get_xaxis_transform(),
        marker="v",
        color=COLOURS[5],
        markersize=6,
        linestyle="",
    )
