"""What the pages show in tests: composed answers, and a client that asks over the loopback."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from monitor.model import Json
from monitor.pages.content import Cases, Check, Content, Health, Series
from monitor.pages.server import serving

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>\u202e\x1b[2J\ud800 {{7*7}}'

STATUS: dict[str, Json] = {
    "at": "2026-01-02T03:04:05Z",
    "database": {"bytes": 1_400_000, "evidence_bytes": 0},
    "totals": {
        "channels": 2, "channels_stored": 1, "posts": 1234, "pages": 1, "findings": 0,
    },
    "judged": {"at": "2026-01-02T03:00:00Z", "behind": True, "waiting_posts": 4},
    "report": {
        "week": "2025-W52", "judged_at": "2025-12-29T06:00:00Z", "revision": 2, "path": "r/x",
    },
    "accounts": [
        {"account": "1", "state": "signed_out", "detail": HOSTILE, "at": "2026-01-01T00:00:00Z"}
    ],
    "floods": [
        {"account": "1", "method": "messages.GetHistory", "until": "2026-01-02T04:00:00Z",
         "left_s": 3355}
    ],
    "requests": [
        {"day": "2026-01-02", "account": "1", "method": "channels.GetChannels", "requests": 5,
         "floods": 1, "failures": 0}
    ],
    "channels": [
        {"channel": "composed", "source": "telegram", "account": "1",
         "last_success": "2026-01-02T01:04:05Z", "due_at": None, "errors": 3, "due": True,
         "lag_s": 7200, "last_error": HOSTILE, "error_class": "network"},
        {"channel": "never_seen", "source": "preview", "account": None, "last_success": None,
         "due_at": None, "errors": 0, "due": True, "lag_s": None, "last_error": None,
         "error_class": None},
    ],
}  # fmt: skip
CASE: dict[str, Json] = {
    "channel": "composed",
    "state": "announced_not_done",
    "since": "2026-01-01T00:00:00Z",
    "notice": {"kind": "closure_notice", "at": "2025-12-31T10:00:00Z"},
    "destinations": [{"platform": "bale", "handle": HOSTILE}],
    "last_post_at": None,
    "why": HOSTILE,
}


@dataclass
class Shown:
    """What will be answered; change it while the server runs."""

    reports: Path
    told: dict[str, Json] = field(default_factory=lambda: dict(STATUS))
    cases: Cases = field(default_factory=lambda: Cases(AT, behind=True, rows=[CASE]))
    checks: tuple[Check, ...] = (Check("database", ok=True, why="it can be read"),)
    series: Sequence[Series] = ()
    before: Callable[[], None] = lambda: None

    async def status_now(self) -> dict[str, Json]:
        self.before()
        return self.told

    async def cases_now(self) -> Cases:
        return replace(self.cases)

    async def health_now(self) -> Health:
        return Health(AT, self.checks)

    async def series_now(self) -> Sequence[Series]:
        return self.series

    @property
    def content(self) -> Content:
        return Content(
            self.reports, self.status_now, self.cases_now, self.health_now, self.series_now
        )


@asynccontextmanager
async def asking(shown: Shown, host: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    """Serve on a free port, and ask there."""
    async with (
        serving(shown.content, host, 0) as address,
        httpx.AsyncClient(
            base_url=address.replace("0.0.0.0", "127.0.0.1"),  # noqa: S104 - to be asked at
            trust_env=False,
        ) as client,
    ):
        yield client
