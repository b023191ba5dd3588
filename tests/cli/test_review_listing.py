"""How findings that wait are written for a person: in order, complete, safe for a terminal."""

from monitor.cli.reviewing import as_task, decided, plain, uncertainty, waits
from monitor.model import Json


def form(confidence: Json, **more: Json) -> dict[str, Json]:
    base: dict[str, Json] = {
        "id": "ab12", "at": "2026-01-01T00:00:00Z", "kind": "closure_notice", "rule": "closure.x",
        "summary": "@demo leaves", "confidence": confidence, "evidence": [], "details": {},
        "review": None,
    }  # fmt: skip
    return base | more


def test_the_least_certain_comes_first_then_the_oldest() -> None:
    forms = [form(0.6, at="2026-01-02"), form(0.6, at="2026-01-01"), form(0.5), form(None)]
    assert [f["confidence"] for f in sorted(forms, key=uncertainty)] == [None, 0.5, 0.6, 0.6]
    assert min(forms[:2], key=uncertainty)["at"] == "2026-01-01"


def test_what_waits_is_uncertain_or_marked_and_undecided() -> None:
    assert [waits(f) for f in (form(0.69), form(0.7), form(0.9, details={"review": True}))] == [
        True, False, True,
    ]  # fmt: skip
    assert not waits(form(0.5, review={"decision": "accepted"}))
    assert not waits(form(0.9, details=None))


def test_each_quote_and_address_is_written_once_with_rule_and_reasons() -> None:
    url = "https://t.me/demo/9"
    evidence: list[Json] = [
        {"url": url, "quote": "we leave\n today"}, {"url": url, "quote": "\x1b[31mred"},
        {"url": None, "quote": None}, "broken",
    ]  # fmt: skip
    lines = list(as_task([form(0.6, evidence=evidence, details={"against": ["none 0.3", "~x"]})]))
    assert lines == [
        "0.60  2026-01-01T00:00:00Z  closure_notice  @demo leaves  [ab12]",
        f"    {url}",
        "    “we leave today”",
        "    “[31mred”",
        "    rule closure.x; against it: none 0.3, ~x",
    ]


def test_where_no_reason_is_named_it_says_so() -> None:
    for strange in (form(0.6), form(0.6, evidence=None, details=None)):
        assert list(as_task([strange]))[-1].endswith("against it: nothing is named")


def test_a_decision_is_written_on_one_line() -> None:
    made: Json = {"decision": "rejected", "note": "no\nway", "decided_at": "2026-01-01T00:00:00Z"}
    assert list(decided(form(0.6, review=made))) == [
        "    rejected by review at 2026-01-01T00:00:00Z: no way"
    ]
    assert list(decided(form(0.6))) == []
    assert plain("a\u202eb\u200bc") == "a b c"
    assert plain("می\u200cرود") == "می\u200cرود"
