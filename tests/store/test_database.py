"""The database is made at first use, refused where it is not ours, and written by one at a time."""

import asyncio
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.errors import BadUsage, StoreBusy, StoreError
from monitor.store import conclusions, schema_version
from monitor.store.database import Database, facts_changed, sqlite_path
from monitor.store.schema import metadata
from monitor.store.writer_lock import writing


def url(tmp_path: Path, name: str = "m.db") -> str:
    return f"sqlite:///{tmp_path / name}"


@pytest.mark.asyncio
async def test_the_first_writer_makes_it_in_write_ahead_mode(tmp_path: Path) -> None:
    async with Database(url(tmp_path, "new folder %20/m.db"), writes="t") as db, db.begin() as c:
        assert (await c.exec_driver_sql("PRAGMA journal_mode")).scalar() == "wal"
        tables = (await c.exec_driver_sql("SELECT name FROM sqlite_master")).scalars().all()
        assert set(metadata.tables) <= set(tables)


def test_the_migrations_make_what_the_code_expects(tmp_path: Path) -> None:
    """A table that was changed without a migration would differ here."""
    import sqlalchemy as sa
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from monitor.store import schema_alerts, schema_asking

    assert {schema_alerts.alert.name, schema_asking.visit.name} <= set(metadata.tables)
    schema_version.migrate(tmp_path / "m.db")
    engine = sa.create_engine(url(tmp_path), poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_migrations_are_known_by_their_files_names_as_alembic_knows_them() -> None:
    """Names are read without loading Alembic; a file that is named otherwise would differ here."""
    from alembic.script import ScriptDirectory

    folder = Path(schema_version.__file__).parent / "migrations"
    steps = [step.revision for step in ScriptDirectory(folder).walk_revisions()]
    assert schema_version.known() == steps[::-1]


@pytest.mark.asyncio
async def test_a_reader_needs_a_database_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database at .*`import`"):
        async with Database(url(tmp_path)):
            pass


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\x00" + b"x" * 4000])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.db").write_bytes(content)
    with pytest.raises(StoreError, match="not a SQLite database|cannot be read"):
        schema_version.check(tmp_path / "m.db")
    assert (tmp_path / "m.db").read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "m.db")) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.commit()
    with pytest.raises(StoreError, match="another program"):
        schema_version.check(tmp_path / "m.db")


@pytest.mark.parametrize(
    ("version", "words"), [("9999", "install a newer"), (None, "there is no database")]
)
def test_a_schema_that_is_not_ours_is_refused_with_the_remedy(
    tmp_path: Path, version: str | None, words: str
) -> None:
    path = tmp_path / "m.db"
    if version is not None:
        schema_version.migrate(path)
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("UPDATE alembic_version SET version_num = ?", (version,))
            raw.commit()
        with pytest.raises(StoreError, match=words):
            schema_version.migrate(path)
    with pytest.raises(StoreError, match=words):
        schema_version.require_current(path)


def test_an_older_schema_is_refused_until_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.db"
    schema_version.migrate(path)
    monkeypatch.setattr(schema_version, "head", lambda: "9000")
    with pytest.raises(StoreError, match=r"older schema \d{4}.*run `channel-monitor migrate`"):
        schema_version.require_current(path)


def test_migrating_a_current_database_changes_nothing(tmp_path: Path) -> None:
    assert schema_version.migrate(tmp_path / "m.db") == (None, schema_version.head())
    assert schema_version.migrate(tmp_path / "m.db") == (
        schema_version.head(),
        schema_version.head(),
    )


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be"):
        schema_version.migrate(tmp_path / "file" / "m.db")
    with (
        pytest.raises(StoreError, match="cannot be locked"),
        writing(tmp_path / "file" / "m.db", "t"),
    ):
        pass


def test_only_sqlite_files_are_taken_and_passwords_are_not_repeated() -> None:
    assert sqlite_path("sqlite:///./x.db") == Path("./x.db")
    assert sqlite_path("sqlite:////abs/x.db") == Path("/abs/x.db")
    for bad in ("sqlite:///:memory:", "sqlite://", "postgresql://me:hush@host/db"):
        with pytest.raises(BadUsage, match="SQLite files") as refused:
            sqlite_path(bad)
        assert "hush" not in str(refused.value)


