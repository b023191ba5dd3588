"""The kinds of values that stand in channels.toml: checked, and turned into what they mean."""

import re
from datetime import time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
"""Telegram's rule for usernames; collectible ones may have four characters."""

_DURATION = re.compile(r"(\d+)\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=36_500)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def as_duration(value: object) -> timedelta:
    """Read `"90s"`, `"15m"`, `"1h"`, `"30d"` or `"2w"`.

    Raises:
        ValueError: the value is none of these, or longer than a century.
    """
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or len(match[1]) > 9:
        msg = 'a length of time is written as "90s", "15m", "1h", "30d" or "2w"'
        raise ValueError(msg)
    length = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if length > _LONGEST:
        msg = "a length of time is a century at most"
        raise ValueError(msg)
    return length


def checked_username(value: str) -> str:
    """Return a Telegram username without a leading @.

    Raises:
        ValueError: Telegram allows no such username.
    """
    name = value.strip().removeprefix("@")
    if not USERNAME.fullmatch(name):
        msg = (
            f"{value!r} is no Telegram username: a letter first, then 3 to 31 letters, digits "
            "or underscores"
        )
        raise ValueError(msg)
    return name


def _checked_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"{value!r} is no time zone; take a name such as Asia/Tehran or UTC"
        raise ValueError(msg) from error
    return value


def as_time_of_day(value: object) -> time:
    """Read a time of day such as `"06:00"`.

    Raises:
        ValueError: the value is none.
    """
    if isinstance(value, time):
        return value
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        msg = 'a time of day is written as "06:00"'
        raise ValueError(msg)
    return time(int(match[1]), int(match[2]))


Username = Annotated[str, AfterValidator(checked_username)]
Duration = Annotated[timedelta, BeforeValidator(as_duration)]
Zone = Annotated[str, AfterValidator(_checked_zone)]
TimeOfDay = Annotated[time, BeforeValidator(as_time_of_day)]


class Strict(BaseModel):
    """A table of channels.toml: frozen, and a key that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
