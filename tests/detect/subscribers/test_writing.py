"""Findings carry the figures that scripts read, and words that claim no more than is known."""

import math
from collections.abc import Sequence

from monitor.detect.findings import Writer
from monitor.detect.subscribers.writing import findings
from monitor.model import Channel, Finding, Kind
from tests.detect.subscribers.composed import DAY, counts, fallen, walk

WRITER = Writer(Channel(1, "demo"))


def written(values: Sequence[float], digits: int = 0, **how: object) -> Finding:
    (found,) = findings(WRITER, [counts(values, digits=digits, **how)])  # type: ignore[arg-type]  # the keywords of counts
    return found


def test_a_drop_has_the_contract_s_details_and_no_others() -> None:
    found = written([100_000] * 20 + [90_000] * 20)
    assert (found.kind, found.rule) == (Kind.SUBSCRIBER_DROP, "subscribers.step")
    assert found.summary == "@demo lost 10.0 % of its subscribers"
    assert found.confidence == 0.95
    assert found.details == {
        "from": 100_000,
        "to": 90_000,
        "change_pct": -10.0,
        "low_pct": -10.0,
        "high_pct": -10.0,
        "started_at": "2025-01-20T09:00:00Z",
        "ended_at": "2025-01-21T09:00:00Z",
        "precision": "exact",
    }
    assert found.at.isoformat() == "2025-01-20T09:00:00+00:00"


def test_a_rounded_drop_says_how_much_it_may_have_been() -> None:
    found = written([1_000_000] * 20 + [900_000] * 20, digits=3)
    assert found.details["precision"] == "rounded"
    assert found.summary == "@demo lost 9.5 to 10.5 % of its subscribers"
    assert found.confidence < 0.9


def test_what_is_uncertain_says_so() -> None:
    once = written([100_000] * 20 + [90_000])
    assert once.details["confirmed"] is False
    assert once.confidence == 0.5
    assert "no other confirms" in once.summary
    back = written(fallen(walk(100), 40, 0.1, until=45))
    assert back.details["recovered_at"] == "2025-02-15T09:00:00Z"
    assert "won most of them back" in back.summary
    vague = written([1_760_000 * math.exp(-0.0001 * n) for n in range(120)], digits=2)
    assert (vague.kind, vague.rule) == (Kind.UNDETERMINED_FALL, "subscribers.undetermined")
    assert vague.details["verdict"] == "undetermined"
    assert vague.confidence < 0.5
    assert "too coarsely" in vague.summary
    other = written([38_900] * 20 + [1_140] * 20)
    assert other.rule == "subscribers.undetermined"
    assert "97.1 % fewer" in other.summary
    assert "another channel" in other.summary


def test_trends_are_told_as_what_they_are() -> None:
    slow = written(walk(90, 100_000, drift=-0.002))
    assert (slow.kind, slow.rule) == (Kind.SUBSCRIBER_TREND, "subscribers.decline")
    assert "little by little" in slow.summary
    unseen = written([50_000] * 5 + [45_000] * 5, step=9 * DAY)
    assert (unseen.kind, unseen.rule) == (Kind.SUBSCRIBER_TREND, "subscribers.gap")
    assert "while it was not counted" in unseen.summary
    flat = written(walk(100, drift=0.003) + walk(60, 67_000, drift=0, noise=0.0002, seed=4))
    assert (flat.kind, flat.rule) == (Kind.SUBSCRIBER_TREND, "subscribers.stall")
    assert flat.summary == "@demo stopped growing"


def test_each_stretch_of_one_channel_is_judged_by_itself() -> None:
    stretches = [counts([38_900] * 10), counts([1_140] * 10, start=counts([1])[0].at + 10 * DAY)]
    assert findings(WRITER, stretches) == []
    assert findings(WRITER, [[]]) == []


def test_a_finding_keeps_its_id_when_more_is_read() -> None:
    values = fallen(walk(120), 50, 0.05)
    first = written(values[:55])
    later = written(values)
    assert first.id == later.id
