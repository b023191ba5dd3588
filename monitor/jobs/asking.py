"""The accounts that may ask: opened, shared out among the channels, replaced when one fails."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from monitor.clock import Clock
from monitor.config import ChannelSettings, TelegramSettings
from monitor.errors import MonitorError, Retryable, StoreError
from monitor.jobs.collecting import Visited, say_unreachable
from monitor.jobs.following import ABSENT_AGAIN, Follower
from monitor.jobs.keeping_pace import kept_pace
from monitor.jobs.keeping_told import ROUTE, keep_probe, keep_states
from monitor.jobs.side_by_side import side_by_side
from monitor.log import logger
from monitor.model import Availability
from monitor.secrets import AccountSecrets
from monitor.sources.telegram import WAIT_S, Account, AccountLost, Flooded, Timer
from monitor.store import accounts, channels, visits
from monitor.store.accounts import Standing
from monitor.store.database import Database
from monitor.store.visits import Plan

AT_ONCE = 3
"""Channels of one account that are asked after side by side; the pace spaces their requests."""


@dataclass(slots=True)
class Asker:
    """The open accounts and their work; `lost` says why others cannot be used.

    `on_visited` hears each time that asking after a channel has come to an end.
    """

    database: Database
    settings: TelegramSettings
    clock: Clock
    follower: Follower
    base: Path
    open: dict[str, Account] = field(default_factory=dict)
    lost: dict[str, MonitorError] = field(default_factory=dict)
    timer: Timer | None = None
    on_visited: Callable[[], None] = lambda: None
    _leaving: list[Account] = field(default_factory=list)
    _states_at: dict[str, datetime] = field(default_factory=dict)

    async def take(self, secret: AccountSecrets, wait_s: float = WAIT_S) -> Account | None:
        """Open one account; returns None, having said why, where that failed.

        `wait_s` is how long another process may take to let go of the session file.

        Raises:
            MonitorError: the session file is in use, or cannot be used at all.
        """
        name = secret.name
        pace = await kept_pace(self.database, self.settings, self.clock, name, self.timer)
        account = Account(secret, self.settings, pace, base=self.base)
        try:
            await account.open(wait_s)
        except AccountLost as error:
            self.lost[name] = error
            logger().error("account cannot be used", account=name, why=str(error))
            await self.stand(name, error.state, str(error))
            return None
        except Retryable as error:
            self.lost[name] = error
            logger().warning("account cannot connect", account=name, why=str(error))
            await self.stand(name, "unreachable", str(error))
            return None
        self.lost.pop(name, None)
        self.open[name] = account
        await self.stand(name, "ready")
        return account

    def part(self, name: str) -> None:
        """Give an account up; it is closed at the next `flush`, when nobody asks through it."""
        account = self.open.pop(name, None)
        if account is not None:
            self._leaving.append(account)

    def is_due(self, plan: Plan, now: datetime) -> bool:
        """Return whether a channel is to be asked after by now."""
        if plan.due_at is None:
            return True
        # A clock that was set back must not silence a channel for as long as it was ahead.
        longest = 2 * max(self.settings.slowest, ABSENT_AGAIN)
        return not timedelta() < plan.due_at - now <= longest

    async def collect(self, entries: Sequence[ChannelSettings]) -> list[Visited]:
        """Ask after the channels that are due, each through its account."""
        async with self.database.begin() as connection:
            plans = await visits.plans(connection, ROUTE)
        now = self.clock.now()
        due: list[ChannelSettings] = []
        resting: list[ChannelSettings] = []
        for entry in entries:
            plan = plans.get(entry.username.casefold(), Plan())
            (due if self.is_due(plan, now) else resting).append(entry)
        if due:
            await self._check_states(entries, plans)

        async def one(entry: ChannelSettings, account: Account) -> Visited:
            plan = plans.get(entry.username.casefold(), Plan())
            return await self.follower.visit(entry, account, plan)

        visited = await self._each(due, one)
        return visited + [Visited(entry.username, "not_due") for entry in resting]

    async def _each(
        self,
        entries: Sequence[ChannelSettings],
        work: Callable[[ChannelSettings, Account], Awaitable[Visited]],
    ) -> list[Visited]:
        """Do the work for each channel; what a failing account leaves goes to the others."""
        done: list[Visited] = []
        left = list(entries)
        while left and self.open:
            shares = await self._shares(left)
            came_to = await side_by_side(
                [self._share(self.open[name], share, work) for name, share in shares.items()]
            )
            left = []
            for finished, undone in came_to:
                done += finished
                left += undone
            await self.flush()
        why = next(iter(self.lost.values()), None)
        said = str(why) if why else "no account is configured"
        done += [Visited(entry.username, "failed", error=said) for entry in left]
        return done

    async def _share(
        self,
        account: Account,
        entries: Sequence[ChannelSettings],
        work: Callable[[ChannelSettings, Account], Awaitable[Visited]],
    ) -> tuple[list[Visited], list[ChannelSettings]]:
        """Return what one account came to, and what it left undone because it was lost."""
        few = asyncio.Semaphore(AT_ONCE)
        done: list[Visited] = []
        undone: list[ChannelSettings] = []

        async def guarded(entry: ChannelSettings) -> None:
            async with few:
                if account.name not in self.open:
                    undone.append(entry)
                    return
                try:
                    done.append(await work(entry, account))
                except AccountLost as error:
                    await self._lose(account.name, error)
                    undone.append(entry)
                except Flooded as error:
                    # Our own limit: nothing was seen, nothing is concluded, nothing went wrong.
                    done.append(Visited(entry.username, "held", error=str(error)))
                except Retryable as error:
                    done.append(await self._failed(entry, error))
                self.on_visited()

        await side_by_side([guarded(entry) for entry in entries])
        return done, undone

    async def backfill(
        self,
        entries: Sequence[ChannelSettings],
        work: Callable[[ChannelSettings, Account], Awaitable[Visited]],
    ) -> list[Visited]:
        """Do a backfill's work for each channel."""
        return await self._each(entries, work)

    async def _failed(self, entry: ChannelSettings, error: Exception) -> Visited:
        """Write down that we could not see the channel: our failure, never its state."""
        at, name = self.clock.now(), entry.username
        async with self.database.begin() as connection:
            plan = await visits.plan(connection, name, ROUTE)
            telegram_id = await accounts.telegram_id(connection, name)
            stored = telegram_id and await channels.by_telegram_id(connection, telegram_id)
            key = stored.key if stored else await channels.resolve(connection, name)
            await keep_probe(connection, key, Availability.UNREACHABLE, at=at, detail=str(error))
            await visits.record(connection, name, ROUTE, at=at, error=str(error))
        say_unreachable(name, plan.errors, error)
        return Visited(name, "failed", Availability.UNREACHABLE, error=str(error))

    async def _lose(self, name: str, error: AccountLost) -> None:
        """Take an account out: the others get its channels."""
        if name not in self.open:
            return
        self.part(name)
        self.lost[name] = error
        logger().error("account lost; its channels go to the others", account=name)
        await self.stand(name, error.state, str(error))

    async def stand(self, name: str, state: str, detail: str = "") -> None:
        """Keep how an account stands, for `status`."""
        async with self.database.begin() as connection:
            await accounts.stand(connection, Standing(name, state, detail, self.clock.now()))

    async def _shares(self, entries: Sequence[ChannelSettings]) -> dict[str, list[ChannelSettings]]:
        """Share channels out: each stays with its account while that can ask, else the freest."""
        async with self.database.begin() as connection:
            plans = await visits.plans(connection, ROUTE)
            patience = self.settings.patience.total_seconds()
            able = [
                name for name, account in sorted(self.open.items())
                if account.pace.wait_s("messages.GetHistory") <= patience
            ] or sorted(self.open)  # fmt: skip
            load = Counter(dict.fromkeys(able, 0))
            load.update(p.account for p in plans.values() if p.account in able)
            shares: dict[str, list[ChannelSettings]] = {}
            for entry in entries:
                before = plans.get(entry.username.casefold(), Plan()).account
                name = before if before in able else min(able, key=lambda n: (load[n], n))
                if name != before:
                    load[name] += 1
                    await visits.record_plan(connection, entry.username, ROUTE, account=name)
                    if before is not None:
                        logger().warning("handed over", channel=entry.username, to=name)
                shares.setdefault(name, []).append(entry)
        return shares

    async def _check_states(
        self, entries: Sequence[ChannelSettings], plans: dict[str, Plan]
    ) -> None:
        """Ask for all channels' states at once: renames and restrictions show here cheaply.

        Twice within the slowest poll: asked with every poll it would double the requests.
        """
        now = self.clock.now()
        for name, account in list(self.open.items()):
            last = self._states_at.get(name)
            if last is not None and timedelta() <= now - last < self.settings.slowest / 2:
                continue
            async with self.database.begin() as connection:
                known = await accounts.peers(connection, name)
            wanted = {
                entry.username: known[entry.username.casefold()]
                for entry in entries
                if entry.username.casefold() in known
                and plans.get(entry.username.casefold(), Plan()).account in (None, name)
            }
            if not wanted:
                continue
            try:
                await keep_states(self.database, self.follower.archive, self.clock, account, wanted)
                self._states_at[name] = now
            except AccountLost as error:
                await self._lose(name, error)
            except StoreError:
                raise
            except MonitorError as error:
                # The visits that follow ask each channel by itself.
                logger().info("states not told", account=name, error=str(error))

    async def flush(self) -> None:
        """Add the requests counted since the last time to the day's; close what was given up."""
        counts = {
            (account.name, method): numbers
            for account in (*self.open.values(), *self._leaving)
            for method, numbers in account.pace.taken().items()
        }
        if counts:
            async with self.database.begin() as connection:
                await accounts.count_requests(connection, self.clock.now(), counts)
        while self._leaving:
            await self._leaving.pop().close()


@asynccontextmanager
async def asking(  # noqa: PLR0917 - what asking needs
    database: Database,
    settings: TelegramSettings,
    clock: Clock,
    follower: Follower,
    secrets: Sequence[AccountSecrets],
    base: Path,
    timer: Timer | None = None,
) -> AsyncIterator[Asker]:
    """Open every account that can be used, and close them in the end.

    An account that cannot be used is told in `lost`, and kept for `status`.
    """
    asker = Asker(database, settings, clock, follower, base, timer=timer)
    try:
        for secret in secrets:
            await asker.take(secret)
        yield asker
    finally:
        for name in list(asker.open):
            asker.part(name)
        await asker.flush()
