"""Collection while the service runs: visit what is due, keep what is pushed, mend what broke.

The same visits as the one-shot commands. A push is a hint: it is stored at once, and the timer
reads on from the highest stored id all the same. Pages are asked channel by channel, so that a long
first reading holds up nobody; the channels of accounts go together, because an account's pace is
one.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from monitor.config import ChannelSettings
from monitor.errors import MonitorError, NeedsPerson, StoreError
from monitor.jobs.keeping import ROUTE as PAGES
from monitor.jobs.keeping_told import ROUTE as ACCOUNTS
from monitor.jobs.passes import Means, Sources, sources
from monitor.log import logger
from monitor.model import Page, Post
from monitor.service.accounts import Accounts
from monitor.service.edges import Edges
from monitor.store import visits
from monitor.store.visits import Plan

FIRST_PAUSE = timedelta(minutes=1)
"""Before a channel that could not be reached is asked again; doubled each time, the poll at most.
Uncalibrated."""
STORE_PAUSE = timedelta(seconds=1)
LONGEST_STORE_PAUSE = timedelta(minutes=1)
"""Between attempts while the store cannot be written, doubled each time. Uncalibrated."""


LONGEST_FAULT_PAUSE = timedelta(minutes=10)
"""Between attempts at work that meets a fault of ours, doubled each time. Uncalibrated."""

AT_ONCE = 3
"""Pages' channels under way for each connection: enough to keep the pace busy. With all of them,
each would wait for the first pages of all others, and none come to an end for hours where every
answer hangs. Uncalibrated."""

PUSHES = "pushes"
CONNECTIONS = "the accounts' connections"
NEVER = datetime.min.replace(tzinfo=UTC)


class Collection:
    """What is asked and heard while the service runs."""

    def __init__(self, means: Means, edges: Edges) -> None:
        # Each page and each batch of posts is progress: a first reading of many channels ends late.
        self._told = (means.on_page, means.on_posts)
        self._means = means = replace(means, on_page=self._on_page, on_posts=self._on_posts)
        self._edges = edges
        self._opened: Sources | None = None
        self._accounts: Accounts | None = None
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._store_pause = STORE_PAUSE
        self._not_before = timedelta()
        self._faulty: dict[str, tuple[timedelta, timedelta]] = {}
        """Work that met a fault of ours: how long it rests, and until when."""
        self.last_progress = means.clock.elapsed()
        """When something was last read, or work came to an end, or none was due."""

    def _on_page(self, name: str, page: Page) -> None:
        self.last_progress = self._means.clock.elapsed()
        self._told[0](name, page)

    def _on_visited(self) -> None:
        self.last_progress = self._means.clock.elapsed()

    def _on_posts(self, name: str, posts: list[Post]) -> None:
        self.last_progress = self._means.clock.elapsed()
        self._told[1](name, posts)

    @asynccontextmanager
    async def opened(self, *, wait: bool = False) -> AsyncIterator[None]:
        """Open the ways to ask; in the end all work under way is broken off, and they are closed.

        With `wait` the public pages go on until somebody logs in, where no account can be used.

        Raises:
            BadConfiguration: an account is needed and none is configured.
            NeedsPerson: channels need an account, and none can be used before somebody logs in.
        """
        needed = any(e.source == "telegram" for e in self._means.settings.channel)
        async with sources(self._means, with_accounts=needed) as opened:
            self._opened = opened
            if opened.asker is not None:
                need = None if wait or opened.asker.open else opened.need()
                if need is not None:
                    raise need
                # All that are due are one piece of work, and most have nothing new to tell.
                opened.asker.on_visited = self._on_visited
                self._accounts = Accounts(self._means, opened.asker)
                await self._accounts.begin()
            try:
                yield
            finally:
                await self._break_off()
                self._opened = self._accounts = None

    async def ask(self) -> None:
        """Begin to visit what is due and not being visited; returns at once."""
        if self._means.clock.elapsed() < self._not_before:
            return
        accounts = self._accounts
        if accounts is not None:
            self._begin(CONNECTIONS, accounts.revive())
            self._begin(PUSHES, accounts.store_pushes())
        by_account = [e for e in self._means.settings.channel if e.source == "telegram"]
        by_page = [e for e in self._means.settings.channel if e.source == "preview"]
        if accounts is not None and not accounts.able:
            nobody = NeedsPerson("no account can ask; public pages are read instead")
            self._edges.failed("accounts", nobody)
            by_page, by_account = [*by_page, *by_account], []
        elif accounts is not None:
            self._edges.succeeded("accounts")
        try:
            waiting = await self._due(by_page, PAGES)
            for entry in waiting[: self._free()]:
                self._begin(f"@{entry.username}", self._visit([entry], PAGES))
            if waiting := await self._due(by_account, ACCOUNTS):
                self._begin("channels through accounts", self._visit(waiting, ACCOUNTS))
        except StoreError as error:
            self._rest(error)
            return
        if not self.queue():
            self.last_progress = self._means.clock.elapsed()

    def queue(self) -> int:
        """Return how many pieces of collecting are under way."""
        return len(self._under_way.keys() - {PUSHES, CONNECTIONS})

    def _free(self) -> int:
        """Return how many more channels may be visited over pages."""
        most = AT_ONCE * self._means.settings.sources.preview.connections
        return max(0, most - sum(what.startswith("@") for what in self._under_way))

    async def _due(self, entries: Sequence[ChannelSettings], route: str) -> list[ChannelSettings]:
        """Return what is due and not under way, the longest not asked after first."""
        if not entries:
            return []
        async with self._means.database.look() as connection:
            kept = await visits.plans(connection, route)
        now = self._means.clock.now()
        plans = [(e, kept.get(e.username.casefold(), Plan())) for e in entries]
        due = [
            (plan.last_at or NEVER, entry)
            for entry, plan in plans
            if f"@{entry.username}" not in self._under_way and self._is_due(plan, route, now)
        ]
        return [entry for _, entry in sorted(due, key=itemgetter(0))]

    def _is_due(self, plan: Plan, route: str, now: datetime) -> bool:
        configured = self._means.settings.sources
        if plan.errors and plan.last_at is not None:
            poll = configured.preview.poll if route == PAGES else configured.telegram.slowest
            pause = min(FIRST_PAUSE * 2 ** min(plan.errors - 1, 20), poll)
            # A clock that was set back must not silence a channel for as long as it was ahead.
            return not timedelta() <= now - plan.last_at < pause
        asker = self._opened.asker if self._opened is not None else None
        if route == ACCOUNTS and asker is not None:
            return asker.is_due(plan, now)
        last = plan.last_success
        return last is None or not timedelta() <= now - last < configured.preview.poll

    async def _visit(self, entries: Sequence[ChannelSettings], route: str) -> None:
        opened = self._opened
        assert opened is not None  # noqa: S101 - for the type checker
        if route == PAGES:
            await opened.collector.collect(entries)
        elif opened.asker is not None:
            await opened.asker.collect(entries)
            await opened.asker.flush()

    def _begin(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        """Begin a piece of work, unless the same is still under way, or rests."""
        _, rests_until = self._faulty.get(what, (timedelta(), timedelta()))
        if what in self._under_way or self._means.clock.elapsed() < rests_until:
            work.close()
            return
        task = asyncio.create_task(self._guarded(what, work))
        self._under_way[what] = task
        task.add_done_callback(lambda _task: self._under_way.pop(what, None))

    async def _guarded(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        """Do a piece of work; its trouble stops nobody else, and is said once."""
        try:
            await work
        except StoreError as error:
            self._rest(error)
        except MonitorError as error:
            self._edges.failed(what, error)
        except Exception as error:  # noqa: BLE001 - nothing above would hear of it
            # Unexpected, so no row says when to try again: without a rest it would ask every tick.
            self._edges.failed(what, error)
            pause, _ = self._faulty.get(what, (FIRST_PAUSE / 2, timedelta()))
            pause = min(2 * pause, LONGEST_FAULT_PAUSE)
            self._faulty[what] = (pause, self._means.clock.elapsed() + pause)
        else:
            self._faulty.pop(what, None)
            self._edges.succeeded(what)
            if what == CONNECTIONS:  # looked at each tick: it says nothing of collecting or storing
                return
            self._edges.succeeded("the store")
            self._store_pause = STORE_PAUSE
            self._on_visited()

    def _rest(self, error: StoreError) -> None:
        """Let the store be for a while: a full disk gets no emptier by asking."""
        self._edges.failed("the store", error)
        self._not_before = self._means.clock.elapsed() + self._store_pause
        self._store_pause = min(2 * self._store_pause, LONGEST_STORE_PAUSE)
        if self._accounts is not None:
            self._accounts.missed()

    async def settle(self, within_s: float) -> None:
        """Let what is under way come to its end, for so long."""
        tasks = [t for what, t in self._under_way.items() if what != PUSHES]
        stored: asyncio.Task[None] | None = None
        if self._accounts is not None and PUSHES in self._under_way:
            # A deletion is told once; reading on from the highest id would not meet it again.
            stored = asyncio.create_task(self._accounts.stored())
            tasks.append(stored)
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=within_s)
        finally:
            if stored is not None:
                stored.cancel()

    async def _break_off(self) -> None:
        tasks = list(self._under_way.values())
        while left := [task for task in tasks if not task.done()]:
            # Telethon may swallow a cancellation that meets it in the middle of a handshake.
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=0.5)
        for task in tasks:
            if not task.cancelled() and (error := task.exception()) is not None:
                logger().error("work ended with a fault of ours", error=repr(error))
