"""The headline in words and the frozen summary: only what the findings support."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import BadUsage
from monitor.model import ChannelView, Judgement, Kind, State
from monitor.report.summary import Summary, summarise
from tests.report.building import (
    AT,
    END,
    START,
    WEEK,
    WINDOW,
    at,
    finding,
    judgement,
    links,
    reconstruction,
    view,
)


def of(*views: ChannelView, window: tuple[object, object] = WEEK, language: str = "en") -> Summary:
    told = Judgement(AT, tuple(f for v in views for f in v.case.timeline), views)
    return summarise(told, window=window, name="w", language=language)  # type: ignore[arg-type]  # a pair of times


def announcer(name: str, state: State, day: int = 18) -> ChannelView:
    steps = [finding(name, Kind.CLOSURE_NOTICE, at(4, day))]
    if state in (State.LEFT, State.RETURNED):
        steps.append(finding(name, Kind.SILENCE, at(4, day), first="silence"))
    if state is State.RETURNED:
        steps.append(finding(name, Kind.RETURN_NOTICE, at(5, 2)))
    return view(name, state, timeline=steps)


FULL = (
    announcer("one", State.LEFT),
    announcer("two", State.GONE),
    announcer("three", State.ANNOUNCED_NOT_DONE),
    announcer("four", State.RETURNED),
    announcer("five", State.ANNOUNCED),
    announcer("six", State.UNKNOWN),
    announcer("seven", State.PARTIAL),
    view("eight", uses=links(["soroush"], WEEK[0].date(), 3)),
)


def test_the_headline_names_what_became_of_each_announcer_and_the_parts_add_up() -> None:
    assert of(*FULL).headline == (
        "7 of 8 watched channels announced that they leave Telegram; 2 have fallen silent since; "
        "1 kept posting; 1 has come back; of 1 it is too early to say; 1 cannot be judged, because "
        "we were blind; 1 ended otherwise. Most-linked app: Soroush. "
        "We saw 91% of the channel-hours."
    ).replace("91%", "100%")


def test_the_headline_is_grammatical_for_one_and_none_in_english() -> None:
    one = of(announcer("one", State.LEFT)).headline
    assert one.startswith("1 of 1 watched channel announced that it leaves Telegram; 1 has fallen")
    alone = of(view("quiet")).headline
    assert alone.startswith("The one watched channel did not announce that it leaves Telegram. No")
    assert of(view("a_one"), view("b_two")).headline.startswith("None of 2 watched channels announ")


def test_the_headline_is_grammatical_in_russian() -> None:
    assert of(announcer("one", State.LEFT), language="ru").headline.startswith(
        "1 из 1 наблюдаемого канала объявил, что уходит из Telegram; 1 с тех пор замолчал."
    )
    two = (announcer("one", State.LEFT), announcer("two", State.LEFT))
    assert of(*two, language="ru").headline.startswith(
        "2 из 2 наблюдаемых каналов объявили, что уходят из Telegram; 2 с тех пор замолчали."
    )


def test_the_headline_is_grammatical_in_persian_with_persian_digits() -> None:
    two = (announcer("one", State.LEFT), announcer("two", State.LEFT), view("three"))
    text = of(*two, language="fa").headline
    assert text.startswith(
        "۲ کانال از ۳ کانال زیر نظر اعلام کردند که تلگرام را ترک می‌کنند؛ ۲ کانال"
    )
    assert not any(digit in text for digit in "0123456789")


def test_notices_before_the_window_are_told_apart() -> None:
    later = (at(4, 23, 0), at(4, 30, 0))
    text = of(announcer("one", State.LEFT), view("two"), window=later).headline
    assert "None of 2 watched channels announced" in text
    assert "1 had announced it before this window: 1 has fallen silent since." in text


def test_the_gone_without_a_word_the_partial_and_the_returned_are_named() -> None:
    gone = view("gone", State.GONE, timeline=[finding("gone", Kind.GONE, at(4, 27))])
    part = view("part", State.PARTIAL, timeline=[finding("part", Kind.PARTIAL_MOVE, at(4, 17))])
    text = of(gone, part, announcer("back", State.RETURNED, day=10), window=(at(4, 16, 0), END))
    assert (
        "1 is gone without a notice; 1 moved part of its posts elsewhere; "
        "1 came back in this window." in text.headline
    )


def test_apps_linked_equally_often_are_all_named() -> None:
    tied = view(
        "tied", uses=links(["eitaa"], WEEK[0].date(), 3) + links(["bale"], WEEK[0].date(), 3)
    )
    assert "Most-linked apps: Bale and Eitaa." in of(tied).headline


def test_where_nothing_was_seen_or_watched_the_headline_says_only_that() -> None:
    assert of(view("unseen", covered=())).headline.startswith("Nothing was seen in this window")
    assert of().headline == "No channel was watched, so there is nothing to report."


def test_an_empty_window_is_called_quiet_only_where_it_was_seen() -> None:
    assert of(view("quiet")).quiet
    assert not of(view("unseen", covered=())).quiet
    assert not of(announcer("one", State.LEFT)).quiet


def test_the_summary_counts_inside_the_window_only() -> None:
    summary = summarise(judgement(), window=WEEK, name="w")
    office = next(n for n in summary.lines if n.view.channel.username == "composed_office")
    assert office.first is not None
    assert office.last is not None
    assert WEEK[0] <= office.first.at < office.last.at < WEEK[1]
    assert office.posts == 7 * 4
    assert len(office.drops) == 1
    assert all(WEEK[0] <= f.at < WEEK[1] for f in summary.findings)
    assert summary.chart == (WEEK[0] - timedelta(weeks=4), WEEK[1])


def test_the_most_departed_channels_come_first_and_conflicts_stand_by_their_channel() -> None:
    summary = summarise(judgement(), window=WINDOW, name="w", reconstruction=reconstruction())
    assert [line.view.case.state for line in summary.lines][:2] == [State.GONE, State.LEFT]
    found = {line.view.channel.username: line.conflicts for line in summary.lines}
    assert [c.fact for c in found.pop("composed_office")] == ["closure notice"]
    assert not any(found.values())


def test_the_summary_is_plain_json_with_stable_keys() -> None:
    summary = summarise(judgement(), window=WINDOW, name="w", reconstruction=reconstruction())
    record = json.loads(json.dumps(summary.as_json()))
    assert record == summary.as_json()
    assert set(record) == {
        "name", "language", "window", "judged_at", "headline", "quiet", "coverage_pct", "trend",
        "channels", "findings", "links", "links_to_others", "departures", "reconstruction",
    }  # fmt: skip
    assert record["window"] == {"from": "2018-03-19T00:00:00Z", "to": "2018-05-07T00:00:00Z"}
    by_name = {channel["channel"]: channel for channel in record["channels"]}
    news = by_name["composed_news"]["subscribers"]
    assert news["first"]["high"] - news["first"]["low"] == 10_000
    assert news["change_low"] == news["last"]["low"] - news["first"]["high"]
    assert by_name["never_seen"]["subscribers"] is None
    assert record["reconstruction"]["conflicts"][0]["earliest"] == "2018-04-18"


def test_one_count_alone_is_no_change() -> None:
    one = replace(judgement().views[0], counts=judgement().views[0].counts[30:31])
    record = json.loads(json.dumps(of(one, window=WINDOW).as_json()))
    counted = record["channels"][0]["subscribers"]
    assert counted["change_low"] == counted["change_high"] == 0


@pytest.mark.parametrize("window", [(END, START), (START, START), (START, START + timedelta(5000))])
def test_a_window_that_is_empty_or_longer_than_ten_years_is_refused(window: object) -> None:
    with pytest.raises(BadUsage, match="is empty or longer than 3660 days"):
        of(view("any"), window=window)  # type: ignore[arg-type]  # a pair of times


def test_summarising_twice_gives_the_same() -> None:
    first, second = (summarise(judgement(), window=WINDOW, name="w") for _ in range(2))
    assert first == second
