"""The only place that asks what time it is; everything else is handed a `Clock`."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    """Something that knows the time."""

    @property
    def shifted(self) -> bool:
        """Whether this is not the wall clock, so that a real fetch can warn."""
        ...

    def now(self) -> datetime:
        """Return the time, aware, in UTC, to the second."""
        ...

    def elapsed(self) -> timedelta:
        """Return how long something has been going on that no setting of the clock changes."""
        ...


class SystemClock:
    """The machine's clock."""

    shifted = False

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return datetime.now(UTC).replace(microsecond=0)

    def elapsed(self) -> timedelta:
        """Return the time since the machine started, or since another fixed moment."""
        return timedelta(seconds=time.monotonic())


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still: the `--now` of a command, or a test."""

    at: datetime
    shifted: bool = True

    def now(self) -> datetime:
        """Return the time it stands at."""
        return self.at

    def elapsed(self) -> timedelta:
        """Return nothing: it stands."""
        return timedelta()


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """A clock that goes on from another time than the wall's: `run --now`."""

    at: datetime
    shifted: bool = True
    begun_s: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Return the time that it began at, and what has gone by since."""
        return self.at + timedelta(seconds=int(time.monotonic() - self.begun_s))

    def elapsed(self) -> timedelta:
        """Return the time since the machine started, or since another fixed moment."""
        return timedelta(seconds=time.monotonic())


def as_utc(text: str) -> datetime:
    """Read an ISO 8601 time with a zone and return it in UTC.

    Raises:
        ValueError: the text is not a time, or it names no zone.
    """
    value = datetime.fromisoformat(text.strip())
    if value.tzinfo is None:
        msg = f"the time {text!r} names no zone; add Z or an offset such as +03:30"
        raise ValueError(msg)
    return value.astimezone(UTC)


def as_rfc3339(at: datetime) -> str:
    """Write an aware time as RFC 3339 in UTC with `Z`, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_week_of(seconds: int) -> str:
    """Name the ISO week (UTC) of a time in seconds since 1970."""
    return _week_of_day(seconds // 86_400)


@lru_cache(4096)
def _week_of_day(day: int) -> str:
    return iso_week(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day))


def iso_week(at: datetime) -> str:
    """Name the ISO week (UTC) that a time falls in, such as `2018-W16`."""
    year, week, _ = at.astimezone(UTC).isocalendar()
    return f"{year:04d}-W{week:02d}"


def week_window(name: str) -> tuple[datetime, datetime]:
    """Return the window `[start, end)` of an ISO week named as `2018-W16`, Monday 00:00 UTC.

    Raises:
        ValueError: there is no such week.
    """
    try:
        year, week = name.upper().split("-W")
        start = datetime.fromisocalendar(int(year), int(week), 1).replace(tzinfo=UTC)
        end = start + timedelta(weeks=1)
    except (ValueError, OverflowError) as error:
        msg = f"{name!r} is no ISO week; write it as 2018-W16"
        raise ValueError(msg) from error
    return start, end
