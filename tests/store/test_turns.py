"""Several writers of one database: commands that hold it, and a service that takes turns."""

import asyncio
import subprocess
import sys
import threading
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import StoreBusy, StoreError
from monitor.jobs.maintaining import check_integrity
from monitor.model import Fetched
from monitor.store import duties
from monitor.store.archive import Archive
from monitor.store.database import Database
from monitor.store.writer_lock import Turns, writing

SERVICE = "channel-monitor run"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def opened(folder: Path) -> Database:
    return Database(f"sqlite:///{folder}/m.db", writes=SERVICE, by_turns=True)


@pytest.mark.asyncio
async def test_a_command_writes_between_the_turns_of_a_service(tmp_path: Path) -> None:
    """While the service rests nothing is locked; inside a turn the command waits."""
    async with opened(tmp_path) as service:
        with writing(service.path, "channel-monitor review", wait_s=0.1):
            pass
        async with service.begin():
            with (
                pytest.raises(StoreBusy, match="channel-monitor run"),
                writing(service.path, "channel-monitor review", wait_s=0.1),
            ):
                pass


@pytest.mark.asyncio
async def test_a_service_waits_as_long_as_a_command_writes_and_names_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as service:
        with writing(service.path, "channel-monitor import"):
            task = asyncio.create_task(_note(service, "waited"))
            await asyncio.sleep(0.2)
            assert not task.done()
            assert service.waiting_for is not None
            assert "channel-monitor import" in service.waiting_for
            async with service.look() as connection:  # reading waits for nobody
                assert await duties.everything(connection) == []
        await asyncio.wait_for(task, 5)
        async with service.look() as connection:
            assert [d.name for d in await duties.everything(connection)] == ["waited"]


_ONE_READER = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
    "print(c.execute('SELECT count(*) FROM duty').fetchone()[0]); c.close()"
)


@pytest.mark.asyncio
async def test_what_is_looked_after_in_a_service_is_still_locked_for_others(tmp_path: Path) -> None:
    """A closed file ends all locks of its process; the next reader elsewhere took the log away."""
    async with opened(tmp_path) as service:
        await _note(service, "first")
        assert await check_integrity(service.path, Archive(tmp_path / "e"), NOW) == ()
        async with Database(f"sqlite:///{service.path}") as pages, pages.begin():
            pass
        for name, seen in (("second", 1), ("third", 2), ("fourth", 3)):
            reader = [sys.executable, "-c", _ONE_READER, str(service.path)]
            ran = await asyncio.to_thread(subprocess.run, reader, capture_output=True, check=True)
            assert int(ran.stdout) == seen
            await _note(service, name)


@pytest.mark.asyncio
async def test_a_command_gets_in_although_the_service_never_rests(tmp_path: Path) -> None:
    """Turns overlap without end: whoever waits stops new ones from beginning."""
    turns = Turns(tmp_path / "m.db", SERVICE)
    stop, got = asyncio.Event(), threading.Event()

    async def busy() -> None:
        while not stop.is_set():
            async with turns.turn():
                await asyncio.sleep(0.01)

    def command() -> None:
        with writing(tmp_path / "m.db", "channel-monitor review", wait_s=5):
            got.set()
            time.sleep(0.05)

    working = [asyncio.create_task(busy()) for _ in range(5)]
    await asyncio.sleep(0.05)
    await asyncio.to_thread(command)
    assert got.is_set()
    stop.set()
    await asyncio.wait_for(asyncio.gather(*working), 5)


@pytest.mark.asyncio
async def test_looking_needs_no_turn(tmp_path: Path) -> None:
    async with opened(tmp_path) as service, service.begin(), service.look() as connection:
        assert await duties.everything(connection) == []


@pytest.mark.asyncio
async def test_a_turn_where_no_lock_can_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    turns = Turns(tmp_path / "file" / "m.db", SERVICE)
    with pytest.raises(StoreError, match="cannot be locked"):
        async with turns.turn():
            pass


@pytest.mark.asyncio
async def test_a_holders_file_that_cannot_be_removed_keeps_no_lock(tmp_path: Path) -> None:
    (tmp_path / "m.db.lock.holder").mkdir()
    async with Turns(tmp_path / "m.db", SERVICE).turn():
        pass
    for _ in range(2):
        with writing(tmp_path / "m.db", "channel-monitor review", wait_s=0.1):
            pass


@pytest.mark.asyncio
async def test_who_stopped_waiting_waits_for_nobody(tmp_path: Path) -> None:
    """Else the watchdog would be fed for ever: whoever waits for another is not stuck."""
    async with opened(tmp_path) as service:
        with writing(service.path, "channel-monitor import"):
            task = asyncio.create_task(_note(service, "never"))
            while service.waiting_for is None:  # noqa: ASYNC110 - a lock sets no event
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.wait([task])
            assert service.waiting_for is None


@pytest.mark.asyncio
async def test_too_many_at_once_is_a_trouble_of_the_store(tmp_path: Path) -> None:
    async with opened(tmp_path) as service, AsyncExitStack() as stack:
        assert service._engine is not None
        pool = service._engine.sync_engine.pool
        pool._timeout = 0.1  # type: ignore[attr-defined]  # half a minute otherwise
        with pytest.raises(StoreError, match="cannot be used"):
            for _ in range(50):
                await stack.enter_async_context(service.look())


def test_two_archives_of_one_folder_keep_their_records_apart(tmp_path: Path) -> None:
    """Two processes append at once, one recovers meanwhile: every record can be read."""
    archives = [Archive(tmp_path / "e") for _ in range(3)]
    kept: list[tuple[bytes, str, int]] = []

    def write(number: int) -> None:
        for turn in range(20):
            body = f"{number} {turn}".encode() * 500
            found = archives[number].append(Fetched("https://t.me/s/composed", NOW, 200, body))
            kept.append((body, found.file, found.offset))
            assert archives[2].recover({}) == []

    threads = [threading.Thread(target=write, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 40
    for body, file, offset in kept:
        assert archives[2].read(file, offset) == body


async def _note(database: Database, name: str) -> None:
    async with database.begin() as connection:
        await duties.failed(connection, name, NOW, "composed")
