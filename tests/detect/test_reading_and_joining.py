"""What a channel's posts come to, and how everything known of it is joined."""

from array import array
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.detect.joining import Known, conclude
from monitor.detect.notices import judge
from monitor.detect.reading import OTHERS_REPORTS, Reading, tells
from monitor.model import (
    Availability,
    Channel,
    Count,
    Coverage,
    Interval,
    Kind,
    Label,
    Link,
    LinkUse,
    Post,
    Probe,
    Speaker,
    State,
)

AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
US = Speaker("composed_office", "Composed office")
FOOTER = "Follow us on Bale: ble.ir/composed_office"


def reading(*posts: Post) -> Reading:
    found = Reading(US)
    for post in posts:
        found.add(post, "ab" * 32)
    return found


def known(found: Reading, **facts: object) -> Known:
    base: dict[str, object] = {
        "channel": Channel(1, "composed_office"),
        "reading": found,
        "coverage": Coverage.of([(AT, AT + 60 * DAY)]),
        "counts": [],
        "probes": [],
        "profiles": [],
        "routes": frozenset({"preview"}),
        "taken_at": None,
        "now": AT + 60 * DAY,
    }
    return Known(**(base | facts))  # type: ignore[arg-type]  # the fields' own types, by name


def test_a_service_message_is_not_the_channel_speaking() -> None:
    found = reading(Post(1, AT, "Channel created", service="created"), Post(2, AT, "Composed"))
    assert [post_id for post_id, _ in found.posts] == [2]
    assert found.posts_by_day() == {date(2026, 1, 1): 1}


def test_a_routine_footer_is_a_finding_once_and_a_link_of_every_day() -> None:
    found = reading(*(Post(n, AT + n * DAY, f"News {n}\n{FOOTER}") for n in range(1, 4)))
    assert [(s.post_id, s.verdict.label) for s in found.said] == [(1, Label.INVITATION)]
    assert [(s.platform, s.handle, s.post_id) for s in found.shown.values()] == [
        ("bale", "composed_office", 1)
    ]
    days = [date(2026, 1, n) for n in (2, 3, 4)]
    assert found.link_uses() == tuple(LinkUse(day, "bale", own=True, posts=1) for day in days)


def test_times_and_verdicts_kept_before_are_read_as_posts_are() -> None:
    """The words of only the posts that came to something are asked for, afterwards."""
    given = [Post(n, AT + n * DAY, f"News {n}\n{FOOTER}") for n in range(1, 4)]
    given.append(Post(4, AT + 4 * DAY, "Composed"))
    at_once, kept = reading(*given), Reading(US)
    kept.posted(array("q", [1, 2, 3, 4]), array("q", [int(p.at.timestamp()) for p in given]))
    for post in given:
        verdict = judge(US, post.text, [], None, post.at)
        if tells(verdict):
            kept.hear(post.id, post.at, verdict)
    assert kept.cited() == {1}
    kept.cite({1: (given[0].text, "ab" * 32)})
    assert (kept.said, kept.shown) == (at_once.said, at_once.shown)
    assert kept.link_uses() == at_once.link_uses()
    assert kept.posts_by_day() == at_once.posts_by_day()


def test_a_hidden_link_is_read_as_well_as_a_visible_one() -> None:
    link = Link("https://ble.ir/composed_office", "hidden", "here")
    found = reading(Post(1, AT, "Find us here too", links=(link,)))
    assert ("bale", "composed_office") in found.shown


def test_reports_about_others_are_kept_once_each_and_not_without_end() -> None:
    posts = [
        Post(n, AT, f"The ministry number {n} closes its Telegram channel and moves to Bale")
        for n in range(1, OTHERS_REPORTS + 20)
    ]
    found = reading(*posts)
    assert {s.verdict.label for s in found.said} == {Label.THIRD_PARTY}
    assert len(found.said) == OTHERS_REPORTS
    repeated = reading(*(Post(n, AT, posts[0].text) for n in range(1, 5)))
    assert len(repeated.said) == 1


