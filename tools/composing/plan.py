"""A sample's source file in; a checked plan of channels, visits and wording out. Writes nothing.

The source files are `tools/samples/NAME.toml` and, for the bland lines, `LANGUAGE.toml` beside it.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter

_STRICT = ConfigDict(extra="forbid")

Stretch = tuple[datetime, datetime]
"""From the first time to before the second."""


@dataclass(frozen=True, slots=True)
class Event:
    """A post that we worded because a source dates it.

    `what` is the fact that it plays; a `report` tells of another channel, an `order` of the state.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    at: datetime
    text: str
    what: Literal[
        "announced", "left", "partial", "parallel", "returned", "stays", "report", "order"
    ]


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """One channel: who it is, how often it posts, when it is quiet, and its counts by day.

    `per_day` is the fewest and most posts of a day, `hours` the UTC hours between which they
    fall, `counts` the subscribers at 00:00 UTC of a day (between them we interpolate), `reach`
    the share of subscribers that sees a post, `quiet` and `absent` when it does not post and when
    nobody has its name.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    username: str
    telegram_id: int
    title: str
    aliases: tuple[str, ...]
    category: str
    country: str
    language: str
    about: str
    pool: str
    first_post: int
    per_day: tuple[int, int]
    hours: tuple[int, int]
    reach: float
    counts: tuple[tuple[date, int], ...]
    footer: str = ""
    quiet: tuple[Stretch, ...] = ()
    absent: tuple[Stretch, ...] = ()
    events: Annotated[tuple[Event, ...], Field(validation_alias="event")] = ()


@dataclass(frozen=True, slots=True)
class Visits:
    """When the collector came by: from `first` to `last`, every so many days, at a UTC time.

    Each visit reads the landing page, every `feed_every`-th the feed as well.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    first: date
    last: date
    at: time
    every_days: int = 1
    feed_every: int = 1
    outage: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """Bland lines by pool, with `{slots}` that are filled from lists."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    slots: dict[str, tuple[str, ...]]
    pools: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole sample. `source` and `fact` go unchanged into its `sources.toml`."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    title: str
    notice: str
    remarks: tuple[str, ...]
    start: date
    end: date
    visits: tuple[Visits, ...]
    channels: Annotated[tuple[ChannelPlan, ...], Field(validation_alias="channel")]
    sources: Annotated[tuple[dict[str, Any], ...], Field(validation_alias="source")]
    facts: Annotated[tuple[dict[str, Any], ...], Field(validation_alias="fact")]


def read_plan(path: Path) -> Plan:
    """Read a sample's source file.

    Raises:
        ValueError: a key is wrong, unknown or missing (pydantic names it), or it is no TOML.
    """
    return TypeAdapter(Plan).validate_python(tomllib.loads(path.read_text("utf-8")))


def read_wording(path: Path) -> Wording:
    """Read a language's bland lines.

    Raises:
        ValueError: a key is wrong, unknown or missing, or it is no TOML.
    """
    return TypeAdapter(Wording).validate_python(tomllib.loads(path.read_text("utf-8")))
