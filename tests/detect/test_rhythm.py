"""A pause is measured in days on which this channel would have posted."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.detect.days_off import hours_east, is_off
from monitor.detect.rhythm import Rhythm, learn
from monitor.model import Timeline

MONDAY = datetime(2018, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def learnt(days: list[float], country: str | None = None) -> Rhythm:
    posts = Timeline((n, MONDAY + d * DAY) for n, d in enumerate(days, 1))
    return learn(posts, len(posts) - 1, country)


@pytest.mark.parametrize(
    ("country", "day", "off"),
    [
        ("IR", date(2018, 3, 21), True),  # 1 Farvardin
        ("IR", date(2018, 3, 28), True),  # 8 Farvardin: no holiday by law, yet all is shut
        ("IR", date(2018, 4, 3), False),  # 14 Farvardin
        ("IR", date(2018, 9, 19), True),  # Tasua, a Hijri day
        ("RU", date(2026, 1, 5), True),
        ("RU", date(2026, 1, 13), False),
        ("IQ", date(2023, 4, 22), True),  # Eid al-Fitr
        ("XX", date(2018, 1, 1), False),  # no country that we know days of
        (None, date(2018, 1, 1), False),
    ],
)
def test_days_off_are_those_of_the_country(country: str | None, day: date, off: bool) -> None:  # noqa: FBT001 - a table
    assert is_off(country, day) is off


def test_a_countrys_clock_is_its_capitals_and_utc_where_unknown() -> None:
    assert [hours_east(c) for c in ("IR", "RU", "XX", None)] == [3.5, 3, 0, 0]


def test_a_pause_counts_the_days_between_and_an_hour_none() -> None:
    plain = Rhythm()
    assert plain.pause(MONDAY, MONDAY + HOUR) == 0
    assert plain.pause(MONDAY, MONDAY + DAY) == 1
    assert plain.pause(MONDAY, MONDAY + 7 * DAY) == 7
    assert plain.missed(MONDAY, MONDAY + 23 * HOUR) == 0
    assert plain.missed(MONDAY, MONDAY + 3.5 * DAY) == pytest.approx(2.5)


def test_days_are_the_countrys_own() -> None:
    late = MONDAY + 22 * HOUR  # half past one on Tuesday in Tehran
    assert Rhythm(country="IR").pause(late, MONDAY + 30 * HOUR) == 0
    assert Rhythm().pause(late, MONDAY + 30 * HOUR) == 1


def test_weekdays_that_are_mostly_left_out_weigh_little() -> None:
    own = learnt([n + 0.5 for n in range(56) if n % 7 < 5 or n == 5])
    assert own.weekdays[:5] == (1.0,) * 5
    assert own.weekdays[5:] == (1 / 8, 0.0)
    friday = MONDAY + 53 * DAY
    assert own.pause(friday, friday + 3 * DAY) == 1 + 1 / 8


def test_weekdays_are_not_learnt_from_three_weeks() -> None:
    assert learnt([float(n) for n in range(21) if n % 7 < 5]).weekdays == (1.0,) * 7


def test_one_that_posts_on_few_weekdays_keeps_them_all_alike() -> None:
    assert learnt([7.0 * n for n in range(9)]).weekdays == (1.0,) * 7


def test_hours_are_learnt_from_enough_posts() -> None:
    evening = [n + 0.75 for n in range(30)]
    assert learnt(evening).hours[18] == 1
    assert learnt(evening[:10]).hours[18] == 1 / 24


def test_days_off_are_kept_until_a_channel_is_seen_to_post_on_them() -> None:
    new_year = datetime(2018, 3, 21, 8, tzinfo=UTC)
    before = [float(n) for n in range(60)]
    assert learnt(before[:10], "IR").keeps_days_off
    rests = [d for d in before if not is_off("IR", (MONDAY + d * DAY).date())]
    assert learnt([*rests, 120.0, 121.0], "IR").keeps_days_off
    works = learnt([float(n) for n in range(120)], "IR")
    assert not works.keeps_days_off
    assert works.missed(new_year, new_year + 5 * DAY) > 4
    assert Rhythm(country="IR", keeps_days_off=True).missed(new_year, new_year + 5 * DAY) == 0


def test_how_much_is_known_is_a_number_of_days() -> None:
    assert learnt([0.0, 0.1, 0.2, 5.0]).days_posted == 2
