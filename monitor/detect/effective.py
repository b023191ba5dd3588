"""Read the day that a notice names: when it takes effect. A folded sentence in, a time or None out.

Days are Jalali, Gregorian or relative to the post: "from 1 Ordibehesht", "с 15.02.2026",
"tomorrow", "until the end of the month". The time is the beginning of that day in UTC: which zone
the writer meant is not known. A day long past is no step to come, and gives None.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from persiantools.jdatetime import JalaliDate

from monitor.catalog import calendars

EARLIEST = timedelta(days=2)
"""A notice may come a day after its step; an older day tells of something else. Uncalibrated."""
LATEST = timedelta(days=400)
"""No notice of the timeline (2018 to 2026) was given more than two months ahead. Uncalibrated."""

_NUMERIC = re.compile(r"(?<![\d.:/])(\d{1,4})([./-])(\d{1,2})(?:\2(\d{1,4}))?(?![\d:/]|[.]\d)")


def effective(folded: str, posted: datetime) -> datetime | None:
    """Return the first plausible day that a sentence names, None where it names none.

    Args:
        folded: a sentence, folded as `catalog.text.fold` does.
        posted: when it was posted.
    """
    today = posted.astimezone(UTC).date()
    for _, day in sorted(_days(folded, today)):
        if -EARLIEST <= day - today <= LATEST:
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
    return None


def _days(folded: str, today: date) -> Iterator[tuple[int, date]]:
    yield from _named_months(folded, today)
    yield from _numeric(folded, today)
    yield from _relative(folded, today)


def _made(make: Callable[[int, int, int], date], year: int, month: int, day: int) -> date | None:
    try:
        return make(year, month, day)
    except (ValueError, OverflowError):
        return None


def _jalali(year: int, month: int, day: int) -> date:
    made: date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]  # persiantools has no types
    return made


def _in_year(
    make: Callable[[int, int, int], date], years: tuple[int, ...], month: int, day: int, today: date
) -> date | None:
    """Return the day of the year that lies nearest to today."""
    found = [made for year in years if (made := _made(make, year, month, day))]
    return min(found, key=lambda made: abs(made - today), default=None)


def _named_months(folded: str, today: date) -> Iterator[tuple[int, date]]:
    table = calendars.load()
    for hit in table.dated.finditer(folded):
        words = hit.groupdict()
        month = table.month(words["month"] or words["month_first"])
        said = words["day"] or words["day_first"]
        day = int(said) if said.isdecimal() else table.ordinals[said]
        year = int(words["year"]) if words["year"] else None
        make = _jalali if month.jalali else date
        if day == 0:
            made = _end_of(make, month.number, year, today, jalali=month.jalali)
        elif year is not None:
            made = _made(make, _whole(year, jalali=month.jalali), month.number, day)
        else:
            now = today.year - 621 if month.jalali else today.year
            made = _in_year(make, (now - 1, now, now + 1), month.number, day, today)
        if made is not None:
            yield hit.start(), made


def _whole(year: int, *, jalali: bool) -> int:
    """Return a year of two digits in full: 97 is 1397, 26 is 2026."""
    return year if year > 99 else year + (1300 if year > 50 else 1400) if jalali else year + 2000


def _end_of(
    make: Callable[[int, int, int], date],
    month: int,
    year: int | None,
    today: date,
    *,
    jalali: bool,
) -> date | None:
    """Return the last day of a month: the day before the next one begins."""
    now = today.year - 621 if jalali else today.year
    years = (year,) if year is not None else (now, now + 1)
    for one in years:
        after = _made(make, one + (month == 12), month % 12 + 1, 1)
        if after is not None and after - timedelta(days=1) >= today - EARLIEST:
            return after - timedelta(days=1)
    return None


def _numeric(folded: str, today: date) -> Iterator[tuple[int, date]]:
    """Yield days written in numbers: year first or last, day before month; Jalali by the year."""
    for hit in _NUMERIC.finditer(folded):
        first, mark, second, third = hit.groups()
        a, b, c = int(first), int(second), int(third) if third else None
        if c is None:
            # "15.02" is a day; "1/2" and "3-4" are as often something else.
            made = _in_year(date, (today.year - 1, today.year, today.year + 1), b, a, today)
            made = made if mark == "." and len(second) == 2 else None
        else:
            year, month, day = (a, b, c) if a > 31 else (c, b, a)
            jalali = 1300 <= year < 1500 or (year < 100 and a > 31)
            made = _made(_jalali if jalali else date, _whole(year, jalali=jalali), month, day)
        if made is not None:
            yield hit.start(), made


def _relative(folded: str, today: date) -> Iterator[tuple[int, date]]:
    table = calendars.load()
    for hit in table.relative.finditer(folded):
        what = table.days_away(hit.group())
        if what == "end of month":
            persian = "ماه" in hit.group()
            now = JalaliDate(today) if persian else today  # type: ignore[no-untyped-call]  # as above
            make = _jalali if persian else date
            made = _end_of(make, now.month, now.year, today, jalali=persian)
        elif what == "end of week":
            # The week ends on Friday where it is said in Persian or Arabic, else on Sunday.
            last = 4 if any(char >= "\u0600" for char in hit.group()) else 6
            made = today + timedelta(days=(last - today.weekday()) % 7)
        elif what.startswith("weekday "):
            made = today + timedelta(days=(int(what[8:]) - today.weekday()) % 7)
        else:
            made = today + timedelta(days=int(what))
        yield from [(hit.start(), day) for day in [made] if day is not None]
