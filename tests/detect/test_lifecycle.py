"""Gone needs two probes an hour apart on every route; an outage of ours is never a fact."""

from datetime import UTC, datetime, timedelta

from monitor.detect.findings import Writer
from monitor.detect.lifecycle import absences, availability, availability_findings
from monitor.model import Availability, Channel, Kind, Probe

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
