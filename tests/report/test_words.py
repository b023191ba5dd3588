"""Words, numbers and dates in English, Persian and Russian."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitor.errors import BadUsage
from monitor.model import Availability, Kind, State
from monitor.report.words import LANGUAGES, load

EN, FA, RU = load("en"), load("fa"), load("ru")


def _sentences(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _sentences(value, f"{path}{key}.")
        elif isinstance(value, str):
            yield path + key, value


def _shape(table: dict[str, Any]) -> dict[str, set[str]]:
    """Return each sentence's placeholders, its plural forms taken together."""
    found: dict[str, set[str]] = {}
    for path, text in _sentences(table):
        name = re.sub(r"(?<=\w\.)(\w+)\.(one|few|many|other)$", r"\1", path)
        if not name.startswith("platforms"):
            found.setdefault(name, set()).update(re.findall(r"\{(\w+)\}", text))
    return found


@pytest.mark.parametrize("language", ["fa", "ru"])
def test_every_language_has_every_sentence_with_the_same_blanks(language: str) -> None:
    assert _shape(load(language).table) == _shape(EN.table)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_kind_and_availability_has_a_name(language: str) -> None:
    table = load(language).table
    assert {s.value for s in State} <= table["states"].keys() & table["state_notes"].keys()
    assert {k.value for k in Kind} <= table["kinds"].keys()
    assert {a.value for a in Availability} <= table["availability"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_table_has_the_form_for_the_rest(language: str) -> None:
    forms = {"one", "few", "many", "other"}
    groups = load(language).table["headline"], load(language).table["page"]
    tables = [v for group in groups for v in group.values() if isinstance(v, dict)]
    assert all("other" in table and table.keys() <= forms for table in tables)


def test_an_unknown_language_is_refused_naming_those_that_there_are() -> None:
    with pytest.raises(BadUsage, match="there are: en, fa, ru"):
        load("de")


def test_what_has_no_name_is_made_readable() -> None:
    assert EN.name("kinds", "brand_new_kind") == "brand new kind"


@pytest.mark.parametrize(
    ("n", "form"),
    [(0, "many"), (1, "one"), (2, "few"), (5, "many"), (11, "many"), (12, "many"), (21, "one")],
)  # fmt: skip
def test_russian_picks_the_plural_form_of_cldr(n: int, form: str) -> None:
    assert RU.plural(n) == form


def test_english_and_persian_pick_their_plural_forms() -> None:
    assert [EN.plural(n) for n in (0, 1, 2)] == ["other", "one", "other"]
    assert [FA.plural(n) for n in (0, 1, 2)] == ["one", "one", "other"]


def test_numbers_are_grouped_in_the_languages_way() -> None:
    assert EN.number(1234567) == "1,234,567"
    assert RU.number(1234567.5, 1) == "1\u00a0234\u00a0567,5"
    assert FA.number(1234.5, 1) == "۱٬۲۳۴٫۵"


def test_changes_carry_their_sign_and_persian_keeps_it_on_its_side() -> None:
    assert [EN.signed(n) for n in (5, 0, -5)] == ["+5", "0", "−5"]
    assert FA.signed(5) == "\u2066+۵\u2069"
    assert FA.signed(-5) == "\u2066−۵\u2069"
    assert FA.signed_percent(-12.5) == "\u2066−۱۲٫۵٪\u2069"
    assert RU.signed_percent(3.0) == "+3,0\u00a0%"


def test_a_share_is_never_rounded_to_nothing_or_to_the_whole() -> None:
    assert [EN.percent(v) for v in (0, 0.2, 50, 99.7, 100)] == ["0%", "<1%", "50%", "99%", "100%"]
    assert FA.percent(85) == "۸۵٪"


def test_a_mean_shows_one_place_while_it_is_small() -> None:
    assert [EN.measured(v) for v in (3.0, 1.25, 1234.56)] == ["3", "1.2", "1,235"]
    assert EN.measured(3.5, signed=True) == "+3.5"


def test_days_and_times_state_utc_and_persian_adds_the_jalali_day() -> None:
    at = datetime(2018, 4, 18, 9, 5, tzinfo=UTC)
    assert EN.time(at) == "18 Apr 2018, 09:05 UTC"
    assert RU.time(at) == "18 апр. 2018, 09:05 UTC"
    assert FA.day(at.date()) == "۱۸ آوریل ۲۰۱۸ (۲۹ فروردین ۱۳۹۷)"
    assert FA.time(at) == "۱۸ آوریل ۲۰۱۸، ۰۹:۰۵ UTC"


def test_a_window_is_named_by_its_first_and_last_day() -> None:
    start, end = datetime(2018, 4, 16, tzinfo=UTC), datetime(2018, 4, 23, tzinfo=UTC)
    assert EN.span(start, end) == "16 Apr 2018 to 22 Apr 2018"
    assert EN.days(date(2018, 4, 18), date(2018, 4, 18)) == "18 Apr 2018"
    assert EN.week(start) == "2018-W16"
    assert FA.week(start) == "\u2066۲۰۱۸-W۱۶\u2069"


def test_names_are_joined_with_and() -> None:
    assert EN.listing([]) == ""
    assert EN.listing(["a"]) == "a"
    assert EN.listing(["a", "b", "c"]) == "a, b and c"
    assert FA.listing(["آ", "ب"]) == "آ و ب"
