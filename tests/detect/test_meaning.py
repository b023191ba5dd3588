"""What a model of meaning may change in a verdict, and what it may never. All texts are composed.

The model here is a composed one, whose vector speaks for one label by the weights themselves: so
that every branch runs where the extra is not installed. tests/semantic has the real one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.catalog import weights
from monitor.detect import meaning
from monitor.detect.findings import Writer
from monitor.detect.joining import Known, conclude
from monitor.detect.looking import look
from monitor.detect.notices import NOTHING, judge
from monitor.detect.reading import Reading
from monitor.detect.reviewing import movers, rejected_posts
from monitor.detect.weighing import weigh
from monitor.errors import ModelFailed
from monitor.model import (
    Channel,
    Coverage,
    Decision,
    Kind,
    Label,
    Post,
    Review,
    State,
    Verdict,
)
from tests.detect.doubtful import OFFICE, PICTURES, doubtful

DATA = Path(__file__).parent.parent / "data"
SURE = "This channel stops its work in Telegram from today. Follow us on Bale: ble.ir/demo"
VAGUE, WITHOUT = doubtful()
TALK = "\nThe council met and spoke of roads." * 6
AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Partial:
    """A composed encoder: its vector speaks for one label and against all others."""

    label: Label
    loud: float = 3.0
    name: str = "composed 1"
    asked: list[str] = field(default_factory=list)

    def vectors(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        self.asked += texts
        table = weights.semantic()
        place = table.labels.index(self.label)
        mean = [sum(row) / len(row) for row in table.vector]
        vector = [self.loud * (row[place] - m) for row, m in zip(table.vector, mean, strict=True)]
        return [tuple(vector) for _ in texts]


def test_the_weights_are_of_the_posts_and_the_features_that_are_here() -> None:
    """After a change of the labelled posts run `python -m tools.fit_weights`: it fits both files.

    An edited lexicon changes neither: the weights are of roles, not of wordings.
    """
    table = weights.semantic()
    files = [f for f in DATA.glob("notices_*.jsonl") if "unseen" not in f.name]
    assert table.fitted_on == {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
    assert table.labels == weights.load().labels
    assert {len(row) for row in table.vector} == {len(Label)}
    shared = table.features.keys() & weights.load().features.keys()
    assert len(shared) > 0.8 * len(table.features), "features were renamed since: fit anew"


def test_what_the_lexicons_are_sure_of_is_never_asked_about() -> None:
    model = Partial(Label.NONE)
    assert judge(OFFICE, SURE, encoder=model) == judge(OFFICE, SURE)
    assert judge(OFFICE, "Composed news", encoder=model) is NOTHING
    assert model.asked == []


def test_a_paraphrase_that_only_the_model_understands_is_for_review() -> None:
    model = Partial(Label.CLOSURE)
    without, verdict = WITHOUT, judge(OFFICE, VAGUE, encoder=model)
    assert (without.label, without.semantic, without.review) == (Label.NONE, None, False)
    assert (verdict.label, verdict.rule, verdict.review) == (
        Label.CLOSURE,
        "closure.semantic",
        True,
    )
    assert verdict.firm is Label.NONE
    # What it rests on is quoted from the raw text.
    assert verdict.evidence
    assert all(VAGUE[q.start : q.end] == q.quote for q in verdict.evidence)
    assert verdict.confidence < 0.7
    assert verdict.semantic is not None
    assert verdict.semantic.label is Label.CLOSURE
    assert verdict.semantic.probability > 0.9
    assert verdict.semantic.as_json()["model"] == "composed 1"
    # Whose a place is cannot rest on the model, not even where it takes the post for a closure.
    assert (verdict.links, verdict.own_destinations) == (without.links, without.own_destinations)


def test_what_the_model_takes_for_nothing_quotes_nothing_and_is_no_finding() -> None:
    text = next(
        text
        for text in (*PICTURES, *(f"{p} We are there now." for p in PICTURES))
        if (v := judge(OFFICE, text)).label is not Label.NONE and meaning.doubted(v)
    )
    verdict = judge(OFFICE, text, encoder=Partial(Label.NONE))
    assert (verdict.label, verdict.review, verdict.evidence) == (Label.NONE, True, ())
    reading = Reading(OFFICE, encoder=Partial(Label.NONE))
    reading.add(Post(1, AT, text))
    assert reading.said == []


def test_where_both_agree_the_lexicons_confidence_stays() -> None:
    verdict = judge(OFFICE, VAGUE, encoder=Partial(WITHOUT.label))
    assert not verdict.review
    assert verdict.semantic is not None
    assert replace(verdict, semantic=None) == WITHOUT


def test_in_a_long_post_meaning_alone_makes_no_notice() -> None:
    """News is full of things that end; without a word of it beside a place nothing is told."""
    model = Partial(Label.CLOSURE)
    text, _ = doubtful([text + TALK for text in PICTURES])
    assert judge(OFFICE, text, encoder=model).label is not Label.CLOSURE
    assert len(model.asked) == 1


def test_a_forwarded_post_is_never_a_step_of_ones_own() -> None:
    verdict = judge(OFFICE, VAGUE, forwarded_from="Another", encoder=Partial(Label.CLOSURE))
    assert verdict.label in {Label.NONE, Label.THIRD_PARTY}


def test_addresses_alone_are_never_asked_about() -> None:
    model = Partial(Label.CLOSURE)
    text = "https://max.ru/some_other_place_entirely"
    seen = look(OFFICE, text, (), None)
    assert seen is not None
    assert meaning.text_of(seen) == ""
    assert meaning.weigh_with(seen, model) is None
    assert judge(OFFICE, "", (text,), encoder=model) == judge(OFFICE, "", (text,))
    assert model.asked == []


def test_the_text_is_bounded_and_holds_the_sentences_about_a_place() -> None:
    talk = "The council met on Monday. It spoke of roads. Nothing was decided. " * 40
    seen = look(
        OFFICE, talk + "Our Telegram channel says farewell: t.me/some @name. " + talk, (), None
    )
    assert seen is not None
    text = meaning.text_of(seen)
    assert "says farewell" in text
    assert not {"t.me", "@name"} & set(text.split())
    assert len(text) <= meaning.LONGEST < len(talk)


@pytest.mark.parametrize("given", [[], [(1.0,)], [(1.0,) * 384] * 2])
def test_a_vector_of_another_length_is_a_failure_and_no_verdict(
    given: list[tuple[float, ...]],
) -> None:
    class Short:
        name = "composed 2"

        def vectors(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
            assert len(texts) == 1
            return given

    with pytest.raises(ModelFailed, match="no vector of 384 numbers"):
        judge(OFFICE, VAGUE, encoder=Short())


def test_vector_and_weights_must_fit() -> None:
    with pytest.raises(ValueError, match="zip"):
        weigh({}, (1.0,))


def concluded(*decided: Decision) -> tuple[Verdict, State, tuple[str, ...]]:
    """Return verdict, state and waiting notices of an office that fell silent after VAGUE."""
    reading = Reading(OFFICE, encoder=Partial(Label.CLOSURE))
    for n in range(1, 10):
        reading.add(Post(n, AT + n * DAY, f"Composed news {n}"), "ab" * 32)
    verdict = reading.add(Post(10, AT + 10 * DAY, VAGUE), "ab" * 32)
    assert verdict is not None
    decisions = {
        (str(Kind.CLOSURE_NOTICE), "10"): Review(d, "composed", AT + 11 * DAY) for d in decided
    }
    found, view = conclude(
        Known(
            channel=Channel(1, "composed_office"),
            reading=reading,
            coverage=Coverage.of([(AT, AT + 60 * DAY)]),
            counts=(),
            probes=(),
            profiles=(),
            routes=frozenset(),
            taken_at=None,
            now=AT + 60 * DAY,
            decisions=decisions,
        )
    )
    waits = tuple(f.summary for f in found if f.waits and f.kind is Kind.CLOSURE_NOTICE)
    return verdict, view.case.state, waits


def test_it_moves_no_case_until_a_person_accepts_it() -> None:
    verdict, state, waits = concluded()
    assert verdict.review
    assert state is State.ACTIVE
    assert "as only the model of meaning has it" in waits[0]
    assert concluded(Decision.ACCEPTED)[1:] == (State.LEFT, ())
    assert concluded(Decision.REJECTED)[1:] == (State.ACTIVE, ())


def test_its_finding_carries_the_evidence_of_the_model() -> None:
    reading = Reading(OFFICE, encoder=Partial(Label.CLOSURE))
    reading.add(Post(10, AT, VAGUE), "ab" * 32)
    finding = Writer(Channel(1, "composed_office")).said(reading.said[0])
    assert finding.details["review"] is True
    assert finding.details["semantic"] == {
        "label": "closure",
        "probability": pytest.approx(1, abs=0.1),
        "model": "composed 1",
    }
    assert movers([finding]) == []
    # Repeating what nobody confirmed is posting on.
    assert rejected_posts([finding]) == {10}
    plain = Reading(OFFICE)
    plain.add(Post(1, AT, SURE), "ab" * 32)
    assert not {"semantic", "review"} & Writer(Channel(1, "x")).said(plain.said[0]).details.keys()
