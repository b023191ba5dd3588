"""Figures: drawn for what there is, gaps as gaps, the same bytes for the same input."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from monitor.model import Count, Interval, Judgement, Kind, State
from monitor.report.figures import draw
from monitor.report.figures.style import short
from monitor.report.figures.subscribers import _runs
from monitor.report.summary import summarise
from monitor.report.words import load
from tests.report.building import (
    AT,
    DAY,
    START,
    WEEK,
    WINDOW,
    counts,
    crowd,
    finding,
    judgement,
    view,
)


def names(told: Judgement, out: Path, window: tuple[object, object] = WINDOW) -> list[str]:
    drawn = draw(summarise(told, window=window, name="w"), out)  # type: ignore[arg-type]  # a pair of times
    return [figure.path.name for figure in drawn]


@pytest.mark.parametrize("language", ["en", "fa", "ru"])
def test_each_language_draws_the_four_figures_with_a_title_and_a_text_for_ears(
    tmp_path: Path, language: str
) -> None:
    drawn = draw(summarise(judgement(), window=WINDOW, name="w", language=language), tmp_path)
    assert [f.part for f in drawn] == ["subscribers", "links", "left", "coverage"]
    assert all(figure.title and figure.alt for figure in drawn)
    for figure in drawn:
        with Image.open(figure.path) as image:
            assert image.format == "PNG"
            assert min(image.size) > 400
            assert "Software" not in image.info


def test_the_same_summary_gives_the_same_bytes(tmp_path: Path) -> None:
    bodies = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        drawn = draw(summarise(judgement(), window=WINDOW, name="w", language="fa"), folder)
        bodies.append([figure.path.read_bytes() for figure in drawn])
    assert bodies[0] == bodies[1]


def test_many_channels_are_split_over_figures_and_limited_to_forty(tmp_path: Path) -> None:
    assert names(crowd(45), tmp_path) == [
        "subscribers-1.png", "subscribers-2.png", "subscribers-3.png", "subscribers-4.png",
        "links.png", "departures.png", "coverage-1.png", "coverage-2.png",
    ]  # fmt: skip


def test_without_counts_there_is_no_chart_of_subscribers_and_without_channels_none_at_all(
    tmp_path: Path,
) -> None:
    bare = Judgement(AT, (), (view("uncounted"),))
    assert names(bare, tmp_path) == ["links.png", "departures.png", "coverage.png"]
    assert names(Judgement(AT, (), ()), tmp_path) == []


def test_a_long_window_and_a_single_channel_can_be_drawn(tmp_path: Path) -> None:
    one = Judgement(AT, (), (view("single", series=counts(5, days=1)),))
    found = names(one, tmp_path, (START, START + timedelta(days=400)))
    assert "subscribers.png" in found


def test_a_line_breaks_where_there_was_no_count_and_nowhere_else() -> None:
    runs = _runs(counts(1000))
    assert [len(run) for run in runs] == [24, 21]
    weekly = [Count(START + n * 7 * DAY, Interval(9, 9)) for n in range(5)]
    assert len(_runs(weekly)) == 1
    assert len(_runs(weekly[:1])) == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (640, "640"), (2.5, "2.5"), (1250, "1.25k"), (1_820_000, "1.82M"),
     (1234567, "1.235M")],
)  # fmt: skip
def test_large_numbers_are_short_on_an_axis(value: float, shown: str) -> None:
    assert short(load("en"))(value, None) == shown


def _ink(path: Path) -> int:
    """Count the pixels of the colour in which a drop is marked."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    return int((np.abs(pixels - [0xD5, 0x5E, 0x00]).sum(axis=2) < 30).sum())


def test_a_drop_is_marked_with_its_stretch_or_where_that_is_not_given_with_its_time(
    tmp_path: Path,
) -> None:
    plain = view("dropping", series=counts(9000, drop_on=30))
    ink = []
    whole = {"started_at": "2018-04-17T05:00:00Z", "ended_at": "2018-04-18T05:00:00Z"}
    for details in (None, whole, {"started_at": "no time"}):
        told = plain
        if details is not None:
            drop = finding("dropping", Kind.SUBSCRIBER_DROP, START + 30 * DAY, details=details)
            told = replace(plain, case=replace(plain.case, timeline=(drop,)))
        draw(summarise(Judgement(AT, (), (told,)), window=WINDOW, name="w"), tmp_path)
        ink.append(_ink(tmp_path / "subscribers.png"))
    assert ink[0] == 0
    assert min(ink[1:]) > 50


def test_a_notice_outside_the_chart_is_not_drawn(tmp_path: Path) -> None:
    told = judgement().views[0]
    early = finding("composed_office", Kind.CLOSURE_NOTICE, START - 99 * DAY)
    both = replace(told, case=replace(told.case, timeline=(early, *told.case.timeline)))
    pictures = []
    for one in (told, both):
        draw(summarise(Judgement(AT, (), (one,)), window=WINDOW, name="w"), tmp_path)
        pictures.append((tmp_path / "subscribers.png").read_bytes())
    assert pictures[0] == pictures[1]


def test_two_missed_visits_break_a_daily_line_and_one_does_not() -> None:
    daily = [Count(START + n * DAY, Interval(9, 9)) for n in range(20)]
    assert len(_runs([*daily[:8], *daily[9:]])) == 1
    assert len(_runs([*daily[:8], *daily[10:]])) == 2


def test_titles_say_what_the_figures_show(tmp_path: Path) -> None:
    drawn = draw(summarise(judgement(), window=WINDOW, name="w"), tmp_path)
    titles = {figure.part: figure.title for figure in drawn}
    assert titles["links"] == "Soroush is the most-linked app"
    assert titles["left"] == "3 watched channels have left by the end and not come back"
    assert titles["coverage"].startswith("85% of the channel-hours")
    quiet = Judgement(AT, (), (view("quiet", State.ACTIVE),))
    drawn = draw(summarise(quiet, window=WEEK, name="w"), tmp_path)
    assert drawn[0].title == "No links to own presences on other apps were seen"
