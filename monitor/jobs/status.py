"""How things stand, from the store alone: judgement, reports, accounts, requests, channels."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from monitor.clock import as_rfc3339
from monitor.config import Settings
from monitor.jobs.lags import Lag, lags
from monitor.log import redacted
from monitor.model import Json
from monitor.report import shelf
from monitor.store import accounts, duties, outbox, totals, visits
from monitor.store.database import Database
from monitor.store.totals import Judged, Kept


async def status(
    database: Database,
    settings: Settings,
    now: datetime,
    *,
    reports: Path,
    evidence: Path | None = None,
    kept: Kept | None = None,
) -> dict[str, Json]:
    """Return the status in its JSON form; docs/health.md says what each part means.

    Args:
        database: open to read.
        settings: whom we watch.
        now: lags are measured to it.
        reports: the folder of reports.
        evidence: the folder of archived pages, whose size is wanted.
        kept: the totals, where they were counted a moment ago.
    """
    async with database.begin() as connection:
        standings = await accounts.standings(connection)
        holds = [h for h in await accounts.holds(connection, after=now) if h.reason == "flood"]
        asked = await accounts.requests(connection, since=now - timedelta(days=1))
        told = await outbox.standings(connection)
        work = await duties.everything(connection)
        plans = {route: await visits.plans(connection, route) for route in ("preview", "telegram")}
        gone = await totals.visits(connection)
        judged = await totals.judged(connection)
        kept = kept or await totals.kept(connection)
    behind = {lag.username: lag for lag in lags(settings, gone, now)}
    # Ten years of reports take seconds to read the first time.
    written = await asyncio.to_thread(_report, reports)
    return {
        "at": as_rfc3339(now),
        "database": {
            "bytes": database_bytes(database.path),
            "evidence_bytes": evidence_bytes(evidence) if evidence else None,
        },
        "totals": {
            "channels": len(settings.channel),
            "channels_stored": len(kept.posts),
            "posts": sum(kept.posts.values()),
            "pages": kept.evidence,
            "findings": sum(judged.findings.values()),
        },
        "judged": _judged(judged),
        "report": written,
        "accounts": [
            {"account": s.account, "state": s.state, "detail": redacted(s.detail),
             "at": as_rfc3339(s.at)}
            for s in standings
        ],
        "floods": [
            {
                "account": h.account,
                "method": h.method,
                "until": as_rfc3339(h.until),
                "left_s": round((h.until - now).total_seconds()),
            }
            for h in holds
        ],
        "requests": [
            {
                "day": as_rfc3339(r.day)[:10],
                "account": r.account,
                "method": r.method,
                "requests": r.requests,
                "floods": r.floods,
                "failures": r.failures,
            }
            for r in asked
        ],
        "channels": [
            {
                "channel": entry.username,
                "source": entry.source,
                "account": plan.account,
                "last_success": as_rfc3339(plan.last_success) if plan.last_success else None,
                "due_at": as_rfc3339(plan.due_at) if plan.due_at else None,
                "errors": plan.errors,
                **_behind(behind[entry.username]),
            }
            for entry in settings.channel
            for plan in [plans[entry.source].get(entry.username.casefold(), visits.Plan())]
        ],
        "duties": [
            {
                "duty": one.name,
                "done": one.done,
                "last_success": as_rfc3339(one.last_success) if one.last_success else None,
                "due_at": as_rfc3339(one.due_at) if one.due_at else None,
                "errors": one.errors,
                "last_error": redacted(one.last_error) if one.last_error else None,
            }
            for one in work
        ],
        "alerts": [
            {
                "target": one.target,
                **{state: one.counts.get(state, 0) for state in ("waiting", "failed", "delivered")},
                "oldest_waiting": as_rfc3339(one.oldest_waiting) if one.oldest_waiting else None,
                "last_delivered": as_rfc3339(one.last_delivered) if one.last_delivered else None,
                "error": one.error,
            }
            for one in told
        ],
    }  # fmt: skip


def database_bytes(path: Path) -> int:
    """Return how much the database takes on the disk, its write-ahead log included."""
    return _bytes(path.parent, f"{path.name}*")


def evidence_bytes(folder: Path) -> int:
    """Return how much the archived pages take on the disk."""
    return _bytes(folder, "*.warc.gz")


def _bytes(folder: Path, pattern: str) -> int:
    total = 0
    for path in folder.glob(pattern):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # the log went away with its last connection
            continue
    return total


def _behind(lag: Lag) -> dict[str, Json]:
    return {
        "due": lag.due,
        "lag_s": None if lag.lag is None else round(lag.lag.total_seconds()),
        "last_error": redacted(lag.error) if lag.error else None,
        "error_class": lag.failing,
    }


def _judged(judged: Judged) -> dict[str, Json]:
    return {
        "at": as_rfc3339(judged.at) if judged.at else None,
        "behind": judged.behind,
        "waiting_posts": judged.waiting,
    }


def _report(folder: Path) -> Json:
    last = next((r for r in shelf.reports(folder) if r.weekly), None)
    if last is None:
        return None
    return {
        "week": last.name,
        "judged_at": as_rfc3339(last.judged_at),
        "revision": last.revision,
        "path": str(folder / last.name / last.files[0]),
    }
