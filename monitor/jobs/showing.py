"""The local pages over a store that is only read: alone for `serve`, or beside the service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.clock import Clock
from monitor.config import Settings
from monitor.errors import MonitorError
from monitor.jobs import gauging, health
from monitor.jobs.lags import lags
from monitor.jobs.status import database_bytes, evidence_bytes
from monitor.jobs.status import status as how_it_stands
from monitor.log import logger
from monitor.model import Json
from monitor.pages.content import Cases, Check, Content, Health, Series
from monitor.pages.server import serving
from monitor.store import accounts, conclusions, outbox, totals
from monitor.store.database import Connection, Database
from monitor.store.totals import Kept

COUNTED_AGAIN = 20.0
"""Counting takes a twentieth of the time at most. Measured 2026-11-25: 0.3 s for two million posts
of 300 channels."""
COUNTED_FOR_S = 15.0
"""Seconds for which totals hold at least: Prometheus's usual interval of scrapes."""

More = Callable[[Connection], Awaitable[Sequence[Series]]]


@dataclass(frozen=True, slots=True)
class Subject:
    """What the pages are about, and what only a running service can say.

    `settings` is asked each time, because a service re-reads them. `since` is when it started;
    `checks` are further questions of health, such as whether it makes progress; `more` reads
    further series within the transaction of a scrape, such as the outbox of alerts.
    """

    database: str
    settings: Callable[[], Settings]
    clock: Clock
    evidence: Path
    reports: Path
    since: datetime | None = None
    checks: Sequence[Callable[[], Check]] = ()
    more: Sequence[More] = ()


@asynccontextmanager
async def pages(subject: Subject, host: str, port: int) -> AsyncIterator[str]:
    """Serve the pages until the block ends; yields their address.

    They read over connections of their own, so that a service's writing never waits for them.

    Raises:
        StoreError: there is no database of this version.
        MonitorError: the port is taken.
    """
    async with Database(subject.database) as database:
        shown = _Shown(subject, database)
        content = Content(
            reports=subject.reports,
            status=shown.status,
            cases=shown.cases,
            health=shown.health,
            series=shown.series,
        )
        async with serving(content, host, port) as address:
            yield address


class _Shown:
    """Answers what the pages ask, anew each time but for the totals."""

    def __init__(self, subject: Subject, database: Database) -> None:
        self._subject = subject
        self._database = database
        self._kept: Kept | None = None
        self._kept_until = 0.0
        self._counting = asyncio.Lock()

    async def status(self) -> Mapping[str, Json]:
        return await how_it_stands(
            self._database,
            self._subject.settings(),
            self._subject.clock.now(),
            evidence=self._subject.evidence,
            reports=self._subject.reports,
            kept=await self._totals(),
        )

    async def cases(self) -> Cases:
        async with self._database.begin() as connection:
            judged = await totals.judged(connection)
            rows = await conclusions.cases(connection)
        return Cases(judged.at, judged.behind, rows)

    async def health(self) -> Health:
        subject, now = self._subject, self._subject.clock.now()
        settings = subject.settings()
        checks = [check() for check in subject.checks]
        try:
            async with self._database.begin() as connection:
                visits = await totals.visits(connection)
                judged = await totals.judged(connection)
        except MonitorError as error:
            logger().warning("the database cannot be read", why=str(error))
            # The whole sentence names paths; the log has it.
            unread = Check("database", ok=False, why="it cannot be read; the log says why")
            return Health(now, (unread, *checks))
        within = (
            health.JUDGED_WITHIN
            if subject.since is None
            else health.service_judges_within(settings)
        )
        behind = lags(settings, visits, now)
        return Health(
            now,
            (
                Check("database", ok=True, why="it can be read"),
                health.collection(behind, settings, now, since=subject.since),
                health.judgement(judged, now, within=within),
                *checks,
            ),
        )

    async def series(self) -> Sequence[Series]:
        try:
            told = await self._read()
        except MonitorError as error:
            # The scrape itself goes well: it says that the database did not.
            logger().warning("the database cannot be read", why=str(error))
            return [gauging.build(), gauging.readable(ok=False)]
        return [gauging.build(), gauging.readable(ok=True), *told]

    async def _read(self) -> list[Series]:
        subject, now = self._subject, self._subject.clock.now()
        settings = subject.settings()
        kept = await self._totals()
        async with self._database.begin() as connection:
            facts = gauging.Facts(
                now=now,
                kept=kept,
                asked=await totals.asked(connection),
                lags=lags(settings, await totals.visits(connection), now),
                judged=await totals.judged(connection),
                holds=await accounts.holds(connection, after=now),
                standings=await accounts.standings(connection),
                cases=await conclusions.cases(connection),
                database_bytes=database_bytes(self._database.path),
                evidence_bytes=await asyncio.to_thread(evidence_bytes, subject.evidence),
            )
            further = [one for more in subject.more for one in await more(connection)]
            further += gauging.outbox(await outbox.standings(connection), subject.clock.now())
        return [*gauging.series(facts, settings), *further]

    async def _totals(self) -> Kept:
        """Count what is kept, or take what was counted a moment ago."""
        clock = asyncio.get_running_loop().time
        async with self._counting:
            if self._kept is None or clock() >= self._kept_until:
                begun = clock()
                async with self._database.begin() as connection:
                    self._kept = await totals.kept(connection)
                took_s = clock() - begun
                self._kept_until = clock() + max(COUNTED_FOR_S, COUNTED_AGAIN * took_s)
            return self._kept
