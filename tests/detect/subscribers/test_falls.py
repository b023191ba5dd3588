"""A fall is told when rounding and noise cannot explain it, with its dates and bounds."""

import math
import random

import pytest

from monitor.detect.subscribers.changes import Way, changes
from monitor.model import Count, Interval
from tests.detect.subscribers.composed import DAY, HOUR, T, counts, day, fallen, only, told, walk


@pytest.mark.parametrize("share", [0.02, 0.03, 0.05, 0.08, 0.6])
def test_a_step_is_one_drop_of_its_day_with_its_bounds(share: float) -> None:
    drop = only(counts(fallen(walk(100), 50, share)), Way.DROP)
    assert (day(drop.before.at), day(drop.after.at)) == (49, 50)
    assert drop.change_pct == pytest.approx(-100 * share, abs=0.3)
    low, high = drop.bounds_pct
    assert low == pytest.approx(drop.change_pct)
    assert low <= high < 0
    assert drop.sure
    assert drop.recovered is None


@pytest.mark.parametrize("seed", range(8))
def test_growth_and_noise_are_no_falls(seed: int) -> None:
    assert told(counts(walk(200, seed=seed))) == []
    assert told(counts(walk(200, drift=0.02, noise=0.01, seed=seed))) == []


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("size", [100, 300, 800])
@pytest.mark.parametrize("busy", [0.1, 0.5, 2])
def test_people_who_come_and_go_are_no_falls_of_a_small_channel(
    size: int, busy: float, seed: int
) -> None:
    draw = random.Random(seed)
    level, values = size, []
    for _ in range(200):
        level += sum(draw.random() < busy / 10 for _ in range(10))
        level -= sum(draw.random() < busy / 10 for _ in range(10))
        values.append(level)
    assert [c.way for c in changes(counts(values))] == []


def test_fewer_than_ten_people_are_no_fall_to_tell_of() -> None:
    assert told(counts([20] * 20 + [11] * 20)) == []
    assert told(counts([400] * 20 + [380] * 20)) == [("step", 19, 20)]


def test_a_weekly_habit_is_no_fall() -> None:
    for swing in (0.004, 0.01):
        values = [50_000 * math.exp(swing * math.sin(2 * math.pi * n / 7)) for n in range(200)]
        assert told(counts(values)) == []


def test_a_fall_of_several_days_is_one_drop() -> None:
    values = [v * (1 - 0.01 * min(5, max(0, n - 50))) for n, v in enumerate(walk(100))]
    assert told(counts(values)) == [("step", 50, 55)]


def test_the_days_that_a_fall_began_and_went_on_belong_to_it() -> None:
    """Of 0.8, 5 and 0.8 % the middle day alone is beyond 1 %; the drop is all three."""
    lost = {49: 0.008, 50: 0.05, 51: 0.008}
    factor, values = 1.0, []
    for n, value in enumerate(walk(100)):
        factor *= 1 - lost.get(n, 0)
        values.append(value * factor)
    assert told(counts(values)) == [("step", 48, 51)]


def test_a_fall_of_more_than_a_week_is_a_trend() -> None:
    values = [v * (1 - 0.03 * min(9, max(0, n - 50))) for n, v in enumerate(walk(100))]
    week, (way, start, end) = sorted(told(counts(values)), reverse=True)
    assert way == "decline"
    assert abs(start - 50) <= 2
    assert abs(end - 59) <= 2
    assert week[0] == "step"
    assert start <= week[1] < week[2] <= end


def test_the_worst_week_of_a_fast_decline_is_a_drop_too() -> None:
    """A drop is a fall within a week, whatever goes on around it; a slow decline has none."""
    fast = walk(60) + [51_000 * 0.97**n for n in range(30)] + walk(30, 20_500)
    ways = [way for way, _, _ in told(counts(fast))]
    assert sorted(ways) == ["decline", "step"]
    drop = next(c for c in changes(counts(fast)) if c.way is Way.DROP)
    assert drop.after.at - drop.before.at == 7 * DAY
    slow = walk(60) + walk(40, 51_000, drift=-0.006) + walk(30, 40_100)
    assert [way for way, _, _ in told(counts(slow))] == ["decline"]


