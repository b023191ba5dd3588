"""Every state names the findings that made it and what would change it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.detect.joining import conclude
from monitor.detect.posting import AGAIN_WITHIN
from monitor.model import Availability, Case, Coverage, Finding, Kind, Outlook, Post, Probe, State
from tests.detect.test_reading_and_joining import AT, DAY, FOOTER, NOTICE, known, reading

CLOSES = Post(10, AT + 10 * DAY, NOTICE)
DAILY = [Post(n, AT + n * DAY, "Composed") for n in range(1, 10)]
ON = [Post(n, AT + n * DAY, "Composed") for n in range(11, 60)]
BACK = "This channel resumes its work in Telegram from today."


def case_of(*posts: Post, days: float = 60, **facts: object) -> tuple[Case, dict[str, Finding]]:
    now = AT + days * DAY
    base = {"now": now, "coverage": Coverage.of([(AT, now)])}
    findings, view = conclude(known(reading(*posts), **(base | facts)))
    return view.case, {f.id: f for f in findings}


def kinds(case: Case, findings: dict[str, Finding]) -> list[Kind]:
    """Return the kinds of the findings that made a state: all of them were written."""
    return [findings[name].kind for name in case.because]


def test_announced_rests_on_its_notice_and_says_until_when() -> None:
    case, found = case_of(*DAILY, CLOSES, days=11)
    assert (case.state, kinds(case, found)) == (State.ANNOUNCED, [Kind.CLOSURE_NOTICE])
    assert case.would_change == (
        Outlook(State.LEFT, "silent_until", day=date(2026, 1, 16)),
        Outlook(State.ANNOUNCED_NOT_DONE, "posts_after", day=date(2026, 1, 16)),
        Outlook(State.ACTIVE, "taken_back"),
        Outlook(State.RETURNED, "return_notice"),
    )


def test_left_rests_on_notice_and_silence() -> None:
    case, found = case_of(*DAILY, CLOSES)
    assert (case.state, kinds(case, found)) == (State.LEFT, [Kind.CLOSURE_NOTICE, Kind.SILENCE])
    assert [o.by for o in case.would_change] == ["return_notice", "posts", "not_found"]


def test_after_a_stray_post_left_says_what_a_second_one_would_mean() -> None:
    stray = Post(11, AT + 50 * DAY, "Remember us: " + FOOTER)
    case, _ = case_of(*DAILY, CLOSES, stray, pointing=frozenset({11}))
    assert case.state is State.LEFT
    day = (stray.at + AGAIN_WITHIN).date()
    assert Outlook(State.RETURNED, "second_post", day=day) in case.would_change


def test_announced_not_done_rests_on_the_notice_and_a_silence_would_complete_it() -> None:
    case, found = case_of(*DAILY, CLOSES, *ON)
    assert (case.state, kinds(case, found)) == (State.ANNOUNCED_NOT_DONE, [Kind.CLOSURE_NOTICE])
    assert case.would_change[0] == Outlook(State.LEFT, "silence", days=5.0)


def test_a_weak_return_rests_on_the_post_and_a_silence_would_take_it_back() -> None:
    case, found = case_of(*DAILY, CLOSES, Post(11, AT + 50 * DAY, "Composed"), days=51)
    assert (case.state, kinds(case, found)) == (State.RETURNED, [Kind.RESUMED])
    assert case.would_change[0] == Outlook(State.LEFT, "silent_again", days=5.0)


def test_a_return_notice_is_what_made_the_return() -> None:
    case, found = case_of(*DAILY, CLOSES, Post(11, AT + 50 * DAY, BACK), days=51)
    assert kinds(case, found) == [Kind.RETURN_NOTICE, Kind.RESUMED]


NOT_FOUND = [Probe(AT + d * DAY, "preview", Availability.NOT_FOUND) for d in (11, 12)]


def test_gone_rests_on_its_finding_and_so_does_the_return_of_one_that_was() -> None:
    case, found = case_of(*DAILY, probes=NOT_FOUND, days=13)
    assert (case.state, kinds(case, found)) == (State.GONE, [Kind.GONE])
    assert case.would_change == (Outlook(State.RETURNED, "seen_again"),)
    again = [*NOT_FOUND, Probe(AT + 20 * DAY, "preview", Availability.OK)]
    case, found = case_of(*DAILY, probes=again, days=21)
    assert (case.state, kinds(case, found)) == (State.RETURNED, [Kind.GONE, Kind.AVAILABLE_AGAIN])


@pytest.mark.parametrize(
    ("posts", "state", "first"),
    [
        (DAILY, State.ACTIVE, "notice"),
        ([Post(1, AT, FOOTER)], State.PARALLEL, "notice"),
        ([], State.UNKNOWN, "sight"),
    ],
)
def test_quiet_states_say_what_would_change_them(
    posts: list[Post], state: State, first: str
) -> None:
    case, _ = case_of(*posts, days=10)
    assert (case.state, case.would_change[0].by) == (state, first)


def test_a_day_named_in_the_notice_is_told_as_its_detail() -> None:
    read = reading(*DAILY, CLOSES)
    named = datetime(2026, 1, 20, tzinfo=UTC)
    (said,) = read.said
    read.said[:] = [replace(said, verdict=replace(said.verdict, effective_at=named))]
    findings, view = conclude(known(read, now=AT + 12 * DAY))
    (notice,) = [f for f in findings if f.kind is Kind.CLOSURE_NOTICE]
    assert notice.details["effective_at"] == "2026-01-20T00:00:00Z"
    assert view.case.state is State.ANNOUNCED
    assert view.case.would_change[0].day == (named + timedelta(days=5)).date()
