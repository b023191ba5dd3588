"""A real database with its archive, made by keeping composed pages as a pass would."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.config import Settings
from monitor.jobs.judging import detect
from monitor.jobs.keeping import keep_page
from monitor.model import Fetched
from monitor.sources.preview import parse_page
from monitor.store.archive import Archive
from monitor.store.database import Database
from tests.served_pages import ServedChannel, ServedPost, feed_page

MARCH = datetime(2018, 3, 1, 12, tzinfo=UTC)
NOTICE = "This channel stops its work in Telegram from today. Follow us: ble.ir/composed_office"
LOOKS = 3
"""How often each page is looked at: the later looks tell nothing new but views and counts."""


def url(folder: Path) -> str:
    """Return the address of the database in a folder."""
    return f"sqlite:///{folder / 'monitor.db'}"


def archive(folder: Path) -> Archive:
    """Return the archive beside it."""
    return Archive(folder / "monitor-evidence")


def office(posts: int = 30, name: str = "composed_office") -> ServedChannel:
    """Return a channel with a post every eight hours; the twentieth announces that it leaves."""
    return ServedChannel(
        name,
        [
            ServedPost(n, MARCH + n * timedelta(hours=8), NOTICE if n == 20 else f"Composed {n}")
            for n in range(1, posts + 1)
        ],
        telegram_id=1_000_000_000 + len(name),
    )


async def keep(folder: Path, channel: ServedChannel, *, judged: bool = True) -> None:
    """Keep every page of a channel, the newest after each post, several times over."""
    kept = archive(folder)
    async with Database(url(folder), writes="tests") as database:
        for shown in range(5, len(channel.posts) + 1, 5):
            sofar = ServedChannel(
                channel.username, channel.posts[:shown], telegram_id=channel.telegram_id
            )
            for look in range(LOOKS):
                at = sofar.posts[-1].at + timedelta(hours=1 + look)
                sofar.subscribers = 1000 + shown + look
                body = feed_page(sofar, at, page_size=5)
                fetched = Fetched(f"https://t.me/s/{channel.username}", at, 200, body)
                page = parse_page(body)
                async with database.begin() as connection:
                    await keep_page(
                        connection, kept, fetched, page, username=channel.username, at=at
                    )
                    kept.sync()
        if judged:
            await detect(database, Settings(), MARCH + timedelta(days=60))
