"""When weekly reports are due: by the configured zone, across changes of summer time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import iso_week, week_window
from monitor.config import ReportSettings
from monitor.service.periods import due_at, last_due, owed

BEGIN = datetime(2015, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "Asia/Tehran", "America/St_Johns", "Pacific/Apia")


def settings(zone: str = "UTC", day: str = "Monday", at: str = "06:00") -> ReportSettings:
    return ReportSettings.model_validate({"timezone": zone, "day": day, "at": at})


@pytest.mark.parametrize(
    ("week", "zone", "day", "at", "due"),
    [
        ("2018-W16", "UTC", "Monday", "06:00", "2018-04-23T06:00:00"),
        ("2018-W16", "Asia/Tehran", "Monday", "06:00", "2018-04-23T01:30:00"),
        ("2018-W16", "UTC", "Sunday", "06:00", "2018-04-29T06:00:00"),
        # The week itself ends at midnight UTC, when Monday is well under way in Tehran.
        ("2018-W16", "Asia/Tehran", "Monday", "02:00", "2018-04-23T00:00:00"),
        # Berlin goes to summer time on Sunday, 27 March 2022, Tehran on Tuesday, 22 March.
        ("2022-W11", "Europe/Berlin", "Monday", "06:00", "2022-03-21T05:00:00"),
        ("2022-W12", "Europe/Berlin", "Monday", "06:00", "2022-03-28T04:00:00"),
        ("2022-W11", "Asia/Tehran", "Monday", "06:00", "2022-03-21T02:30:00"),
        ("2022-W12", "Asia/Tehran", "Monday", "06:00", "2022-03-28T01:30:00"),
        # An hour that is left out, and one that comes twice: the first.
        ("2022-W11", "Europe/Berlin", "Sunday", "02:30", "2022-03-27T01:30:00"),
        ("2022-W42", "Europe/Berlin", "Sunday", "02:30", "2022-10-30T00:30:00"),
        # The year has 53 weeks.
        ("2026-W53", "UTC", "Monday", "06:00", "2027-01-04T06:00:00"),
    ],
)
def test_a_report_is_due_where_its_readers_are(
    week: str, zone: str, day: str, at: str, due: str
) -> None:
    found = due_at(week, settings(zone, day, at))
    assert found.astimezone(UTC) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@given(
    st.integers(0, 20 * 365 * 24).map(lambda hours: BEGIN + timedelta(hours=hours)),
    st.sampled_from(ZONES),
    st.sampled_from(("Monday", "Thursday", "Sunday")),
    st.sampled_from(("00:00", "02:30", "06:00", "23:59")),
)
def test_the_last_due_week_is_the_newest_that_is_due(
    now: datetime, zone: str, day: str, at: str
) -> None:
    wanted = settings(zone, day, at)
    week = last_due(now, wanted)
    after = iso_week(week_window(week)[1])
    assert due_at(week, wanted) <= now < due_at(after, wanted)


@given(
    st.integers(0, 20 * 365 * 24).map(lambda hours: BEGIN + timedelta(hours=hours)),
    st.integers(0, 2000),
    st.sampled_from(ZONES),
)
def test_whenever_one_looks_every_week_is_owed_once(start: datetime, hours: int, zone: str) -> None:
    """Missed ones come later, in order; none is skipped and none comes twice."""
    wanted = settings(zone)
    done = last_due(start, wanted)
    later = start + timedelta(hours=hours)
    weeks = owed(done, later, wanted)
    assert weeks == sorted(set(weeks))
    assert [done, *weeks][-1] == last_due(later, wanted)
    assert owed(weeks[-1] if weeks else done, later, wanted) == []
    starts = [week_window(week)[0] for week in (done, *weeks)]
    assert all(b - a == timedelta(weeks=1) for a, b in pairwise(starts))


def test_a_clock_set_back_owes_nothing() -> None:
    assert owed("2026-W10", datetime(2026, 1, 1, tzinfo=UTC), settings()) == []
