"""Gone needs two probes an hour apart on every route; an outage of ours is never a fact."""

from datetime import UTC, datetime, timedelta

from monitor.detect.findings import Writer
from monitor.detect.lifecycle import (
    absences,
    availability,
    availability_findings,
    profile_findings,
    reassignment_findings,
    reassignments,
)
from monitor.model import Availability, Channel, Count, Interval, Kind, Probe, Profile

T = datetime(2018, 4, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAGES = frozenset({"preview"})
WRITER = Writer(Channel(1, "demo", telegram_id=5))


def met(
    *states: Availability | None, route: str = "preview", every: timedelta = HOUR
) -> list[Probe]:
    return [Probe(T + n * every, route, state) for n, state in enumerate(states)]


def test_one_probe_or_two_close_together_do_not_make_it_gone() -> None:
    once = absences(met(Availability.OK, Availability.NOT_FOUND), PAGES)
    close = absences(
        met(Availability.OK, Availability.NOT_FOUND, Availability.NOT_FOUND, every=HOUR / 2), PAGES
    )
    assert [x.certain for x in once + close] == [False, False]
    assert availability_findings(WRITER, once) == []


def test_two_probes_an_hour_apart_do_though_an_outage_lies_between() -> None:
    (absence,) = absences(
        met(
            Availability.OK,
            Availability.NOT_FOUND,
            Availability.UNREACHABLE,
            None,
            Availability.NOT_FOUND,
        ),
        PAGES,
    )
    assert (absence.start, absence.confirmed) == (T + HOUR, T + 4 * HOUR)
    (told,) = availability_findings(WRITER, [absence])
    assert (told.kind, told.at, told.rule) == (Kind.GONE, T + HOUR, "lifecycle.not_found")


def test_every_configured_route_must_agree() -> None:
    both = PAGES | {"telegram"}
    pages = met(Availability.NOT_FOUND, Availability.NOT_FOUND)
    assert not absences(pages, both)[0].certain
    account = [
        Probe(T, "telegram", Availability.NOT_FOUND),
        Probe(T + 3 * HOUR, "telegram", Availability.NOT_FOUND),
    ]
    joined = sorted(pages + account, key=lambda p: p.at)
    assert absences(joined, both)[0].confirmed == T + 3 * HOUR


def test_unreachable_alone_is_nothing() -> None:
    assert (
        absences(met(Availability.OK, Availability.UNREACHABLE, Availability.UNREACHABLE), PAGES)
        == []
    )
    assert availability(met(Availability.OK, Availability.UNREACHABLE)) is Availability.UNREACHABLE
    assert availability([]) is None


def test_private_and_back_are_both_told() -> None:
    found = absences(met(Availability.OK, Availability.PRIVATE, Availability.OK), PAGES)
    told = availability_findings(WRITER, found)
    assert [(f.kind, f.at) for f in told] == [
        (Kind.PRIVATE, T + HOUR),
        (Kind.AVAILABLE_AGAIN, T + 2 * HOUR),
    ]
    assert told[1].details["was"] == "private"


def test_one_absence_can_follow_another() -> None:
    found = absences(
        met(Availability.PRIVATE, Availability.RESTRICTED, Availability.PREVIEW_DISABLED), PAGES
    )
    assert [x.state for x in found] == [
        Availability.PRIVATE,
        Availability.RESTRICTED,
        Availability.PREVIEW_DISABLED,
    ]
    assert [x.end for x in found] == [T + HOUR, T + 2 * HOUR, None]


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
