"""How things stand, from the store alone: accounts, holds, requests, channels, the database."""

from datetime import datetime, timedelta

from monitor.clock import as_rfc3339
from monitor.config import Settings
from monitor.model import Json
from monitor.store import accounts, outbox, visits
from monitor.store.database import Database


async def status(database: Database, settings: Settings, now: datetime) -> dict[str, Json]:
    """Return the status in its JSON form; see `docs/operations.md` for what each part means."""
    async with database.begin() as connection:
        standings = await accounts.standings(connection)
        holds = [h for h in await accounts.holds(connection, after=now) if h.reason == "flood"]
        asked = await accounts.requests(connection, since=now - timedelta(days=1))
        told = await outbox.standings(connection)
        plans = {route: await visits.plans(connection, route) for route in ("preview", "telegram")}
    size = sum(
        f.stat().st_size for f in database.path.parent.glob(f"{database.path.name}*") if f.is_file()
    )
    return {
        "at": as_rfc3339(now),
        "database": {"bytes": size},
        "accounts": [
            {"account": s.account, "state": s.state, "detail": s.detail, "at": as_rfc3339(s.at)}
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
            }
            for entry in settings.channel
            for plan in [plans[entry.source].get(entry.username.casefold(), visits.Plan())]
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
    }
