"""Look at everything that this program needs, say what is wrong and what to do about it.

Asks nobody anything, unless `network` says so; changes nothing.
"""

import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from monitor import secrets
from monitor.clock import Clock, as_rfc3339
from monitor.config import Settings
from monitor.errors import MonitorError
from monitor.jobs import maintaining, surroundings
from monitor.jobs.surroundings import Check
from monitor.sources.fetching import Fetcher
from monitor.sources.pacing import Pace
from monitor.store import accounts, maintenance, schema_version, visits
from monitor.store.archive import Archive
from monitor.store.database import Database
from monitor.store.writer_lock import holder_of

BEHIND = timedelta(minutes=10)
"""How far an observation may lie ahead of the clock: two machines differ. Uncalibrated."""
STALE = timedelta(days=2)
"""Without any success for so long, something is wrong here and not there. Uncalibrated."""
ERRORS = 5
"""Visits of one channel that failed one after the other before it is said; uncalibrated."""
NAMED = 10
"""Channels that a check names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at: where everything is, and how to read the settings."""

    database: str
    path: Path
    archive: Archive
    clock: Clock
    settings: Callable[[], Settings]
    config: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


async def examine(patient: Patient, *, network: bool = False) -> list[Check]:
    """Run every check; one that cannot be made is itself a failure, and the others go on."""
    found: list[Check] = [*surroundings.python(), *surroundings.dependencies()]
    settings = Settings()
    try:
        settings = patient.settings()
    except MonitorError as error:
        found.append(Check("configuration", "fail", str(error), f"mend {patient.config}"))
    else:
        found += _configured(patient, settings)
    found += surroundings.secrets_file(patient.environment)
    found += surroundings.folders(
        {
            "database": patient.path.parent,
            "evidence": patient.archive.folder,
            "reports": patient.config.parent / settings.report.out,
        }
    )
    found += surroundings.time_zones(settings)
    found += surroundings.fonts()
    found += surroundings.extras(settings)
    found += [check async for check in _database(patient, settings)]
    found += _accounts(patient, settings)
    found += _alerts(patient, settings)
    if network:
        found.append(await _network(patient, settings))
    return found


def _configured(patient: Patient, settings: Settings) -> Iterator[Check]:
    if settings.channel:
        yield Check("configuration", "ok", f"{patient.config}, {len(settings.channel)} channels")
    else:
        yield Check("configuration", "warn", f"{patient.config} names no channels",
                    "add a [[channel]] with a username; `check` says what would be watched",
                    )  # fmt: skip


async def _database(patient: Patient, settings: Settings) -> AsyncIterator[Check]:
    path = patient.path
    try:
        version = schema_version.check(path)
        if version is None:
            yield Check("database", "warn", f"there is none at {path} yet",
                        "`collect`, `import` or `run` makes it")  # fmt: skip
            return
        schema_version.require_current(path)
    except MonitorError as error:
        yield Check("database", "fail", str(error), "`migrate` if it is older; else a backup")
        return
    yield Check(
        "database", "ok", f"{path}, schema {version}, {maintenance.size(path) / 1e6:.1f} MB"
    )
    try:
        holder = holder_of(path)
        yield Check("writer", "ok", f"being written by {holder}" if holder else "nobody is writing")
    except MonitorError as error:
        yield Check("writer", "warn", str(error), "run this as the user that the service runs as")
    wal = maintenance.wal_size(path)
    if wal > maintaining.LARGE_WAL:
        yield Check("write-ahead log", "warn", f"{wal / 1e6:.1f} MB: a reader holds it back",
                    "end long exports and reports; the service folds it in")  # fmt: skip
    else:
        yield Check("write-ahead log", "ok", f"{wal / 1e6:.1f} MB")
    try:
        problems = await maintaining.check_integrity(path, patient.archive, patient.clock.now())
        for problem in problems:
            yield Check("integrity", "fail", f"{problem.where}: {problem.what}", problem.remedy)
        if not problems:
            yield Check("integrity", "ok", "database, evidence files and a sample of bodies")
        async with Database(patient.database) as database:
            async for check in _rows(database, patient, settings):
                yield check
    except MonitorError as error:
        yield Check("integrity", "fail", str(error), "restore the last good backup")


