"""The global options, and what every command makes of them."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from monitor.clock import Clock, FixedClock, SystemClock, as_utc
from monitor.config import Settings, load
from monitor.errors import BadUsage, Interrupted
from monitor.log import harmless
from monitor.store.archive import Archive
from monitor.store.database import Database, sqlite_path

T = TypeVar("T")

_OBEYED = re.compile("[\x7f-\x9f\u202a-\u202e]")
"""What `log.harmless` replaces and JSON leaves as it is: it stands in strings alone."""

GLOBAL_VALUES = ("--config", "--database", "--now")
GLOBAL_FLAGS = ("--quiet", "--verbose")


@dataclass(frozen=True, slots=True)
class Invocation:
    """What was asked for, beside the command itself."""

    config: Path
    database: str
    now: datetime | None
    quiet: bool
    verbose: bool
    command: str = ""

    @property
    def clock(self) -> Clock:
        """The clock of the whole command."""
        return SystemClock() if self.now is None else FixedClock(self.now)

    def settings(self, *, needed: bool = False) -> Settings:
        """Read the configuration; a missing file counts as an empty one unless it is needed."""
        asked = self.config != DEFAULT_CONFIG
        if not needed and not asked and not self.config.exists():
            return Settings()
        return load(self.config)

    def reading(self) -> Database:
        """Open the database to read."""
        return Database(self.database)

    def writing(self) -> Database:
        """Open the database to write, making it if there is none."""
        return Database(self.database, writes=f"channel-monitor {self.command}")

    def archive(self) -> Archive:
        """Return the archive of fetched bodies, beside the database."""
        path = sqlite_path(self.database)
        return Archive(path.with_name(f"{path.stem}-evidence"))

    def reports(self, settings: Settings) -> Path:
        """Return the folder of reports, which the configuration names from where it lies itself."""
        return self.config.parent / settings.report.out

    def named(self, command: str) -> "Invocation":
        """Return the same for a command."""
        return replace(self, command=command)


DEFAULT_CONFIG = Path("channels.toml")
DEFAULT_DATABASE = "sqlite:///./monitor.db"


def invocation(
    config_path: Path | None, database: str | None, now: str | None, *, quiet: bool, verbose: bool
) -> Invocation:
    """Read the global options.

    Raises:
        BadUsage: `--now` is not a time with a zone.
    """
    at = None
    if now is not None:
        try:
            at = as_utc(now)
        except ValueError as error:
            msg = f"--now: {error}" if "zone" in str(error) else f"--now: {now!r} is no ISO time"
            raise BadUsage(msg) from error
    return Invocation(
        config=config_path or DEFAULT_CONFIG,
        database=database or os.environ.get("MONITOR_DATABASE") or DEFAULT_DATABASE,
        now=at,
        quiet=quiet,
        verbose=verbose,
    )


def with_globals_first(arguments: list[str]) -> list[str]:
    """Move the global options to the front, wherever they were typed; `--` ends the search."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for word in waiting:
        name = word.partition("=")[0]
        if word == "--":
            rest.append(word)
            rest.extend(waiting)
        elif word in GLOBAL_FLAGS or (name in GLOBAL_VALUES and "=" in word):
            front.append(word)
        elif word in GLOBAL_VALUES:
            front.append(word)
            front.extend([value] if (value := next(waiting, None)) is not None else [])
        else:
            rest.append(word)
    return front + rest


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a job to its end.

    Raises:
        Interrupted: a person pressed Ctrl-C; open transactions were rolled back.
    """
    try:
        return asyncio.run(work)
    except KeyboardInterrupt as error:
        msg = "stopped; what was committed is kept, and the same command goes on from there"
        raise Interrupted(msg) from error


def say(*lines: str) -> None:
    """Write for people, to standard error."""
    for line in lines:
        print(harmless(line), file=sys.stderr)  # noqa: T201 - this is the command line's voice


def result(*lines: str) -> None:
    """Write results, to standard output."""
    for line in lines:
        print(harmless(line))  # noqa: T201 - this is the command line's voice


def result_json(value: object) -> None:
    """Write a result as JSON, readable as it stands."""
    result(as_json(value, indent=2))


def as_json(value: object, indent: int | None = None) -> str:
    """Write JSON readable as it stands; what UTF-8 cannot hold or a terminal obeys is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    text = _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def day(text: str, option: str) -> date:
    """Read a day such as 2018-04-18.

    Raises:
        BadUsage: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        msg = f"{option}: {text!r} is no day; write it as 2018-04-18"
        raise BadUsage(msg) from error


def start_of(text: str, option: str) -> datetime:
    """Return where a day begins, UTC."""
    found = day(text, option)
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def end_of(text: str, option: str) -> datetime:
    """Return where a day ends: the last day named is included."""
    try:
        return start_of(text, option) + timedelta(days=1)
    except OverflowError as error:
        msg = f"{option}: {text} is the last day there is; name an earlier one"
        raise BadUsage(msg) from error
