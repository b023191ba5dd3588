"""What the pages show, as it is handed to them; nothing here knows where it comes from."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from monitor.clock import as_rfc3339
from monitor.model import Json


@dataclass(frozen=True, slots=True)
class Check:
    """One question about our own health: whether all is well, and what was seen, in a sentence."""

    name: str
    ok: bool
    why: str


@dataclass(frozen=True, slots=True)
class Health:
    """The answers at one time; well only where all are."""

    at: datetime
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether every check is well."""
        return all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Json]:
        """Return what `/healthz` answers."""
        return {
            "status": "ok" if self.ok else "failing",
            "at": as_rfc3339(self.at),
            "failing": [check.name for check in self.checks if not check.ok],
            "checks": [{"name": c.name, "ok": c.ok, "why": c.why} for c in self.checks],
        }


@dataclass(frozen=True, slots=True)
class Series:
    """One metric: its name without prefix and without `_total`, and a value for each labelling.

    Units are base units and stand in the name: seconds, bytes. A counter only grows.
    """

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...] = ()
    values: Sequence[tuple[tuple[str, ...], float]] = ()


@dataclass(frozen=True, slots=True)
class Cases:
    """The kept cases in their JSON form; `judged_at` None while nothing was judged.

    `behind` says that facts have come since.
    """

    judged_at: datetime | None
    behind: bool
    rows: Sequence[Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class Content:
    """All that the pages show. `reports` is the folder of reports; the rest is asked for anew."""

    reports: Path
    status: Callable[[], Awaitable[Mapping[str, Json]]]
    cases: Callable[[], Awaitable[Cases]]
    health: Callable[[], Awaitable[Health]]
    series: Callable[[], Awaitable[Sequence[Series]]]
