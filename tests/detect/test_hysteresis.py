"""What moves no state at once: stray posts, weak returns, notices dated ahead or taken back."""

from datetime import UTC, date, datetime

import pytest

from monitor.detect.findings import Writer
from monitor.model import Availability, Channel, Evidence, Finding, Kind, Reason, State, Why
from tests.detect.test_cases import CLOSES, DAILY, DAY, ON, WRITER, T, notice, standing

STRAY = frozenset({12})
"""The post that comes after eleven daily ones."""


def said(post_id: int, day: float) -> Finding:
    """Return a closure notice that a post made."""
    return WRITER.write(
        Kind.CLOSURE_NOTICE, T + day * DAY, first=post_id, confidence=0.9, rule="t", summary="",
        evidence=(Evidence(post_id),),
    )  # fmt: skip


def change(kind: Kind, day: float, post_id: int, was: str, now: str | None) -> Finding:
    """Return a finding of changes.py about a notice."""
    return WRITER.write(
        kind, T + day * DAY, first=f"{post_id} notice", confidence=0.95, rule="t", summary="",
        evidence=(Evidence(post_id),), details={"from_label": was, "to_label": now},
    )  # fmt: skip


def test_one_post_that_points_elsewhere_is_no_return() -> None:
    found = standing([*DAILY, 30], [CLOSES], pointing=STRAY, now=31)
    assert (found.state, found.since) == (State.LEFT, T + 10 * DAY)
    assert found.strays == [T + 30 * DAY]


def test_two_of_them_on_one_day_are_none_either_and_on_two_days_they_are() -> None:
    both = frozenset({12, 13})
    same = standing([*DAILY, 30, 30.2], [CLOSES], pointing=both, now=31)
    assert same.state is State.LEFT
    days = standing([*DAILY, 30, 31], [CLOSES], pointing=both, now=31.5)
    assert (days.state, days.since, days.confidence) == (State.RETURNED, T + 30 * DAY, 0.7)


def test_strays_far_apart_are_strays() -> None:
    found = standing([*DAILY, 20, 38], [CLOSES], pointing=frozenset({12, 13}), now=39)
    assert (found.state, found.since) == (State.LEFT, T + 10 * DAY)


def test_a_repeated_notice_after_leaving_is_no_return() -> None:
    found = standing([*DAILY, 30], [CLOSES, said(12, 30)], announcing=STRAY)
    assert (found.state, found.since) == (State.LEFT, T + 10 * DAY)


def test_one_plain_post_is_a_weak_return_until_a_silence_takes_it_back() -> None:
    weak = standing([*DAILY, 30], [CLOSES], now=31)
    assert (weak.state, weak.since, weak.confidence) == (State.RETURNED, T + 30 * DAY, 0.7)
    back = standing([*DAILY, 30], [CLOSES], now=40)
    assert (back.state, back.since) == (State.LEFT, T + 10 * DAY)
    again = Reason(Why.SILENT_AGAIN, day=date(2018, 5, 1), count=1)
    assert back.why == (Reason(Why.SILENT, days=5), again)
    assert len(back.silences) == 2


def test_a_return_that_took_hold_is_not_taken_back_by_a_silence() -> None:
    found = standing([*DAILY, 30, 30.5, 31], [CLOSES], now=60)
    assert (found.state, found.confidence) == (State.RETURNED, 0.85)


def test_a_return_notice_confirms_a_weak_return() -> None:
    back = notice(Kind.RETURN_NOTICE, 31)
    found = standing([*DAILY, 30, 31], [CLOSES, back], now=60)
    assert (found.state, found.since, found.confidence) == (State.RETURNED, T + 30 * DAY, 0.9)
    assert found.because == (back,)


def test_a_third_weak_return_says_once_that_it_was_none() -> None:
    found = standing([*DAILY, 30, 45], [CLOSES], now=60)
    again = Reason(Why.SILENT_AGAIN, day=date(2018, 5, 16), count=1)
    assert found.why == (Reason(Why.SILENT, days=5), again)


AHEAD = notice(Kind.CLOSURE_NOTICE, 10, effective_at="2018-04-21T00:00:00Z")
"""Announced on day 10 for day 20."""


def test_posts_until_the_announced_day_are_what_it_said_it_would_do() -> None:
    found = standing(ON[:24], [AHEAD], now=24)
    assert (found.state, found.since) == (State.ANNOUNCED, T + 10 * DAY)


