"""Judge, count and write the report of a window, and list it on the front page of its folder."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from monitor.config import Settings
from monitor.jobs.judging import judge
from monitor.jobs.publishing import publish
from monitor.jobs.windows import Window
from monitor.report import render
from monitor.report.contents import Reconstruction
from monitor.report.render import Written
from monitor.report.summary import summarise
from monitor.store.database import Database


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
) -> Written:
    """Write a window's report below `out` and say what that came to."""
    judgement = await judge(database, settings, now)
    summary = summarise(
        judgement,
        window=(window.start, window.end),
        name=window.name,
        language=language,
        reconstruction=reconstruction,
    )
    written = render.publish(summary, judgement, out, formats)
    if reconstruction is None:  # a feed tells what happened, and this did not
        publish(judgement, out, settings.report.language)
    return written