def test_a_week_that_holds_a_sudden_fall_is_not_told_twice() -> None:
    values = [51_000 * 0.97**n for n in range(40)]
    values = fallen(walk(60) + values + walk(30, 15_000), 75, 0.25)
    drops = [c for c in changes(counts(values)) if c.way is Way.DROP]
    assert [day(c.after.at) for c in drops if day(c.before.at) <= 75 < day(c.after.at) + 1] == [75]


def test_two_steps_are_two_drops() -> None:
    values = fallen(fallen(walk(100), 50, 0.05), 65, 0.05)
    assert told(counts(values)) == [("step", 49, 50), ("step", 64, 65)]


def test_a_step_upwards_is_nothing_and_its_end_a_drop() -> None:
    """Bought members come at once and are taken away at once."""
    assert told(counts(fallen(walk(100), 40, -0.2))) == []
    assert told(counts(fallen(walk(100), 40, -0.2, until=60))) == [("step", 59, 60)]


def test_a_fall_that_was_won_back_says_so() -> None:
    drop = only(counts(fallen(walk(100), 40, 0.1, until=45)), Way.DROP)
    assert drop.recovered is not None
    assert day(drop.recovered.at) == 45


@pytest.mark.parametrize("factor", [0.01, 0.5, 0.95, 1.3, 10])
def test_one_wrong_reading_that_goes_back_is_no_drop(factor: float) -> None:
    assert told(counts(fallen(walk(100), 50, 1 - factor, until=51))) == []
    weekly = counts(fallen(walk(60), 30, 1 - factor, until=31), step=7 * DAY)
    assert told(weekly) == []
    hourly = walk(2400, drift=1e-5, noise=1e-4)
    assert told(counts(fallen(hourly, 1000, 1 - factor, until=1001), step=HOUR)) == []


def test_a_page_misread_for_hours_or_a_day_is_no_drop() -> None:
    hourly = walk(2400, drift=1e-5, noise=1e-4)
    for until in (1005, 1030):
        assert told(counts(fallen(hourly, 1000, 0.5, until=until), step=HOUR)) == []
    assert told(counts(fallen(walk(100), 50, 0.9, until=53))) == []


def test_zeros_are_no_counts() -> None:
    assert told(counts(fallen(walk(100), 30, 1, until=36))) == []
    assert told(counts(fallen(walk(100), 90, 1))) == []
    assert told(counts([0] * 30)) == []


def test_counts_many_times_a_day_and_twice_over_change_nothing() -> None:
    hourly = counts(fallen(walk(2400, drift=1e-5, noise=1e-4), 1000, 0.05), step=HOUR)
    (drop,) = changes(hourly)
    assert drop.before.at <= T + 1000 * HOUR <= drop.after.at
    assert drop.after.at - drop.before.at <= DAY
    once = counts(fallen(walk(100), 50, 0.05))
    assert told([c for c in once for _ in range(3)]) == [("step", 49, 50)]
    assert told(once[::-1]) == [("step", 49, 50)]


def test_what_one_reading_bears_is_told_as_not_confirmed_or_waits() -> None:
    """The last reading may be misread: a fall by a third waits for the next."""
    last = counts(fallen(walk(60), 59, 0.05))
    assert [(c.way, c.sure) for c in changes(last)] == [(Way.DROP, False)]
    assert told(counts(fallen(walk(60), 59, 0.5))) == []
    again = Count(T + 59 * DAY + HOUR, last[-1].subscribers)
    assert [c.sure for c in changes([*last, again])] == [True]
    assert told(counts(fallen(walk(60), 0, -1, until=1))) == []


