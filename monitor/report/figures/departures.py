"""How many channels announced, left and came back over time, as steps."""

from datetime import datetime, timedelta
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from monitor.model import Coverage
from monitor.report.contents import Summary
from monitor.report.drawn import Drawn
from monitor.report.figures.style import (
    as_days,
    blind,
    canvas,
    save,
    short,
    time_axis,
    titles,
)
from monitor.report.measures import EventKind

# The broad line lies below, so that a dashed one on the same level still shows.
LINES: dict[EventKind, tuple[str, str, float]] = {
    "left": ("#56B4E9", "-", 3.2),
    "announced": ("#B34700", "--", 1.8),
    "returned": ("#009E73", "-", 1.8),
}


def departures(summary: Summary, out: Path) -> Drawn:
    """Draw the cumulated steps up to the window's end or the judgement, whichever is first."""
    words = summary.words
    figure = canvas(9, 3.8)
    axes = figure.subplots()
    start, end = summary.chart
    end = max(start, min(end, summary.at))
    totals: dict[EventKind, int] = {}
    for kind, (colour, dash, width) in LINES.items():
        known = [e.at for e in summary.steps if e.kind == kind]
        times = sorted(at for at in known if at is not None and at < end)
        undated = known.count(None)
        totals[kind] = len(times) + undated
        _step(axes, times, undated, (start, end), colour=colour, dash=dash, width=width)
        name = words.say(f"page.{kind if kind != 'left' else 'left_event'}")
        axes.lines[-1].set_label(f"{name}: {words.number(totals[kind])}")
    for gap in _unseen(summary, (start, end)):
        blind(axes, *gap)
    time_axis(axes, summary, 8)
    axes.set_xlabel("UTC")
    axes.set_ylabel(words.say("figure.left_axis"))
    axes.set_ylim(0, max(1.0, *totals.values()) * 1.12)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(short(words)))
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, fontsize=9)
    away = max(0, totals["left"] - totals["returned"])
    title = words.say("figure.left", away)
    note = words.say("figure.left_note", n=len(summary.lines), span=words.span(*summary.chart))
    titles(figure, summary, title, note)
    path = out / "departures.png"
    save(figure, path)
    return Drawn(path, "left", title, words.say("figure.left_alt", **totals))


def _step(
    axes: Axes,
    times: list[datetime],
    before: int,
    span: tuple[datetime, datetime],
    *,
    colour: str,
    dash: str,
    width: float,
) -> None:
    """Draw one staircase; steps before the chart's start, or of no known day, are its foot."""
    foot = before + sum(at < span[0] for at in times)
    later = [at for at in times if at >= span[0]]
    at = [span[0], *later, span[1]]
    level = [*range(foot, foot + len(later) + 1), foot + len(later)]
    axes.step(
        [as_days(each) for each in at],
        level,
        where="post",
        color=colour,
        linestyle=dash,
        linewidth=width,
    )


def _unseen(
    summary: Summary, span: tuple[datetime, datetime]
) -> tuple[tuple[datetime, datetime], ...]:
    """Return stretches of a day or more in which no channel at all was seen."""
    seen = Coverage.of(part for line in summary.lines for part in line.view.covered)
    return tuple(gap for gap in seen.gaps(span) if gap[1] - gap[0] >= timedelta(days=1))
