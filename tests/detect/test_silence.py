"""A silence is a covered gap; without a notice it is told only where it is unusual here."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from monitor.detect.findings import Writer
from monitor.detect.silence import Ending, Silence, findings, limit_at, pauses, silences
from monitor.model import Channel, Coverage, Finding, Kind, Timeline

T = datetime(2018, 4, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WRITER = Writer(Channel(1, "demo"))


def posts(*days: float, start: datetime = T) -> Timeline:
    return Timeline((n, start + d * DAY) for n, d in enumerate(days, 1))


def seen(*spans: tuple[float, float]) -> Coverage:
    return Coverage.of((T + a * DAY, T + b * DAY) for a, b in spans)


def told(
    days: Iterable[float],
    until: float,
    *,
    start: datetime = T,
    country: str | None = None,
    covered: Coverage | None = None,
    **options: object,
) -> list[Finding]:
    """Return what is told of a channel that posted on these days and was seen throughout."""
    timeline = posts(*days, start=start)
    coverage = covered or Coverage.of([(start, start + until * DAY)])
    found = silences(timeline, coverage, start + until * DAY)
    return findings(WRITER, found, pauses(timeline, coverage, country), **options)  # type: ignore[arg-type]  # by name


def test_a_daily_channel_is_silent_after_five_days() -> None:
    daily = posts(0, 1, 2, 3)
    assert limit_at(daily, 3) == 5 * DAY
    assert silences(daily, seen((0, 8)), T + 8 * DAY) == []
    (silence,) = silences(daily, seen((0, 9)), T + 9 * DAY)
    assert (silence.post_id, silence.start, silence.ended) == (4, T + 3 * DAY, None)
    assert silence.known_at == T + 8 * DAY


def test_a_busy_channel_is_silent_after_72_hours_and_a_single_post_too() -> None:
    assert limit_at(posts(0, 0.1, 0.2), 2) == 72 * HOUR
    assert limit_at(posts(0), 0) == 72 * HOUR


def test_what_we_did_not_see_is_no_silence() -> None:
    daily = posts(0, 1, 2, 3)
    assert silences(daily, seen((0, 5)), T + 60 * DAY) == []
    assert silences(daily, Coverage(), T + 60 * DAY) == []


def test_a_silence_that_ended_is_told_with_the_post_that_ended_it() -> None:
    found = told([0, 1, 2, 3, 4, 5, 23], 24)
    assert [(f.kind, f.at, f.rule) for f in found] == [
        (Kind.SILENCE, T + 5 * DAY, "silence.unusual"),
        (Kind.RESUMED, T + 23 * DAY, "silence.ended"),
    ]
    assert found[0].details["days"] == 18
    assert found[0].details["own_days"] == 17
    assert found[0].evidence[0].url == "https://t.me/demo/6"


def test_a_silence_that_goes_on_has_no_end() -> None:
    (silence,) = told(range(20), 40)
    assert silence.details["ended_at"] is None
    assert silence.confidence == 0.95


def test_of_a_channel_with_few_posts_nothing_is_unusual() -> None:
    assert told([0], 30) == []
    assert told([0, 1, 2, 3], 30) == []
    assert [round(f.confidence, 2) for f in told([0, 1, 2, 3, 4], 30)] == [0.83]


def test_a_silence_after_a_notice_is_told_whatever_the_rhythm() -> None:
    timeline = posts(0)
    found = silences(timeline, seen((0, 9)), T + 9 * DAY)
    (silence,) = told([0], 9, after_notice=found)
    assert (silence.rule, silence.confidence) == ("silence.after_notice", 0.9)


def test_a_pinned_last_post_without_words_and_then_silence_is_for_review() -> None:
    (silence,) = told([0, 1, 2], 10, ending=Ending(3))
    assert (silence.rule, silence.confidence) == ("silence.after_wordless_pin", 0.5)
    assert silence.summary.endswith("for review")
    assert told([0, 1, 2], 10, ending=Ending(2)) == []


def test_a_weekly_poster_is_not_silent_for_missing_a_month() -> None:
    weekly = [7.0 * n for n in range(20)]
    assert told(weekly, 133 + 30) == []
    assert [f.kind for f in told(weekly, 133 + 40)] == [Kind.SILENCE]


def test_bursts_with_long_pauses_between_them_are_a_rhythm() -> None:
    bursts = [9.0 * n + m / 100 for n in range(10) for m in range(20)]
    assert told(bursts, 81 + 17) == []
    (silence,) = told(bursts, 81 + 20)
    assert silence.at > T + 81 * DAY


def test_a_pause_that_we_did_not_see_through_makes_no_later_one_usual() -> None:
    days = [*range(10), *range(40, 60)]
    blind = Coverage.of([(T, T + 10 * DAY), (T + 40 * DAY, T + 75 * DAY)])
    (silence,) = told(days, 75, covered=blind)
    assert silence.at == T + 59 * DAY
    whole = told(days, 75)
    assert [f.at for f in whole if f.kind is Kind.SILENCE] == [T + 9 * DAY]


def test_a_night_poster_is_silent_by_its_missed_nights_not_by_hours() -> None:
    night = [n + h / 24 for n in range(30) for h in (20, 21, 22, 23)]
    late = 29 + 3 + 23.9 / 24
    # From 20:00 to 23:54 three days on are 76 hours, and two nights without a post.
    assert told([*night[:-3], late], 33) == []
    # While the third day still runs, its hours before the night are none to post in.
    assert told(night, 29 + 3 + 19.9 / 24 + 1) == []
    assert told(night, 29 + 3 + 23.5 / 24 + 1) != []


OFFICE = [float(n) for n in range(60) if (T + n * DAY).weekday() < 5]
"""Sunday 1 April 2018 on: an office that posts on weekdays only."""


def test_a_long_weekend_is_no_silence_for_an_office() -> None:
    # The last post is on Friday 27 April at noon; Monday and Tuesday were off (the Russian 1 May).
    days = [d + h / 24 for d in OFFICE if d <= 26 for h in (7, 8, 9, 10, 11, 12)]
    assert told(days, 26.5 + 4.8, country="RU") == []
    assert told(days, 26.5 + 9, country="RU") != []


def test_russian_new_year_is_no_silence_for_an_office() -> None:
    start = datetime(2024, 10, 1, 9, tzinfo=UTC)
    office = [float(n) for n in range(91) if (start + n * DAY).weekday() < 5]  # to 30 December
    assert told([*office, 101], 101.5, start=start, country="RU") == []
    assert told([*office, 101], 101.5, start=start) != []


def test_nowruz_is_no_silence_for_an_office() -> None:
    start = datetime(2018, 1, 1, 6, tzinfo=UTC)
    # To 18 March; back on 3 April, after the thirteenth day.
    days = [n + h / 24 for n in range(77) for h in (0, 3) if (start + n * DAY).weekday() != 4]
    assert told([*days, 92], 93, start=start, country="IR") == []
    assert [f.kind for f in told([*days, 92], 93, start=start)] == [Kind.SILENCE, Kind.RESUMED]


def test_one_that_posts_on_days_off_as_well_is_silent_on_them() -> None:
    start = datetime(2017, 1, 1, 6, tzinfo=UTC)
    days = [float(n) for n in range(442)]  # to 18 March 2018, through every day off
    assert [f.kind for f in told([*days, 457], 458, start=start, country="IR")] == [
        Kind.SILENCE,
        Kind.RESUMED,
    ]


@pytest.mark.parametrize("index", [0, 3])
def test_a_silence_knows_when_it_became_one(index: int) -> None:
    silence = Silence(1, T, 3 * DAY, T + 9 * DAY, None, index)
    assert silence.known_at == T + 3 * DAY
