"""Waves, effects and reasons are told in each language, in whole sentences, and escape nothing."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from monitor.model import ChangeBy, Finding, Kind, Outlook, Reason, State, Why
from monitor.report.reasons import effects, made_by, wave, why, would_change
from monitor.report.words import LANGUAGES, load
from tests.report.building import at, finding, view

EN, FA = load("en"), load("fa")
WAVE = Finding(
    None, Kind.WAVE, at(4, 18), 0.9, "waves.category", "",
    details={
        "country": "IR", "category": "state_tv", "watched": 5, "expected": 0.104,
        "platforms": {"soroush": 2, "bale": 1},
        "started_at": "2018-04-18T09:00:00Z", "ended_at": "2018-04-20T09:00:00Z",
        "members": [
            {"channel": f"network_{n}", "at": f"2018-04-{18 + n}T09:00:00Z"}
            for n in range(3)
        ],
    },
)  # fmt: skip


def effect(measure: str, change: float, low: float, high: float) -> Finding:
    return finding(
        "a", Kind.NOTICE_EFFECT, at(4, 18), first=measure,
        details={
            "measure": measure, "change_pct": change, "low_pct": low, "high_pct": high,
            "clear": low > 0 or high < 0, "controls": ["b", "c", "d"],  # type: ignore[dict-item]  # a list is JSON too
        },
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_can_change_a_state_has_its_words(language: str) -> None:
    words = load(language)
    assert set(get_args(ChangeBy)) == words.table["would_change"].keys() - {"line"}
    for by in get_args(ChangeBy):
        said = would_change(Outlook(State.LEFT, by, day=date(2018, 4, 21), days=4.5), words)
        assert words.name("states", "left") in said
        assert "{" not in said


def test_what_would_change_a_state_says_into_which_and_when() -> None:
    silent = Outlook(State.LEFT, "silent_until", day=date(2018, 4, 21))
    assert would_change(silent, EN) == "left if it posts nothing until 21 Apr 2018 and we see that"
    assert "5 days" in would_change(Outlook(State.LEFT, "silence", days=5.0), EN)
    assert "4.5 days" in would_change(Outlook(State.LEFT, "silence", days=4.5), EN)


def test_a_state_names_the_findings_that_made_it_by_kind_and_time() -> None:
    notice, silence = (
        finding("a", Kind.CLOSURE_NOTICE, at(4, 18)),
        finding("a", Kind.SILENCE, at(4, 18), first="silence"),
    )
    case = replace(view("a", timeline=[notice, silence]).case, because=(notice.id, silence.id, "x"))
    assert made_by(case, EN) == (
        "closure notice (18 Apr 2018, 09:00 UTC); silence (18 Apr 2018, 09:00 UTC)"
    )
    assert made_by(replace(case, because=()), EN) == ""


def test_a_wave_says_who_how_many_and_when() -> None:
    told = wave(WAVE, EN, {})
    assert told.said == (
        "3 of 5 watched channels announced that they leave or move in part: state television, "
        "Iran, 18 Apr 2018 to 20 Apr 2018"
    )
    assert told.members[2] == ("@network_2", "20 Apr 2018, 09:00 UTC")
    assert told.note == (
        "They point to Soroush and Bale. By what was usual before, 0.10 were to be expected in "
        "seven days."
    )
    assert "صدا و سیما، ایران" in wave(WAVE, FA, {}).said


def test_a_wave_of_a_country_names_no_category_and_one_without_apps_none() -> None:
    details = {**WAVE.details, "category": None, "platforms": {}}
    told = wave(replace(WAVE, details=details), EN, {})
    assert "in part: Iran, 18" in told.said
    assert told.note.startswith("By what was usual")


def test_a_wave_with_details_of_another_form_is_told_as_far_as_they_go() -> None:
    told = wave(replace(WAVE, details={"country": "XX", "members": [7]}), EN, {})
    assert told.said.startswith("0 of 0 watched channels")
    assert told.members == ()


def test_an_effect_is_told_with_its_range_or_as_untold() -> None:
    found = effects(
        [effect("views", -24.3, -31.0, -13.1), effect("growth", 0.1, -0.4, 0.5), WAVE], EN
    )
    growth = "Whether growth of subscribers changed cannot be told (\u22120.4% to +0.5% a week)"
    views = "Views a post changed by \u221224.3% (\u221231.0% to \u221213.1%)"
    assert found == (
        f"{views}, against 3 other channels",
        f"{growth}, against 3 other channels",
    )


def test_signs_keep_their_side_in_persian() -> None:
    (told,) = effects([effect("views", -24.3, -31.0, -13.1)], FA)
    assert "\u2066" in told
    assert told.count("\u2066") == told.count("\u2069") == 3


def test_a_moment_that_is_missing_is_the_findings_own() -> None:
    bare = replace(WAVE, at=datetime(2018, 5, 1, tzinfo=UTC), details={"country": "IR"})
    assert "1 May 2018" in wave(bare, EN, {}).said


@pytest.mark.parametrize("language", ["en", "fa", "ru"])
@pytest.mark.parametrize("code", list(Why))
def test_every_reason_of_a_state_is_told_in_the_language_of_the_report(
    code: Why, language: str
) -> None:
    words = load(language)
    reason = Reason(
        code, day=date(2018, 4, 18), days=5.0, count=2, state=State.ACTIVE, kind=Kind.INVITATION
    )
    said = why((reason, reason), words)
    assert "{" not in said
    assert said.count(words.semicolon.strip()) >= 1
    letters = {"en": "a-z", "fa": "\u0600-\u06ff", "ru": "а-яё"}[language]
    assert re.search(f"[{letters}]{{3}}", said)


def test_a_reason_names_its_day_its_number_and_its_plural() -> None:
    again = (
        Reason(Why.SILENT, days=5.0),
        Reason(Why.SILENT_AGAIN, day=date(2018, 5, 1), count=1),
    )
    assert why(again, load("en")) == (
        "it announced that it leaves and then posted nothing for more than 5 days that we saw; "
        "after 1 post on 1 May 2018 it was silent again"
    )
    several = (Reason(Why.WAIT, day=date(2018, 5, 1), count=5),)
    assert why(several, load("ru")) == "5 объявлений ждут проверки, первое от 1 мая 2018"
