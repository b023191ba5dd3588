"""A judgement and a window in; everything that a report says, as frozen data, out. Pure.

Counted inside the window; states as of the judgement; the trend over whole ISO weeks. Nothing is
drawn, escaped or written here.
"""

from datetime import datetime, timedelta

from monitor.catalog.platforms import load as load_platforms
from monitor.clock import as_rfc3339
from monitor.errors import BadUsage
from monitor.model import ChannelView, Judgement, Kind, State
from monitor.report.contents import (
    Conflict,
    Line,
    Reconstruction,
    Source,
    Summary,
    WeekLinks,
)
from monitor.report.headline import headline, is_quiet
from monitor.report.measures import (
    Window,
    channel_share,
    events,
    inside,
    longest_gap,
    posts_with_links,
    seen_share,
)
from monitor.report.trend import BEFORE, WEEK, trend, weeks_of
from monitor.report.words import load

__all__ = ["Conflict", "Reconstruction", "Source", "Summary", "summarise"]

LONGEST = timedelta(days=3660)
"""The longest window: ten years, more than there is to see (Telegram channels exist since 2015)."""


def summarise(
    judgement: Judgement,
    *,
    window: Window,
    name: str,
    language: str = "en",
    reconstruction: Reconstruction | None = None,
    let_go: frozenset[str] = frozenset(),
) -> Summary:
    """Draw up what a report on a window `[start, end)`, aware and in UTC, says.

    Raises:
        BadUsage: the window is empty or longer than `LONGEST`, or there are no words in the
            language.
    """
    words = load(language)
    start, end = window
    if not timedelta() < end - start <= LONGEST:
        msg = (
            f"the window from {as_rfc3339(start)} to {as_rfc3339(end)} is empty or longer than "
            f"{LONGEST.days} days; give a first day before the last"
        )
        raise BadUsage(msg)
    views = sorted(judgement.views, key=lambda v: (_rank(v), v.channel.username.casefold()))
    seen = seen_share(views, window, judgement.at)
    platforms = {key: platform.name for key, platform in load_platforms().platforms.items()}
    rows = trend(judgement, window)
    chart = (min(start, rows.week[0] - BEFORE * WEEK), end)
    return Summary(
        name=name,
        words=words,
        window=window,
        chart=chart,
        at=judgement.at,
        headline=headline(views, window, words, platforms, seen=seen),
        quiet=bool(seen) and is_quiet(views, window),
        coverage_pct=100 * seen,
        trend=rows,
        lines=tuple(_line(view, window, judgement.at, reconstruction) for view in views),
        findings=tuple(
            sorted(
                (f for f in judgement.findings if inside(f.at, window)),
                key=lambda f: (f.at, f.channel or "", f.kind, f.id),
            )
        ),
        links=tuple(_links(judgement, chart)),
        other_links=sum(posts_with_links(views, window, own=False).values()),
        steps=tuple(
            sorted(
                (step for view in views for step in events(view.case)),
                key=lambda e: (e.at is not None, e.at or judgement.at, e.kind, e.channel),
            )
        ),
        platforms=platforms,
        reconstruction=reconstruction,
        let_go=let_go,
    )


_STATES = [
    State.GONE,
    State.LEFT,
    State.ANNOUNCED,
    State.RETURNED,
    State.ANNOUNCED_NOT_DONE,
    State.PARTIAL,
    State.PARALLEL,
    State.UNKNOWN,
    State.ACTIVE,
]


def _rank(view: ChannelView) -> int:
    """Return a channel's place: the most departed first, as a reader looks for them."""
    return _STATES.index(view.case.state) if view.case.state in _STATES else len(_STATES)


def _line(
    view: ChannelView, window: Window, at: datetime, reconstruction: Reconstruction | None
) -> Line:
    counts = sorted((c for c in view.counts if inside(c.at, window)), key=lambda c: c.at)
    last_day = (window[1] - timedelta(microseconds=1)).date()
    return Line(
        view=view,
        coverage_pct=100 * channel_share(view, window, at),
        gap=longest_gap(view, window, at),
        posts=sum(n for day, n in view.posts_by_day.items() if window[0].date() <= day <= last_day),
        first=counts[0] if counts else None,
        last=counts[-1] if counts else None,
        drops=tuple(
            f
            for f in view.case.timeline
            if f.kind is Kind.SUBSCRIBER_DROP and not f.rejected and inside(f.at, window)
        ),
        events=events(view.case),
        conflicts=reconstruction.about(view.channel.username) if reconstruction else (),
    )


def _links(judgement: Judgement, chart: Window) -> list[WeekLinks]:
    found = []
    for week in weeks_of(chart):
        part = (max(week[0], chart[0]), min(week[1], chart[1]))
        share = seen_share(judgement.views, part, judgement.at)
        found.append(WeekLinks(week, 100 * share, posts_with_links(judgement.views, part)))
    return found
