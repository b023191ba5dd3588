"""A silence is a covered gap longer than 72 hours and than five usual gaps; blindness is none."""

from datetime import UTC, datetime, timedelta

from monitor.detect.findings import Writer
from monitor.detect.silence import findings, limit_at, silences
from monitor.model import Channel, Coverage, Kind, Timeline

T = datetime(2018, 4, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def posts(*days: float) -> Timeline:
    return Timeline((n, T + d * DAY) for n, d in enumerate(days, 1))


def seen(*spans: tuple[float, float]) -> Coverage:
    return Coverage.of((T + a * DAY, T + b * DAY) for a, b in spans)


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
    broken = posts(0, 1, 2, 20)
    found = silences(broken, seen((0, 21)), T + 21 * DAY)
    assert [(s.start, s.ended) for s in found] == [(T + 2 * DAY, T + 20 * DAY)]
    told = findings(Writer(Channel(1, "demo")), found)
    assert [(f.kind, f.at) for f in told] == [
        (Kind.SILENCE, T + 2 * DAY),
        (Kind.RESUMED, T + 20 * DAY),
    ]
    assert told[0].details["days"] == 18
    assert told[0].evidence[0].url == "https://t.me/demo/3"


def test_a_silence_that_goes_on_has_no_end() -> None:
    told = findings(Writer(Channel(1, "demo")), silences(posts(0), seen((0, 9)), T + 9 * DAY))
    assert [f.kind for f in told] == [Kind.SILENCE]
    assert told[0].details["ended_at"] is None
