"""Questions to a channel's view: what happened when, how much was seen, how counts moved. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.model import (
    Case,
    ChannelView,
    Count,
    Coverage,
    Finding,
    Interval,
    Kind,
    LinkUse,
    State,
)

Window = tuple[datetime, datetime]
"""`[start, end)`, aware, UTC."""

COUNT_REACH = timedelta(days=2)
"""How far from the end of a window a count still stands for it: the polls are daily and two may
fail. Uncalibrated."""

EventKind = Literal["announced", "left", "returned"]
_ORDER: dict[Kind, int] = {Kind.CLOSURE_NOTICE: 0, Kind.SILENCE: 1, Kind.GONE: 2}
_BACK = {Kind.RETURN_NOTICE, Kind.RESUMED, Kind.AVAILABLE_AGAIN}
_DEPARTED = {State.LEFT, State.GONE}


@dataclass(frozen=True, slots=True)
class Event:
    """A step of a channel's departure; `at` is None where its day is not known."""

    channel: str
    kind: EventKind
    at: datetime | None


def inside(at: datetime | None, window: Window) -> bool:
    """Return whether a moment is in a window `[start, end)`."""
    return at is not None and window[0] <= at < window[1]


def notices(case: Case) -> tuple[Finding, ...]:
    """Return the closure notices of a case that may be told, oldest first, each once."""
    found = {f.id: f for f in (*case.timeline, *([case.notice] if case.notice else []))}
    closures = [f for f in found.values() if f.kind is Kind.CLOSURE_NOTICE and f.told]
    return tuple(sorted(closures, key=lambda f: (f.at, f.id)))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by time, each once; a notice before the silence that begins with it."""
    once = {f.id: f for f in findings}
    return sorted(once.values(), key=lambda f: (f.at, _ORDER.get(f.kind, 9), f.id))


def events(case: Case) -> tuple[Event, ...]:
    """Return when a channel announced, left and came back, as its case has it, oldest first.

    It left at its last post, when a covered silence followed a notice, or when it was found gone.
    The case's state decides: a departure that the state does not bear out is taken back.
    """
    found: list[Event] = []
    said = away = False
    for step in in_order(f for f in (*case.timeline, *notices(case)) if f.told):
        if step.kind is Kind.CLOSURE_NOTICE and not said:
            said = True
            found.append(Event(case.channel, "announced", step.at))
        elif not away and (step.kind is Kind.GONE or (step.kind is Kind.SILENCE and said)):
            away = True
            found.append(Event(case.channel, "left", step.at))
        elif away and step.kind in _BACK:
            away = said = False
            found.append(Event(case.channel, "returned", step.at))
    return _borne_out(case, found, away=away)


def _borne_out(case: Case, found: list[Event], *, away: bool) -> tuple[Event, ...]:
    if case.state in _DEPARTED and not away:
        # Posts that were no return after all: it has been away since it left.
        while found and found[-1].kind == "returned" and _since(case, found[-1]):
            found.pop()
        if not (found and found[-1].kind == "left"):
            found.append(Event(case.channel, "left", case.since))
    elif case.state is State.RETURNED:
        if not any(event.kind == "left" for event in found):
            # The rule knows that it had left, the timeline does not say when.
            at = case.notice.at if case.notice else None
            found = [e for e in found if e.kind != "returned"]
            found += [
                Event(case.channel, "left", at),
                Event(case.channel, "returned", case.since),
            ]
        elif away:
            found.append(Event(case.channel, "returned", case.since))
    elif away and case.state not in _DEPARTED and case.state is not State.UNKNOWN:
        last = max(i for i, event in enumerate(found) if event.kind == "left")
        del found[last]
    return tuple(found)


def _since(case: Case, event: Event) -> bool:
    return case.since is not None and event.at is not None and event.at > case.since


def seen_share(views: Sequence[ChannelView], window: Window, at: datetime) -> float:
    """Return the part, 0 to 1, of a window's channel-hours that was seen; unseen after `at`."""
    if not views:
        return 0.0
    return sum(channel_share(view, window, at) for view in views) / len(views)


def channel_share(view: ChannelView, window: Window, at: datetime) -> float:
    """Return the part, 0 to 1, of a window's hours in which a channel was seen."""
    if window[0] >= window[1]:
        return 0.0
    known = Coverage.of((start, min(end, at)) for start, end in view.covered)
    return known.share(window)


def longest_gap(view: ChannelView, window: Window, at: datetime) -> Window | None:
    """Return the longest stretch of a window, up to `at`, in which a channel was not seen."""
    end = min(window[1], at)
    gaps = Coverage.of(view.covered).gaps((window[0], end)) if window[0] < end else ()
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)


def posts_with_links(
    views: Iterable[ChannelView], window: Window, *, own: bool = True
) -> dict[str, int]:
    """Return posts by platform that show an address of it: the channels' own, or others'."""
    totals: dict[str, int] = {}
    for view in views:
        for use in view.links:
            if use.own is own and in_days(use, window):
                totals[use.platform] = totals.get(use.platform, 0) + use.posts
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def in_days(use: LinkUse, window: Window) -> bool:
    """Return whether a day's links fall in a window; a day cut by it counts as in."""
    return window[0].date() <= use.day <= (window[1] - timedelta(microseconds=1)).date()


def counted_between(view: ChannelView, window: Window) -> tuple[Count, Count] | None:
    """Return the counts that stand for both ends of a window, each within `COUNT_REACH`.

    None without two different ones, or where the username went to another channel in between.
    """
    first = _nearest(view.counts, window[0])
    last = _nearest(view.counts, window[1])
    if first is None or last is None or first.at >= last.at:
        return None
    handed_on = (
        f.kind is Kind.USERNAME_REASSIGNED and first.at <= f.at <= last.at
        for f in view.case.timeline
    )
    return None if any(handed_on) else (first, last)


def _nearest(counts: Sequence[Count], at: datetime) -> Count | None:
    near = [count for count in counts if abs(count.at - at) <= COUNT_REACH]
    return min(near, key=lambda count: (abs(count.at - at), count.at), default=None)


def net_change(pairs: Iterable[tuple[Count, Count]]) -> tuple[int, int]:
    """Return the lowest and highest sum of changes that the counts leave possible."""
    low = high = 0
    for first, last in pairs:
        less, more = difference(first.subscribers, last.subscribers)
        low, high = low + less, high + more
    return low, high


def difference(before: Interval, after: Interval) -> tuple[int, int]:
    """Return the lowest and highest change between two counts."""
    return after.low - before.high, after.high - before.low
