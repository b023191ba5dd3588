"""Work done again and again in a process of its own, killed a step later each time.

A step is whatever Python tells its audit hooks of: a file opened, renamed or removed, a folder
made, a pause. Run it alone, for it forks: `python -m tests.killed SCENARIO FOLDER`; it prints how
many kills there were.
"""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from monitor.config import Settings
from monitor.jobs import exporting, maintaining
from monitor.jobs.exporting import Wanted
from monitor.store.database import Database
from tests import kept_pages
from tests.kept_pages import MARCH, archive, url

NOW = MARCH + timedelta(days=120)
STEPS = {
    "open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "shutil.rmtree",
    "time.sleep", "sqlite3.connect",
}  # fmt: skip


def let_go(folder: Path) -> None:
    """Let go of everything that may be."""

    async def work() -> None:
        async with Database(url(folder), writes="tests") as database:
            await maintaining.let_go(
                database, archive(folder), older_than=timedelta(), now=NOW,
                reports=folder / "reports",
            )  # fmt: skip

    asyncio.run(work())


def nothing_cited_is_lost(folder: Path) -> None:
    """Every row that names a place can be read there, and what the finding rests on is kept."""
    kept = archive(folder)
    with closing(sqlite3.connect(folder / "monitor.db")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = raw.execute('SELECT file, "offset", sha256, length FROM evidence').fetchall()
        findings = raw.execute("SELECT body FROM finding").fetchall()
    assert len(rows) == 18
    held = set()
    for file, offset, digest, length in rows:
        assert length is not None
        if file is not None:
            assert kept.digest(file, offset) == digest
            held.add(digest)
    cited = {e["sha256"] for (body,) in findings for e in json.loads(body)["evidence"]}
    assert cited - {None} <= held
    assert cited - {None}


def let_go_after_all(folder: Path) -> None:
    """Killed or not, the next run comes to the same end and leaves nothing lying about."""
    nothing_cited_is_lost(folder)
    let_go(folder)
    nothing_cited_is_lost(folder)
    with closing(sqlite3.connect(folder / "monitor.db")) as raw:
        files = {f for (f,) in raw.execute("SELECT DISTINCT file FROM evidence")} - {None}
        gone = raw.execute("SELECT count(*) FROM evidence WHERE file IS NULL").fetchone()[0]
        assert raw.execute("SELECT name FROM fact WHERE name LIKE 'superseded:%'").fetchall() == []
    there = {p.name for p in (folder / "monitor-evidence").iterdir() if p.name != ".lock"}
    assert there == files
    assert gone == 16


def back_up(folder: Path) -> None:
    """Back up database and evidence."""
    asyncio.run(
        maintaining.backup(
            folder / "monitor.db", folder / "copy.db", archive(folder), evidence=True
        )
    )


def a_backup_is_whole_or_not_there(folder: Path) -> None:
    """What has the name is the whole database; the next try succeeds and clears up."""
    copy = folder / "copy.db"
    if not copy.exists():
        shutil.rmtree(folder / "copy-evidence", ignore_errors=True)  # the remedy that is told
        back_up(folder)
    with (
        closing(sqlite3.connect(copy)) as raw,
        closing(sqlite3.connect(folder / "monitor.db")) as o,
    ):
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for (table,) in o.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
            every = f"SELECT * FROM {table}"
            assert raw.execute(every).fetchall() == o.execute(every).fetchall()
    problems = asyncio.run(
        maintaining.check_integrity(copy, type(archive(folder))(folder / "copy-evidence"), NOW)
    )
    assert problems == ()
    (folder / "copy.db.part").unlink(missing_ok=True)  # linked to the name, but not yet taken off
    (folder / "copy.db.part.lock").unlink(missing_ok=True)
    (folder / "copy.db.part.lock.holder").unlink(missing_ok=True)
    (folder / "copy.db.part.lock.next").unlink(missing_ok=True)
    assert not [p.name for p in folder.iterdir() if ".part" in p.name]


def export(folder: Path) -> None:
    """Export as Parquet over an earlier export."""

    async def work() -> None:
        async with Database(url(folder)) as database:
            await exporting.export(
                database, Settings(), folder / "out", Wanted("parquet"),
                now=MARCH + timedelta(days=60),
            )  # fmt: skip

    asyncio.run(work())


def an_export_with_a_manifest_is_whole(folder: Path) -> None:
    """A manifest's files are all there with their digests; the next run makes it whole."""
    manifest = folder / "out" / "manifest.json"
    if manifest.exists():
        _as_told(manifest)
    export(folder)
    _as_told(manifest)
    hidden = {p.name for p in (folder / "out").iterdir() if p.name.startswith(".")}
    assert hidden == {".export.lock"}


def _as_told(manifest: Path) -> None:
    told = json.loads(manifest.read_text())
    listed = {f["path"]: f["sha256"] for t in told["tables"].values() for f in t["files"]}
    found = {
        path.relative_to(manifest.parent).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in manifest.parent.glob("[!.]*/**/*.parquet")
    }
    assert found == listed
    assert told["tables"]["posts"]["rows"] == 30


SCENARIOS: dict[str, tuple[Callable[[Path], None], Callable[[Path], None], int]] = {
    "let_go": (let_go, let_go_after_all, 1),
    "backup": (back_up, a_backup_is_whole_or_not_there, 2),
    "export": (export, an_export_with_a_manifest_is_whole, 17),
}
"""The work, what must hold after a kill, and how many steps lie between two kills."""


def _in_child(work: Callable[[Path], None], folder: Path, last: int) -> bool:
    """Do the work in a child and kill it at a step; return whether it was killed."""
    child = os.fork()
    if not child:
        steps = 0

        def count(event: str, _arguments: object) -> None:
            nonlocal steps
            if event not in STEPS:
                return
            steps += 1
            if steps > last:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        work(folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status)


def main(scenario: str, folder: Path) -> None:
    """Prepare once; kill, check, and begin anew until the work is done before the kill comes."""
    work, check, stride = SCENARIOS[scenario]
    prepared = folder / "prepared"
    prepared.mkdir()
    asyncio.run(kept_pages.keep(prepared, kept_pages.office()))
    if scenario == "export":
        export(prepared)
    kills = 0
    last = 0
    while True:
        at = folder / f"killed-{last}"
        shutil.copytree(prepared, at)
        if not _in_child(work, at, last):
            check(at)
            break
        check(at)
        shutil.rmtree(at)
        kills += 1
        last += stride
    print(kills)  # noqa: T201 - the answer of this program


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
