"""This week against the last and the mean of four, each with its coverage."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.model import Judgement, State
from monitor.report.trend import Cell, Row, last_week, trend, weeks_of
from tests.report.building import AT, END, START, WEEK, WINDOW, at, crowd, judgement, view


def row(measure: str, platform: str | None = None, of: Judgement | None = None) -> Row:
    rows = trend(of or judgement(), WEEK).rows
    return next(r for r in rows if r.measure == measure and r.platform in (platform, None))


def value(cell: Cell | None) -> tuple[float, float] | None:
    assert cell is not None
    return cell.value


def test_notices_leavers_and_returns_are_counted_in_their_own_week() -> None:
    assert value(row("notices").this) == (4, 4)
    assert value(row("notices").last) == (0, 0)
    assert value(row("leavers").this) == (2, 2)
    assert value(row("returns").this) == (0, 0)


def test_links_have_a_row_for_each_app_the_most_linked_first() -> None:
    apps = [r.platform for r in trend(judgement(), WEEK).rows if r.measure == "links"]
    assert apps[0] == "soroush"
    assert len(apps) == 8


def test_without_any_link_one_row_says_so() -> None:
    none = crowd(2)
    assert [r.platform for r in trend(none, WEEK).rows if r.measure == "links"] == [None]
    assert value(row("links", None, none).this) == (0, 0)


def test_each_figure_carries_the_share_of_channel_hours_seen() -> None:
    cell = row("notices").last
    assert cell is not None
    # Ten of eleven channels, and of those not the 72 hours of the outage.
    assert cell.coverage_pct == pytest.approx(100 * 10 / 11 * 4 / 7)


def test_a_week_not_seen_has_no_value_and_stays_out_of_the_mean() -> None:
    seen = ((START + timedelta(weeks=2), END),)
    short = Judgement(AT, (), (view("late_start", State.ACTIVE, covered=seen),))
    mean = row("notices", None, short).mean
    assert mean is not None
    assert (mean.value, mean.rests_on) == ((0, 0), 2)
    blind = Judgement(AT, (), (view("never_seen", covered=()),))
    for cell in (row("notices", None, blind).this, row("notices", None, blind).mean):
        assert value(cell) is None


def test_net_subscribers_is_a_range_where_counts_are_rounded_and_says_what_it_rests_on() -> None:
    cell = row("net_subscribers").this
    assert cell is not None
    assert cell.value is not None
    low, high = cell.value
    assert low < high < 0
    assert cell.rests_on == 8


def test_without_counts_net_subscribers_is_not_seen() -> None:
    bare = Judgement(AT, (), (view("uncounted"),))
    assert value(row("net_subscribers", None, bare).this) is None


def test_followers_are_not_measured() -> None:
    followers = row("followers")
    assert followers.this is followers.last is followers.mean is None
    assert followers.as_json()["measured"] is False


def test_a_long_window_is_judged_by_its_last_iso_week() -> None:
    assert last_week(WINDOW) == (at(4, 30, 0), at(5, 7, 0))
    assert last_week(WEEK) == WEEK
    cut = (START, WEEK[0] + timedelta(hours=1))
    assert last_week(cut) == WEEK
    assert weeks_of(WINDOW)[0][0] == START
    assert len(weeks_of(WINDOW)) == 7


def test_a_week_that_was_still_running_when_judged_is_marked() -> None:
    assert not trend(judgement(), WEEK).running
    assert trend(replace(judgement(), at=WEEK[0] + timedelta(days=2)), WEEK).running


def test_the_weeks_at_the_turn_of_the_year_are_iso_weeks() -> None:
    tz = START.tzinfo
    window = datetime(2018, 12, 31, tzinfo=tz), datetime(2019, 1, 2, tzinfo=tz)
    assert last_week(window)[0] == datetime(2018, 12, 31, tzinfo=tz)
