"""Both ways to ask, opened together: public pages and accounts; the commands' and the service's."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from monitor.clock import Clock
from monitor.config import ChannelSettings, Settings
from monitor.errors import BadConfiguration, MonitorError, NeedsPerson
from monitor.jobs.asking import Asker, asking
from monitor.jobs.collecting import Collector, Visited
from monitor.jobs.following import Follower
from monitor.jobs.history import Reader
from monitor.jobs.maintaining import finish_letting_go
from monitor.log import logger
from monitor.model import Page, Post
from monitor.secrets import AccountSecrets
from monitor.sources.fetching import Fetcher
from monitor.sources.pacing import Pace
from monitor.sources.telegram import Account, Timer
from monitor.store import evidence
from monitor.store.archive import Archive
from monitor.store.database import Database

OnPage = Callable[[str, Page], None]
OnPosts = Callable[[str, list[Post]], None]

NO_ACCOUNT = (
    "channels.toml reads channels through an account, and none is configured: set MONITOR_API_ID, "
    "MONITOR_API_HASH and MONITOR_PHONE (see docs/accounts.md), then run `channel-monitor login`"
)


@dataclass(frozen=True, slots=True)
class Means:
    """What asking is done with: settings, secrets, the store, the clock, who hears of progress."""

    settings: Settings
    database: Database
    archive: Archive
    clock: Clock
    proxy: str | None
    accounts: Sequence[AccountSecrets]
    base: Path
    on_page: OnPage = lambda _name, _page: None
    on_posts: OnPosts = lambda _name, _posts: None
    timer: Timer | None = None
    """Lets the accounts' pauses pass; the event loop's own time where none is given."""


@dataclass(slots=True)
class Sources:
    """The open ways to ask: pages always, accounts where one is needed."""

    collector: Collector
    asker: Asker | None
    lost: list[MonitorError] = field(default_factory=list)

    async def collect(
        self, entries: Sequence[ChannelSettings], *, fall_back: bool = True
    ) -> list[Visited]:
        """Ask once after every channel that is due; without accounts the pages go on alone."""
        by_page, by_account = _split(entries)
        visited = await self.collector.collect(by_page) if by_page else []
        if by_account and self.asker is not None:
            if self.asker.open:
                visited += await self.asker.collect(by_account)
            if not self.asker.open:
                self.lost = list(self.asker.lost.values())
                done = {v.username for v in visited if v.outcome != "failed"}
                left = [e for e in by_account if e.username not in done]
                if fall_back and left:
                    logger().warning("no account can ask; public pages are read instead")
                    visited = [v for v in visited if v.outcome != "failed"]
                    visited += await self.collector.collect(left)
                elif not fall_back:
                    named = {v.username for v in visited}
                    visited += [
                        Visited(e.username, "failed", error=str(self.lost[0]))
                        for e in left if e.username not in named
                    ]  # fmt: skip
        return visited

    async def backfill(
        self, entries: Sequence[ChannelSettings], since: datetime, until: datetime | None
    ) -> list[Visited]:
        """Read history, each channel over its own source."""
        by_page, by_account = _split(entries)
        visited: list[Visited] = []
        if by_page:
            visited = await self.collector.backfill(by_page, since=since, until=until)
        if by_account and self.asker is not None:

            async def one(entry: ChannelSettings, account: Account) -> Visited:
                assert self.asker is not None  # noqa: S101 - for the type checker
                return await self.asker.follower.backfill(entry, account, since, until)

            visited += await self.asker.backfill(by_account, one)
            if not self.asker.open:
                self.lost = list(self.asker.lost.values())
        return visited

    def need(self) -> MonitorError | None:
        """Return what a person must do before accounts can ask again, None if nothing."""
        return next((e for e in self.lost if isinstance(e, NeedsPerson)), None)


def _split(
    entries: Sequence[ChannelSettings],
) -> tuple[list[ChannelSettings], list[ChannelSettings]]:
    by_page = [e for e in entries if e.source == "preview"]
    return by_page, [e for e in entries if e.source == "telegram"]


@asynccontextmanager
async def sources(means: Means, *, with_accounts: bool) -> AsyncIterator[Sources]:
    """Open what asking needs, after cutting off what a kill left torn in the archive.

    Raises:
        BadConfiguration: an account is needed and none is configured.
    """
    if with_accounts and not means.accounts:
        raise BadConfiguration(NO_ACCOUNT)
    preview = means.settings.sources.preview
    await recover(means.database, means.archive)
    pace = Pace(preview.requests_per_second, max_connections=preview.connections)

    def fetcher(attempts: int) -> Fetcher:
        return Fetcher(
            preview.base_url,
            user_agent=preview.user_agent,
            pace=pace,
            clock=means.clock,
            proxy=means.proxy,
            timeout_s=preview.timeout.total_seconds(),
            attempts=attempts,
            wait_initial_s=min(2.0, 1 / preview.requests_per_second),
        )

    async with fetcher(preview.attempts) as often, fetcher(min(2, preview.attempts)) as twice:
        collector = Collector(
            means.database, means.archive, often, means.settings, means.clock, means.on_page
        )
        if not with_accounts:
            yield Sources(collector, None)
            return
        looker = Collector(means.database, means.archive, twice, means.settings, means.clock)
        telegram = means.settings.sources.telegram
        reader = Reader(means.database, means.archive, telegram, means.clock, means.on_posts)
        follower = Follower(
            means.database, means.archive, telegram, means.clock, reader, looker.look
        )
        async with asking(
            means.database, telegram, means.clock, follower,
            means.accounts, means.base, means.timer,
        ) as asker:  # fmt: skip
            yield Sources(collector, asker, list(asker.lost.values()) if not asker.open else [])


async def recover(database: Database, archive: Archive) -> None:
    """Cut off what a kill left torn at the end of the archive's files, and say so.

    Files that others took the place of are removed first: nothing may be appended to them.
    """
    await finish_letting_go(database, archive)
    async with database.begin() as connection:
        ends = await evidence.committed_ends(connection)
    for line in archive.recover(ends):
        logger().warning(line)
