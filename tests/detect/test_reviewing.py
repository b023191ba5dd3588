"""What people decided moves or holds a case; what waits for them moves none. All is composed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.detect.changes import Changes
from monitor.detect.findings import Writer
from monitor.detect.joining import Known, conclude
from monitor.detect.reading import Reading, Said
from monitor.detect.reviewing import ACCEPTED, marked, movers, rejected_posts, waiting
from monitor.model import (
    Availability,
    Case,
    Channel,
    ChannelView,
    Coverage,
    Decision,
    Finding,
    Json,
    Kind,
    Label,
    Post,
    Probe,
    Reason,
    Review,
    Speaker,
    State,
    Subject,
    Verdict,
    Why,
)

AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
WRITER = Writer(Channel(1, "composed_office"))
YES = Review(Decision.ACCEPTED, "the office confirmed it", AT)
NO = Review(Decision.REJECTED, "satire", AT)
NOTICE = "This channel stops its work in Telegram from today. Follow us on Bale: ble.ir/demo"
CLOSURE: Subject = ("closure_notice", "9")


def notice(kind: Kind, confidence: float, day: int = 9, *, model_only: bool = False) -> Finding:
    details: dict[str, Json] = {"review": True} if model_only else {}
    return WRITER.write(
        kind, AT + day * DAY, first=day, confidence=confidence, rule="t", summary="",
        details=details,
    )  # fmt: skip


def known(
    *said: tuple[int, Label, float],
    decisions: dict[Subject, Review] | None = None,
    posts: int = 9,
    probes: tuple[Probe, ...] = (),
) -> Known:
    """Return a channel with a post a day, some of which say something, seen for two months."""
    reading = Reading(Speaker("composed_office"))
    for n in range(1, posts + 1):
        reading.add(Post(n, AT + n * DAY, f"Composed news {n}"), "ab" * 32)
    for n, label, confidence in said:
        verdict = Verdict(label, confidence, "composed.rule", against=("none 0.40",))
        reading.said.append(Said(n, AT + n * DAY, "Composed words", verdict, None))
        if label is Label.CLOSURE:
            reading.announcing.add(n)
    return Known(
        channel=Channel(1, "composed_office"),
        reading=reading,
        coverage=Coverage.of([(AT, AT + 60 * DAY)]),
        counts=[],
        probes=probes,
        profiles=[],
        routes=frozenset({"preview"}),
        taken_at=None,
        now=AT + 60 * DAY,
        decisions=decisions or {},
    )


def waits(case: Case) -> list[Reason]:
    """Return what a case says of findings that wait for a person."""
    return [reason for reason in case.why if reason.why in {Why.WAITS, Why.WAIT}]


def view(facts: Known) -> ChannelView:
    return conclude(facts)[1]


def test_a_certain_notice_needs_nobody() -> None:
    case = view(known((9, Label.CLOSURE, 0.9))).case
    assert (case.state, waits(case)) == (State.LEFT, [])


@pytest.mark.parametrize("label", [Label.CLOSURE, Label.PARTIAL_MOVE])
def test_an_uncertain_notice_moves_no_case_and_the_case_says_that_it_waits(label: Label) -> None:
    case = view(known((9, label, 0.6))).case
    assert (case.state, case.notice) == (State.ACTIVE, None)
    (waiting_one,) = waits(case)
    assert waiting_one.day == date(2026, 1, 10)
    assert [f.waits for f in case.timeline if f.kind is not Kind.SILENCE] == [True]


def test_an_uncertain_return_does_not_bring_a_channel_back() -> None:
    back = (9, Label.RETURN, 0.6)
    case = view(known((8, Label.CLOSURE, 0.9), back)).case
    assert case.state is not State.RETURNED
    assert waits(case) == [Reason(Why.WAITS, day=date(2026, 1, 10), kind=Kind.RETURN_NOTICE)]
    sure = view(known((8, Label.CLOSURE, 0.9), back, decisions={("return_notice", "9"): YES})).case
    assert sure.state is State.RETURNED


def test_an_accepted_notice_counts_as_certain_and_keeps_its_own_confidence() -> None:
    findings, seen = conclude(known((9, Label.CLOSURE, 0.6), decisions={CLOSURE: YES}))
    case = seen.case
    assert (case.state, case.confidence, case.since) == (State.LEFT, ACCEPTED, AT + 9 * DAY)
    assert waits(case) == []
    (found,) = [f for f in findings if f.kind is Kind.CLOSURE_NOTICE]
    assert (found.confidence, found.review) == (0.6, YES)
    assert case.notice is not None
    assert case.notice.review == YES


def test_accepting_takes_no_confidence_away() -> None:
    (found,) = movers([replace(notice(Kind.CLOSURE_NOTICE, 0.99), review=YES)])
    assert found.confidence == 0.99


def test_a_rejected_notice_stays_listed_and_moves_no_case() -> None:
    findings, seen = conclude(known((9, Label.CLOSURE, 0.95), decisions={CLOSURE: NO}))
    assert (seen.case.state, seen.case.notice) == (State.ACTIVE, None)
    assert [f.review for f in findings if f.kind is Kind.CLOSURE_NOTICE] == [NO]
    assert waits(seen.case) == []


def test_a_rejected_repetition_is_an_ordinary_post() -> None:
    """Past the limit a post that is no notice after all shows that the channel posts on."""
    said = ((2, Label.CLOSURE, 0.9), *((n, Label.CLOSURE, 0.9) for n in range(3, 31)))
    assert view(known(*said, posts=30)).case.state is State.LEFT
    decisions = {("closure_notice", str(n)): NO for n in range(3, 31)}
    moves = view(known(*said, posts=30, decisions=decisions)).case
    assert (moves.state, moves.since) == (State.LEFT, AT + 30 * DAY)
    early = replace(known(*said, posts=30, decisions=decisions), now=AT + 31 * DAY)
    assert view(early).case.state is State.ANNOUNCED_NOT_DONE
    assert view(replace(early, decisions={})).case.state is State.ANNOUNCED


def test_a_rejected_silence_completes_no_departure() -> None:
    decisions: dict[Subject, Review] = {("silence", "9"): NO}
    findings, seen = conclude(known((9, Label.CLOSURE, 0.9), decisions=decisions))
    assert seen.case.state is State.ANNOUNCED
    assert [f.review for f in findings if f.kind is Kind.SILENCE] == [NO]


def test_a_rejected_absence_makes_no_channel_gone() -> None:
    probes = tuple(
        Probe(AT + day * DAY, "preview", state)
        for day, state in (
            (10, Availability.OK), (12, Availability.NOT_FOUND), (13, Availability.NOT_FOUND),
        )
    )  # fmt: skip
    findings, seen = conclude(known(probes=probes))
    assert seen.case.state is State.GONE
    (gone,) = [f for f in findings if f.kind is Kind.GONE]
    assert view(known(probes=probes, decisions={gone.subject: NO})).case.state is not State.GONE


def test_a_rejected_link_is_no_destination_of_the_case() -> None:
    facts = known()
    facts.reading.add(Post(10, AT + 10 * DAY, "Follow us on Bale: ble.ir/Composed_Office"))
    findings, seen = conclude(facts)
    assert [(d.platform, d.handle) for d in seen.case.destinations] == [("bale", "Composed_Office")]
    (link,) = [f for f in findings if f.kind is Kind.DESTINATION_LINK]
    assert view(replace(facts, decisions={link.subject: NO})).case.destinations == ()


@pytest.mark.parametrize("kind", [Kind.CLOSURE_NOTICE, Kind.INVITATION])
def test_what_only_a_model_supports_waits_however_sure_the_model_is(kind: Kind) -> None:
    found = notice(kind, 0.97, model_only=True)
    assert movers([found]) == []
    assert waiting([found]) == (Reason(Why.WAITS, day=date(2026, 1, 10), kind=kind),)
    assert [n.confidence for n in movers([replace(found, review=YES)])] == [0.97]


def test_an_uncertain_invitation_moves_a_case_and_is_listed_all_the_same() -> None:
    found = notice(Kind.INVITATION, 0.5)
    assert (movers([found]), waiting([found]), found.waits) == ([found], (), True)


def test_several_that_wait_are_counted_from_the_first() -> None:
    first, later = (notice(Kind.CLOSURE_NOTICE, 0.6, day) for day in (3, 5))
    assert waiting([later, first]) == (Reason(Why.WAIT, day=date(2026, 1, 4), count=2),)
    report = notice(Kind.THIRD_PARTY_REPORT, 0.9, model_only=True)
    kind = Kind.THIRD_PARTY_REPORT
    assert waiting([report]) == (Reason(Why.WAITS, day=date(2026, 1, 10), kind=kind),)
    assert waiting([]) == ()


def test_posts_of_rejected_notices_are_named_by_their_evidence() -> None:
    said = conclude(known((9, Label.CLOSURE, 0.9), decisions={CLOSURE: NO}))[0]
    assert rejected_posts(said) == {9}
    assert rejected_posts([replace(notice(Kind.CLOSURE_NOTICE, 0.9), review=NO)]) == frozenset()


def test_a_rejected_edit_takes_no_notice_back() -> None:
    facts = known((9, Label.CLOSURE, 0.9))
    changes = Changes(Speaker("composed_office"))
    post = Post(9, AT + 9 * DAY, NOTICE)
    changes.add(post, [], AT + 9 * DAY, AT + 10 * DAY, None)
    facts = replace(facts, changes=changes, now=AT + 11 * DAY)
    findings, seen = conclude(facts)
    assert [r.why for r in seen.case.why] == [Why.TOOK_BACK]
    (gone,) = [f for f in findings if f.kind is Kind.POST_DELETED]
    again = view(replace(facts, decisions={gone.subject: NO})).case
    assert (again.state, [r.why for r in again.why]) == (State.ANNOUNCED, [Why.ANNOUNCED])


def test_a_decision_on_another_finding_or_kind_marks_nothing() -> None:
    found = notice(Kind.CLOSURE_NOTICE, 0.9)
    others: dict[Subject, Review] = {("return_notice", "9"): NO, ("closure_notice", "8"): NO}
    assert marked([found], others) == [found]


def test_the_same_facts_and_decisions_give_the_same() -> None:
    facts = known((9, Label.CLOSURE, 0.6), decisions={CLOSURE: YES})
    assert conclude(facts) == conclude(facts)


def test_a_finding_names_what_speaks_against_it() -> None:
    (found,) = [f for f in conclude(known((9, Label.CLOSURE, 0.6)))[0] if f.waits]
    assert found.details["against"] == ["none 0.40"]
