"""A language's words, numbers and dates; one TOML file a language, read once. Draws nothing.

A speaker can edit words/*.toml. A sentence that counts is a table with the plural forms of CLDR
(https://cldr.unicode.org/index/cldr-spec/plural-rules): `one`, `few`, `many`, `other`.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from persiantools.jdatetime import JalaliDate

from monitor.clock import iso_week
from monitor.errors import BadUsage

LANGUAGES = ("en", "fa", "ru")
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_ISOLATE = "\u2066{}\u2069"
"""Keeps a sign or a run of Latin in its own order inside right-to-left text (UAX #9)."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words. `rtl` is True for Persian."""

    language: str
    rtl: bool
    table: dict[str, Any]

    def say(self, key: str, count: int | None = None, **values: object) -> str:
        """Return a sentence by its dotted key, in the plural form of `count`, which is `{n}`.

        Numbers among the values are written in the language's way; text goes in as it is.

        Raises:
            KeyError: there is no such sentence.
        """
        node: Any = self.table
        for part in key.split("."):
            node = node[part]
        if isinstance(node, dict):
            node = node.get(self.plural(count or 0), node["other"])
        if count is not None:
            values["n"] = count
        shown = {k: self.number(v) if isinstance(v, int) else v for k, v in values.items()}
        return str(node).format(**shown)

    def name(self, group: str, item: str) -> str:
        """Return the name of a kind, a state or a platform, or the item itself made readable."""
        return str(self.table[group].get(item) or item.replace("_", " "))

    @property
    def comma(self) -> str:
        """The sign between the members of a list, with its space."""
        return f"{self.table['comma']} "

    @property
    def semicolon(self) -> str:
        """The sign between clauses, with its space."""
        return f"{self.table['semicolon']} "

    def plural(self, count: int) -> str:
        """Return the CLDR plural category of a whole number."""
        if self.language == "ru":
            ten, hundred = count % 10, count % 100
            if ten == 1 and hundred != 11:
                return "one"
            return "few" if ten in (2, 3, 4) and hundred not in (12, 13, 14) else "many"
        if self.language == "fa":
            return "one" if count in (0, 1) else "other"
        return "one" if count == 1 else "other"

    def digits(self, text: str) -> str:
        """Return a text with the language's own digits."""
        return text.translate(_PERSIAN) if self.rtl else text

    def number(self, value: float, places: int = 0) -> str:
        """Write a number, grouped by thousands; a true minus sign before a negative one."""
        text = f"{abs(value):,.{places}f}"
        if self.language == "ru":
            text = text.replace(",", "\u00a0").replace(".", ",")
        elif self.rtl:
            text = self.digits(text.replace(",", "٬").replace(".", "٫"))
        negative = round(value, places) < 0
        if negative and self.rtl:
            return _ISOLATE.format("\u2212" + text)
        return "\u2212" + text if negative else text

    def signed(self, value: float, places: int = 0) -> str:
        """Write a change with its sign: +120, -3, 0."""
        if round(value, places) <= 0:
            return self.number(value, places)
        plus = "+" + self.number(value, places)
        return _ISOLATE.format(plus) if self.rtl else plus

    def measured(self, value: float, *, signed: bool = False) -> str:
        """Write a count, or a mean of counts with one decimal place while it is small."""
        places = 0 if value == int(value) or abs(value) >= 100 else 1
        return self.signed(value, places) if signed else self.number(value, places)

    def signed_percent(self, value: float) -> str:
        """Write a change in % with its sign and one decimal place."""
        mark = {"ru": "\u00a0%", "fa": "٪"}.get(self.language, "%")
        text = self.signed(value, 1)
        if not self.rtl:
            return text + mark
        # The sign of percent goes inside the isolate, or it would stand on the wrong side.
        return _ISOLATE.format(text.strip("\u2066\u2069") + mark)

    def percent(self, value: float) -> str:
        """Write a share given in %; 99.6 is not rounded up to the whole, nor 0.4 to nothing."""
        whole = round(value)
        if 0 < value < 1:
            return "<" + self._percent(1)
        return self._percent(99 if whole == 100 and value < 100 else whole)

    def _percent(self, whole: int) -> str:
        mark = {"ru": "\u00a0%", "fa": "٪"}.get(self.language, "%")
        return self.number(whole) + mark

    def brief(self, day: date) -> str:
        """Write a day: 18 Apr 2018."""
        return self.digits(f"{day.day} {self.table['months'][day.month - 1]} {day.year}")

    def day(self, day: date) -> str:
        """Write a day; in Persian with the Jalali day after it."""
        text = self.brief(day)
        if not self.rtl:
            return text
        jalali = JalaliDate(day)  # type: ignore[no-untyped-call]  # typed in part only
        name = self.table["jalali_months"][jalali.month - 1]
        return f"{text} ({self.digits(f'{jalali.day} {name} {jalali.year}')})"

    def time(self, at: datetime) -> str:
        """Write a moment to the minute, UTC stated."""
        return f"{self.brief(at.date())}{self.comma}{self.clock(at)}"

    def clock(self, at: datetime) -> str:
        """Write the time of day to the minute, UTC stated."""
        return f"{self.digits(f'{at:%H:%M}')} UTC"

    def week(self, at: datetime) -> str:
        """Write the ISO week of a moment."""
        text = self.digits(iso_week(at))
        return _ISOLATE.format(text) if self.rtl else text

    def span(self, start: datetime, end: datetime) -> str:
        """Write a window `[start, end)` by its first and last day."""
        return self.days(start.date(), (end - timedelta(microseconds=1)).date())

    def days(self, first: date, last: date) -> str:
        """Write a stretch of days, both included."""
        if first == last:
            return self.day(first)
        return self.say("between", first=self.day(first), last=self.day(last))

    def listing(self, items: Sequence[str]) -> str:
        """Join names: "a, b and c"."""
        if len(items) < 2:
            return "".join(items)
        return f"{self.comma.join(items[:-1])} {self.table['and']} {items[-1]}"


@cache
def load(language: str) -> Words:
    """Read a language's words.

    Raises:
        BadUsage: we have no words in that language.
    """
    if language not in LANGUAGES:
        msg = f"no report in the language {language!r}; there are: {', '.join(LANGUAGES)}"
        raise BadUsage(msg)
    text = files("monitor.report").joinpath(f"words/{language}.toml").read_text(encoding="utf-8")
    return Words(language, language == "fa", tomllib.loads(text))
