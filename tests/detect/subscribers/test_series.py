"""Only counts of one and the same channel are compared, and the line through them claims least."""

import numpy as np
import pytest

from monitor.detect.subscribers.rates import ENOUGH, NOISE_FLOOR, NOISE_UNKNOWN, spread, taut
from monitor.detect.subscribers.series import credible, daily, of_one_channel
from monitor.model import Availability, Count, Interval, Probe
from tests.detect.subscribers.composed import DAY, T, counts, walk


def test_the_most_precise_count_of_a_day_is_taken() -> None:
    series = [
        Count(T, Interval(100, 100)),
        Count(T + DAY / 2, Interval(90, 110)),
        Count(T + DAY, Interval(5, 5)),
        Count(T + 1.5 * DAY, Interval(6, 6)),
    ]
    assert [c.subscribers.low for c in daily(series)] == [100, 6]


def test_misread_pages_are_not_credible() -> None:
    series = counts([1000.0] * 9)
    wrong = [Count(T + 4.5 * DAY, Interval(10, 10)), Count(T + 6.5 * DAY, Interval(0, 0))]
    assert credible([*series, *wrong]) == series
    assert credible(series[:2]) == series[:2]


def test_a_reassigned_name_parts_the_counts_and_leaves_out_what_may_be_either() -> None:
    """38.9K to 1.14K overnight with the highest post id falling was seen: another channel."""
    old, unknown, new, later = counts([38_900, 1_139, 1_140, 1_141])
    assert of_one_channel([old, unknown, new, later], [(old, new)], []) == [[old], [new, later]]
    assert of_one_channel([old, new], [], []) == [[old, new]]
    assert of_one_channel([], [], []) == [[]]


def test_another_title_with_a_fraction_of_the_count_is_another_channel() -> None:
    one = Count(T, Interval(38_850, 38_950), title="Composed news")
    other = Count(T + DAY, Interval(1_135, 1_145), title="Composed shop")
    assert of_one_channel([one, other], [], []) == [[one], [other]]
    renamed = Count(T + DAY, Interval(38_000, 38_000), title="Composed shop")
    untitled = Count(T + 2 * DAY, Interval(1_135, 1_145))
    assert of_one_channel([one, renamed, untitled], [], []) == [[one, renamed, untitled]]


def test_counts_of_a_page_of_the_wrong_kind_are_left_out() -> None:
    series = counts([1000, 20, 21, 1000])
    probes = [
        Probe(T - DAY, "preview", Availability.OK),
        Probe(T + DAY, "preview", Availability.WRONG_KIND),
        Probe(T + 1.5 * DAY, "preview", Availability.UNREACHABLE),
        Probe(T + 2 * DAY, "preview", Availability.WRONG_KIND),
        Probe(T + 3 * DAY, "preview", Availability.OK),
    ]
    assert of_one_channel(series, [], probes) == [[series[0], series[3]]]
    assert of_one_channel(series, [], probes[:-1]) == [[series[0]]]


def test_the_taut_line_moves_no_more_than_the_intervals_force() -> None:
    days = np.arange(6.0)
    low, high = np.array([9, 9, 9, 19, 19, 19.0]), np.array([11, 11, 11, 21, 21, 21.0])
    line = taut(days, low, high)
    assert np.all((low - 1e-9 <= line) & (line <= high + 1e-9))
    assert line[2] == pytest.approx(11)
    assert line[3] == pytest.approx(19)
    down = taut(days, low[::-1], high[::-1])
    assert down == pytest.approx(line[::-1])
    flat = taut(days, np.full(6, 9.0), np.full(6, 11.0))
    assert flat == pytest.approx(np.full(6, 10.0))


def test_the_taut_line_stays_inside_any_intervals() -> None:
    draw = np.random.default_rng(5)
    for _ in range(50):
        middle = np.cumsum(draw.normal(0, 1, 40))
        width = draw.uniform(0, 2, 40)
        days = np.cumsum(draw.uniform(0.5, 3, 40))
        line = taut(days, middle - width, middle + width)
        assert np.all(line >= middle - width - 1e-9)
        assert np.all(line <= middle + width + 1e-9)
        wander = np.abs(np.diff(line)).sum()
        assert wander <= np.abs(np.diff(middle)).sum() + 1e-9


def test_noise_has_floors_and_comes_from_the_quieter_side() -> None:
    draw = np.random.default_rng(7)
    quiet = draw.normal(0, 1e-3, 400)
    assert spread(quiet, 1e6) == pytest.approx(1e-3, rel=0.15)
    bursts = np.where(np.arange(400) % 3 == 0, 0.05, quiet)
    assert spread(bursts, 1e6) < 2e-3
    assert spread(np.zeros(400), 1e6) == NOISE_FLOOR
    assert spread(np.zeros(400), 100) == 0.01
    assert spread(np.zeros(ENOUGH - 1), 1e6) == NOISE_UNKNOWN
    assert spread(np.full(20, 0.1), 1e6) == NOISE_FLOOR


def test_readings_out_of_order_are_put_in_order() -> None:
    series = counts(walk(30))
    assert credible(series[::-1]) == series
