"""A channel's plan in; all its posts over the sample's span out, events among bland lines."""

import itertools
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tools.composing.draws import draw, draw_int
from tools.composing.plan import ChannelPlan, Wording


@dataclass(frozen=True, slots=True)
class Posted:
    """One composed post."""

    id: int
    at: datetime
    text: str


def posts_of(channel: ChannelPlan, start: date, end: date, wording: Wording) -> tuple[Posted, ...]:
    """Return a channel's posts from `start` to `end`, both days included, oldest first."""
    dated = [(event.at, event.text) for event in channel.events]
    taken = {at for at, _ in dated}
    lines = _Lines(channel, wording)
    for day in days(start, end):
        for at in _times(channel, day):
            silent = any(begin <= at < stop for begin, stop in (*channel.quiet, *channel.absent))
            if not silent and at not in taken:
                dated.append((at, lines.next()))
    footer = f"\n\n{channel.footer}" if channel.footer else ""
    return tuple(
        Posted(channel.first_post + number, at, text.strip() + footer)
        for number, (at, text) in enumerate(sorted(dated))
    )


def days(first: date, last: date, step: int = 1) -> list[date]:
    """Return every `step`-th day from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]


def subscribers(channel: ChannelPlan, at: datetime) -> int:
    """Return the exact count at a time: interpolated between the plan's days, with a little noise.

    The noise is up to 0.01 % either way, about what the real exact series that we measured show
    from day to day (chosen by eye, uncalibrated).
    """
    points = [(_midnight(day), count) for day, count in channel.counts]
    noise = 1 + 0.0002 * (draw(channel.username, "noise", at.date()) - 0.5)
    if at <= points[0][0]:
        return round(points[0][1] * noise)
    for (begin, low), (stop, high) in itertools.pairwise(points):
        if begin <= at < stop:
            share = (at - begin) / (stop - begin)
            return round(low * math.pow(high / low, share) * noise)
    return round(points[-1][1] * noise)


def views(channel: ChannelPlan, post: Posted, at: datetime) -> int:
    """Return how often a post was seen by `at`: fast at first, full after about two days."""
    share = channel.reach * (0.7 + 0.6 * draw(channel.username, "views", post.id))
    half_lives = (at - post.at) / timedelta(hours=8)
    return max(1, round(subscribers(channel, post.at) * share * (1 - math.pow(0.5, half_lives))))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _times(channel: ChannelPlan, day: date) -> list[datetime]:
    low, high = channel.per_day
    number = draw_int(low, high, channel.username, "number", day)
    first, last = channel.hours
    slot = (last - first) * 60 / number
    return [
        _midnight(day)
        + timedelta(hours=first, minutes=int(slot * (k + draw(channel.username, "time", day, k))))
        for k in range(number)
    ]


class _Lines:
    """A channel's bland lines, one after the other."""

    def __init__(self, channel: ChannelPlan, wording: Wording) -> None:
        self._name = channel.username
        self._pool = wording.pools[channel.pool]
        self._slots = wording.slots
        self._count = 0
        self._recent: list[str] = []

    def next(self) -> str:
        """Return a line that was not among the last forty.

        Raises:
            ValueError: the pool is too small for that.
        """
        for _ in range(1000):
            self._count += 1
            line = self._pool[draw_int(0, len(self._pool) - 1, self._name, "line", self._count)]
            filled = line.format_map(
                {
                    slot: values[draw_int(0, len(values) - 1, self._name, slot, self._count)]
                    for slot, values in self._slots.items()
                }
            )
            if filled not in self._recent:
                self._recent = [*self._recent[-39:], filled]
                return filled
        msg = f"{self._name}: its pool has too few lines; add some to tools/samples"
        raise ValueError(msg)
