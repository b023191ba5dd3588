"""What the service does with the facts: judge them, write the weekly report, keep the store well.

Each duty is the job of a one-shot command, done when it is due; how that went stands in its row.
What hangs on the date waits while the clock is not to be believed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from monitor.catalog.names import passes
from monitor.catalog.text import fold
from monitor.errors import MonitorError, StoreError
from monitor.jobs.judging import detect
from monitor.jobs.maintaining import check_integrity, checkpoint, let_go
from monitor.jobs.passes import Means
from monitor.jobs.publishing import publish
from monitor.jobs.windows import week
from monitor.log import logger
from monitor.model import Judgement, Post
from monitor.service import periods
from monitor.service.clock_watch import ClockWatch
from monitor.service.edges import Edges
from monitor.store import conclusions, duties
from monitor.store.duties import WEEKLY, Duty

DETECT = "detect"
UPKEEP = "upkeep"
PUBLISH = "front page and feed"

REST = 9
"""Times the length of a judgement that pass before the next: judging takes a tenth of a core at
most. Uncalibrated."""
FRESH = timedelta(minutes=15)
"""How young a post is that somebody may wait for an alert about. Uncalibrated."""
ANYWAY = timedelta(hours=1)
"""After which facts that did not change are judged anew, because time alone moves states."""
DAILY = timedelta(days=1)


@dataclass(slots=True)
class Duties:
    """The duties of a running service."""

    means: Means
    edges: Edges
    clock_watch: ClockWatch
    reports: Path
    judged: Callable[[], Awaitable[None]] | None = None
    """Awaited after each judgement that found something else than the one before."""
    _rests_until: dict[str, timedelta] = field(default_factory=dict)
    _soonest: timedelta = timedelta()
    """Until when even what is urgent waits for the next judgement."""
    _judged_version: float | None = None
    _judged_at: datetime | None = None

    async def detect(self) -> None:
        """Judge, where facts changed or an hour passed, and not sooner than rest allows."""
        if self.clock_watch.steady:
            await self._do(DETECT, self._detect)

    async def _detect(self, _duty: Duty) -> str | None:
        clock, now = self.means.clock, self.means.clock.now()
        async with self.means.database.look() as connection:
            version = await conclusions.facts_version(connection)
        fresh = self._judged_at is not None and timedelta() <= now - self._judged_at < ANYWAY
        if version == self._judged_version and fresh:
            return None
        begun = clock.elapsed()
        judgement = await detect(self.means.database, self.means.settings, now)
        self._judged_version, self._judged_at = version, now
        took = clock.elapsed() - begun
        self._soonest = clock.elapsed() + took
        self._rest(DETECT, REST * took)
        if self.judged is not None:
            await self.judged()
        await self._publish(judgement)
        return ""

    def heard(self, posts: Iterable[Post]) -> None:
        """Judge sooner where a fresh post may say something of its channel's place.

        What says so is the first look of the judges, which one post in ten passes: judging then
        takes half of a core at most, and somebody who waits for an alert has it in seconds.
        """
        since = self.means.clock.now() - FRESH
        if any(post.at >= since and (post.links or passes(fold(post.text))) for post in posts):
            until = self._rests_until.get(DETECT, timedelta())
            self._rests_until[DETECT] = min(until, self._soonest)

    async def _publish(self, judgement: Judgement) -> None:
        """Keep front page and feed true; what is judged stays so where the folder cannot be had."""
        language = self.means.settings.report.language
        try:
            # Half a second for 300 channels, in which there are pushes to store.
            await asyncio.to_thread(publish, judgement, self.reports, language)
        except MonitorError as error:
            self.edges.failed(PUBLISH, error)
        else:
            self.edges.succeeded(PUBLISH)

    async def weekly(self) -> None:
        """Write the reports that are owed, one a call, oldest first."""
        if self.clock_watch.steady:
            await self._do(WEEKLY, self._weekly)

    async def _weekly(self, duty: Duty) -> str | None:
        settings, now = self.means.settings.report, self.means.clock.now()
        last = periods.last_due(now, settings)
        if duty.done is None:
            # Nothing was promised for the time before the service first ran.
            return last
        if periods.is_ahead(duty.done, now, settings):
            # What a clock that was ahead took for a week that had ended is still owed.
            logger().warning("reported too early, by a false clock", week=duty.done)
            # So is the last one that is due, if it was written then.
            return periods.before(last) if (self.reports / last).exists() else last
        weeks = periods.owed(duty.done, now, settings)
        if not weeks:
            return None
        from monitor.jobs.reporting import report_once  # noqa: PLC0415 - matplotlib takes a second

        window = week(weeks[0])
        path = await report_once(
            self.means.database, self.means.settings, window, now=now, out=self.reports,
            due=periods.due_at(weeks[0], settings),
        )  # fmt: skip
        logger().info("weekly report", week=window.name, path=str(path))
        return window.name

    async def upkeep(self) -> None:
        """Look through what is kept once a day, and let go of what is old where that is asked."""
        if self.clock_watch.steady:
            await self._do(UPKEEP, self._upkeep, every=DAILY)

    async def _upkeep(self, duty: Duty) -> str | None:
        now, database, archive = self.means.clock.now(), self.means.database, self.means.archive
        if duty.last_success is not None and timedelta() <= now - duty.last_success < DAILY:
            return None
        await checkpoint(database.path)
        older_than = self.means.settings.retention.evidence
        if older_than is not None:
            gone = await let_go(
                database, archive, older_than=older_than, now=now, reports=self.reports
            )
            if gone.bodies:
                logger().info("old evidence was let go", bodies=gone.bodies, bytes=gone.bytes)
            for problem in gone.problems:
                logger().warning("evidence cannot be let go", why=problem)
        problems = await check_integrity(database.path, archive, now)
        if problems:
            raise StoreError("; ".join(problem.sentence for problem in problems[:5]))
        return ""

    async def guarded(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do what keeps no row of its own; its trouble is said and stops nothing."""
        try:
            await work()
        except MonitorError as error:
            self.edges.failed(name, error)
        else:
            self.edges.succeeded(name)

    async def _do(
        self,
        name: str,
        work: Callable[[Duty], Awaitable[str | None]],
        *,
        every: timedelta | None = None,
    ) -> None:
        """Do a duty if it may be tried; it returns for what it is done now, None for nothing."""
        database, now = self.means.database, self.means.clock.now()
        if self.means.clock.elapsed() < self._rests_until.get(name, timedelta()):
            return
        try:
            async with database.look() as connection:
                duty = await duties.read(connection, name)
            if not duty.is_due(now, every):
                return
            done = await work(duty)
            if done is not None or duty.errors:
                async with database.begin() as connection:
                    await duties.succeeded(
                        connection, name, now, done=done or None,
                        due_at=now + every if every is not None else None,
                    )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - a fault of ours too is not met each second
            self.edges.failed(name, error)
            await self._failed(name, now, error)
        else:
            self.edges.succeeded(name)

    async def _failed(self, name: str, now: datetime, error: Exception) -> None:
        ours = isinstance(error, MonitorError)
        said = str(error) if ours else f"a fault of ours: {type(error).__name__}: {error}"
        try:
            async with self.means.database.begin() as connection:
                await duties.failed(connection, name, now, said)
        except MonitorError:  # the store is what failed; it says so itself
            self._rest(name, duties.FIRST_PAUSE)

    def _rest(self, name: str, length: timedelta) -> None:
        self._rests_until[name] = self.means.clock.elapsed() + length
