"""Quiet hours and the digest keep to the clock on the wall, whatever it is changed by."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts.hours import last_slot, next_slot, quiet_until

NIGHT = (time(22), time(7))
SEVEN = time(7)


def utc(*parts: int) -> datetime:
    year, month, day, hour, minute = parts
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(2026, 1, 1, 21, 59), None),
        (utc(2026, 1, 1, 22, 0), utc(2026, 1, 2, 7, 0)),
        (utc(2026, 1, 2, 6, 59), utc(2026, 1, 2, 7, 0)),
        (utc(2026, 1, 2, 7, 0), None),
    ],
)
def test_a_night_begins_with_its_first_minute_and_ends_before_its_last(
    now: datetime, until: datetime | None
) -> None:
    assert quiet_until(NIGHT, "UTC", now) == until


def test_hours_within_one_day_and_no_quiet_hours() -> None:
    noon = (time(12), time(13, 30))
    assert quiet_until(noon, "UTC", utc(2026, 1, 1, 12, 10)) == utc(2026, 1, 1, 13, 30)
    assert quiet_until(noon, "UTC", utc(2026, 1, 1, 13, 30)) is None
    assert quiet_until(None, "UTC", utc(2026, 1, 1, 12, 10)) is None


@pytest.mark.parametrize(
    ("zone", "now", "until"),
    [
        # Berlin, 2026-03-29: the night has an hour less; 2026-10-25: one more.
        ("Europe/Berlin", utc(2026, 3, 28, 22, 0), utc(2026, 3, 29, 5, 0)),
        ("Europe/Berlin", utc(2026, 10, 24, 21, 0), utc(2026, 10, 25, 6, 0)),
        # Tehran put its clocks forward on 2022-03-22 at midnight, for the last spring.
        ("Asia/Tehran", utc(2022, 3, 21, 19, 0), utc(2022, 3, 22, 2, 30)),
        ("Asia/Tehran", utc(2026, 3, 21, 19, 0), utc(2026, 3, 22, 3, 30)),
    ],
)
def test_a_night_in_which_the_clocks_are_changed_ends_at_seven_on_the_wall(
    zone: str, now: datetime, until: datetime
) -> None:
    assert quiet_until(NIGHT, zone, now) == until
    assert until.astimezone(ZoneInfo(zone)).time() == SEVEN


def test_quiet_hours_that_end_in_an_hour_that_is_skipped_or_comes_twice() -> None:
    early = (time(22), time(2, 30))
    # From 02:00 the wall shows 03:00, which is past the end.
    assert quiet_until(early, "Europe/Berlin", utc(2026, 3, 29, 0, 30)) == utc(2026, 3, 29, 1, 0)
    # 02:15 the second time is within once more.
    assert quiet_until(early, "Europe/Berlin", utc(2026, 10, 25, 1, 15)) == utc(2026, 10, 25, 1, 30)


@pytest.mark.parametrize(
    ("zone", "first", "days"),
    [("Europe/Berlin", date(2026, 3, 20), 240), ("Asia/Tehran", date(2022, 3, 10), 240)],
)
@pytest.mark.parametrize("at", [SEVEN, time(0, 30), time(2, 30)])
def test_every_day_has_one_digest_across_changes_of_the_clocks(
    zone: str, first: date, days: int, at: time
) -> None:
    now = datetime.combine(first, at, ZoneInfo(zone)).astimezone(UTC)
    met = []
    for _ in range(days):
        day, slot = last_slot(at, zone, now)
        assert slot == now
        met.append(day)
        assert last_slot(at, zone, now - timedelta(seconds=1))[0] == day - timedelta(days=1)
        now = next_slot(at, zone, now)
        assert next_slot(at, zone, now - timedelta(seconds=1)) == now
    assert met == [first + timedelta(days=n) for n in range(days)]