def test_one_that_posts_past_the_announced_day_did_not_do_it_from_its_first_post_after() -> None:
    found = standing([*ON[:20], 20, 20.4, 21, *ON[22:]], [AHEAD])
    assert (found.state, found.since) == (State.ANNOUNCED_NOT_DONE, T + 20.4 * DAY)


def test_a_repeated_notice_after_the_announced_day_is_not_its_first_post() -> None:
    days = [*ON[:21], 20.2, 20.6, *ON[21:]]
    found = standing(days, [AHEAD], announcing=frozenset({22}))
    assert (found.state, found.since) == (State.ANNOUNCED_NOT_DONE, T + 20.6 * DAY)


def test_one_that_falls_silent_before_the_announced_day_has_left_only_once_that_is_past() -> None:
    silent = [*ON[:13]]
    assert standing(silent, [AHEAD], now=24).state is State.ANNOUNCED
    later = standing(silent, [AHEAD], now=26)
    assert (later.state, later.since) == (State.LEFT, T + 12 * DAY)


def test_a_pause_before_the_announced_day_is_no_departure() -> None:
    assert standing([*ON[:12], 19, 20], [AHEAD], now=21).state is State.ANNOUNCED


def test_a_deleted_notice_and_posts_after_that_is_a_notice_taken_back() -> None:
    gone = change(Kind.POST_DELETED, 12.5, 11, "closure", None)
    found = standing(ON[:15], [said(11, 10)], changed=[gone], now=15)
    assert (found.state, found.since) == (State.ACTIVE, T + 12.5 * DAY)
    assert found.why == (Reason(Why.TOOK_BACK_AND_POSTS),)
    assert found.because == (said(11, 10), gone)


def test_a_deleted_notice_and_silence_is_a_departure_all_the_same() -> None:
    gone = change(Kind.POST_DELETED, 12.5, 11, "closure", None)
    early = standing(DAILY, [said(11, 10)], changed=[gone], now=13)
    assert early.state is State.ANNOUNCED
    assert early.why == (Reason(Why.TOOK_BACK, day=date(2018, 4, 13)),)
    assert standing(DAILY, [said(11, 10)], changed=[gone]).state is State.LEFT


def test_of_two_notices_one_deleted_leaves_the_other_standing() -> None:
    gone = change(Kind.POST_DELETED, 12.5, 11, "closure", None)
    found = standing(ON[:15], [said(11, 10), said(12, 11)], changed=[gone], now=15)
    assert found.state is State.ANNOUNCED


def test_a_notice_that_was_edited_away_shows_though_it_moved_nothing() -> None:
    edited = change(Kind.POST_EDITED, 5, 3, "closure", "none")
    found = standing(ON, [], changed=[edited])
    assert found.state is State.ACTIVE
    assert found.why[-1] == Reason(Why.EDITED_AWAY, day=date(2018, 4, 6))
    assert found.because == (edited,)


@pytest.mark.parametrize(
    ("kind", "was", "now"),
    [
        (Kind.POST_EDITED, "closure", "closure"),
        (Kind.POST_EDITED, "invitation", "none"),
        (Kind.POST_DELETED, "closure", None),
    ],
)
def test_other_changes_of_posts_move_and_say_nothing(kind: Kind, was: str, now: str | None) -> None:
    found = standing(ON, [], changed=[change(kind, 5, 3, was, now)])
    assert (found.state, found.why) == (State.ACTIVE, (Reason(Why.POSTS),))


def test_one_that_was_gone_is_back_with_its_first_post_and_stays_back() -> None:
    probes = [(12.0, Availability.NOT_FOUND), (13.0, Availability.NOT_FOUND)]
    found = standing([*DAILY, 19], [CLOSES], probes=probes, seen=[(0, 11), (19, 30)], now=30)
    assert (found.state, found.since, found.confidence) == (State.RETURNED, T + 19 * DAY, 0.85)


def test_a_notice_of_one_that_has_no_evidence_is_a_notice() -> None:
    bare = Writer(Channel(1, "demo")).write(
        Kind.CLOSURE_NOTICE, datetime(2018, 4, 11, tzinfo=UTC), first=1, confidence=0.9, rule="t",
        summary="",
    )  # fmt: skip
    assert standing(DAILY, [bare], now=11).state is State.ANNOUNCED
