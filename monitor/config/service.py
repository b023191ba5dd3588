"""`[report]`, `[service]` and `[retention]`: what the background service does, and when."""

from datetime import time, timedelta
from typing import Literal

from pydantic import Field

from monitor.config.values import Duration, Strict, TimeOfDay, Zone

Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class ReportSettings(Strict):
    """`[report]`: what is written when; `timezone` is where `at` and `digest` are read.

    Weeks themselves are ISO weeks, UTC. The report of the week that ended is due on
    `day` at `at`, the digest of the day before each day at `digest`.
    """

    timezone: Zone = "UTC"
    language: Literal["en", "fa", "ru"] = "en"
    day: Day = "Monday"
    at: TimeOfDay = time(6)
    digest: TimeOfDay = time(7)
    formats: tuple[Literal["html", "pdf", "json", "csv"], ...] = Field(
        default=("html", "json", "csv"), min_length=1
    )
    out: str = Field(default="reports", min_length=1)


class ServiceSettings(Strict):
    """`[service]`: how `run` goes about it.

    `stop_within` is how long work in flight may take to end when it is told to stop. `listen` is
    where health and metrics are served, "off" for nowhere. `log` is how its log is written.
    """

    stop_within: Duration = timedelta(seconds=20)
    log: Literal["console", "json"] = "console"
    listen: str = Field(default="127.0.0.1:8477", pattern=r"^(off|[^\s/]+:\d{1,5})$")


class RetentionSettings(Strict):
    """`[retention]`: how long raw evidence is kept that no finding cites; None for ever."""

    evidence: Duration | None = None
