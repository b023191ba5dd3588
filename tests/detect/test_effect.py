"""A notice's effect is told against channels that announced nothing, with bounds, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, log
from random import Random

import pytest

from monitor.detect.effect import Change, compare, findings, growth_change, views_change, windows
from monitor.detect.findings import Writer
from monitor.model import (
    Case,
    Channel,
    ChannelView,
    Count,
    Finding,
    Interval,
    Kind,
    State,
    Viewed,
)

T = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
AT = T + 40 * DAY


def view(key: int, counts: tuple[Count, ...] = (), *, holds_name: bool = True) -> ChannelView:
    name = f"channel_{key}"
    channel = Channel(key, name, holds_name=holds_name)
    return ChannelView(channel, Case(name, State.ACTIVE, None, 0.8, None), counts=counts)


def said(key: int, at: datetime = AT, kind: Kind = Kind.CLOSURE_NOTICE) -> Finding:
    return Writer(Channel(key, f"channel_{key}")).write(
        kind, at, first=at, confidence=0.9, rule="t", summary=""
    )


def grown(rate: float, then: float, *, width: int = 0, first: int = 100_000) -> tuple[Count, ...]:
    """Return daily counts that grow by `rate` a week, from the notice on by `then`."""
    found = []
    for day in range(80):
        weeks = min(day, 40) / 7 * rate + max(0, day - 40) / 7 * then
        middle = round(first * exp(weeks))
        found.append(Count(T + day * DAY, Interval(middle - width, middle + width)))
    return tuple(found)


def seen(
    level: float, after: Callable[[int], float], *, noise: float = 0.02, seed: int = 1
) -> list[Viewed]:
    """Return two posts a day whose views change by a factor from the notice on."""
    chance = Random(seed)
    found = []
    for n in range(160):
        day = n / 2
        factor = after(n // 2) if day >= 40 else 1.0
        middle = round(level * factor * exp(chance.gauss(0, noise)))
        found.append(Viewed(n + 1, T + day * DAY, Interval(middle, middle)))
    return found


def test_a_fall_of_views_is_found_within_its_bounds_and_what_befell_all_is_left_out() -> None:
    # All lose a tenth on that day; the channel with the notice a third of the rest as well.
    viewed = {1: seen(9000, lambda _: 0.9 * 0.67)}
    viewed |= {k: seen(1000 * k, lambda _: 0.9, seed=k) for k in range(2, 8)}
    (told,) = findings([view(k) for k in viewed], [said(1)], viewed)
    assert (told.kind, told.at, told.rule) == (Kind.NOTICE_EFFECT, AT, "effect.views")
    low, change, high = (float(str(told.details[k])) for k in ("low_pct", "change_pct", "high_pct"))
    assert low < -33 < high < 0
    assert change == pytest.approx(-33, abs=2)
    assert told.details["clear"] is True
    assert told.details["controls"] == [f"channel_{k}" for k in range(2, 8)]
    assert told.details["notice"] == said(1).id
    assert "views a post: -3" in told.summary


def test_no_change_is_told_as_undetermined() -> None:
    viewed = {k: seen(1000 * k, lambda _: 1.0, seed=k) for k in range(1, 8)}
    (told,) = findings([view(k) for k in viewed], [said(1)], viewed)
    assert told.details["clear"] is False
    assert "undetermined" in told.summary


def test_of_100_notices_without_effect_about_95_are_undetermined() -> None:
    clear = 0
    for seed in range(100):
        viewed = {
            k: seen(5000, lambda _: 1.0, noise=0.3, seed=1000 * seed + k) for k in range(1, 9)
        }
        (told,) = findings([view(k) for k in viewed], [said(1)], viewed)
        clear += told.details["clear"] is True
    assert (
        clear <= 11
    )  # 95 %: five are to be expected, more than eleven once in a hundred such runs


def test_slower_growth_is_found_against_the_others() -> None:
    views = [
        view(1, grown(0.01, -0.01)),
        *(view(k, grown(0.004 * k, 0.004 * k)) for k in range(2, 6)),
    ]
    (told,) = findings(views, [said(1, kind=Kind.PARTIAL_MOVE)], {})
    assert told.rule == "effect.growth"
    assert told.details["change_pct"] == pytest.approx(-2, abs=0.05)
    assert told.details["clear"] is True
    assert "percentage points" in told.summary


def test_rounded_counts_widen_the_bounds_until_nothing_can_be_told() -> None:
    rounded = [view(k, grown(0.01, -0.01 if k == 1 else 0.01, width=5_000)) for k in range(1, 6)]
    (told,) = findings(rounded, [said(1)], {})
    assert told.details["clear"] is False


@pytest.mark.parametrize("kind", [Kind.CLOSURE_NOTICE, Kind.RETURN_NOTICE, Kind.GONE])
def test_a_channel_with_a_story_of_its_own_then_is_no_control(kind: Kind) -> None:
    views = [view(k, grown(0.01, 0.01)) for k in range(1, 5)]
    assert len(findings(views, [said(1)], {})) == 1
    other = said(4, AT + 20 * DAY, kind)
    assert [f for f in findings(views, [said(1), other], {}) if f.channel == "channel_1"] == []


def test_a_channel_of_another_country_is_no_control() -> None:
    views = [view(k, grown(0.01, 0.01)) for k in range(1, 4)]
    abroad = replace(view(4, grown(0.01, 0.01)), channel=Channel(4, "channel_4", country="IQ"))
    assert findings([*views, abroad], [said(1)], {}) == []
    assert len(findings([*views, view(4, abroad.counts)], [said(1)], {})) == 1


def test_with_too_little_to_compare_nothing_is_said() -> None:
    assert compare(Change(0.1, 0, 0), {"a": Change(0, 0, 0), "b": Change(0, 0, 0)}) is None
    few = seen(1000, lambda _: 1.0)
    assert views_change(few, T + 3 * DAY) is None
    assert views_change([], AT) is None
    counts = grown(0.01, 0.01)
    assert growth_change(view(1, counts[:20]), AT) is None
    assert growth_change(view(1, counts[:35] + counts[50:]), AT) is None
    assert growth_change(view(1, counts[:44]), AT) is None
    assert findings([view(1)], [said(9)], {}) == []  # a notice of one that is not watched


def test_its_own_noise_counts_where_the_controls_are_alike() -> None:
    calm = {name: Change(0.0, 0.0, 0.0) for name in "abcd"}
    sure, noisy = compare(Change(-0.1, 0, 0), calm), compare(Change(-0.1, 0.1, 0), calm)
    assert sure is not None
    assert noisy is not None
    assert (sure.low, sure.high) == (-0.1, -0.1)
    assert (noisy.low, noisy.high) == pytest.approx((-0.1 - 0.3182, -0.1 + 0.3182))


def test_many_controls_take_the_last_line_of_the_table() -> None:
    many = {f"c{n}": Change(0.01 * (n % 2), 0, 0) for n in range(60)}
    found = compare(Change(0.5, 0, 0), many)
    assert found is not None
    assert found.clear


def test_notices_that_follow_each_other_are_asked_after_once() -> None:
    spans = windows([said(1), said(1, AT + 10 * DAY), said(2, AT + DAY), said(3, kind=Kind.GONE)])
    assert spans == ((AT - 28 * DAY, AT + 29 * DAY),)
    assert windows([]) == ()


def test_views_are_compared_by_days_not_by_posts_and_the_notices_own_day_is_out() -> None:
    steady = seen(1000, lambda _: 1.0, noise=0)
    flood = [Viewed(1000 + n, AT + n * timedelta(minutes=1), Interval(1, 1)) for n in range(500)]
    change = views_change(sorted([*steady, *flood], key=lambda v: v.at), AT)
    assert change is not None
    assert change.value == pytest.approx(0, abs=1e-9)


def test_the_present_holder_of_a_name_is_meant() -> None:
    holder = view(1, grown(0.01, 0.0))
    lost = ChannelView(Channel(9, "channel_1", holds_name=False), holder.case)
    others = [view(k, grown(0.01, 0.01)) for k in range(2, 6)]
    (told,) = findings([holder, lost, *others], [said(1)], {})
    assert told.details["change_pct"] == pytest.approx(100 * (log(1) - 0.01), abs=0.02)
