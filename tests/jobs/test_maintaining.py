"""Checks find what is wrong and only that; packing and folding change no fact."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from monitor.errors import Interrupted, StoreBusy, StoreError
from monitor.jobs import maintaining
from monitor.store import maintenance
from monitor.store.database import Database
from monitor.store.writer_lock import holder_of, writing
from tests.kept_pages import MARCH, archive, keep, office, url

AT = MARCH + timedelta(days=60)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A database of thirty composed posts and eighteen kept pages."""
    asyncio.run(keep(tmp_path, office(), judged=False))
    return tmp_path


def check(folder: Path, *, days: int = 0) -> list[str]:
    found = maintaining.check_integrity(
        folder / "monitor.db", archive(folder), AT + timedelta(days=days)
    )
    return [problem.sentence for problem in asyncio.run(found)]


def test_a_check_that_is_told_to_stop_ends_in_the_middle(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large database takes minutes, and a service has seconds to end."""
    stop = Event()
    monkeypatch.setattr(maintenance, "STEPS", 1)
    assert maintenance.faults(kept / "monitor.db", stop) == []
    stop.set()
    with pytest.raises(Interrupted):
        maintenance.faults(kept / "monitor.db", stop)


def test_what_is_well_has_no_problems(kept: Path) -> None:
    assert check(kept) == []


def test_a_row_that_points_nowhere_is_a_problem(kept: Path) -> None:
    with closing(sqlite3.connect(kept / "monitor.db")) as raw, raw:
        raw.execute("UPDATE post SET evidence = 999 WHERE id = 7")
    (said,) = check(kept)
    assert "of post points to a row of evidence that is not there" in said


def test_a_damaged_database_is_a_problem(kept: Path) -> None:
    path = kept / "monitor.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'post'").fetchone()
    with path.open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"\xff" * 200)
    said = check(kept)
    assert said
    assert all("the database is damaged" in one and "restore it" in one for one in said)


def test_a_database_without_reports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database"):
        check(tmp_path)


@pytest.mark.parametrize(
    ("keep_bytes", "says"), [(None, "the evidence file is missing"), (100, "has 100 bytes of")]
)
def test_a_file_that_lacks_what_was_committed_is_a_problem(
    kept: Path, keep_bytes: int | None, says: str
) -> None:
    (file,) = archive(kept).folder.glob("*.warc.gz")
    if keep_bytes is None:
        file.unlink()
    else:
        os.truncate(file, keep_bytes)
    (said,) = check(kept)
    assert says in said


def test_an_altered_body_is_found_and_one_of_another_row(kept: Path) -> None:
    (file,) = archive(kept).folder.glob("*.warc.gz")
    with closing(sqlite3.connect(kept / "monitor.db")) as raw, raw:
        (where,) = raw.execute('SELECT "offset" FROM evidence WHERE id = 3').fetchone()
        raw.execute("UPDATE evidence SET sha256 = 'another' WHERE id = 9")
    with file.open("r+b") as stream:
        stream.seek(where + 200)
        stream.write(b"\0\0\0\0")
    said = " ".join(check(kept))
    assert f"{file.name} at {where}" in said
    assert "is not the one that its row names" in said


def test_in_time_the_sample_reads_every_body(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a sample far smaller than the archive, another part is read each day."""
    monkeypatch.setattr(maintenance, "SAMPLE", 4)
    (file,) = archive(kept).folder.glob("*.warc.gz")
    with closing(sqlite3.connect(kept / "monitor.db")) as raw:
        (where,) = raw.execute('SELECT "offset" FROM evidence WHERE id = 6').fetchone()
    with file.open("r+b") as stream:
        stream.seek(where + 200)
        stream.write(b"\0\0\0\0")
    found = [bool(check(kept, days=day)) for day in range(4)]
    assert True in found
    assert False in found


def test_packing_gives_room_back_and_keeps_every_fact(kept: Path) -> None:
    path = kept / "monitor.db"
    with closing(sqlite3.connect(path)) as raw:
        with raw:
            raw.execute("CREATE TABLE filler AS SELECT randomblob(5000000) AS x")
        with raw:
            raw.execute("DROP TABLE filler")
        before = raw.execute("SELECT * FROM post ORDER BY id").fetchall()
    packed = asyncio.run(maintaining.vacuum(path))
    assert packed.before > 5_000_000
    assert packed.after < 500_000
    assert packed.after == maintenance.size(path)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT * FROM post ORDER BY id").fetchall() == before
        assert raw.execute("SELECT count(*) FROM sqlite_stat1").fetchone()[0] > 0
    assert check(kept) == []
    assert "SQLITE_TMPDIR" not in os.environ


def test_packing_waits_for_the_writer_and_names_it(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept / "monitor.db"
    assert holder_of(path) is None
    monkeypatch.setattr(
        maintaining, "writing", lambda place, what: writing(place, what, wait_s=0.1)
    )
    with writing(path, "somebody"):
        assert "somebody" in (holder_of(path) or "")
        with pytest.raises(StoreBusy, match="`somebody`"):
            asyncio.run(maintaining.vacuum(path))
    with pytest.raises(StoreError, match="there is no database"):
        asyncio.run(maintaining.vacuum(kept / "none.db"))


def test_too_little_space_is_said_before_anything_is_done(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 10_000})
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(StoreError, match="0.0 MB are free; make room"):
        asyncio.run(maintaining.vacuum(kept / "monitor.db"))


def test_a_large_log_is_folded_in_and_a_small_one_left(kept: Path) -> None:
    async def work() -> None:
        path = kept / "monitor.db"
        async with Database(url(kept), writes="tests") as database:
            async with database.begin() as connection:
                await connection.exec_driver_sql("UPDATE post SET text = text || 'x'")
            assert await maintaining.checkpoint(path) is None
            size = maintenance.wal_size(path)
            assert size > 0
            folded = await maintaining.checkpoint(path, larger_than=size - 1)
            assert folded == maintenance.Folded(size, 0, busy=False)
            assert maintenance.wal_size(path) == 0

    asyncio.run(work())


def test_a_reader_that_holds_the_log_back_is_told(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "BUSY_MS", 50)
    path = kept / "monitor.db"
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as reader,
        closing(sqlite3.connect(path, isolation_level=None)) as writer,
    ):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM post").fetchone()
        writer.execute("UPDATE post SET text = text || 'x'")
        folded = maintenance.fold(path)
        reader.execute("ROLLBACK")
    assert folded.busy
    assert folded.after == folded.before > 0
