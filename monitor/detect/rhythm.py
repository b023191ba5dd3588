"""A channel's own rhythm: how long a pause is in its own days. Posts in, lengths out.

Counted are the days between that went by without a post, each by how much it is one to post on:
less than a whole one on weekdays that the channel mostly leaves out, none on its country's days
off unless it posts on those too. The day that is still running counts by its usual hours. So a
weekend, Nowruz or a late night is short for a channel that keeps them, and what is left of a long
silence can be compared with its other pauses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from monitor.detect.days_off import hours_east, is_off
from monitor.model import Timeline

LEARNT_FROM = timedelta(weeks=8)
"""Weekdays and hours are learnt from so long before a moment. Uncalibrated."""
LEAST_WEEKS = 4
"""... and weekdays only where so many weeks lie behind. Uncalibrated."""
LEAST_POSTS = 24
"""... and hours only from so many posts, one for each hour. Uncalibrated."""
YEAR = timedelta(days=400)
"""A year and a month: the season before is seen once."""
LEAST_DAYS_OFF = 3
"""So many days off must have been seen before a channel is taken to post on them. Uncalibrated."""
POSTS_ON_DAYS_OFF = 0.5
"""... on which it posts at least so often as on others. Uncalibrated."""

_DAY = 86_400
_HOUR = 3_600
_DAYS_FROM_ONE = 719_163
"""The proleptic ordinal of 1970-01-01 (`date.toordinal`)."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a channel spreads its posts: a weight for each weekday, a share for each hour."""

    weekdays: Sequence[float] = (1.0,) * 7
    hours: Sequence[float] = (1 / 24,) * 24
    country: str | None = None
    keeps_days_off: bool = False
    days_posted: int = 0
    """On how many days of the last year it posted: how much is known of it."""

    def pause(self, start: datetime, end: datetime) -> float:
        """Return the own days from a post to the next: 1 for a daily poster, 0 within a day."""
        first, last = self._place(start)[0], self._place(end)[0]
        return self._between(first, last) + (first != last)

    def missed(self, start: datetime, end: datetime) -> float:
        """Return the own days that went by after a post, up to a moment that may be mid-day."""
        first = self._place(start)[0]
        last, share = self._place(end)
        return self._between(first, last) + (self.weight(last) * share if first != last else 0.0)

    def _between(self, first: int, last: int) -> float:
        return sum(self.weight(day) for day in range(first + 1, last))

    def weight(self, day: int) -> float:
        """Return how much a local day, counted from 1970, is one to post on, 0 to 1."""
        if self.keeps_days_off and is_off(self.country, _date(day)):
            return 0.0
        return self.weekdays[_date(day).weekday()]

    def _place(self, at: datetime) -> tuple[int, float]:
        """Return a moment's local day, and the share of a day's posts that lies before it."""
        day, seconds = divmod(int(at.timestamp()) + _ahead(self.country), _DAY)
        hour, rest = divmod(seconds, _HOUR)
        return day, sum(self.hours[:hour]) + self.hours[hour] * rest / _HOUR


def learn(posts: Timeline, index: int, country: str | None) -> Rhythm:
    """Learn a channel's rhythm from its posts up to `posts[index]`."""
    end = posts[index][1]
    ahead = _ahead(country)
    recent = [s + ahead for s in posts.seconds_before(index, end - LEARNT_FROM)]
    days = {s // _DAY for s in recent}
    year = {(s + ahead) // _DAY for s in posts.seconds_before(index, end - YEAR)}
    return Rhythm(
        weekdays=_weekdays(days),
        hours=_hours(recent),
        country=country,
        keeps_days_off=_keeps_days_off(year, country),
        days_posted=len(year),
    )


def _ahead(country: str | None) -> int:
    return int(hours_east(country) * _HOUR)


def _date(day: int) -> date:
    return date.fromordinal(day + _DAYS_FROM_ONE)


def _weekdays(days: set[int]) -> tuple[float, ...]:
    """Weigh weekdays by how many of them had a post, against the middle one."""
    everyday = (1.0,) * 7
    span = max(days) - min(days) + 1
    if span < 7 * LEAST_WEEKS:
        return everyday
    counts = [0] * 7
    for day in days:
        counts[_date(day).weekday()] += 1
    middle = median(counts)
    # One that posts on few weekdays has long pauses, and those say it better.
    return tuple(min(1.0, n / middle) for n in counts) if middle else everyday


def _hours(seconds: Sequence[int]) -> tuple[float, ...]:
    if len(seconds) < LEAST_POSTS:
        return (1 / 24,) * 24
    counts = [0] * 24
    for s in seconds:
        counts[s % _DAY // _HOUR] += 1
    return tuple(n / sum(counts) for n in counts)


def _keeps_days_off(days: set[int], country: str | None) -> bool:
    """Return whether a channel rests on days off, as is supposed until it is seen otherwise."""
    span = range(min(days), max(days) + 1)
    off = {day for day in span if is_off(country, _date(day))}
    if len(off) < LEAST_DAYS_OFF:
        return True
    usual = len(days - off) / max(1, len(span) - len(off))
    return len(days & off) / len(off) < POSTS_ON_DAYS_OFF * usual
