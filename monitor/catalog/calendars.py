"""Read calendars.toml: names of months, ordinals and days, as expressions over folded text."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from monitor.catalog.text import fold


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its number and whose calendar it is of."""

    number: int
    jalali: bool


@dataclass(frozen=True, slots=True)
class Calendars:
    """What words mean: `dated` finds a day beside a month's name, `relative` ones as "tomorrow"."""

    dated: re.Pattern[str]
    relative: re.Pattern[str]
    names: tuple[tuple[re.Pattern[str], Month], ...]
    ordinals: Mapping[str, int]
    relatives: tuple[tuple[re.Pattern[str], str], ...]

    def month(self, word: str) -> Month:
        """Return the month that a word found by `dated` names."""
        return next(month for name, month in self.names if name.fullmatch(word))

    def days_away(self, words: str) -> str:
        """Return what words found by `relative` mean: days, or a key that effective.py knows."""
        return next(what for name, what in self.relatives if name.fullmatch(words))


def _pattern(word: str) -> str:
    stem = word.removesuffix("*")
    return re.escape(fold(stem)).replace(r"\ ", r"\s+") + (r"\w{0,4}" if stem != word else "")


def _one_of(words: Iterable[str]) -> str:
    """Return an expression for any of some words, the longer first."""
    return "|".join(_pattern(word) for word in sorted(set(words), key=len, reverse=True))


@cache
def load() -> Calendars:
    """Return the names of days; they are read once and never change."""
    text = files("monitor.catalog").joinpath("calendars.toml").read_text("utf-8")
    table = tomllib.loads(text)
    months = [
        (word, Month(int(number), calendar == "jalali"))
        for calendar in ("jalali", "gregorian")
        for number, words in table[calendar].items()
        for word in words
    ]
    ordinals = {fold(w): int(n) for n, words in table["ordinals"].items() for w in words}
    name = _one_of(word for word, _ in months)
    day = r"\d{1,2}|" + "|".join(sorted(map(re.escape, ordinals), key=len, reverse=True))
    dated = re.compile(
        rf"(?<![\w.])(?:(?P<day>{day})(?:st|nd|rd|th|-?го|ام|م)?\s+(?:of\s+|من\s+|ماه\s+|شهر\s+)?"
        rf"(?P<month>{name})(?:\s+ماه)?|(?P<month_first>{name})\s+(?P<day_first>\d{{1,2}})(?:st|nd|rd|th)?)"
        r"(?:,?\s+(?:سال\s+)?(?P<year>\d{4}|\d{2}(?=\s*(?:г|$|\W))))?(?!\w)"
    )
    relatives = [(word, what) for what, words in table["relative"].items() for word in words]
    return Calendars(
        dated=dated,
        relative=re.compile(rf"(?<!\w)(?:{_one_of(word for word, _ in relatives)})(?!\w)"),
        names=tuple((re.compile(_pattern(word)), month) for word, month in months),
        ordinals=ordinals,
        relatives=tuple((re.compile(_pattern(word)), what) for word, what in relatives),
    )
