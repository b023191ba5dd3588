"""Judge, count and write the report of a window."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from monitor.config import Settings
from monitor.jobs.judging import judge
from monitor.jobs.windows import Window
from monitor.report import render
from monitor.report.contents import Reconstruction
from monitor.report.render import Written
from monitor.report.summary import summarise
from monitor.store import evidence
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
    digests = {e.sha256 for f in judgement.findings for e in f.evidence if e.sha256}
    async with database.look() as connection:
        let_go = await evidence.without_body(connection, digests)
    summary = summarise(
        judgement,
        window=(window.start, window.end),
        name=window.name,
        language=language,
        reconstruction=reconstruction,
        let_go=let_go,
    )
    return render.publish(summary, judgement, out, formats)
