"""Collection over real pages: what counts as progress, and how much is under way at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from monitor.config import read
from monitor.jobs.passes import Means, OnPage
from monitor.model import Page
from monitor.service.collecting import AT_ONCE, Collection
from monitor.service.edges import Edges
from monitor.store.archive import Archive
from monitor.store.database import Database
from tests.page_server import PageServer, ServedChannel, ServedPost
from tests.service.clocks import SteppedClock

pytestmark = pytest.mark.asyncio

NOW = datetime(2026, 1, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)


@asynccontextmanager
async def collecting(
    folder: Path,
    clock: SteppedClock,
    pages: PageServer,
    *,
    per_second: float,
    on_page: OnPage = lambda _name, _page: None,
) -> AsyncIterator[Collection]:
    preview = {"base_url": pages.base_url, "requests_per_second": per_second, "attempts": 1}
    settings = read(
        {
            "channel": [{"username": name} for name in pages.channels],
            "sources": {"preview": preview | {"timeout": "30s"}},
        },
        "composed",
    )
    url = f"sqlite:///{folder}/m.db"
    async with Database(url, writes="channel-monitor run", by_turns=True) as database:
        means = Means(settings, database, Archive(folder / "e"), clock, None, (), folder, on_page)
        collection = Collection(means, Edges())
        async with collection.opened():
            yield collection


async def asked(pages: PageServer, number: int) -> None:
    async with asyncio.timeout(20):
        while len(pages.log) < number:  # noqa: ASYNC110 - another thread sets no event
            await asyncio.sleep(0.01)


async def test_a_first_reading_that_lasts_is_progress_page_by_page(tmp_path: Path) -> None:
    """Else systemd would start a service anew in the middle of its first hour, for ever."""
    posts = [ServedPost(n, NOW - n * timedelta(minutes=1), "Composed") for n in range(1, 201)]
    clock = SteppedClock(NOW)
    with PageServer([ServedChannel("composed_office", posts)], now=NOW) as pages:
        async with collecting(tmp_path, clock, pages, per_second=20) as collection:
            await collection.ask()
            await asked(pages, 2)
            clock.go(HOUR)
            await asked(pages, 5)
            assert (collection.queue(), collection.last_progress) == (1, HOUR)


async def test_where_nothing_is_answered_few_are_under_way_and_come_to_an_end(
    tmp_path: Path,
) -> None:
    offices = [ServedChannel(f"composed_{n}", telegram_id=n) for n in range(1, 61)]
    clock = SteppedClock(NOW)
    with PageServer(offices, now=NOW, hang_s=20) as pages:
        hang: Literal["hang"] = "hang"
        pages.fail("*", *[hang] * 1000)
        async with collecting(tmp_path, clock, pages, per_second=1000) as collection:
            for _ in range(3):
                await collection.ask()
            assert collection.queue() == 2 * AT_ONCE


async def test_who_waits_longest_is_asked_first_and_everybody_in_time(tmp_path: Path) -> None:
    offices = [ServedChannel(f"composed_{n}", telegram_id=n) for n in range(1, 21)]
    clock = SteppedClock(NOW)
    with PageServer(offices, now=NOW) as pages:
        async with collecting(tmp_path, clock, pages, per_second=1000) as collection:
            for _ in range(2):
                before = len(pages.log)
                async with asyncio.timeout(20):
                    while len(pages.log) < before + 2 * len(offices) or collection.queue():
                        await collection.ask()
                        await asyncio.sleep(0.01)
                landed = [a.path for a in pages.log[before:] if "/s/" not in a.path]
                assert sorted(landed) == sorted(f"/{office.username}" for office in offices)
                clock.go(2 * HOUR)


async def test_a_fault_of_ours_rests_and_holds_up_no_other_channel(tmp_path: Path) -> None:
    """Nobody foresaw it, so no row says when to try again; each second would be too often."""
    offices = [ServedChannel(f"composed_{n}", telegram_id=n) for n in (1, 2)]
    clock = SteppedClock(NOW)
    seen = []

    def on_page(name: str, _page: Page) -> None:
        seen.append(name)
        if name == "composed_1" and seen.count(name) < 3:
            raise ZeroDivisionError

    async def ask(collection: Collection) -> None:
        for _ in range(5):
            await collection.ask()
            async with asyncio.timeout(20):
                while collection.queue():  # noqa: ASYNC110 - work sets no event
                    await asyncio.sleep(0.01)

    with PageServer(offices, now=NOW) as pages:
        async with collecting(
            tmp_path, clock, pages, per_second=1000, on_page=on_page
        ) as collection:
            tries = []
            for minutes in (0, 0.5, 0.6, 1, 1.1):
                clock.go(timedelta(minutes=minutes))
                await ask(collection)
                tries.append(seen.count("composed_1"))
            assert tries == [1, 1, 2, 2, 4], "after one minute, then two; then both its pages"
            assert seen.count("composed_2") == 2
