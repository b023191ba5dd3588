"""What stretch of time a report is about, and what its folder is called."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import iso_week, week_window

FIRST_YEAR = 2013
LAST_YEAR = 2038


@dataclass(frozen=True, slots=True)
class Window:
    """What a report is about: `[start, end)`, UTC, and the name of its folder."""

    start: datetime
    end: datetime
    name: str


def week(name: str) -> Window:
    """Return the window of an ISO week such as 2018-W16.

    Raises:
        ValueError: there is no such week.
    """
    start, end = _possible(*week_window(name), name)
    return Window(start, end, iso_week(start))


def last_week(now: datetime) -> Window:
    """Return the last ISO week that has ended."""
    return week(iso_week(now - timedelta(weeks=1)))


def days(start: datetime, end: datetime) -> Window:
    """Return the window from one day's start to another's end (exclusive).

    Raises:
        ValueError: it lies outside the years that Telegram can have posts of.
    """
    _possible(start, end, f"{start:%Y-%m-%d} to {end - timedelta(days=1):%Y-%m-%d}")
    return Window(start, end, f"{start:%Y-%m-%d}_{end - timedelta(days=1):%Y-%m-%d}")


def _possible(start: datetime, end: datetime, name: str) -> tuple[datetime, datetime]:
    """Refuse what no post can be of: Telegram began in August 2013, its dates end in 2038."""
    if start.year < FIRST_YEAR or end.year > LAST_YEAR:
        msg = f"{name} lies outside {FIRST_YEAR} to {LAST_YEAR}, the years of Telegram's dates"
        raise ValueError(msg)
    return start, end
