"""What counts as seen: what probes say, and counts that name the highest post id."""

from datetime import UTC, datetime, timedelta

from monitor.model import Count, Interval, Probe, Timeline
from monitor.quality.coverage import observe

T = datetime(2018, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ONE = Interval(1, 1)


def test_probes_say_what_they_saw() -> None:
    probes = [
        Probe(T, "preview", None, T - DAY, T),
        Probe(T, "preview", None),
        Probe(T + DAY, "preview", None, T, T + DAY),
    ]
    assert observe(probes, [], Timeline()).spans == ((T - DAY, T + DAY),)


def test_a_highest_post_id_shows_that_nothing_came_after_that_post() -> None:
    posts = Timeline([(7, T)])
    counts = [
        Count(T + 5 * DAY, ONE, max_post_id=7),
        Count(T + 9 * DAY, ONE),
        Count(T + 9 * DAY, ONE, max_post_id=8),
    ]
    assert observe([], counts, posts).spans == ((T, T + 5 * DAY),)