async def _rows(database: Database, patient: Patient, settings: Settings) -> AsyncIterator[Check]:
    async with database.look() as connection:
        standings = await accounts.standings(connection)
        plans = {route: await visits.plans(connection, route) for route in ("preview", "telegram")}
    newest = maintenance.newest(patient.path)
    now = patient.clock.now()
    yield _clock(patient.clock, newest, now)
    for standing in standings:
        name, says = f"account {standing.account}", f"{standing.state}: {standing.detail}"
        if standing.state in {"signed_out", "banned"}:
            yield Check(name, "fail", says, "run `channel-monitor login`; see docs/accounts.md",
                        person=True)  # fmt: skip
        elif standing.state != "ready":
            yield Check(name, "warn", says, "it waits by itself; `status` says how long")
    mine = {
        entry.username: plans[entry.source].get(entry.username.casefold(), visits.Plan())
        for entry in settings.channel
    }
    failing = [name for name, plan in mine.items() if plan.errors >= ERRORS]
    if failing:
        more = f" and {len(failing) - NAMED} more" if len(failing) > NAMED else ""
        yield Check("channels", "warn",
                    f"{len(failing)} fail again and again: {', '.join(failing[:NAMED])}{more}",
                    "`status` has the errors; check the network, the proxy and the names",
                    )  # fmt: skip
    elif mine:
        yield Check("channels", "ok", f"none of {len(mine)} fails again and again")
    times = [plan.last_success for plan in mine.values() if plan.last_success]
    if times and now - max(times) > STALE:
        yield Check("last success", "warn", f"the last was at {as_rfc3339(max(times))}",
                    "is the service running? `channel-monitor run`; then check the network",
                    )  # fmt: skip
    elif mine:
        yield Check("last success", "ok", as_rfc3339(max(times)) if times else "none asked yet")


def _clock(clock: Clock, newest: datetime | None, now: datetime) -> Check:
    before = clock.elapsed()
    if clock.elapsed() < before:
        return Check("clock", "fail", "time runs backwards", "check the machine's hypervisor")
    if clock.shifted:
        return Check("clock", "ok", f"--now {as_rfc3339(now)}; the machine's was not looked at")
    if newest is not None and newest > now + BEHIND:
        return Check(
            "clock", "fail",
            f"it is {as_rfc3339(now)}, and something was observed at {as_rfc3339(newest)}",
            "set the clock (timedatectl set-ntp true); until then nothing later is known",
        )  # fmt: skip
    return Check("clock", "ok", as_rfc3339(now))


def _accounts(patient: Patient, settings: Settings) -> Iterator[Check]:
    """Look at the session files, without opening one: it may be in use."""
    wanted = sum(entry.source == "telegram" for entry in settings.channel)
    try:
        known = secrets.accounts(patient.environment)
    except MonitorError as error:
        yield Check("accounts", "fail", str(error), "see docs/accounts.md")
        return
    if not known and wanted:
        yield Check("accounts", "fail", f"{wanted} channels are to be read through an account",
                    "set MONITOR_API_ID, MONITOR_API_HASH and MONITOR_PHONE, then `login`",
                    person=True)  # fmt: skip
    elif not known:
        yield Check("accounts", "ok", "none, and none is needed")
    for account in known:
        name, path = f"session {account.name}", account.session
        if not path.is_file() or not path.stat().st_size:
            yield Check(name, "fail", f"{path} is not there", "run `channel-monitor login`",
                        person=True)  # fmt: skip
            continue
        for place, mode in ((path.parent, "700"), (path, "600")):
            if stat.S_IMODE(place.stat().st_mode) & 0o077:
                yield Check(name, "fail", f"{place} can be read by others",
                            f"chmod {mode} {place}")  # fmt: skip
                break
        else:
            yield Check(name, "ok", str(path))


def _alerts(patient: Patient, settings: Settings) -> Iterator[Check]:
    """Say which targets of alerts have an address; one that channels.toml asks for needs one."""
    try:
        secrets.alerts((one.target for one in settings.alert), patient.environment)
    except MonitorError as error:
        yield Check("alerts", "fail", str(error), "`test-alert` tries each target")
        return
    with suppress(MonitorError):  # a broken file is said by the check of secrets
        named = secrets.alert_targets(patient.environment)
        yield Check("alerts", "ok", f"addresses for {', '.join(named)}" if named else "no target")


async def _network(patient: Patient, settings: Settings) -> Check:
    """Ask the public pages once, over the configured proxy."""
    preview = settings.sources.preview
    try:
        proxy = secrets.proxy(patient.environment)
        async with Fetcher(
            preview.base_url,
            user_agent=preview.user_agent,
            pace=Pace(preview.requests_per_second),
            clock=patient.clock,
            proxy=proxy,
            timeout_s=preview.timeout.total_seconds(),
            attempts=1,
        ) as fetcher:
            answer = await fetcher.get("/")
    except MonitorError as error:
        return Check("network", "fail", str(error), "check the network, MONITOR_PROXY and base_url")
    way = "over the proxy" if proxy else "directly"
    return Check("network", "ok", f"{preview.base_url} answered {answer.status}, {way}")
