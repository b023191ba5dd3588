"""Collection through an account over the server of the tests: what counts as progress."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import read
from monitor.jobs.passes import Means
from monitor.model import Pushed
from monitor.secrets import AccountSecrets
from monitor.service.collecting import Collection
from monitor.service.edges import Edges
from monitor.store.archive import Archive
from monitor.store.database import Database
from tests.service.clocks import SteppedClock
from tests.telegram_server import TelegramServer

pytestmark = pytest.mark.asyncio

NOW = datetime(2026, 1, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)


@asynccontextmanager
async def collecting(
    folder: Path, clock: SteppedClock, server: TelegramServer, *names: str
) -> AsyncIterator[Collection]:
    secret = AccountSecrets(
        name="1", api_id=12345, api_hash="0123456789abcdef0123456789abcdef", phone="+9891234567",
        session=server.authorise(folder / "private" / "one.session"), proxy=None, password=None,
    )  # fmt: skip
    settings = read(
        {
            "channel": [{"username": name, "source": "telegram"} for name in names],
            "sources": {
                "telegram": {
                    "requests_per_second": 1000, "timeout": "60s",
                    "server": {
                        "host": server.host, "port": server.port, "public_key": server.public_key,
                    },
                },
            },
        },
        "composed",
    )  # fmt: skip
    url = f"sqlite:///{folder}/m.db"
    async with Database(url, writes="channel-monitor run", by_turns=True) as database:
        means = Means(settings, database, Archive(folder / "e"), clock, None, (secret,), folder)
        collection = Collection(means, Edges())
        async with collection.opened():
            yield collection


async def until(server: TelegramServer, method: str) -> None:
    async with asyncio.timeout(40):
        while not server.count(method):  # noqa: ASYNC110 - another thread sets no event
            await asyncio.sleep(0.01)


async def test_a_look_at_the_connections_is_no_progress(tmp_path: Path) -> None:
    """It ends with each tick, whatever hangs: the watchdog would never hear of that."""
    clock = SteppedClock(NOW)
    with TelegramServer() as server:
        channel = server.add_channel(1001, "Composed", username="composed_office", about="")
        server.fill(channel, 3, start=NOW - HOUR, every=timedelta(minutes=1))
        server.fail("contacts.ResolveUsername", "hang", times=1000)
        async with collecting(tmp_path, clock, server, "composed_office") as collection:
            await collection.ask()
            await until(server, "contacts.ResolveUsername")
            clock.go(HOUR)
            for _ in range(3):
                await collection.ask()
                await asyncio.sleep(0.05)
            assert (collection.queue(), collection.last_progress) == (1, timedelta())
            server.mend()


async def test_each_channel_that_was_asked_after_is_progress_whatever_others_wait_for(
    tmp_path: Path,
) -> None:
    """All that are due are one piece of work, and a thousand without news take half an hour."""
    clock = SteppedClock(NOW)
    names = ("composed_office", "composed_other")
    with TelegramServer() as server:
        for number, name in enumerate(names):
            server.add_channel(1001 + number, "Composed", username=name, about="")
        server.fail("contacts.ResolveUsername", "hang")
        async with collecting(tmp_path, clock, server, *names) as collection:
            clock.go(HOUR)
            await collection.ask()
            async with asyncio.timeout(40):
                while not collection.last_progress:  # noqa: ASYNC110 - work sets no event
                    await asyncio.sleep(0.01)
            assert (collection.queue(), collection.last_progress) == (1, HOUR)


async def test_what_was_pushed_is_stored_before_the_end(tmp_path: Path) -> None:
    """A deletion is told once: what is read on from the highest id would not meet it again."""
    clock = SteppedClock(NOW)
    with TelegramServer() as server:
        channel = server.add_channel(1001, "Composed", username="composed_office", about="")
        server.fill(channel, 30, start=NOW - HOUR, every=timedelta(minutes=1))
        async with collecting(tmp_path, clock, server, "composed_office") as collection:
            await collection.ask()
            async with asyncio.timeout(40):
                while collection.queue():  # noqa: ASYNC110 - work sets no event
                    await asyncio.sleep(0.01)
            accounts = collection._accounts
            assert accounts is not None
            for number in range(1, 21):
                accounts._pushed.put_nowait(Pushed(1001, deleted=(number,)))
            await collection.settle(30)
    with closing(sqlite3.connect(tmp_path / "m.db")) as raw:
        gone = raw.execute("SELECT count(*) FROM post WHERE deleted_at IS NOT NULL").fetchone()
    assert gone == (20,)
