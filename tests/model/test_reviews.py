"""Which findings wait for a person, and which may be told as facts."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from monitor.model import SURE, Decision, Finding, Json, Kind, Review

AT = datetime(2026, 1, 1, tzinfo=UTC)
ACCEPTED = Review(Decision.ACCEPTED, "seen", AT)
REJECTED = Review(Decision.REJECTED, "satire", AT)


def finding(
    confidence: float, review: Review | None = None, details: Mapping[str, Json] | None = None
) -> Finding:
    return Finding(
        "demo", Kind.CLOSURE_NOTICE, AT, confidence, "r", "s",
        details=details or {}, key="demo\n9", review=review,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "waits", "told"),
    [
        (finding(0.9), False, True),
        (finding(SURE), False, True),
        (finding(0.69), True, False),
        (finding(0.6996), False, True),  # as the listing rounds it
        (finding(0.9, details={"review": True}), True, False),
        (finding(0.9, details={"review": False}), False, True),
        (finding(0.5, ACCEPTED), False, True),
        (finding(0.9, ACCEPTED, {"review": True}), False, True),
        (finding(0.99, REJECTED), False, False),
        (finding(0.5, REJECTED), False, False),
    ],
)
def test_the_uncertain_and_the_marked_wait_until_somebody_decided(
    found: Finding, *, waits: bool, told: bool
) -> None:
    assert (found.waits, found.told) == (waits, told)


def test_a_decision_changes_no_id_and_what_it_is_on_names_no_channel() -> None:
    assert finding(0.5, REJECTED).id == finding(0.5).id
    assert finding(0.5).subject == ("closure_notice", "9")


def test_a_review_is_written_with_its_time_in_utc() -> None:
    assert REJECTED.as_json() == {
        "decision": "rejected", "note": "satire", "decided_at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
