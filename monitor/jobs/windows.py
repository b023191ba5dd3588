"""What stretch of time a report is about, and what its folder is called."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import iso_week, week_window


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
    start, end = week_window(name)
    return Window(start, end, iso_week(start))


def last_week(now: datetime) -> Window:
    """Return the last ISO week that has ended."""
    return week(iso_week(now - timedelta(weeks=1)))


def days(start: datetime, end: datetime) -> Window:
    """Return the window from one day's start to another's end (exclusive)."""
    return Window(start, end, f"{start:%Y-%m-%d}_{end - timedelta(days=1):%Y-%m-%d}")
