"""Replay the bundled reconstructions through the real pipeline: no account, no network."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from monitor import config
from monitor.jobs import judging, reporting
from monitor.jobs.importing import Imported, Options, import_files
from monitor.jobs.windows import days
from monitor.report import samples_index
from monitor.samples import loading
from monitor.store import conclusions
from monitor.store.archive import Archive
from monitor.store.database import Database

FIRST = "iran-2018"
"""The sample whose report the demo names last."""


async def demo(
    out: Path, *, say: Callable[[str], None], on_progress: Callable[[Imported], None]
) -> Path:
    """Write a report of each sample below `out`, with a page that lists them.

    Returns the path of the report on Iran. What an earlier demo wrote there is replaced.
    """
    written: dict[str, Path] = {}
    entries: list[samples_index.Entry] = []
    for name in sorted(loading.names(), key=lambda n: n != FIRST):
        info = loading.read_sources(name)
        say(f"{name}: replaying {info.title}")
        written[name] = await _replay(name, info, out / name, on_progress)
        entries.append(samples_index.Entry(info.title, info.notice, written[name]))
    samples_index.write(out, entries)
    return written[FIRST]


async def _replay(
    name: str, info: loading.SampleInfo, out: Path, on_progress: Callable[[Imported], None]
) -> Path:
    folder = loading.folder(name)
    settings = config.load(folder / "channels.toml")
    archive = Archive(out / "monitor-evidence")
    _clear(out)
    start = datetime.combine(info.start, time(), UTC)
    end = datetime.combine(info.end, time(), UTC) + timedelta(days=1)
    async with Database(f"sqlite:///{out / 'monitor.db'}", writes="channel-monitor demo") as db:
        await import_files(
            db,
            archive,
            [folder / "pages.warc.gz"],
            options=Options(kind="warc"),
            on_progress=on_progress,
        )
        async with db.begin() as connection:
            await conclusions.mark_sample(connection, name)
        await judging.detect(db, settings, end)
        written = await reporting.report(
            db,
            settings,
            days(start, end),
            now=end,
            out=out,
            language="en",
            formats=("html", "json", "csv"),
        )
        return written.path


def _clear(out: Path) -> None:
    """Remove an earlier demo's database and archive, and nothing else."""
    for path in [*out.glob("monitor.db*"), *out.glob("monitor-evidence/*.warc.gz")]:
        path.unlink()
