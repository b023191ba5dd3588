"""Names, titles and descriptions that changed are told; a name that another took is told apart."""

from datetime import UTC, datetime, timedelta

from monitor.detect.findings import Writer
from monitor.detect.identity import profile_findings, reassignment_findings, reassignments
from monitor.model import Channel, Count, Interval, Kind, Profile

T = datetime(2018, 4, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
WRITER = Writer(Channel(1, "demo", telegram_id=5))


def test_changes_of_name_title_and_description_are_told_and_gaps_are_none() -> None:
    profiles = [
        Profile(T, "old", "Title", "about"),
        Profile(T + HOUR, "Old", "Title", None),
        Profile(T + 2 * HOUR, "new", "Other", "about"),
    ]
    told = profile_findings(WRITER, profiles)
    assert [(f.kind, f.details["from"], f.details["to"]) for f in told] == [
        (Kind.USERNAME_CHANGED, "Old", "new"),
        (Kind.TITLE_CHANGED, "Title", "Other"),
    ]
    assert "from Old to new" in told[0].summary


def test_a_highest_post_id_that_falls_far_is_another_channel() -> None:
    def count(hours: int, highest: int | None, subscribers: int) -> Count:
        return Count(T + hours * HOUR, Interval(subscribers, subscribers), max_post_id=highest)

    counts = [count(0, 9170, 38_900), count(1, None, 0), count(2, 9160, 38_900), count(3, 40, 1140)]
    pairs = reassignments(counts)
    assert [(a.max_post_id, b.max_post_id) for a, b in pairs] == [(9160, 40)]
    (told,) = reassignment_findings(WRITER, pairs, None)
    assert (told.kind, told.at) == (Kind.USERNAME_REASSIGNED, T + 3 * HOUR)
    assert reassignments([count(0, 90, 5), count(1, 10, 5)]) == []


def test_another_id_under_the_name_is_told_of_the_channel_that_lost_it() -> None:
    lost = Writer(Channel(1, "demo", telegram_id=5, holds_name=False))
    (told,) = reassignment_findings(lost, [], T)
    assert (told.rule, told.at) == ("lifecycle.other_id", T)
    (other,) = reassignment_findings(WRITER, [], T)
    assert told.id != other.id
