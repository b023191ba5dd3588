"""Which finding goes to which target, and what is news."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.rules import About, chosen, fresh, news_at
from monitor.config import AlertSettings
from monitor.model import Decision, Finding, Json, Kind, Review

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FARS = About(frozenset({"farsna", "old_fars"}), frozenset({"news_agency"}), frozenset({"IR"}))


def finding(
    kind: Kind = Kind.CLOSURE_NOTICE,
    details: dict[str, Json] | None = None,
    *,
    confidence: float = 0.9,
    review: Review | None = None,
) -> Finding:
    return Finding("farsna", kind, AT, confidence, "r", "s", details=details or {}, review=review)


def rule(**more: object) -> AlertSettings:
    return AlertSettings.model_validate({"target": "desk", **more})


def decided(decision: Decision, at: datetime = AT) -> Review:
    return Review(decision, "seen", at)


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ({}, True),
        ({"kinds": ["gone", "closure_notice"]}, True),
        ({"kinds": ["gone"]}, False),
        ({"channels": ["FarsNA"]}, True),
        ({"channels": ["old_fars"]}, True),
        ({"channels": ["irna"]}, False),
        ({"categories": ["news_agency"]}, True),
        ({"categories": ["leader"]}, False),
        ({"countries": ["IR", "RU"]}, True),
        ({"countries": ["RU"]}, False),
        ({"channels": ["farsna"], "countries": ["RU"]}, False),
        ({"minimum_confidence": 0.9}, True),
        ({"minimum_confidence": 0.91}, False),
    ],
)
def test_a_rule_chooses_by_each_of_its_lists(asked: dict[str, object], goes: bool) -> None:  # noqa: FBT001 - a column of the table
    assert bool(chosen([rule(**asked)], finding(), FARS)) is goes


def test_a_trend_is_sent_only_where_it_is_asked_for() -> None:
    trend = finding(Kind.SUBSCRIBER_TREND)
    assert chosen([rule()], trend, FARS) == []
    assert chosen([rule(kinds=["subscriber_trend"])], trend, FARS) != []


def test_what_waits_is_sent_only_where_asked_what_was_rejected_never_what_was_accepted_always() -> (
    None
):
    usual, all_of_it = rule(), rule(review=True, minimum_confidence=0.4)
    unsure = finding(confidence=0.5)
    marked = finding(Kind.CLOSURE_NOTICE, {"review": True})
    for waits in (unsure, marked):
        assert chosen([usual], waits, FARS) == []
        assert chosen([all_of_it], waits, FARS) == [all_of_it]
    assert chosen([rule(review=True)], unsure, FARS) == [], "the minimum stands all the same"
    accepted = finding(confidence=0.5, review=decided(Decision.ACCEPTED))
    assert chosen([usual], accepted, FARS) == [usual]
    rejected = finding(confidence=0.9, review=decided(Decision.REJECTED))
    assert chosen([usual, all_of_it], rejected, FARS) == []


def test_of_the_rules_of_one_target_the_first_that_asks_counts() -> None:
    at_once, later = rule(kinds=["gone"]), rule(digest=True)
    other = rule(target="other")
    assert chosen([at_once, later, other], finding(), FARS) == [later, other]
    assert chosen([at_once, later], finding(Kind.GONE), FARS) == [at_once]


def test_history_is_no_news() -> None:
    assert fresh(rule(), finding(), AT + 6 * DAY)
    assert not fresh(rule(), finding(), AT + 7 * DAY)
    assert fresh(rule(max_age="30d"), finding(), AT + 29 * DAY)


def test_what_could_be_told_only_later_is_news_from_then_on() -> None:
    fall = finding(Kind.SUBSCRIBER_DROP, {"ended_at": "2026-01-05T00:00:00Z", "to": 100})
    assert news_at(fall) == AT + 4 * DAY
    gone = finding(Kind.GONE, {"confirmed_at": "2026-01-03T00:00:00Z", "ended_at": None})
    assert news_at(gone) == AT + 2 * DAY
    to = "2026-01-29T00:00:00Z"
    effect = finding(Kind.NOTICE_EFFECT, {"from": "2025-12-04T00:00:00Z", "to": to})
    assert news_at(effect) == AT + 28 * DAY
    accepted = finding(confidence=0.5, review=decided(Decision.ACCEPTED, AT + 20 * DAY))
    assert news_at(accepted) == AT + 20 * DAY


def test_a_silence_is_news_when_it_became_unusual_not_for_as_long_as_it_lasts() -> None:
    def silence(days: float, **more: Json) -> Finding:
        return finding(Kind.SILENCE, {"days": days, "limit_hours": 72.0, **more})

    assert news_at(silence(4)) == AT + 3 * DAY
    assert news_at(silence(900)) == AT + 3 * DAY
    # Nine of ten days of the calendar were days off: it took 50 of them to pass a limit of 5.
    assert news_at(silence(52, own_days=5.2, own_limit_days=5)) == AT + 50 * DAY
    assert news_at(silence(2, own_days=0, own_limit_days=5)) == AT + 2 * DAY
