"""A fall is told only when rounding and noise cannot explain it."""

import math
import random
from datetime import UTC, datetime, timedelta

from monitor.detect.findings import Writer
from monitor.detect.subscribers import daily, falls, findings, noise
from monitor.model import Channel, Count, Interval, Kind

T = datetime(2018, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WRITER = Writer(Channel(1, "demo"))


def exact(*values: float) -> list[Count]:
    return [Count(T + n * DAY, Interval(round(v), round(v))) for n, v in enumerate(values)]


def rounded(*values: int, width: int) -> list[Count]:
    return [
        Count(T + n * DAY, Interval(v - width // 2, v + width // 2)) for n, v in enumerate(values)
    ]


def noisy(days: int, start: float, drift: float = 0.0, spread: float = 0.0005) -> list[float]:
    draw = random.Random(7)
    value, values = start, []
    for _ in range(days):
        value *= math.exp(drift + draw.gauss(0, spread))
        values.append(value)
    return values


def test_a_step_of_five_percent_is_one_drop_with_its_bounds_and_dates() -> None:
    values = [*noisy(30, 100_000), *noisy(30, 95_000)]
    drops, trends = falls(exact(*values))
    assert trends == []
    (drop,) = drops
    assert -6 < drop.change_pct < -4.5
    assert T + 20 * DAY <= drop.before.at < T + 30 * DAY <= drop.after.at
    low, high = drop.bounds_pct
    assert low <= drop.change_pct <= high < 0


def test_noise_growth_and_small_dips_are_no_falls() -> None:
    assert falls(exact(*noisy(120, 100_000, drift=0.001))) == ([], [])
    assert falls(exact(100_000, 99_500, 100_000, 99_400, 100_100, 99_600)) == ([], [])


def test_what_rounding_could_hide_is_not_told() -> None:
    """1.83M to 1.82M may be one subscriber; 1.83M to 1.70M may not."""
    assert falls(rounded(1_830_000, 1_820_000, width=10_000)) == ([], [])
    (drop,) = falls(rounded(1_830_000, 1_700_000, width=10_000))[0]
    low, high = drop.bounds_pct
    assert low < -7.1 < high < -6.4


def test_a_slow_decline_is_a_trend_and_no_drop() -> None:
    drops, trends = falls(exact(*noisy(90, 100_000, drift=-0.0005, spread=0.00005)))
    assert drops == []
    (trend,) = trends
    assert trend.change_pct < -4
    assert trend.after.at - trend.before.at > timedelta(days=28)


def test_a_fall_between_two_distant_looks_is_a_trend() -> None:
    """Nobody saw whether it took a day or nine."""
    far = [Count(T + n * 9 * DAY, Interval(v, v)) for n, v in enumerate((50_000, 45_000))]
    assert falls(far)[0] == []
    assert [round(t.change_pct) for t in falls(far)[1]] == [-10]


def test_two_falls_far_apart_are_two() -> None:
    values = [*noisy(30, 100_000), *noisy(30, 95_000), *noisy(30, 90_000)]
    assert len(falls(exact(*values))[0]) == 2


def test_the_most_precise_count_of_a_day_is_taken() -> None:
    counts = [
        Count(T, Interval(100, 100)),
        Count(T + DAY / 2, Interval(90, 110)),
        Count(T + DAY, Interval(5, 5)),
        Count(T + 1.5 * DAY, Interval(6, 6)),
    ]
    assert [c.subscribers.low for c in daily(counts)] == [100, 6]


def test_a_short_series_is_judged_with_the_assumed_noise() -> None:
    assert noise(exact(1, 2)) == 2e-3
    assert len(falls(exact(100_000, 90_000))[0]) == 1
    assert falls([]) == ([], [])


def test_a_name_that_passed_to_another_channel_is_no_drop() -> None:
    counts = exact(38_900, 38_910, 1_140, 1_150)
    assert findings(WRITER, counts, [T + 2 * DAY]) == []
    assert [f.kind for f in findings(WRITER, counts, [])] == [Kind.SUBSCRIBER_DROP]


def test_findings_carry_the_figures_that_scripts_read() -> None:
    (found,) = findings(WRITER, exact(100_000, 90_000), [])
    assert found.details == {
        "from": 100_000,
        "to": 90_000,
        "change_pct": -10.0,
        "low_pct": -10.0,
        "high_pct": -10.0,
        "started_at": "2018-04-01T00:00:00Z",
        "ended_at": "2018-04-02T00:00:00Z",
        "precision": "exact",
    }
    (vague,) = findings(WRITER, rounded(100_000, 90_000, width=1000), [])
    assert vague.details["precision"] == "rounded"
    declining = exact(*noisy(90, 100_000, drift=-0.0005, spread=0.00005))
    assert [f.kind for f in findings(WRITER, declining, [])] == [Kind.SUBSCRIBER_TREND]
    assert findings(WRITER, [], []) == []
