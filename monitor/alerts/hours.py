"""Quiet hours and the daily digest, by the clock on the wall of one time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def quiet_until(quiet: tuple[time, time] | None, zone: str, now: datetime) -> datetime | None:
    """Return when the quiet hours end that a moment falls in, None where it falls in none.

    Walks on by minutes, so that it is right whatever the clocks are changed by meanwhile: an hour
    that is skipped or comes twice has no end of its own.
    """
    if quiet is None or not _within(quiet, zone, now):
        return None
    at = now.astimezone(UTC).replace(second=0, microsecond=0)
    while _within(quiet, zone, at):
        at += MINUTE
    return at


def _within(quiet: tuple[time, time], zone: str, at: datetime) -> bool:
    start, end = quiet
    clock = at.astimezone(ZoneInfo(zone)).time()
    return start <= clock < end if start < end else clock >= start or clock < end


def last_slot(at: time, zone: str, now: datetime) -> tuple[date, datetime]:
    """Return the latest time of the digest that is not after now, and its day on the wall."""
    day = now.astimezone(ZoneInfo(zone)).date() + DAY
    while (slot := _on(day, at, zone)) > now:
        day -= DAY
    return day, slot


def next_slot(at: time, zone: str, now: datetime) -> datetime:
    """Return the first time of the digest after now."""
    day, _ = last_slot(at, zone, now)
    return _on(day + DAY, at, zone)


def _on(day: date, at: time, zone: str) -> datetime:
    # A time that is skipped is taken an hour later, one that comes twice the first time.
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
