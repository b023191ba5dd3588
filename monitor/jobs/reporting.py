"""Judge, count and write the report of a window."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.clock import iso_week, week_window
from monitor.config import Settings
from monitor.jobs.judging import judge
from monitor.report import render
from monitor.report.summary import Reconstruction, summarise
from monitor.store.database import Database


@dataclass(frozen=True, slots=True)
class Window:
    """What a report is about: `[start, end)`, UTC, and the name of its folder."""

    start: datetime
    end: datetime
    name: str


def week(name: str) -> Window:
    """Return the window of an ISO week such as 2018-W16.

    Raises:
        ValueError: there is no such week.
    """
    start, end = week_window(name)
    return Window(start, end, iso_week(start))


def last_week(now: datetime) -> Window:
    """Return the last ISO week that has ended."""
    return week(iso_week(now - timedelta(weeks=1)))


def days(start: datetime, end: datetime) -> Window:
    """Return the window from one day's start to another's end (exclusive)."""
    return Window(start, end, f"{start:%Y-%m-%d}_{end - timedelta(days=1):%Y-%m-%d}")


async def report(
    database: Database,
    settings: Settings,
    window: Window,
    *,
    now: datetime,
    out: Path,
    language: str,
    formats: Collection[str],
    reconstruction: Reconstruction | None = None,
) -> Path:
    """Write a window's report below `out` and return the path of its main file."""
    judgement = await judge(database, settings, now)
    summary = summarise(
        judgement,
        window=(window.start, window.end),
        name=window.name,
        language=language,
        reconstruction=reconstruction,
    )
    return render.write(summary, judgement, out, formats)
