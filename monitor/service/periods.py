"""Which weekly reports are due: from the clock and the settings alone."""

from datetime import date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from monitor.clock import iso_week, week_window
from monitor.config import ReportSettings
from monitor.config.service import Day

_DAYS = get_args(Day)
_WEEK = timedelta(weeks=1)


def due_at(week: str, settings: ReportSettings) -> datetime:
    """Return when the report of an ISO week is due: the day and hour that follow its end.

    An hour that the change of summer time leaves out is read by the rule before the change, one
    that comes twice is its first. Where Monday has begun while the week, which is UTC, still goes
    on, it is due when that has ended.
    """
    _, end = week_window(week)
    day = date(end.year, end.month, end.day) + timedelta(days=_DAYS.index(settings.day))
    return max(end, datetime.combine(day, settings.at, tzinfo=ZoneInfo(settings.timezone)))


def last_due(now: datetime, settings: ReportSettings) -> str:
    """Return the newest ISO week whose report is due."""
    week = iso_week(now)
    while due_at(week, settings) > now:
        week = before(week)
    return week


def owed(done: str, now: datetime, settings: ReportSettings) -> list[str]:
    """Return the weeks after `done` whose reports are due, oldest first."""
    weeks = []
    week = last_due(now, settings)
    start, _ = week_window(done)
    while week_window(week)[0] > start:
        weeks.append(week)
        week = before(week)
    return weeks[::-1]


def is_ahead(done: str, now: datetime, settings: ReportSettings) -> bool:
    """Return whether a week's report was noted as done by a clock that was ahead of this one.

    Not where only the settings were changed since: such a week has ended.
    """
    start, end = week_window(done)
    return end > now and start > week_window(last_due(now, settings))[0]


def before(week: str) -> str:
    """Return the week before one."""
    return iso_week(week_window(week)[0] - _WEEK)
