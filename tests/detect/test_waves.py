"""Three of a kind within a week are a wave where so many are not usual; habit is none."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp

import pytest

from monitor.detect.findings import Writer
from monitor.detect.together import conclude_all
from monitor.detect.waves import at_least, findings, members
from monitor.model import (
    Case,
    Channel,
    ChannelView,
    Decision,
    Evidence,
    Finding,
    Kind,
    Review,
    State,
)

T = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def view(name: str, category: str | None = "emergency", country: str | None = "RU") -> ChannelView:
    return ChannelView(
        channel=Channel(1, name, category=category, country=country),
        case=Case(name, State.ACTIVE, None, 0.8, None),
        covered=((T - 120 * DAY, T + 90 * DAY),),
    )


def said(
    name: str, day: float, kind: Kind = Kind.CLOSURE_NOTICE, confidence: float = 0.9
) -> Finding:
    return Writer(Channel(1, name)).write(
        kind, T + day * DAY, first=f"{name}{day}", confidence=confidence, rule="t", summary="",
        evidence=(Evidence(7, f"https://t.me/{name}/7", "composed", "ab" * 32),),
        details={"own_destinations": [{"platform": "max", "handle": name}]},
    )  # fmt: skip


OFFICES = [view(f"office_{n}") for n in range(5)]


def told(notices: Iterable[Finding], views: list[ChannelView] | None = None) -> list[Finding]:
    return findings(OFFICES if views is None else views, list(notices))


def test_three_offices_within_a_week_are_a_wave_and_each_is_named_with_its_notice() -> None:
    notices = [said("office_0", 1), said("office_1", 4, Kind.PARTIAL_MOVE), said("office_2", 5)]
    (wave,) = told(notices)
    assert (wave.channel, wave.kind, wave.rule) == (None, Kind.WAVE, "waves.category")
    assert wave.at == T + DAY
    assert members(wave) == ["office_0", "office_1", "office_2"]
    assert [e.url for e in wave.evidence] == [f"https://t.me/office_{n}/7" for n in range(3)]
    assert wave.details["members"] == [
        {"channel": f"office_{n}", "kind": str(f.kind), "finding": f.id,
         "at": f"2026-01-0{d}T00:00:00Z"}
        for n, (f, d) in enumerate(zip(notices, (2, 5, 6), strict=True))
    ]  # fmt: skip
    assert wave.details["platforms"] == {"max": 3}
    assert (wave.details["watched"], wave.details["started_at"]) == (5, "2026-01-02T00:00:00Z")
    assert wave.summary.startswith("3 of 5 watched emergency channels of RU announced within 5")


def test_its_id_stays_when_another_channel_joins() -> None:
    three = [said(f"office_{n}", n) for n in range(3)]
    (before,) = told(three)
    (after,) = told([*three, said("office_3", 3)])
    assert before.id == after.id
    assert len(members(after)) == 4


@pytest.mark.parametrize(
    "notices",
    [
        [said("office_0", 0), said("office_1", 1)],
        [said("office_0", 0), said("office_1", 3), said("office_2", 7)],
        [said("office_0", 0), said("office_0", 1), said("office_0", 2)],
        [said("office_0", 0), said("office_1", 1), said("office_2", 2, confidence=0.5)],
        [said("office_0", 0), said("office_1", 1), said("office_2", 2, Kind.INVITATION)],
    ],
    ids=["two", "more than a week", "one channel", "for review", "an invitation"],
)
def test_fewer_slower_and_weaker_are_none(notices: list[Finding]) -> None:
    assert told(notices) == []


def test_where_three_a_week_are_usual_they_are_no_wave() -> None:
    many = [view(f"busy_{n}") for n in range(70)]
    routine = [said(f"busy_{n}", 2.5 * n - 120) for n in range(48)]
    assert told(routine, many) == []
    outbreak = [said(f"busy_{n}", 0.1 * n) for n in range(48, 70)]
    (wave,) = told([*routine, *outbreak], many)
    assert len(members(wave)) >= 20


def test_windows_that_overlap_are_one_wave_and_a_later_one_is_another() -> None:
    chain = [view(f"office_{n}") for n in range(12)]
    first = [said(f"office_{n}", 3 * n) for n in range(6)]  # 15 days in all
    second = [said(f"office_{n}", 60 + n) for n in range(6, 9)]
    found = told([*first, *second], chain)
    assert [len(members(wave)) for wave in found] == [6, 3]


def test_a_wave_over_categories_is_the_countrys() -> None:
    mixed = [view("leader", "leader"), view("agency", "agency"), view("tv", "tv"), *OFFICES[:1]]
    notices = [said("leader", 0), said("agency", 1), said("tv", 2)]
    (wave,) = told(notices, mixed)
    assert (wave.rule, wave.details["category"]) == ("waves.country", None)
    assert wave.details["categories"] == {"leader": 1, "agency": 1, "tv": 1}


def test_a_categorys_wave_within_a_larger_one_is_told_once_as_the_countrys() -> None:
    views = [*OFFICES, view("leader", "leader")]
    (wave,) = told([*(said(f"office_{n}", n) for n in range(3)), said("leader", 3)], views)
    assert wave.rule == "waves.country"
    assert len(members(wave)) == 4


def test_countries_are_apart_and_a_channel_without_one_joins_none() -> None:
    views = [view("a", country="IR"), view("b", country="RU"), view("c", country=None)]
    assert told([said("a", 0), said("b", 1), said("c", 2)], views) == []


def test_a_channel_without_a_category_counts_for_its_country() -> None:
    views = [view("a", None), view("b", None), view("c", None)]
    (wave,) = told([said("a", 0), said("b", 1), said("c", 2)], views)
    assert wave.rule == "waves.country"


def test_the_shorter_a_group_was_watched_the_more_must_announce() -> None:
    def needed(days: float) -> int:
        known = [
            ChannelView(v.channel, v.case, covered=((T - days * DAY, T),))
            for v in (view(f"office_{n}") for n in range(20))
        ]
        return next(
            n for n in range(1, 20) if told([said(f"office_{i}", 0) for i in range(n)], known)
        )

    assert [needed(days) for days in (7, 14, 28, 60, 365)] == [10, 6, 4, 3, 3]


def test_what_was_never_seen_through_counts_as_watched_for_a_week() -> None:
    never = [ChannelView(v.channel, v.case) for v in OFFICES]
    assert told([said(f"office_{n}", 0) for n in range(5)], never) == []


def test_the_law_of_rare_events_has_its_known_values() -> None:
    # One notice in one week before: a geometric law with a half.
    assert [at_least(n, 1.0, 1.0) for n in range(4)] == pytest.approx([1, 0.5, 0.25, 0.125])
    # Where the rate is well known it is Poisson's.
    assert at_least(3, 1e6, 1e6) == pytest.approx(1 - exp(-1) * 2.5, rel=1e-4)


def test_a_wave_stands_in_the_case_of_each_member_and_in_no_other() -> None:
    notices = [said(f"office_{n}", n) for n in range(3)]
    found, views = conclude_all(OFFICES, notices, {})
    assert [f.kind for f in found] == [Kind.WAVE]
    assert [[f.kind for f in v.case.timeline] for v in views] == [[Kind.WAVE]] * 3 + [[], []]


def test_a_rejected_notice_makes_no_wave_and_a_decision_on_a_wave_stays_with_it() -> None:
    notices = [said("office_0", 1), said("office_1", 4), said("office_2", 5)]
    (wave,), _ = conclude_all(OFFICES, notices, {})
    no = Review(Decision.REJECTED, "one letter, sent thrice", T)
    (marked,), views = conclude_all(OFFICES, notices, {}, {None: {wave.subject: no}})
    assert marked == replace(wave, review=no)
    assert views[0].case.timeline == (marked,)
    rejected = [*notices[:2], replace(notices[2], review=no)]
    assert conclude_all(OFFICES, rejected, {})[0] == []
