"""Slow declines and stalls are trends; what a channel does anyway is none."""

import math

import pytest

from monitor.detect.subscribers import regimes, steps
from monitor.detect.subscribers.changes import Way, changes
from monitor.detect.subscribers.rates import rates
from monitor.detect.subscribers.series import series
from monitor.detect.subscribers.steps import Ground
from tests.detect.subscribers.composed import DAY, counts, day, fallen, only, told, walk


@pytest.mark.parametrize("pace", [0.001, 0.002, 0.005, 0.01])
@pytest.mark.parametrize("digits", [0, 3])
def test_a_decline_is_found_with_its_beginning_and_end(pace: float, digits: int) -> None:
    days = min(60, round(0.15 / pace))
    values = walk(80) + walk(days, 51_200, drift=-pace) + walk(60, 51_200 * math.exp(-pace * days))
    (change,) = [c for c in changes(counts(values, digits=digits)) if c.way is not Way.DROP]
    assert change.way is Way.DECLINE
    assert abs(day(change.before.at) - 79) <= 9
    assert abs(day(change.after.at) - 79 - days) <= 9
    low, high = change.bounds_pct
    truth = 100 * math.expm1(-pace * days)
    assert low - 1.5 <= truth <= high + 1.5


def test_a_channel_that_declines_all_year_is_one_trend() -> None:
    change = only(counts(walk(365, drift=-0.0003, noise=0.0003)), Way.DECLINE)
    assert day(change.before.at) <= 5
    assert day(change.after.at) >= 355


def test_weekly_readings_show_a_decline_too() -> None:
    series = counts(walk(20, drift=0.002) + walk(20, 52_000, drift=-0.01), step=7 * DAY)
    assert [way for way, _, _ in told(series)] == ["decline"]


def test_a_decline_with_a_rebound_is_one_and_with_a_recovery_two() -> None:
    first = walk(40)
    down = walk(25, first[-1], drift=-0.004)
    rebound = walk(4, down[-1], drift=0.006)
    again = walk(25, rebound[-1], drift=-0.004)
    assert [w for w, _, _ in told(counts(first + down + rebound + again))] == ["decline"]
    back = walk(20, down[-1], drift=0.006)
    more = walk(30, back[-1], drift=-0.004)
    ways = [w for w, _, _ in told(counts(first + down + back + more + walk(30, more[-1])))]
    assert ways == ["decline", "decline"]


def test_losses_between_bursts_of_growth_are_declines() -> None:
    """A channel that buys members every month loses them in between: no one mean tells that."""
    values, level = [], 100_000.0
    for n in range(120):
        level *= 1.05 if n % 30 in {0, 1} else 1 - 0.004
        values.append(level)
    assert {way for way, _, _ in told(counts(values))} == {"decline"}


@pytest.mark.parametrize("digits", [0, 3])
def test_growth_that_stops_for_weeks_is_a_stall(digits: int) -> None:
    values = walk(100, drift=0.003) + walk(60, 67_000, drift=0, noise=0.0002, seed=4)
    change = only(counts(values, digits=digits), Way.STALL)
    assert abs(day(change.before.at) - 100) <= 10
    assert day(change.after.at) >= 150
    low, high = change.bounds_pct
    assert low <= change.change_pct <= high < 3


def test_two_shown_digits_cannot_tell_a_stall() -> None:
    values = walk(100, drift=0.003) + walk(60, 67_000, drift=0, noise=0.0002, seed=4)
    assert told(counts(values, digits=2)) == []


def test_a_burst_that_ends_and_a_growth_that_slows_are_no_stalls() -> None:
    burst = walk(80, drift=0.0001) + walk(12, drift=0.01) + walk(60, 56_000, drift=0.0001)
    assert told(counts(burst)) == []
    slower = walk(100, drift=0.003) + walk(60, 67_000, drift=0.0015)
    assert told(counts(slower)) == []


def test_a_stall_of_days_is_not_told_yet() -> None:
    values = walk(100, drift=0.003) + walk(15, 67_000, drift=0, noise=0.0002)
    assert told(counts(values)) == []


def test_growth_that_turns_into_a_fall_is_told_as_the_fall() -> None:
    values = walk(100, drift=0.003) + walk(60, 67_000, drift=-0.002)
    assert [way for way, _, _ in told(counts(values))] == ["decline"]


def test_a_stall_ends_where_growth_resumes() -> None:
    values = walk(100, drift=0.003)
    values += walk(50, 67_000, drift=0, noise=0.0002) + walk(60, 67_000, drift=0.003)
    change = only(counts(values), Way.STALL)
    assert abs(day(change.after.at) - 150) <= 10


def test_a_short_restless_stretch_is_no_noisier_than_the_whole() -> None:
    """Else a fall too short to be parted would hide behind the noise that it makes itself."""
    values = fallen(walk(120), 60, 0.05)
    values = [v * (1 - 0.01 * min(8, max(0, n - 58))) for n, v in enumerate(values)]
    assert [w for w, _, _ in told(counts(values))] != []
    points = series(counts(values))
    even = regimes.regimes(rates(points), 50_000)
    short = [r for r in even if r.end - r.start < regimes.OWN_NOISE]
    assert short
    assert all(r.noise <= 3 * min(other.noise for other in even) for r in short)


def test_heavy_tails_ask_more_of_a_step() -> None:
    calm = series(counts(walk(200)))
    jumpy = walk(200)
    for n in range(0, 200, 9):
        jumpy[n:] = [v * (1.006 if n % 2 else 1 / 1.006) for v in jumpy[n:]]
    wild = series(counts(jumpy))
    noises = []
    for points in (calm, wild):
        moving = rates(points)
        even = regimes.regimes(moving, 50_000)
        noises.append(Ground.of(points, moving, even).noise.mean())
    assert noises[1] > 2 * noises[0]
    assert steps.NOISE_TIMES == 6
    assert [c.way for c in changes(counts(jumpy))] == []


def test_a_series_that_only_falls_or_only_rises_has_no_tails_on_one_side() -> None:
    assert [w for w, _, _ in told(counts([100_000 - 50 * n for n in range(100)]))] == ["decline"]
    assert told(counts([100_000 + 50 * n for n in range(100)])) == []