NOTICE = f"This channel stops its work in Telegram from today. {FOOTER}"


def test_a_channel_that_announced_and_fell_silent_is_joined_into_a_case() -> None:
    found = reading(
        *(Post(n, AT + n * DAY, "Composed") for n in range(9)), Post(9, AT + 9 * DAY, NOTICE)
    )
    counts = [
        Count(AT + 8 * DAY, Interval(99_500, 100_500), "feed"),
        Count(AT + 8 * DAY, Interval(100_000, 100_000), "landing"),
        Count(AT + 20 * DAY, Interval(90_000, 90_000), "landing"),
    ]
    probes = [
        Probe(AT + 20 * DAY, "preview", Availability.OK),
        Probe(AT + 21 * DAY, "preview", Availability.UNREACHABLE),
    ]
    findings, view = conclude(known(found, counts=counts, probes=probes))
    case = view.case
    assert (case.state, case.since, case.last_post_at) == (State.LEFT, AT + 9 * DAY, AT + 9 * DAY)
    assert case.silence_days == 51
    assert case.subscribers is not None
    assert case.subscribers.change_pct == pytest.approx(-10)
    assert (case.availability, view.failures) == (Availability.UNREACHABLE, 1)
    assert [f.kind for f in case.timeline if f.kind is Kind.CLOSURE_NOTICE] == [Kind.CLOSURE_NOTICE]
    assert [f.at for f in findings] == sorted(f.at for f in findings)
    assert [c.subscribers.exact for c in view.counts] == [True, True]
    (notice,) = [f for f in findings if f.kind is Kind.CLOSURE_NOTICE]
    assert notice.evidence[0].url == "https://t.me/composed_office/9"
    assert notice.evidence[0].sha256 == "ab" * 32


def test_subscribers_are_compared_only_where_both_sides_are_known() -> None:
    found = reading(Post(1, AT, NOTICE))
    before = Count(AT - DAY, Interval(0, 0), "landing")
    after = Count(AT + DAY, Interval(10, 10), "landing")
    assert conclude(known(found, counts=[after]))[1].case.subscribers is None
    assert conclude(known(found, counts=[before]))[1].case.subscribers is None
    assert conclude(known(found, counts=[before, after]))[1].case.subscribers is None
    silent = conclude(known(reading(), counts=[after]))[1].case
    assert (silent.subscribers, silent.silence_days, silent.state) == (None, None, State.UNKNOWN)


def test_subscribers_before_and_after_are_of_the_channel_that_gave_the_notice() -> None:
    """A name that passed to another channel says nothing of the first one's audience."""
    found = reading(Post(1, AT, NOTICE))
    counts = [
        Count(AT - DAY, Interval(38_900, 38_900), "landing", max_post_id=9_176),
        Count(AT + DAY, Interval(38_000, 38_000), "landing", max_post_id=9_177),
        Count(AT + 2 * DAY, Interval(1_140, 1_140), "landing", max_post_id=40),
    ]
    case = conclude(known(found, counts=counts))[1].case
    assert case.subscribers is not None
    assert case.subscribers.after == Interval(38_000, 38_000)
    assert conclude(known(found, counts=counts[::2]))[1].case.subscribers is None


def test_one_that_lost_its_name_is_reassigned() -> None:
    lost = Channel(1, "composed_office", telegram_id=5, holds_name=False)
    findings, view = conclude(known(reading(Post(1, AT, "x")), channel=lost, taken_at=AT + DAY))
    assert view.case.availability is Availability.REASSIGNED
    assert [f.kind for f in findings if f.kind is Kind.USERNAME_REASSIGNED] != []


def test_the_same_facts_give_the_same_findings() -> None:
    found = reading(Post(1, AT, NOTICE))
    assert conclude(known(found)) == conclude(known(found))
