"""What happened when, how much was seen, how counts moved: from cases that are composed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import Availability, Case, Count, Finding, Interval, Kind, State
from monitor.report.measures import (
    Event,
    channel_share,
    counted_between,
    events,
    longest_gap,
    net_change,
    notices,
    posts_with_links,
    seen_share,
)
from tests.report.building import AT, DAY, END, START, WEEK, at, counts, finding, links, view

NOTICE = finding("a_channel", Kind.CLOSURE_NOTICE, at(4, 18))
SILENCE = finding("a_channel", Kind.SILENCE, at(4, 18), first="silence")
BACK = finding("a_channel", Kind.RETURN_NOTICE, at(5, 3))


def case(state: State, *timeline: Finding, notice: Finding | None = NOTICE) -> Case:
    return Case("a_channel", state, at(4, 19), 0.9, Availability.OK, notice, timeline=timeline)


def steps(one: Case) -> list[tuple[str, object]]:
    return [(event.kind, event.at) for event in events(one)]


def test_a_leaver_left_at_its_last_post_even_where_that_is_the_notice_itself() -> None:
    found = steps(case(State.LEFT, SILENCE, NOTICE))
    assert found == [("announced", at(4, 18)), ("left", at(4, 18))]


def test_a_silence_without_a_notice_is_no_departure() -> None:
    assert steps(case(State.ACTIVE, SILENCE, notice=None)) == []


def test_a_channel_found_gone_left_then_with_or_without_a_notice() -> None:
    gone = finding("a_channel", Kind.GONE, at(4, 27))
    assert steps(case(State.GONE, gone, notice=None)) == [("left", at(4, 27))]


def test_a_return_is_counted_and_a_second_departure_too() -> None:
    again = finding("a_channel", Kind.CLOSURE_NOTICE, at(5, 5))
    quiet = finding("a_channel", Kind.SILENCE, at(5, 5), first="again")
    found = steps(case(State.LEFT, NOTICE, SILENCE, BACK, again, quiet))
    assert [kind for kind, _ in found] == ["announced", "left", "returned", "announced", "left"]


@pytest.mark.parametrize("state", [State.ANNOUNCED, State.ANNOUNCED_NOT_DONE, State.ACTIVE])
def test_a_departure_that_the_state_does_not_bear_out_is_taken_back(state: State) -> None:
    assert steps(case(state, NOTICE, SILENCE)) == [("announced", at(4, 18))]


def test_a_return_that_the_state_does_not_bear_out_is_taken_back() -> None:
    stray = replace(BACK, kind=Kind.RESUMED, at=at(5, 3))
    left = replace(case(State.LEFT, NOTICE, SILENCE, stray), since=at(4, 18))
    assert steps(left) == [("announced", at(4, 18)), ("left", at(4, 18))]


def test_a_departure_stays_where_we_have_been_blind_since() -> None:
    assert ("left", at(4, 18)) in steps(case(State.UNKNOWN, NOTICE, SILENCE))


def test_a_state_without_its_findings_is_dated_by_its_beginning() -> None:
    assert steps(case(State.LEFT, NOTICE))[-1] == ("left", at(4, 19))
    returned = [("announced", at(4, 18)), ("left", at(4, 18)), ("returned", at(4, 19))]
    assert steps(case(State.RETURNED, NOTICE)) == returned
    assert steps(case(State.RETURNED, NOTICE, SILENCE))[-1] == ("returned", at(4, 19))
    bare = replace(case(State.RETURNED, notice=None), since=None)
    assert events(bare) == (
        Event("a_channel", "left", None),
        Event("a_channel", "returned", None),
    )


def test_a_notice_that_is_in_case_and_timeline_counts_once() -> None:
    assert notices(case(State.LEFT, NOTICE, SILENCE)) == (NOTICE,)


def test_coverage_is_the_share_of_channel_hours_and_nothing_is_seen_after_the_judgement() -> None:
    half = view("half_seen", covered=((WEEK[0], WEEK[0] + timedelta(days=3.5)),))
    never = view("never_seen", covered=())
    assert seen_share([half, never], WEEK, AT) == 0.25
    assert seen_share([], WEEK, AT) == 0
    assert channel_share(half, WEEK, WEEK[0] + timedelta(days=1.75)) == 0.25
    assert channel_share(half, (START, START), AT) == 0


def test_the_longest_stretch_not_seen_ends_at_the_judgement() -> None:
    one = view("gap_channel", covered=((START, at(4, 12, 0)), (at(4, 15, 0), END)))
    assert longest_gap(one, (START, END), AT) == (at(4, 12, 0), at(4, 15, 0))
    assert longest_gap(one, (END, END + 9 * DAY), AT) == (END, AT)
    assert longest_gap(one, (AT, AT + DAY), AT) is None


def test_links_to_others_are_counted_apart_and_the_windows_last_day_is_out() -> None:
    uses = links(["soroush"], WEEK[0].date(), 5)
    other = replace(uses[0], own=False, platform="eitaa", posts=2)
    one = view("linker", uses=(*uses, other))
    assert posts_with_links([one], WEEK) == {"soroush": 15}
    assert posts_with_links([one], WEEK, own=False) == {"eitaa": 2}


def test_a_change_needs_a_count_within_two_days_of_both_ends() -> None:
    series = counts(1000)
    pair = counted_between(view("counted", series=series), WEEK)
    assert pair is not None
    assert abs(pair[0].at - WEEK[0]) <= 2 * DAY >= abs(pair[1].at - WEEK[1])
    assert counted_between(view("counted", series=series[:5]), WEEK) is None
    assert counted_between(view("counted"), WEEK) is None
    one_day = (START + 30 * DAY, START + 31 * DAY)
    assert counted_between(view("counted", series=series[27:28]), one_day) is None


def test_a_name_that_went_to_another_channel_makes_no_change_of_subscribers() -> None:
    handed = finding("counted", Kind.USERNAME_REASSIGNED, at(4, 18))
    assert counted_between(view("counted", series=counts(1000), timeline=[handed]), WEEK) is None


def test_rounded_counts_give_the_range_that_they_leave_possible() -> None:
    before, after = Count(START, Interval(100, 110)), Count(END, Interval(90, 105))
    assert net_change([(before, after), (before, before)]) == (-20 - 10, 5 + 10)
