"""This ISO week against the last and the mean of four: from a judgement to rows. Pure.

Weeks of which nothing was seen have no value and stay out of the mean. A departure or a return
belongs to the week of its own time, not of the day on which it became certain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from monitor.model import Json, Judgement
from monitor.report.measures import (
    EventKind,
    Window,
    counted_between,
    events,
    inside,
    net_change,
    notices,
    posts_with_links,
    seen_share,
)

WEEK = timedelta(weeks=1)
BEFORE = 4
"""The mean is over this many weeks before (asked for: "the four-week mean")."""
APPS = 8
"""At most so many apps have a row: as many as the figure has colours."""

Measure = Literal["notices", "leavers", "returns", "links", "net_subscribers", "followers"]
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """A measure in one week, or its mean: `value` is (low, high), None where not seen.

    `coverage_pct` is the share of channel-hours seen; of a mean, over all its weeks. `rests_on`
    is how many channels the counts of subscribers come from, of a mean how many weeks were seen.
    """

    value: Span | None
    coverage_pct: float
    rests_on: int | None = None

    def as_json(self) -> dict[str, Json]:
        """Return the cell as plain data."""
        low, high = self.value or (None, None)
        return {
            "low": low,
            "high": high,
            "coverage_pct": round(self.coverage_pct, 1),
            "rests_on": self.rests_on,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One measure over the three columns; `platform` for links. Followers have no cells yet."""

    measure: Measure
    platform: str | None = None
    this: Cell | None = None
    last: Cell | None = None
    mean: Cell | None = None

    def as_json(self) -> dict[str, Json]:
        """Return the row as plain data; a measure that is not taken says so."""
        cells = {"this": self.this, "last": self.last, "mean": self.mean}
        return {
            "measure": self.measure,
            "platform": self.platform,
            "measured": self.this is not None,
            **{name: cell.as_json() if cell else None for name, cell in cells.items()},
        }


@dataclass(frozen=True, slots=True)
class Trend:
    """The rows, the week they are about, and whether it was still running."""

    week: Window
    running: bool
    rows: tuple[Row, ...]

    @property
    def last(self) -> Window:
        """The week before."""
        return self.week[0] - WEEK, self.week[0]

    @property
    def mean(self) -> Window:
        """The weeks that the mean is over."""
        return self.week[0] - BEFORE * WEEK, self.week[0]


def last_week(window: Window) -> Window:
    """Return the ISO week, whole, in which a window ends."""
    day = (window[1] - timedelta(microseconds=1)).astimezone(UTC).date()
    monday = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=day.weekday())
    return monday, monday + WEEK


def weeks_of(window: Window) -> tuple[Window, ...]:
    """Return the ISO weeks, whole, that a window touches, oldest first."""
    start, end = last_week((window[0], window[0] + timedelta(microseconds=1)))
    found = [(start, end)]
    while found[-1][1] < window[1]:
        found.append((found[-1][1], found[-1][1] + WEEK))
    return tuple(found)


def trend(judgement: Judgement, window: Window) -> Trend:
    """Compare the window's last ISO week with the one before and the four before it."""
    week = last_week(window)

    def happened(kind: EventKind) -> Callable[[Window], Span]:
        times = [e.at for view in judgement.views for e in events(view.case) if e.kind == kind]
        return lambda span: _exact(sum(inside(at, span) for at in times))

    said = [f.at for view in judgement.views for f in notices(view.case)]
    rows = [
        _row(judgement, week, "notices", lambda s: _exact(sum(inside(at, s) for at in said))),
        _row(judgement, week, "leavers", happened("left")),
        _row(judgement, week, "returns", happened("returned")),
    ]
    linked = posts_with_links(judgement.views, (week[0] - BEFORE * WEEK, week[1]))
    shown: list[str | None] = [*linked]
    rows += [
        _row(judgement, week, "links", _links(judgement, app), app)
        for app in shown[:APPS] or [None]
    ]
    rows += [_subscribers(judgement, week), Row("followers")]
    return Trend(week, judgement.at < week[1], tuple(rows))


def _exact(value: float) -> Span:
    return float(value), float(value)


def _links(judgement: Judgement, platform: str | None) -> Callable[[Window], Span]:
    return lambda span: _exact(posts_with_links(judgement.views, span).get(platform or "", 0))


def _row(
    judgement: Judgement,
    week: Window,
    measure: Measure,
    count: Callable[[Window], Span],
    platform: str | None = None,
) -> Row:
    def cell(span: Window) -> Cell:
        share = seen_share(judgement.views, span, judgement.at)
        return Cell(count(span) if share else None, 100 * share)

    cells = [cell((week[0] - n * WEEK, week[1] - n * WEEK)) for n in range(BEFORE + 1)]
    return Row(measure, platform, cells[0], cells[1], _mean(cells[1:]))


def _mean(cells: list[Cell]) -> Cell:
    known = [cell.value for cell in cells if cell.value is not None]
    coverage = sum(cell.coverage_pct for cell in cells) / len(cells)
    if not known:
        return Cell(None, coverage, 0)
    low, high = (sum(value[i] for value in known) / len(known) for i in (0, 1))
    return Cell((low, high), coverage, len(known))


def _subscribers(judgement: Judgement, week: Window) -> Row:
    """Sum the changes of all channels that were counted at both ends of a week."""

    def cell(span: Window) -> Cell:
        share = 100 * seen_share(judgement.views, span, judgement.at)
        pairs = [p for view in judgement.views if (p := counted_between(view, span))]
        if not pairs:
            return Cell(None, share, 0)
        low, high = net_change(pairs)
        return Cell((float(low), float(high)), share, len(pairs))

    cells = [cell((week[0] - n * WEEK, week[1] - n * WEEK)) for n in range(BEFORE + 1)]
    return Row("net_subscribers", None, cells[0], cells[1], _mean(cells[1:]))
