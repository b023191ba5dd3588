"""Which days a country has off: public holidays, and seasons when its offices stand still."""

from datetime import date
from functools import cache, lru_cache

from holidays import HolidayBase, country_holidays
from persiantools.jdatetime import JalaliDate

NOWRUZ = 13
"""Schools are shut and offices thinly staffed on the first 13 days of Farvardin; by law only
days 1 to 4, 12 and 13 are off, and the Hijri ones that fall between."""

_HOURS_EAST = {"IR": 3.5, "RU": 3.0, "IQ": 3.0, "TR": 3.0, "BY": 3.0, "KZ": 5.0, "VN": 7.0}
"""A country's clock, of its capital and without summer time: an hour more or less moves no
finding about days."""


def hours_east(country: str | None) -> float:
    """Return how far a country's clock is ahead of UTC, 0 where we do not know it."""
    return _HOURS_EAST.get(country or "", 0.0)


@cache
def _of(country: str) -> HolidayBase | None:
    try:
        return country_holidays(country)
    except NotImplementedError:
        return None


@lru_cache(maxsize=20_000)
def is_off(country: str | None, day: date) -> bool:
    """Return whether a day is off in a country (ISO 3166-1 alpha-2); weekends are not meant.

    Hijri days are the library's and may be a day off where the moon decides.
    """
    if country is None:
        return False
    if country == "IR":
        jalali = JalaliDate(day)  # type: ignore[no-untyped-call]  # typed in part only
        if jalali.month == 1 and jalali.day <= NOWRUZ:
            return True
    known = _of(country)
    return known is not None and day in known
