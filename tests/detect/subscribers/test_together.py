"""A fall that all channels share is a doubt about the collector, not a finding about them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from monitor.detect.findings import Writer
from monitor.detect.subscribers.together import doubted
from monitor.detect.subscribers.writing import findings
from monitor.model import Case, Channel, ChannelView, Count, Finding, Kind, State
from tests.detect.subscribers.composed import DAY, HOUR, T, counts, fallen, walk


def judged(series: Mapping[str, Sequence[Count]]) -> tuple[list[Finding], list[ChannelView]]:
    found: list[Finding] = []
    views = []
    for key, (name, read) in enumerate(series.items()):
        channel = Channel(key, name)
        own = findings(Writer(channel), [read])
        found += own
        case = Case(name, State.ACTIVE, None, 0.5, None, timeline=tuple(own))
        views.append(ChannelView(channel, case, counts=tuple(read)))
    return found, views


def dropping(
    number: int, at: int = 50, share: float = 0.1, hours: int = 0
) -> dict[str, list[Count]]:
    return {
        f"channel{n}": counts(
            fallen(walk(100, seed=n), at, share), start=T + timedelta(hours=n * hours)
        )
        for n in range(number)
    }


def test_all_channels_falling_at_once_is_one_doubt_of_no_channel() -> None:
    found, views = doubted(*judged(dropping(4, hours=1)))
    (doubt,) = found
    assert (doubt.channel, doubt.kind) == (None, Kind.UNDETERMINED_FALL)
    assert doubt.rule == "subscribers.all_at_once"
    assert "all 4 counted channels" in doubt.summary
    assert doubt.details["verdict"] == "undetermined"
    members = doubt.details["members"]
    assert isinstance(members, list)
    assert [m["channel"] for m in members if isinstance(m, dict)] == [
        f"channel{n}" for n in range(4)
    ]
    assert all(view.case.timeline == () for view in views)
    assert doubted(found, views) == (found, views)


def test_one_channel_that_did_not_fall_shows_that_the_counting_worked() -> None:
    series = dropping(4) | {"steady": counts(walk(100, seed=9))}
    found, views = doubted(*judged(series))
    assert [f.kind for f in found] == [Kind.SUBSCRIBER_DROP] * 4
    assert [len(v.case.timeline) for v in views] == [1, 1, 1, 1, 0]


def test_a_channel_that_was_not_counted_then_shows_nothing() -> None:
    series = {**dropping(4), "earlier": counts(walk(30, seed=9)), "never": []}
    found, _ = doubted(*judged(series))
    assert [f.channel for f in found] == [None]


def test_two_channels_may_fall_together_and_many_apart() -> None:
    found, _ = doubted(*judged(dropping(2)))
    assert [f.kind for f in found] == [Kind.SUBSCRIBER_DROP] * 2
    apart = {f"c{n}": counts(fallen(walk(100, seed=n), 20 + 9 * n, 0.1)) for n in range(6)}
    found, _ = doubted(*judged(apart))
    assert len(found) == 6


def test_other_findings_stay_and_other_falls_too() -> None:
    series = dropping(4) | {
        "channel0": counts(fallen(fallen(walk(100), 50, 0.1), 75, 0.1)),
    }
    found, views = doubted(*judged(series))
    assert {(f.channel, f.kind) for f in found} == {
        ("channel0", Kind.SUBSCRIBER_DROP), (None, Kind.UNDETERMINED_FALL)
    }  # fmt: skip
    assert len(views[0].case.timeline) == 1
    assert doubted([], []) == ([], [])


def test_falls_of_different_length_at_the_same_time_are_together() -> None:
    """Channels are counted at different hours: the collector's bad day begins for each at its."""
    series = {
        f"channel{n}": [
            c for k, c in enumerate(counts(fallen(walk(100, seed=n), 50, 0.1), start=T + n * HOUR))
            if not 50 <= k < 50 + n
        ]
        for n in range(4)
    }  # fmt: skip
    assert series["channel3"][50].at - series["channel3"][49].at > 3 * DAY
    found, _ = doubted(*judged(series))
    assert [f.channel for f in found] == [None]
