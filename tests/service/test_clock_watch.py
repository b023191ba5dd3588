"""A clock that is set is noticed, and what hangs on the date waits until it is steady."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from monitor.service.clock_watch import STEADY, ClockWatch
from tests.service.clocks import SteppedClock

DAY = timedelta(days=1)


@pytest.mark.parametrize("jump", [DAY, -DAY, timedelta(minutes=2)])
def test_a_jump_is_told_once_and_waited_out(jump: timedelta) -> None:
    clock = SteppedClock(datetime(2026, 1, 1, tzinfo=UTC))
    watch = ClockWatch(clock)
    assert (watch.look(), watch.steady) == (None, True)
    clock.set_by(jump)
    with capture_logs() as said:
        assert (watch.look(), watch.look(), watch.steady) == (jump, None, False)
    assert [line["by_s"] for line in said] == [jump.total_seconds()]
    clock.go(STEADY)
    assert (watch.look(), watch.steady) == (None, True)


def test_seconds_that_a_time_server_corrects_are_no_jump() -> None:
    clock = SteppedClock(datetime(2026, 1, 1, tzinfo=UTC))
    watch = ClockWatch(clock)
    clock.go(timedelta(hours=9))
    clock.set_by(timedelta(seconds=-30))
    assert (watch.look(), watch.steady) == (None, True)


def test_a_clock_that_is_behind_what_was_observed_gets_time_to_be_set() -> None:
    """As after the start of a machine without a battery, until a time server answered."""
    observed = datetime(2026, 1, 1, tzinfo=UTC)
    clock = SteppedClock(datetime(1970, 1, 1, tzinfo=UTC))
    watch = ClockWatch(clock, observed)
    assert not watch.steady
    clock.go(timedelta(seconds=20))
    clock.set_by(observed - clock.now() + DAY)
    assert watch.look() is not None
    clock.go(STEADY)
    assert (watch.look(), watch.steady) == (None, True)
    assert ClockWatch(clock, observed).steady
