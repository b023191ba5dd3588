"""When the monitor says of itself that it does its work, and when not."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.config import Settings, read
from monitor.jobs.health import GRACE, JUDGED_WITHIN, collection, judgement, service_judges_within
from monitor.jobs.lags import Lag
from monitor.store.totals import Judged

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = read(tomllib.loads('[[channel]]\nusername = "paged"\n'), "c")  # asked hourly
LIMIT = 2 * HOUR + GRACE


def lag(ago: timedelta | None, errors: int = 0) -> Lag:
    last = None if ago is None else NOW - ago
    return Lag("paged", "preview", last, ago, due=True, errors=errors, error="e" * errors or None)


def test_collection_is_well_while_any_channel_was_seen_within_two_polls() -> None:
    assert collection([lag(LIMIT), lag(None, errors=4)], SETTINGS, NOW).ok
    late = collection([lag(LIMIT + timedelta(seconds=1)), lag(None, errors=4)], SETTINGS, NOW)
    assert not late.ok
    assert late.why == (
        "a channel was seen well 2 h 10 min ago, at 2026-01-01T09:49:59Z; 2 of 2 channels are "
        "late, the last visit of 1 failed; allowed are 2 h 10 min"
    )


def test_nothing_collected_is_not_well_but_a_service_that_just_started_is() -> None:
    never = collection([lag(None)], SETTINGS, NOW)
    assert (never.ok, never.why.partition(";")[0]) == (False, "nothing was ever collected")
    assert collection([lag(None)], SETTINGS, NOW, since=NOW - LIMIT).ok
    assert not collection([lag(None)], SETTINGS, NOW, since=NOW - LIMIT - HOUR).ok
    assert collection([lag(50 * HOUR)], SETTINGS, NOW, since=NOW - HOUR).ok


def test_without_channels_there_is_nothing_to_be_late_with() -> None:
    assert collection([], Settings(), NOW).ok


def test_a_judgement_may_be_old_only_where_no_fact_has_come_since() -> None:
    judged = Judged(NOW - JUDGED_WITHIN - HOUR, behind=False, waiting=0, findings={})
    assert judgement(judged, NOW).ok
    late = judgement(replace(judged, behind=True), NOW)
    assert not late.ok
    assert "facts have come since" in late.why
    assert judgement(replace(judged, behind=True, at=NOW - HOUR), NOW).ok
    assert not judgement(replace(judged, behind=True, at=NOW - HOUR), NOW, within=HOUR / 2).ok


def test_never_judged_is_well_only_while_there_is_nothing_to_judge() -> None:
    nothing = Judged(None, behind=False, waiting=0, findings={})
    assert judgement(nothing, NOW).ok
    assert not judgement(replace(nothing, behind=True), NOW).ok


def test_a_service_judges_sooner_than_a_person_does() -> None:
    assert service_judges_within(SETTINGS) == LIMIT
    assert service_judges_within(SETTINGS) < JUDGED_WITHIN
