"""A backup is one moment of the database, whole, whoever writes meanwhile; and can be restored."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from monitor.config import Settings
from monitor.errors import BadUsage, Interrupted, StoreError
from monitor.jobs import maintaining
from monitor.jobs.judging import judge
from monitor.store import backup as copying
from monitor.store import schema_version
from monitor.store.archive import Archive
from monitor.store.database import Database
from tests.kept_pages import MARCH, archive, keep, office, url

AT = MARCH + timedelta(days=60)


def back_up(folder: Path, target: Path, *, evidence: bool = False) -> maintaining.BackedUp:
    return asyncio.run(
        maintaining.backup(folder / "monitor.db", target, archive(folder), evidence=evidence)
    )


def padded(folder: Path, rows: int) -> Path:
    """Make a database with two rows in `fact` that always sum to nothing, and much beside them."""
    path = folder / "monitor.db"
    schema_version.migrate(path)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.executemany(
            "INSERT INTO evidence (sha256, source, at) VALUES (?, ?, 0)",
            ((f"{n:064x}", "x" * 900) for n in range(rows)),
        )
        raw.execute("INSERT INTO fact (name, value) VALUES ('debit', 0), ('credit', 0)")
    return path


def test_while_a_writer_writes_the_copy_is_of_one_moment_and_the_writer_goes_on(
    tmp_path: Path,
) -> None:
    path = padded(tmp_path, 12_000)
    stop = threading.Event()
    turns = [0]
    during: list[int] = []

    def write() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as raw:
            while not stop.is_set():
                raw.execute("BEGIN IMMEDIATE")
                raw.execute("UPDATE fact SET value = value + 1 WHERE name = 'debit'")
                raw.execute("UPDATE fact SET value = value - 1 WHERE name = 'credit'")
                raw.execute(
                    "INSERT INTO evidence (sha256, source, at) VALUES (?, 'while', 1)", (turns[0],)
                )
                raw.execute("COMMIT")
                turns[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        during.append(turns[0])
        done = back_up(tmp_path, tmp_path / "copy.db")
        during.append(turns[0])
    finally:
        stop.set()
        writer.join()
    assert during[1] > during[0] + 3
    with closing(sqlite3.connect(done.database)) as raw:
        sums = dict(raw.execute("SELECT name, value FROM fact WHERE name IN ('debit', 'credit')"))
        rows = raw.execute("SELECT count(*) FROM evidence WHERE source = 'while'").fetchone()[0]
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    # Every committed turn before that moment is in it, and no half of one.
    assert sums["debit"] == -sums["credit"] == rows
    assert during[0] <= rows <= turns[0]
    assert sorted(p.name for p in tmp_path.glob("copy*")) == ["copy.db"]


def test_restored_database_and_evidence_judge_as_the_first_did(tmp_path: Path) -> None:
    asyncio.run(keep(tmp_path, office()))
    kept = archive(tmp_path)
    (file,) = kept.folder.glob("*.warc.gz")
    with file.open("ab") as more:  # appended, but of no committed row
        more.write(b"\x1f\x8b a torn record")
    done = back_up(tmp_path, tmp_path / "copy.db", evidence=True)
    assert done.evidence == tmp_path / "copy-evidence"
    assert done.evidence_bytes == file.stat().st_size - len(b"\x1f\x8b a torn record")
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    done.database.rename(moved / "monitor.db")
    done.evidence.rename(moved / "monitor-evidence")

    async def judged(folder: Path) -> object:
        async with Database(url(folder)) as database:
            return await judge(database, Settings(), AT)

    assert asyncio.run(judged(moved)) == asyncio.run(judged(tmp_path))
    assert asyncio.run(maintaining.check_integrity(moved / "monitor.db", archive(moved), AT)) == ()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("there.db", "there.db is there already"),
        ("monitor.db", "is the database itself"),
        ("link.db", "is the database itself"),
        ("monitor.db-wal", "is the database itself"),
        ("no folder/copy.db", "is no folder"),
    ],
)
def test_nothing_is_ever_overwritten(tmp_path: Path, name: str, says: str) -> None:
    padded(tmp_path, 1)
    (tmp_path / "there.db").write_text("somebody's")
    (tmp_path / "link.db").symlink_to("monitor.db")
    before = (tmp_path / "monitor.db").read_bytes()
    with pytest.raises(BadUsage, match=says):
        back_up(tmp_path, tmp_path / name)
    assert (tmp_path / "there.db").read_text() == "somebody's"
    assert (tmp_path / "monitor.db").read_bytes() == before


def test_a_file_that_appears_meanwhile_is_not_overwritten_either(tmp_path: Path) -> None:
    (tmp_path / "part").write_text("ours")
    (tmp_path / "final").write_text("theirs")
    with pytest.raises(StoreError, match="name another file"):
        copying.name_finally(tmp_path / "part", tmp_path / "final")
    assert (tmp_path / "final").read_text() == "theirs"


def test_an_evidence_folder_that_is_there_is_refused(tmp_path: Path) -> None:
    padded(tmp_path, 1)
    (tmp_path / "copy-evidence").mkdir()
    with pytest.raises(BadUsage, match="copy-evidence is there already"):
        back_up(tmp_path, tmp_path / "copy.db", evidence=True)


def test_there_must_be_a_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database at"):
        back_up(tmp_path, tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_an_older_schema_can_be_backed_up_before_it_is_migrated(tmp_path: Path) -> None:
    path = padded(tmp_path, 1)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    assert back_up(tmp_path, tmp_path / "copy.db").schema == "0001"


def test_a_damaged_database_gives_no_backup(tmp_path: Path) -> None:
    path = padded(tmp_path, 3000)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:  # a page in the middle
        file.seek(4096 * (path.stat().st_size // 4096 // 2))
        file.write(b"\xff" * 4096)
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        back_up(tmp_path, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy*"))


def test_evidence_that_is_missing_short_or_damaged_gives_no_backup(tmp_path: Path) -> None:
    asyncio.run(keep(tmp_path, office(10)))
    (file,) = archive(tmp_path).folder.glob("*.warc.gz")
    whole = file.read_bytes()
    for content, says in (
        (whole[:-10], "though the database committed"),
        (whole[:500] + b"\0" * 300 + whole[800:], "is damaged"),
        (None, "is missing"),
    ):
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(StoreError, match=says):
            back_up(tmp_path, tmp_path / "copy.db", evidence=True)
        assert not list(tmp_path.glob("copy*"))


def test_told_to_stop_it_stops_and_clears_up(tmp_path: Path) -> None:
    padded(tmp_path, 6000)

    async def cancelled() -> None:
        task = asyncio.create_task(
            maintaining.backup(
                tmp_path / "monitor.db", tmp_path / "copy.db", archive(tmp_path), evidence=False
            )
        )
        while not (tmp_path / "copy.db.part").exists():  # noqa: ASYNC110 - a thread sets no event
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert not list(tmp_path.glob("copy*"))
    stop = Event()
    stop.set()
    with pytest.raises(Interrupted):
        copying.copy(tmp_path / "monitor.db", tmp_path / "part", stop)


def test_a_second_backup_to_the_same_file_waits_for_none(tmp_path: Path) -> None:
    padded(tmp_path, 6000)

    async def both() -> list[object]:
        made = [
            maintaining.backup(
                tmp_path / "monitor.db", tmp_path / "copy.db", archive(tmp_path), evidence=False
            )
            for _ in range(2)
        ]
        return list(await asyncio.gather(*made, return_exceptions=True))

    outcomes = asyncio.run(both())
    assert sum(isinstance(one, maintaining.BackedUp) for one in outcomes) == 1
    assert sum(isinstance(one, StoreError) for one in outcomes) == 1


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)]
    if os.name != "posix" or os.getuid() or shutil.which("mount") is None:
        pytest.skip("only root can make a small disk to fill")
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a small disk to fill")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_too_small_is_said_beforehand(tmp_path: Path, tiny_disk: Path) -> None:
    padded(tmp_path, 6000)
    with pytest.raises(StoreError, match="MB free, and the backup needs"):
        back_up(tmp_path, tiny_disk / "copy.db")
    assert list(tiny_disk.iterdir()) == []


def test_a_disk_that_fills_meanwhile_leaves_nothing(tmp_path: Path, tiny_disk: Path) -> None:
    padded(tmp_path, 6000)
    with pytest.raises(StoreError, match="cannot be copied"):
        copying.copy(tmp_path / "monitor.db", tiny_disk / "part", Event())
    asyncio.run(keep(tmp_path / "kept", office(10)))
    (tiny_disk / "part").unlink()
    (tiny_disk / "filler").write_bytes(b"x" * 1_040_000)
    kept = Archive(tmp_path / "kept" / "monitor-evidence")
    (file,) = kept.folder.glob("*.warc.gz")
    ends = {file.name: file.stat().st_size}
    with pytest.raises(StoreError, match="cannot be copied"):
        copying.copy_evidence(kept.folder, tiny_disk / "e", ends, Event())
