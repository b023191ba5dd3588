"""What tests of delivery share: a clock in the hand, targets on the loopback, a filled outbox."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.alerts.addresses import Address, address
from monitor.config import Settings, read
from monitor.jobs.status import status
from monitor.model import Json
from monitor.secrets import AlertSecret
from monitor.store import outbox
from monitor.store.database import Database
from monitor.store.outbox import Wanted
from tests.alerts.receivers import WebReceiver

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
KEY = "a composed key of more than twenty-four letters"
MINUTE = timedelta(minutes=1)


@dataclass
class HandClock:
    """A clock that a test sets."""

    at: datetime = AT
    shifted: bool = False

    def now(self) -> datetime:
        return self.at

    def elapsed(self) -> timedelta:
        return self.at - AT


def settings(*targets: str, quiet: str | None = None, digest: bool = False) -> Settings:
    alerts = [{"target": name, "quiet": quiet, "digest": digest} for name in targets]
    return read({"alert": alerts}, "t")


def hook(web: WebReceiver, target: str = "desk") -> Address:
    url = f"webhook+http://{web.host}/{target}"
    return address(AlertSecret(target, f"MONITOR_ALERT_{target.upper()}", url, KEY))


def to(*found: Address) -> Mapping[str, Address]:
    return {one.target: one for one in found}


def wanted(first: str, target: str = "desk", digest_at: datetime | None = None) -> Wanted:
    finding: dict[str, Json] = {
        "id": first.rjust(16, "0"), "channel": "demo", "kind": "gone", "at": "2026-01-01T11:00:00Z",
        "confidence": 0.9, "rule": "gone.twice", "summary": "@demo is gone", "evidence": [],
        "details": {}, "review": None,
    }  # fmt: skip
    return Wanted(
        target, 0, "gone", first, {"finding": finding}, fresh=True, digest_at=digest_at
    )  # fmt: skip


@asynccontextmanager
async def holding(tmp_path: Path, *entries: Wanted, at: datetime = AT) -> AsyncIterator[Database]:
    async with Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test") as db:
        async with db.begin() as connection:
            await outbox.enter(connection, entries, at)
        yield db


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())


async def alerts(db: Database, now: datetime = AT) -> list[dict[str, Any]]:
    found = (await status(db, Settings(), now, reports=db.path.parent))["alerts"]
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, dict)]
