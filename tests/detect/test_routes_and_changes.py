"""Two routes must agree before a channel is gone; what was changed after it was seen is told."""

from datetime import UTC, datetime, timedelta

from monitor.detect.changes import Changes, belongs_in_case
from monitor.detect.findings import Writer
from monitor.detect.lifecycle import absences, availability, availability_findings
from monitor.model import Availability, Channel, Kind, Post, Probe, Speaker

A = Availability
T = datetime(2026, 5, 1, tzinfo=UTC)
BOTH = frozenset({"preview", "telegram"})
CLOSURE = "این کانال از امروز فعالیت نمی‌کند. ما را در سروش دنبال کنید"
WRITER = Writer(Channel(1, "farsna"))


def probe(hours: float, route: str, state: A, detail: str = "") -> Probe:
    return Probe(T + timedelta(hours=hours), route, state, detail=detail)


def certain(probes: list[Probe], routes: frozenset[str] = BOTH) -> list[A]:
    return [a.state for a in absences(probes, routes) if a.certain]


def test_one_route_alone_makes_nobody_gone() -> None:
    met = [probe(0, "telegram", A.NOT_FOUND), probe(2, "telegram", A.NOT_FOUND)]
    assert certain(met) == []
    assert certain(met, frozenset({"telegram"})) == [A.NOT_FOUND]


def test_both_routes_twice_an_hour_apart_do() -> None:
    met = [
        probe(0, "telegram", A.NOT_FOUND), probe(0.1, "preview", A.NOT_FOUND),
        probe(0.5, "telegram", A.NOT_FOUND), probe(1.2, "preview", A.NOT_FOUND),
    ]  # fmt: skip
    assert certain(met) == []
    assert certain([*met, probe(1.3, "telegram", A.NOT_FOUND)]) == [A.NOT_FOUND]


def test_a_page_that_is_there_contradicts_an_account_that_was_shut_out() -> None:
    met = [p for h in range(4) for p in (probe(h, "telegram", A.PRIVATE),
                                         probe(h + 0.1, "preview", A.OK))]  # fmt: skip
    assert certain(met) == []
    assert availability(met) is A.OK


def test_a_closed_channel_without_a_page_is_private_and_comes_back() -> None:
    met = [p for h in (0, 2) for p in (probe(h, "telegram", A.PRIVATE),
                                       probe(h + 0.1, "preview", A.NOT_FOUND))]  # fmt: skip
    assert certain(met) == [A.PRIVATE]
    back = [*met, probe(5, "telegram", A.OK)]
    kinds = [f.kind for f in availability_findings(WRITER, absences(back, BOTH))]
    assert kinds == [Kind.PRIVATE, Kind.AVAILABLE_AGAIN]


def test_outages_neither_break_nor_make_a_run() -> None:
    met = [
        probe(0, "telegram", A.NOT_FOUND), probe(1, "telegram", A.UNREACHABLE),
        probe(2, "telegram", A.NOT_FOUND),
    ]  # fmt: skip
    assert certain(met, frozenset({"telegram"})) == [A.NOT_FOUND]
    only = [probe(h, "telegram", A.UNREACHABLE) for h in range(9)]
    assert absences(only, frozenset({"telegram"})) == []
    assert availability(only) is A.UNREACHABLE


def test_an_account_is_told_of_a_restriction_with_its_reason() -> None:
    met = [probe(h, "telegram", A.RESTRICTED, "all: terms: copyright") for h in (0, 2)]
    assert certain(met[:1]) == []
    (finding,) = availability_findings(WRITER, absences(met, BOTH))
    assert finding.kind is Kind.RESTRICTED
    assert finding.details["reason"] == "all: terms: copyright"


def test_a_page_switched_off_beside_a_healthy_account_is_ok() -> None:
    met = [probe(0, "preview", A.PREVIEW_DISABLED), probe(0, "telegram", A.OK)]
    assert availability(met) is A.OK
    assert certain(met) == [A.PREVIEW_DISABLED]


def changes(text: str, *earlier: str, deleted: bool = False) -> list[tuple[Kind, str, bool]]:
    made = Changes(Speaker("farsna", "خبرگزاری فارس"))
    before = [(T, words, (), None) for words in earlier]
    made.add(Post(7, T, text), before, T, T if deleted else None, None)
    return [(f.kind, f.rule, belongs_in_case(f)) for f in made.findings(WRITER)]


def test_a_notice_that_is_edited_or_deleted_is_a_step_of_its_case() -> None:
    assert changes(CLOSURE, "خبر") == [(Kind.POST_EDITED, "changes.notice_edited", True)]
    assert changes("خبر", CLOSURE) == [(Kind.POST_EDITED, "changes.notice_edited", True)]
    assert changes(CLOSURE, deleted=True) == [(Kind.POST_DELETED, "changes.notice_deleted", True)]


def test_ordinary_changes_are_told_once_a_day_beside_the_case() -> None:
    assert changes("خبر درست", "خبر") == [(Kind.POST_EDITED, "changes.edited", False)]
    assert changes("خبر", deleted=True) == [(Kind.POST_DELETED, "changes.deleted", False)]
    assert changes("خبر", "خبر") == [], "an edit that changed no word or link"
    made = Changes(Speaker("farsna"))
    for number in range(60):
        made.add(Post(number, T, "خبر"), (), T, T + timedelta(minutes=number), None)
    (finding,) = made.findings(WRITER)
    assert finding.details["posts"] == 60
    assert len(finding.evidence) == 5
