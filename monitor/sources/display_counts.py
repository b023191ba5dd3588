"""A count as shown enters, the interval that it can stand for leaves; no page is read here."""

import re

from monitor.model import Interval

MAX_COUNT = 10**10
"""More than there are people: whatever shows more is not a count of them."""

MAX_LENGTH = 80
"""Characters of a shown count with its words; ours, to bound the work."""

_UNITS = {
    "k": 10**3,
    "к": 10**3,
    "thousand": 10**3,
    "тыс": 10**3,
    "هزار": 10**3,
    "ألف": 10**3,
    "الف": 10**3,
    "m": 10**6,
    "м": 10**6,
    "million": 10**6,
    "млн": 10**6,
    "میلیون": 10**6,
    "مليون": 10**6,
    "b": 10**9,
    "billion": 10**9,
    "млрд": 10**9,
    "میلیارد": 10**9,
    "مليار": 10**9,
}
_WORDS = (
    r"subscribers?|members?|followers?|views?|(?:monthly )?users?|voters?|votes?"
    r"|подписчик(?:и|ов|а)?|участник(?:и|ов|а)?|просмотр(?:ы|ов|а)?"
    r"|عضو|اعضا|نفر|مشترک|دنبال‌?کننده|بازدید|مشترك|متابع|مشاهدة"
)
# NBSP, figure, thin, hair and narrow no-break space part thousands, as do the marks of the
# languages; a bidirectional mark may stand anywhere in a Persian or Arabic number.
_SPACES = "\u00a0\u2007\u2009\u200a\u202f"
_ONE_SPACE = dict.fromkeys(map(ord, _SPACES), " ")
_INVISIBLE = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"))
_SHOWN = re.compile(
    r"(?P<number>\d[\d ,.'’٬٫،]*?)"
    r"(?: ?(?P<unit>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")\.?)?"
    r"(?: (?:" + _WORDS + r"))?"
)
_GROUPED = re.compile(r"\d{1,3}(?:(?P<mark>[ ,.'’٬،])\d{3})(?:(?P=mark)\d{3})*")
_DECIMAL = re.compile(r"(?P<whole>\d{1,4})(?P<mark>[.,٫])(?P<part>\d{1,3})")


def read_count(text: str) -> Interval:
    """Read a shown count: `11 286 994`, `11.3M`, `2,5 тыс.`, `۱٫۸۲ میلیون`, also with its words.

    An exact number gives `low == high`. A rounded one gives half a unit of its last shown digit to
    either side: `1.82M` is 1 815 000 to 1 825 000. Trailing zeros are not guessed at: `1M` may be
    anything from half a million to one and a half.

    Raises:
        ValueError: the text is no count, could mean two numbers, or exceeds `MAX_COUNT`.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(f"{text[:20]!r}... is too long for a count ({len(text)} characters)")
    tidy = text.translate(_ONE_SPACE).translate(_INVISIBLE).strip().casefold()
    shown = _SHOWN.fullmatch(" ".join(tidy.split()))
    if shown is None:
        raise ValueError(f"{text!r} is not a count such as 11 286 994, 11.3M or ۱۲ هزار")
    number, unit = shown["number"], _UNITS.get(shown["unit"] or "", 1)
    found = _exact(number) if unit == 1 else _rounded(number, unit)
    if found is None:
        raise ValueError(f"{text!r} can be read in two ways, or in none; write it as 1234 or 1.23K")
    if found.high > MAX_COUNT:
        raise ValueError(f"{text!r} is more than {MAX_COUNT}: no channel has that many")
    return found


def _exact(number: str) -> Interval | None:
    if number.isdecimal():
        value = int(number)
    elif _GROUPED.fullmatch(number):
        value = int("".join(filter(str.isdecimal, number)))
    else:
        return None
    return Interval(value, value)


def _rounded(number: str, unit: int) -> Interval | None:
    if number.isdecimal():
        digits, places = number, 0
    elif (parts := _DECIMAL.fullmatch(number)) and not (
        # 1,234K is 1.234 thousand to a Russian and 1 234 thousand to an American
        parts["mark"] == "," and len(parts["part"]) == 3
    ):
        digits, places = parts["whole"] + parts["part"], len(parts["part"])
    else:
        return None
    step = unit // 10**places
    value = int(digits) * step
    return Interval(max(0, value - step // 2), value + step // 2)