def test_a_very_short_series_is_judged_with_an_assumed_noise() -> None:
    assert told([]) == []
    assert told(counts([100_000])) == []
    assert [(c.way, c.sure) for c in changes(counts([100_000, 90_000]))] == [(Way.DROP, False)]
    assert told(counts([100_000, 99_000])) == []
    assert told(counts([100_000, 100_000, 99_900, 90_000, 90_000])) == [("step", 2, 3)]


def test_a_step_in_a_gap_of_days_is_a_drop_and_in_one_of_weeks_a_trend() -> None:
    """Nobody saw whether it took a day or three weeks."""
    values = counts(fallen(walk(100), 50, 0.05))
    assert told([c for n, c in enumerate(values) if not 50 <= n < 52]) == [("step", 49, 52)]
    assert told([c for n, c in enumerate(values) if not 50 <= n < 70]) == [("gap", 49, 70)]
    still = counts(walk(100))
    assert told([c for n, c in enumerate(still) if not 50 <= n < 70]) == []


def test_a_trend_is_stated_only_once_a_second_reading_bears_it_out() -> None:
    far = counts([50_000] * 8 + [45_000, 45_000, 45_000], step=9 * DAY)
    assert told(far[:9]) == []
    assert told(far[:10]) == [("gap", 63, 72)]
    declining = counts(walk(60) + walk(60, 50_900, drift=-0.004))
    stated = [bool(told(declining[:n])) for n in range(62, 120)]
    first = stated.index(True)
    assert first <= 10
    assert all(stated[first:])


def test_a_drop_stands_out_from_the_decline_around_it() -> None:
    values = fallen(walk(40) + walk(60, 50_600, drift=-0.003), 70, 0.06)
    assert ("step", 69, 70) in told(counts(values))
    ways = [way for way, _, _ in told(counts(values))]
    assert "decline" in ways


def test_a_decline_with_an_outage_in_it_is_one() -> None:
    series = counts(walk(30) + walk(80, 50_400, drift=-0.004))
    ((way, start, end),) = told([c for n, c in enumerate(series) if not 60 <= n < 72])
    assert way == "decline"
    assert start <= 33
    assert end >= 105


def test_exact_and_rounded_sources_by_turns_are_one_series() -> None:
    """A landing page one day and a feed page the next must not look like ups and downs."""
    for digits in (2, 3):
        series = walk(200, 51_500)
        mixed = [counts([v], digits=digits * (n % 2))[0] for n, v in enumerate(series)]
        dated = [Count(T + n * DAY, c.subscribers) for n, c in enumerate(mixed)]
        assert told(dated) == []
    stepped = fallen(walk(100), 50, 0.05)
    mixed = [counts([v], digits=3 * (n % 2))[0] for n, v in enumerate(stepped)]
    dated = [Count(T + n * DAY, c.subscribers) for n, c in enumerate(mixed)]
    assert told(dated) == [("step", 49, 50)]


def test_what_rounding_hides_is_called_undetermined_once() -> None:
    """1.8M to 1.7M may be one subscriber."""
    values = [1_760_000 * math.exp(-0.0001 * n) for n in range(120)]
    change = only(counts(values, digits=2), Way.UNDETERMINED)
    low, high = change.bounds_pct
    assert low < -10
    assert high == 0


def test_a_rounded_count_at_its_edge_is_nothing() -> None:
    edge = [Interval(10_050, 10_150), Interval(9_950, 10_050)]
    flicker = [Count(T + n * DAY, edge[n % 3 == 0]) for n in range(60)]
    assert told(flicker) == []


def test_a_drop_in_rounded_counts_has_the_bounds_of_its_rounding() -> None:
    drop = only(counts([1_830_000] * 20 + [1_700_000] * 20, digits=3), Way.DROP)
    low, high = drop.bounds_pct
    assert low < -7.1 < high < -6.4
    assert not drop.exact


def test_the_same_counts_give_the_same_findings_in_any_order() -> None:
    series = counts(fallen(walk(100), 50, 0.05))
    mixed = random.Random(3).sample(series, len(series))
    assert changes(series) == changes(mixed)
