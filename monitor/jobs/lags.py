"""How far behind each watched channel is, and why: from what visits left in the store. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.config import ChannelSettings, Settings
from monitor.store.totals import Visit

Class = Literal["flood", "timeout", "network", "server", "redirect", "account", "other"]
CLASSES: tuple[Class, ...] = (
    "flood", "timeout", "network", "server", "redirect", "account", "other",
)  # fmt: skip

# By our own sentences: sources/fetching.py and sources/telegram/failures.py write them.
_SAID: tuple[tuple[Class, re.Pattern[str]], ...] = (
    ("flood", re.compile(r"must wait|asks us to wait|answered 429")),
    ("account", re.compile(r"banned|session was revoked|signed in")),
    ("timeout", re.compile(r"did not answer in full|TimeoutError")),
    ("redirect", re.compile(r"redirects")),
    ("server", re.compile(r"answered 5\d\d|internal trouble|ServerError|RpcCallFail")),
    ("network", re.compile(r"could not be read|ConnectionError|OSError|connection was given up")),
)


@dataclass(frozen=True, slots=True)
class Lag:
    """One watched channel: when it was last asked after well, over any route, and what failed.

    `due` says that its time to be asked has come; `error` and `errors` are of its own source.
    """

    username: str
    source: str
    last_success: datetime | None
    lag: timedelta | None
    due: bool
    errors: int
    error: str | None

    @property
    def failing(self) -> Class | None:
        """The class of the error that its last visit ended with, None where that went well."""
        return as_class(self.error) if self.error else None


def lags(settings: Settings, visits: Mapping[tuple[str, str], Visit], now: datetime) -> list[Lag]:
    """Return how far behind every channel of channels.toml is, in its order."""
    return [_lag(entry, settings, visits, now) for entry in settings.channel]


def slowest(settings: Settings) -> timedelta:
    """Return the longest that a channel may go unasked by plan, over the sources in use."""
    sources = settings.sources
    longest = {"preview": sources.preview.poll, "telegram": sources.telegram.slowest}
    used = {entry.source for entry in settings.channel}
    return max((longest[source] for source in used), default=timedelta())


def as_class(error: str) -> Class:
    """Return the class of an error by its sentence."""
    return next((name for name, said in _SAID if said.search(error)), "other")


def _lag(
    entry: ChannelSettings,
    settings: Settings,
    visits: Mapping[tuple[str, str], Visit],
    now: datetime,
) -> Lag:
    name = entry.username.casefold()
    own = visits.get((name, entry.source))
    # Without an account, the public pages are read in its place; that counts as being seen.
    seen = [
        visit.last_success
        for route in ("preview", "telegram")
        if (visit := visits.get((name, route))) is not None and visit.last_success is not None
    ]
    last = max(seen, default=None)
    return Lag(
        username=entry.username,
        source=entry.source,
        last_success=last,
        # A clock that was set back makes nobody less than up to date.
        lag=None if last is None else max(now - last, timedelta()),
        due=_is_due(entry, settings, own, now),
        errors=own.errors if own else 0,
        error=own.error if own and own.errors else None,
    )


def _is_due(entry: ChannelSettings, settings: Settings, own: Visit | None, now: datetime) -> bool:
    if own is None or own.last_success is None:
        return True
    if entry.source == "telegram":
        return own.due_at is None or own.due_at <= now
    return now - own.last_success >= settings.sources.preview.poll