@pytest.mark.asyncio
async def test_a_second_writer_is_told_who_holds_it(tmp_path: Path) -> None:
    async with Database(url(tmp_path), writes="channel-monitor collect"):
        with pytest.raises(StoreBusy, match=r"`channel-monitor collect` \(process \d+\)"):
            async with Database(url(tmp_path), writes="other", wait_s=0.1):
                pass
        (tmp_path / "m.db.lock.holder").write_text("torn")
        with pytest.raises(StoreBusy, match="another process"):
            async with Database(url(tmp_path), writes="other", wait_s=0.1):
                pass
        async with Database(url(tmp_path)) as reader, reader.begin() as connection:
            assert (await connection.exec_driver_sql("SELECT 1")).scalar() == 1
    async with Database(url(tmp_path), writes="other", wait_s=0.1):
        pass


@pytest.mark.asyncio
async def test_a_failed_step_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    async with Database(url(tmp_path), writes="t") as db:
        with pytest.raises(StoreError, match="nothing of this step was kept"):
            async with db.begin() as connection:
                await facts_changed(connection)
                await connection.exec_driver_sql("SELECT * FROM no_such_table")
        async with db.begin() as connection:
            assert (await connection.exec_driver_sql("SELECT count(*) FROM fact")).scalar() == 0
    closed = Database(url(tmp_path))
    with pytest.raises(StoreError, match="not open"):
        async with closed.begin():
            pass


@pytest.mark.asyncio
async def test_a_full_database_is_a_clear_error_and_loses_nothing(tmp_path: Path) -> None:
    async with Database(url(tmp_path), writes="t") as db:
        async with db.begin() as connection:
            await facts_changed(connection)
        with pytest.raises(StoreError, match="full"):
            async with db.begin() as connection:
                pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar()
                await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
                for _ in range(2000):
                    await connection.exec_driver_sql(
                        "INSERT INTO case_state (channel, body) VALUES ('x', zeroblob(4000))"
                    )
        async with db.begin() as connection:
            assert (await connection.exec_driver_sql("SELECT value FROM fact")).scalar() == 1


@pytest.mark.asyncio
async def test_a_kept_judgement_is_old_once_a_fact_changes(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    at = datetime(2018, 4, 18, tzinfo=UTC)
    async with Database(url(tmp_path), writes="t") as db, db.begin() as connection:
        assert await conclusions.judged_at(connection) is None
        await conclusions.replace(connection, findings=[], cases=[], judged_at=at)
        assert await conclusions.judged_at(connection) == at
        assert await conclusions.read(connection) == ([], [])
        await facts_changed(connection)
        assert await conclusions.judged_at(connection) is None


def test_the_lock_is_freed_when_opening_fails(tmp_path: Path) -> None:
    (tmp_path / "m.db").write_bytes(b"no database at all")

    async def attempt() -> None:
        async with Database(url(tmp_path), writes="t", wait_s=0.1):
            pass

    for _ in range(2):
        with pytest.raises(StoreError, match="not a SQLite database"):
            asyncio.run(attempt())


@pytest.mark.asyncio
async def test_a_cancelled_transaction_leaves_nothing_locked(tmp_path: Path) -> None:
    """Cancelled at any point; before this was so, the next one waited 30 s, or for ever."""
    moments = random.Random(5)
    async with Database(f"sqlite:///{tmp_path}/m.db", writes="test") as database:

        async def write() -> None:
            while True:
                async with database.begin() as connection:
                    await facts_changed(connection)
                    await connection.execute(sa.text("SELECT count(*) FROM channel"))

        for _ in range(40):
            tasks = [asyncio.create_task(write()) for _ in range(3)]
            await asyncio.sleep(moments.uniform(0, 0.02))
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert {type(end) for end in ended} == {asyncio.CancelledError}
            async with asyncio.timeout(5), database.begin() as connection:
                await facts_changed(connection)


@pytest.mark.asyncio
async def test_a_block_that_raises_is_rolled_back(tmp_path: Path) -> None:
    async with Database(f"sqlite:///{tmp_path}/m.db", writes="test") as database:
        with pytest.raises(ZeroDivisionError):
            async with database.begin() as connection:
                await facts_changed(connection)
                _ = 1 / 0
        async with database.begin() as connection:
            found = await connection.execute(sa.text("SELECT count(*) FROM fact"))
            assert found.scalar() == 0


@pytest.mark.asyncio
async def test_a_file_that_was_spoiled_while_it_was_open_is_a_clear_error(tmp_path: Path) -> None:
    async with Database(url(tmp_path), writes="test"):
        pass
    async with Database(url(tmp_path)) as db:
        (tmp_path / "m.db").write_bytes(b"no database any more" * 500)
        with pytest.raises(StoreError, match=r"m\.db cannot be used: file is not a database"):
            async with db.begin():
                pass
