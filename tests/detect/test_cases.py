"""The table of states, row by row: what is seen on the left, the state on the right."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.detect.cases import Events, Standing
from monitor.detect.findings import Writer
from monitor.detect.lifecycle import absences
from monitor.detect.posting import stand
from monitor.detect.silence import silences
from monitor.model import (
    Availability,
    Channel,
    Coverage,
    Finding,
    Kind,
    Probe,
    Reason,
    State,
    Timeline,
    Why,
)

T = datetime(2018, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WRITER = Writer(Channel(1, "demo"))


def notice(kind: Kind, day: float, **details: str) -> Finding:
    return WRITER.write(
        kind, T + day * DAY, first=day, confidence=0.9, rule="t", summary="", details=details
    )


def standing(
    days: list[float],
    notices: list[Finding],
    *,
    seen: list[tuple[float, float]] | None = None,
    probes: list[tuple[float, Availability]] | None = None,
    now: float = 40,
    announcing: frozenset[int] = frozenset(),
    pointing: frozenset[int] = frozenset(),
    changed: list[Finding] | None = None,
) -> Standing:
    posts = Timeline((n, T + d * DAY) for n, d in enumerate(days, 1))
    end = T + now * DAY
    spans = [(0.0, now)] if seen is None else seen
    coverage = Coverage.of((T + a * DAY, T + b * DAY) for a, b in spans)
    met = [Probe(T + d * DAY, "preview", state) for d, state in probes or []]
    return stand(
        Events(
            notices=notices,
            posts=posts,
            announcing=announcing,
            silences=silences(posts, coverage, end),
            absences=absences(met, frozenset({"preview"})),
            coverage=coverage,
            now=end,
            pointing=pointing,
            changed=changed or [],
        )
    )


DAILY = [float(n) for n in range(11)]
ON = [float(n) for n in range(41)]
CLOSES = notice(Kind.CLOSURE_NOTICE, 10)


def test_nothing_seen_is_unknown() -> None:
    found = standing([], [], seen=[])
    assert (found.state, found.since, found.confidence) == (State.UNKNOWN, None, 0.0)


def test_posting_without_notice_is_active() -> None:
    assert standing(ON, []).state is State.ACTIVE


def test_an_invitation_and_no_stop_is_parallel() -> None:
    found = standing(ON, [notice(Kind.INVITATION, 5)])
    assert (found.state, found.since) == (State.PARALLEL, T + 5 * DAY)


def test_a_notice_alone_is_announced() -> None:
    found = standing(DAILY, [CLOSES], now=11)
    assert (found.state, found.since, found.notice) == (State.ANNOUNCED, T + 10 * DAY, CLOSES)


def test_a_notice_and_covered_silence_is_left_since_the_last_post() -> None:
    found = standing(DAILY, [CLOSES])
    assert (found.state, found.since) == (State.LEFT, T + 10 * DAY)
    assert found.why == (Reason(Why.SILENT, days=5),)


def test_a_notice_and_blindness_stays_announced() -> None:
    assert standing(DAILY, [CLOSES], seen=[(0, 11)]).state is State.ANNOUNCED


def test_a_notice_and_posts_past_the_limit_is_announced_not_done() -> None:
    found = standing(ON, [CLOSES])
    assert found.state is State.ANNOUNCED_NOT_DONE
    assert found.since == T + 16 * DAY


def test_posts_before_the_announced_day_do_not_count() -> None:
    later = notice(Kind.CLOSURE_NOTICE, 10, effective_at="2018-04-30T00:00:00+00:00")
    assert standing(ON[:33], [later], now=33).state is State.ANNOUNCED
    assert standing(ON, [later]).state is State.ANNOUNCED_NOT_DONE


def test_repeating_the_notice_is_not_posting_on() -> None:
    repeated = frozenset(range(12, 42))
    assert standing(ON, [CLOSES], announcing=repeated).state is State.ANNOUNCED


def test_announced_not_done_and_then_silent_is_left() -> None:
    found = standing(ON, [CLOSES], now=60)
    assert (found.state, found.since) == (State.LEFT, T + 40 * DAY)


def test_silence_without_a_notice_changes_nothing() -> None:
    assert standing(DAILY, []).state is State.ACTIVE


def test_left_and_then_ordinary_posts_is_returned() -> None:
    found = standing([*DAILY, 30, 31, 32], [CLOSES])
    assert (found.state, found.since) == (State.RETURNED, T + 30 * DAY)
    assert found.why == (Reason(Why.POSTS_AGAIN),)
    assert found.confidence == 0.85


def test_left_and_then_a_return_notice_is_returned_by_the_notice() -> None:
    found = standing([*DAILY, 30], [CLOSES, notice(Kind.RETURN_NOTICE, 30)])
    assert (found.state, found.since) == (State.RETURNED, T + 30 * DAY)
    assert found.why == (Reason(Why.ANNOUNCED_RETURN),)


def test_a_second_notice_after_a_return_is_announced_again() -> None:
    second = notice(Kind.CLOSURE_NOTICE, 31)
    found = standing([*DAILY, 30, 31], [CLOSES, second], now=32)
    assert (found.state, found.notice) == (State.ANNOUNCED, second)


def test_a_second_notice_while_leaving_changes_nothing() -> None:
    found = standing(DAILY, [CLOSES, notice(Kind.CLOSURE_NOTICE, 10.2)], now=11)
    assert (found.since, found.notice) == (T + 10 * DAY, CLOSES)


def test_a_partial_move_is_partial_whatever_is_invited_to_later() -> None:
    notices = [notice(Kind.PARTIAL_MOVE, 5), notice(Kind.INVITATION, 6)]
    assert standing(ON, notices).state is State.PARTIAL


def test_a_partial_move_while_leaving_changes_nothing() -> None:
    found = standing(DAILY, [CLOSES, notice(Kind.PARTIAL_MOVE, 10.5)], now=11)
    assert found.state is State.ANNOUNCED


def test_a_return_notice_of_one_that_never_left_changes_nothing() -> None:
    assert standing(ON, [notice(Kind.RETURN_NOTICE, 5)]).state is State.ACTIVE


def test_other_kinds_of_finding_move_no_state() -> None:
    assert standing(ON, [notice(Kind.THIRD_PARTY_REPORT, 5)]).state is State.ACTIVE


def test_not_found_twice_is_gone_and_found_again_is_returned() -> None:
    gone = [(11.0, Availability.OK), (12.0, Availability.NOT_FOUND), (13.0, Availability.NOT_FOUND)]
    found = standing(DAILY, [CLOSES], probes=gone, seen=[(0, 11)])
    assert (found.state, found.since) == (State.GONE, T + 12 * DAY)
    back = standing(DAILY, [CLOSES], probes=[*gone, (20.0, Availability.OK)], seen=[(0, 11)])
    assert (back.state, back.since) == (State.RETURNED, T + 20 * DAY)


def test_a_post_after_it_was_gone_is_a_return_before_the_next_probe() -> None:
    probes = [
        (12.0, Availability.NOT_FOUND),
        (13.0, Availability.NOT_FOUND),
        (20.0, Availability.OK),
    ]
    found = standing([*DAILY, 19], [CLOSES], probes=probes, seen=[(0, 11)])
    assert (found.state, found.since) == (State.RETURNED, T + 19 * DAY)


def test_private_is_no_gone() -> None:
    probes = [(11.0, Availability.PRIVATE), (13.0, Availability.PRIVATE)]
    assert standing(DAILY, [], probes=probes, seen=[(0, 11)], now=12).state is State.ACTIVE


@pytest.mark.parametrize(("now", "state"), [(30, State.ACTIVE), (45, State.UNKNOWN)])
def test_what_was_not_seen_for_a_month_is_called_active_no_more(now: float, state: State) -> None:
    found = standing(DAILY, [], seen=[(0, 11)], now=now)
    assert found.state is state
    if state is State.UNKNOWN:
        assert found.why == (Reason(Why.LAST_SEEN, state=State.ACTIVE, days=34),)
