"""`[[alert]]`: which findings are sent to whom, and when. Addresses are secrets, and not here."""

import re
from datetime import time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from monitor.config.values import Duration, Strict, Username, as_time_of_day
from monitor.model import SURE, Kind

_TARGET = re.compile(r"[a-z][a-z0-9_]{0,31}")

GRAVE = (
    Kind.CLOSURE_NOTICE, Kind.PARTIAL_MOVE, Kind.RETURN_NOTICE, Kind.SILENCE, Kind.GONE,
    Kind.SUBSCRIBER_DROP, Kind.USERNAME_REASSIGNED, Kind.WAVE,
)  # fmt: skip
"""What is sent where `kinds` says nothing: what may have to be looked at on the day."""


def _checked_target(value: str) -> str:
    if not _TARGET.fullmatch(value) or value.endswith("_key"):
        # What was written may be the address itself, so it is not repeated.
        msg = (
            "a target is a name of your own: a small letter first, then at most 31 small letters, "
            'digits or underscores, and no "_key" at its end; its address belongs into '
            "MONITOR_ALERT_<TARGET>"
        )
        raise ValueError(msg)
    return value


def _as_quiet(value: object) -> tuple[time, time]:
    if isinstance(value, tuple):
        return value
    start, dash, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        hours = (as_time_of_day(start), as_time_of_day(end)) if dash else None
    except ValueError:
        hours = None
    if hours is None or hours[0] == hours[1]:
        msg = 'quiet hours are written as "22:00-07:00"'
        raise ValueError(msg)
    return hours


class AlertSettings(Strict):
    """One `[[alert]]`: what goes to one target. Empty lists mean all.

    `quiet` and [report].digest are read in [report].timezone. What is older than `max_age` when it
    is concluded is history, not news. `review` asks for what waits for a person too.
    """

    target: Annotated[str, AfterValidator(_checked_target)]
    kinds: tuple[Kind, ...] = Field(default=GRAVE, min_length=1)
    channels: tuple[Username, ...] = ()
    categories: tuple[str, ...] = ()
    countries: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    minimum_confidence: float = Field(default=SURE, ge=0, le=1)
    max_age: Duration = timedelta(days=7)
    quiet: Annotated[tuple[time, time], BeforeValidator(_as_quiet)] | None = None
    digest: bool = False
    review: bool = False
