"""Judge, count and write the report of a window, and list it on the front page of its folder."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from monitor.clock import as_utc
from monitor.config import Settings
from monitor.jobs.judging import judge
from monitor.jobs.publishing import publish
from monitor.jobs.reconstructions import reconstruction
from monitor.jobs.windows import Window
from monitor.report import render, revisions
from monitor.report.render import Written
from monitor.report.summary import summarise
from monitor.store import evidence
from monitor.store.database import Database, finished


async def report(
    database: Database,
    settings: Settings,
    window: Window,
    *,
    now: datetime,
    out: Path,
    language: str,
    formats: Collection[str],
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
        reconstruction=reconstruction(judgement.reconstructed),
        let_go=let_go,
    )
    # Drawing takes seconds, in which a service has pushes to store. Told to stop, it is waited
    # for: after a reload another would draw and write the same beside it.
    written = await finished(asyncio.to_thread(render.publish, summary, judgement, out, formats))
    await asyncio.to_thread(publish, judgement, out, settings.report.language)
    return written


async def report_once(
    database: Database, settings: Settings, window: Window, *, now: datetime, out: Path,
    due: datetime,
) -> Path:  # fmt: skip
    """Write a window's report as the settings say, unless one was written since it was due.

    A kill between writing and noting it must not make a revision that nobody asked for.
    """
    summary = out / window.name / "summary.json"
    earlier = revisions.read(summary)
    judged_at = earlier.get("judged_at") if earlier else None
    # One that a clock that was ahead has judged did not see the week's end.
    if isinstance(judged_at, str) and due <= as_utc(judged_at) <= now:
        return summary
    wanted = settings.report
    written = await report(
        database, settings, window, now=now, out=out, language=wanted.language,
        formats=wanted.formats,
    )  # fmt: skip
    return written.path
