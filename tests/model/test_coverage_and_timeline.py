"""Coverage joins what was seen and says what was not; a timeline is its posts in id order."""

from array import array
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Coverage, Timeline

T = datetime(2018, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def day(n: float) -> datetime:
    return T + n * DAY


def test_spans_that_touch_or_overlap_are_one() -> None:
    coverage = Coverage.of([(day(2), day(3)), (day(0), day(1)), (day(1), day(2)), (day(5), day(5))])
    assert coverage.spans == ((day(0), day(3)),)
    assert coverage.end == day(3)


def test_nothing_seen_has_no_end_and_reaches_nowhere() -> None:
    assert Coverage().end is None
    assert Coverage().until(day(1)) == day(1)
    assert Coverage().gaps((day(0), day(1))) == ((day(0), day(1)),)


def test_sight_ends_where_the_span_ends() -> None:
    coverage = Coverage.of([(day(0), day(2)), (day(4), day(6))])
    assert coverage.until(day(1)) == day(2)
    assert coverage.until(day(3)) == day(3)
    assert coverage.until(day(4)) == day(6)


def test_share_and_gaps_of_a_window() -> None:
    coverage = Coverage.of(
        [(day(-3), day(-2)), (day(0), day(2)), (day(4), day(6)), (day(9), day(9.5))]
    )
    assert coverage.share((day(0), day(8))) == pytest.approx(0.5)
    assert coverage.share((day(1), day(1))) == 1.0
    assert coverage.gaps((day(0), day(8))) == ((day(2), day(4)), (day(6), day(8)))
    assert coverage.gaps((day(5), day(6))) == ()


def test_a_timeline_keeps_ids_in_order_and_refuses_others() -> None:
    timeline = Timeline([(1, day(0)), (3, day(1))])
    assert list(timeline) == [(1, day(0)), (3, day(1))]
    assert (timeline.at(3), timeline.at(2), timeline.at(9)) == (day(1), None, None)
    with pytest.raises(ValueError, match="order of ids"):
        timeline.add(3, day(2))


def test_gaps_are_never_negative_though_dates_may_fall() -> None:
    timeline = Timeline([(1, day(5)), (2, day(1)), (3, day(2))])
    assert timeline.gaps_before(2, 5) == [timedelta(), DAY]
    assert timeline.gaps_before(0, 5) == []


def test_long_gaps_and_the_last_post_are_found() -> None:
    timeline = Timeline([(1, day(0)), (2, day(1)), (3, day(9)), (4, day(10))])
    assert list(timeline.after_long_gaps(2 * DAY)) == [1, 3]
    assert list(Timeline().after_long_gaps(DAY)) == []
    assert timeline.first_after(0, day(1)) == 2
    assert timeline.first_after(0, day(99)) == 4


def test_many_posts_are_added_at_once_in_the_order_of_their_ids() -> None:
    posts = Timeline()
    posts.extend(array("q"), array("q"))
    posts.extend(array("q", [1, 5]), array("q", [60, 120]))
    posts.extend(array("q", [6]), array("q", [90]))
    assert [post_id for post_id, _ in posts] == [1, 5, 6]
    assert posts.at(6) == datetime.fromtimestamp(90, UTC)
    with pytest.raises(ValueError, match="in the order of ids"):
        posts.extend(array("q", [6]), array("q", [150]))
