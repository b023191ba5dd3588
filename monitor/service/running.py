"""The life of the service: it starts, ticks, reads its configuration anew when told to, and ends.

APScheduler only ticks: it reads the machine's clock itself, so what is due when is decided by our
clock and the rows. Each tick begins what is due and not under way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.clock import SystemClock
from monitor.config import Settings
from monitor.errors import MonitorError
from monitor.jobs.delivering import Deliverer, addresses
from monitor.jobs.passes import Means
from monitor.pages.content import Check
from monitor.pages.lengths import as_length
from monitor.service.clock_watch import ClockWatch
from monitor.service.collecting import Collection
from monitor.service.duties import Duties
from monitor.service.edges import Edges
from monitor.service.notify import Systemd
from monitor.service.places import writable
from monitor.store.maintenance import newest

TICK_S = 1.0
STUCK = timedelta(minutes=10)
"""Without any work coming to an end, though some is due, the service is stuck: systemd then starts
it anew. Longer than any single request may take with its retries. Uncalibrated."""


@dataclass(slots=True)
class Orders:
    """What the outside wants of the service: an end, or other settings."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    settings: Settings | None = None

    def end(self) -> None:
        """Ask for the end."""
        self.stop.set()

    def change(self, settings: Settings) -> None:
        """Ask to go on with other settings."""
        self.settings = settings
        self.changed.set()


@dataclass(slots=True)
class Service:
    """Everything that goes on while the service runs with one set of settings."""

    means: Means
    reports: Path
    tell: Callable[[str], None] = lambda _line: None
    tick_s: float = TICK_S
    systemd: Systemd = field(default_factory=Systemd)
    edges: Edges = field(default_factory=Edges)
    anew: bool = False
    """Whether it goes on from an earlier one, so that nothing that asks for a person may end it."""
    begun: bool = False
    """Whether all could be opened."""
    _collection: Collection | None = None
    _working: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, orders: Orders) -> None:
        """Run until an end or other settings are asked for.

        Raises:
            MonitorError: it cannot start, or what it needs to go on is gone for good.
        """
        life = asyncio.create_task(self._live(orders))
        asked = [asyncio.create_task(e.wait()) for e in (orders.stop, orders.changed)]
        try:
            await asyncio.wait([life, *asked], return_when=asyncio.FIRST_COMPLETED)
            if self.begun:
                await asyncio.wait([life], timeout=self._stop_within_s)
            while not life.done():
                # Telethon may swallow a cancellation that meets it in the middle of a handshake.
                life.cancel()
                await asyncio.wait([life], timeout=0.5)
            if not life.cancelled():
                life.result()
        finally:
            for task in (life, *asked):
                task.cancel()

    @property
    def _stop_within_s(self) -> float:
        return self.means.settings.service.stop_within.total_seconds()

    async def _live(self, orders: Orders) -> None:
        for folder in (self.reports, self.means.archive.folder):
            writable(folder)
        observed = await asyncio.to_thread(newest, self.means.database.path)
        clock_watch = ClockWatch(self.means.clock, observed)
        duties = Duties(self.means, self.edges, clock_watch, self.reports)
        heard = replace(
            self.means,
            on_page=lambda _name, page: duties.heard(page.posts),
            on_posts=lambda _name, posts: duties.heard(posts),
        )
        collection = self._collection = Collection(heard, self.edges)
        scheduler = self._scheduler()
        # Apprise takes half a second to load; an alert without an address ends it here.
        to = await asyncio.to_thread(addresses, self.means.settings)
        deliverer = Deliverer(self.means.database, self.means.settings, self.means.clock, to)

        async def deliver() -> None:
            await duties.guarded("alerts", deliverer.begin)

        duties.judged = deliver  # a second is much to somebody who waits for it

        for work in (collection.ask, duties.detect, duties.weekly, duties.upkeep, deliver):
            self._every_tick(scheduler, work)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(collection.opened(wait=self.anew))
            # However this ends: what went on would go on beside the next life, and do things twice.
            stack.push_async_callback(deliverer.end, timedelta())
            stack.push_async_callback(self._end_work)
            scheduler.start()
            stack.callback(scheduler.shutdown, wait=False)
            self.tell("watching; stop with Ctrl-C or SIGTERM")
            self.systemd.ready(f"watching {len(self.means.settings.channel)} channels")
            self.begun = True
            while not (orders.stop.is_set() or orders.changed.is_set()):
                await asyncio.sleep(self.tick_s)
                if clock_watch.look() is not None:
                    self._tick_now(scheduler)
                self._sign_of_life(collection)
            if orders.stop.is_set():
                self.systemd.stopping()
            else:
                self.systemd.reloading()
            scheduler.pause()
            await collection.settle(self._stop_within_s / 4)
            if self._working:
                await asyncio.wait(self._working, timeout=self._stop_within_s / 2)
            await deliverer.end(timedelta(seconds=self._stop_within_s / 4))

    async def _end_work(self) -> None:
        """Wait for what the scheduler's end has cancelled: a thread that writes ends by itself."""
        while self._working:
            for task in self._working:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait(set(self._working), timeout=0.5)

    def _scheduler(self) -> AsyncIOScheduler:
        # It warns each second of work that is still under way, which is as it should be.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_listener(self._faulty, EVENT_JOB_ERROR)
        return scheduler

    def _every_tick(self, scheduler: AsyncIOScheduler, work: Callable[[], Awaitable[None]]) -> None:
        async def tracked() -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - for the type checker
            self._working.add(task)
            try:
                await work()
                self.edges.succeeded(work.__qualname__)
            finally:
                self._working.discard(task)

        scheduler.add_job(
            tracked, IntervalTrigger(seconds=self.tick_s, timezone=UTC), id=work.__qualname__,
            max_instances=1, coalesce=True, misfire_grace_time=None,
            next_run_time=SystemClock().now(),
        )  # fmt: skip

    def _tick_now(self, scheduler: AsyncIOScheduler) -> None:
        """Let the ticks go on though the clock was set: APScheduler would wait as long."""
        for job in scheduler.get_jobs():
            job.modify(next_run_time=SystemClock().now())

    def _faulty(self, event: JobExecutionEvent) -> None:
        """Say what no duty expected: a fault of ours. The next tick tries again."""
        self.edges.failed(event.job_id, event.exception)

    def progress(self) -> Check:
        """Say whether work goes on, for whoever asks `/healthz`; as systemd is told."""
        if self._collection is None:
            return Check("progress", ok=True, why="the service is starting")
        idle = self.means.clock.elapsed() - self._collection.last_progress
        waits = self.means.database.waiting_for
        ago = f"work came to an end {as_length(idle.total_seconds())} ago"
        if waits is not None:
            return Check("progress", ok=True, why=f"{ago}; {waits} is writing the database")
        allowed = as_length(STUCK.total_seconds())
        return Check("progress", ok=idle < STUCK, why=f"{ago}; allowed are {allowed}")

    def _sign_of_life(self, collection: Collection) -> None:
        """Tell systemd that work goes on, while it does."""
        idle = self.means.clock.elapsed() - collection.last_progress
        waits = self.means.database.waiting_for
        if waits is not None:
            self.systemd.alive(f"waiting for {waits}, which writes the database")
        elif idle < STUCK:
            self.edges.succeeded("progress")
            troubles = self.edges.lasting()
            self.systemd.alive(f"{len(troubles)} troubles" if troubles else "all is well")
        else:
            self.edges.failed("progress", MonitorError(f"nothing came to an end for {idle}"))
