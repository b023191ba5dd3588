"""What a post is weighed by, and that the weights are those of the labelled posts beside them."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.catalog import weights
from monitor.catalog.text import fold
from monitor.detect import features, whose
from monitor.detect.clauses import sentences
from monitor.detect.findings import Writer
from monitor.detect.looking import look
from monitor.detect.notices import judge
from monitor.detect.reviewing import ACCEPTED, movers, waiting
from monitor.detect.standing import BlockChange
from monitor.detect.weighing import weigh
from monitor.model import Channel, Decision, Finding, Kind, Label, Review, Speaker, Why

DATA = Path(__file__).parent.parent / "data"
OFFICE = Speaker("office_demo", "Office of the Example")
AT = datetime(2026, 1, 28, 20, tzinfo=UTC)


def test_the_weights_were_fitted_on_the_labelled_posts_that_are_here() -> None:
    """After a change of these run `python -m tools.fit_weights`."""
    files = [f for f in DATA.glob("notices_*.jsonl") if "unseen" not in f.name]
    assert weights.load().fitted_on == {
        f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files
    }


def test_chances_sum_to_one_and_say_what_spoke_for_and_against() -> None:
    seen = look(OFFICE, "We are leaving Telegram. Find us on MAX: max.ru/office_demo", (), None)
    assert seen is not None
    weighed = weigh(seen.features())
    assert sum(weighed.chances.values()) == pytest.approx(1)
    speaking = weighed.speaking(Label.CLOSURE, Label.NONE)
    assert speaking[0][1] > 0 > speaking[-1][1]
    assert weigh({"a feature that nobody knows": 9.0}).chances == weigh({}).chances


def test_a_long_post_is_described_by_the_sentences_about_a_place() -> None:
    talk = "The council met on Monday. It spoke of roads. Nothing was decided. "
    told = sentences(fold(talk + "Our Telegram channel is closed. " + talk), OFFICE)
    near = [number for number, _ in features.concerned(told)]
    assert near == [2, 3, 4]
    many = sentences(fold("Telegram is here.\n" * 100), OFFICE)
    assert len(features.concerned(many)) == features.MOST_SENTENCES


def test_a_notice_carries_the_day_that_it_names_and_what_speaks_against_it() -> None:
    verdict = judge(OFFICE, "From 1 February we are leaving Telegram for good.", at=AT)
    assert verdict.label is Label.CLOSURE
    assert verdict.effective_at == datetime(2026, 2, 1, tzinfo=UTC)
    assert len(verdict.against) >= 1
    assert judge(OFFICE, "From 1 February we are leaving Telegram for good.").effective_at is None


def test_an_own_name_beside_telegram_speaks_of_the_channel() -> None:
    part = sentences(fold("Office of the Example on Telegram"), OFFICE)[0]
    assert whose._speaks_of_us(part)


def test_a_body_is_its_own_where_the_title_has_that_word() -> None:
    part = sentences(fold("The office and the ministry met."), OFFICE)[0]
    roles = features.roles_of(part)
    assert {"own_body", "other_body"} <= roles


def test_a_closing_by_rule_is_told_where_no_label_is_likely() -> None:
    text = "کانال ما از تلگرام به ایتا منتقل شد: https://eitaa.com/joinchat/2050032503Cab479c004a"
    seen = look(Speaker("demo", "بسیج"), text, (), None)
    assert seen is not None
    assert judge(Speaker("demo", "بسیج"), text).label is Label.CLOSURE


def test_a_changed_footer_is_a_finding_with_its_post() -> None:
    writer = Writer(Channel(key=1, username="office_demo"))
    change = BlockChange(7, AT, (("max", "office_demo"),), (("vk", "office"),), "ab" * 32)
    found = writer.block_changed(change)
    assert found.kind is Kind.LINK_BLOCK_CHANGED
    assert found.details["added"] == [{"platform": "max", "handle": "office_demo"}]
    assert found.details["removed"] == [{"platform": "vk", "handle": "office"}]
    assert found.evidence[0].post_id == 7
    assert found.evidence[0].sha256 == "ab" * 32


def notice(confidence: float, review: Review | None = None, day: int = 1) -> Finding:
    return Finding(
        channel="office_demo",
        kind=Kind.CLOSURE_NOTICE,
        at=AT.replace(day=day),
        confidence=confidence,
        rule="closure.x",
        summary="",
        review=review,
    )


def test_an_uncertain_notice_waits_and_an_accepted_one_counts_as_sure() -> None:
    accepted = Review(decision=Decision.ACCEPTED, note="seen", decided_at=AT)
    assert [n.confidence for n in movers([notice(0.6, accepted), notice(0.6)])] == [ACCEPTED]
    assert waiting([notice(0.9)]) == ()
    assert [r.why for r in waiting([notice(0.6)])] == [Why.WAITS]
    assert [r.count for r in waiting([notice(0.6, day=3), notice(0.5, day=2)])] == [2]
