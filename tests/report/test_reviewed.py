"""What people decided is shown beside each finding; what is rejected or waits is no fact."""

from dataclasses import replace

import pytest

from monitor.model import Case, ChannelView, Decision, Finding, Judgement, Kind, Review, State
from monitor.report.headline import headline
from monitor.report.measures import events, notices
from monitor.report.page import Revision, page
from monitor.report.reviewed import reviewed
from monitor.report.summary import summarise
from monitor.report.words import load
from tests.report.building import AT, HOSTILE, WINDOW, at, finding, view

YES = Review(Decision.ACCEPTED, "seen by us", AT)
NO = Review(Decision.REJECTED, HOSTILE, AT)
CLOSURE = finding("composed_office", Kind.CLOSURE_NOTICE, at(4, 18), quote="composed")
UNSURE = replace(CLOSURE, confidence=0.6)
SILENCE = finding("composed_office", Kind.SILENCE, at(4, 18), first="silence")


def case(*steps: Finding) -> Case:
    return replace(view("composed_office", timeline=steps).case, notice=None)


def of(found: Finding, language: str = "en") -> str:
    seen: ChannelView = view("composed_office", State.LEFT, timeline=[found, SILENCE])
    summary = summarise(
        Judgement(AT, (found,), (seen,)), window=WINDOW, name="w", language=language
    )
    return page(summary, [], Revision(), shown=40)


@pytest.mark.parametrize("language", ["en", "fa", "ru"])
def test_card_steps_and_table_show_the_decision_with_its_note_escaped(language: str) -> None:
    words = load(language).say("review.rejected")
    source = of(replace(CLOSURE, review=NO), language)
    assert source.count(words) == 3  # the notice, its step, and the table of findings
    assert "&lt;script&gt;alert" in source
    assert "<script>" not in source
    assert "\u202e" not in source


def test_an_accepted_one_and_one_that_waits_say_so_and_a_plain_one_nothing() -> None:
    assert 'accepted by review: <bdi dir="auto">seen by us</bdi>' in of(replace(UNSURE, review=YES))
    assert of(UNSURE).count("waits for review") == 3
    assert 'class="review"' not in of(CLOSURE)
    assert reviewed(CLOSURE, load("en")) is None


@pytest.mark.parametrize("found", [replace(CLOSURE, review=NO), UNSURE])
def test_what_is_rejected_or_waits_is_counted_nowhere(found: Finding) -> None:
    assert notices(case(found)) == ()
    assert events(case(found, SILENCE)) == ()
    told = [e.kind for e in events(replace(case(CLOSURE, SILENCE), state=State.LEFT))]
    assert told == ["announced", "left"]
    accepted = replace(found, review=YES)
    assert [n.id for n in notices(case(accepted))] == [CLOSURE.id]


def test_a_rejected_partial_move_is_in_no_headline() -> None:
    part = finding("composed_office", Kind.PARTIAL_MOVE, at(4, 18), quote="composed")

    def said(found: Finding) -> str:
        seen = replace(view("composed_office"), case=case(found))
        return headline([seen], WINDOW, load("en"), {}, seen=1.0)

    assert "moved part of its posts" in said(part)
    assert "moved part" not in said(replace(part, review=NO))


def test_a_rejected_drop_is_no_drop_of_its_channel() -> None:
    drop = finding("composed_office", Kind.SUBSCRIBER_DROP, at(4, 18), first="drop")

    def drops(found: Finding) -> int:
        told = Judgement(AT, (found,), (view("composed_office", timeline=[found]),))
        return len(summarise(told, window=WINDOW, name="w").lines[0].drops)

    assert (drops(drop), drops(replace(drop, review=NO))) == (1, 0)
