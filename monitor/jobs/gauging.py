"""What the store tells in; the series of /metrics out. Pure: names, help and labels stand here."""

import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor import __version__
from monitor.config import Settings
from monitor.jobs.lags import CLASSES, Lag
from monitor.model import Json, State
from monitor.pages.content import Series
from monitor.store import outbox as box
from monitor.store.accounts import Hold, Standing
from monitor.store.totals import Asked, Judged, Kept

STANDINGS = ("ready", "limited", "signed_out", "banned")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one scrape tells, read in one transaction."""

    now: datetime
    kept: Kept
    asked: Sequence[Asked]
    lags: Sequence[Lag]
    judged: Judged
    holds: Sequence[Hold]
    standings: Sequence[Standing]
    cases: Sequence[Mapping[str, Json]]
    database_bytes: int
    evidence_bytes: int


def build() -> Series:
    """Return what program this is; told even where the store cannot be read."""
    labels = ("version", "python")
    value = ((__version__, platform.python_version()), 1.0)
    return Series("build_info", "gauge", "The program; always 1.", labels, [value])


def readable(*, ok: bool) -> Series:
    """Return whether the store could be read for this scrape."""
    told = "Whether the database could be read for this scrape."
    return Series("database_readable", "gauge", told, (), [((), float(ok))])


def series(facts: Facts, settings: Settings) -> list[Series]:
    """Return every series of one scrape; docs/health.md lists them."""
    return [
        *_kept(facts, settings),
        *_requests(facts),
        *_channels(facts),
        *_conclusions(facts),
        _one("database_bytes", "Size of the database with its log.", facts.database_bytes),
        _one("evidence_bytes", "Size of the archived pages.", facts.evidence_bytes),
    ]


def _kept(facts: Facts, settings: Settings) -> list[Series]:
    sources = {entry.username.casefold(): entry.source for entry in settings.channel}
    # Those that are watched first: where a scrape is cut, strangers go.
    ranked = sorted(facts.kept.posts, key=lambda name: (name.casefold() not in sources, name))
    return [
        Series(
            "posts", "counter", "Posts kept, by channel and by the source configured for it.",
            ("channel", "source"),
            [
                ((name, sources.get(name.casefold(), "none")), facts.kept.posts[name])
                for name in ranked
            ],
        ),
        Series(
            "probes", "counter", "Visits over a route, by what they met; unreachable is our own.",
            ("route", "state"), [(key, n) for key, n in sorted(facts.kept.probes.items())],
        ),
        _one("evidence_pages", "Pages recorded as evidence.", facts.kept.evidence),
    ]  # fmt: skip


def _requests(facts: Facts) -> list[Series]:
    labels = ("account", "method")
    by = [((a.account, a.method), a) for a in facts.asked]
    return [
        Series("requests", "counter", "Requests through accounts.", labels,
               [(key, a.requests) for key, a in by]),
        Series("request_floods", "counter", "Requests that Telegram answered with a wait.", labels,
               [(key, a.floods) for key, a in by]),
        Series("request_failures", "counter", "Requests that failed otherwise.", labels,
               [(key, a.failures) for key, a in by]),
        Series("request_hold_seconds", "gauge", "Seconds that a flood still forbids a method.",
               labels,
               [((h.account, h.method), max(0.0, (h.until - facts.now).total_seconds()))
                for h in facts.holds if h.reason == "flood"]),
        Series("account_state", "gauge", "1 for the state an account was last seen in.",
               ("account", "state"),
               [((s.account, state), float(s.state == state))
                for s in facts.standings for state in STANDINGS]),
    ]  # fmt: skip


def _channels(facts: Facts) -> list[Series]:
    labels = ("channel", "source")
    by = [((lag.username, lag.source), lag) for lag in facts.lags]
    classes = Counter(lag.failing for lag in facts.lags)
    return [
        _one("channels", "Channels that are watched.", len(facts.lags)),
        _one("channels_due", "Channels whose time to be asked has come: the queue.",
             sum(lag.due for lag in facts.lags)),
        Series("channel_lag_seconds", "gauge", "Seconds since a channel was last seen well.",
               labels, [(key, lag.lag.total_seconds()) for key, lag in by if lag.lag is not None]),
        Series("channel_last_success_timestamp_seconds", "gauge",
               "When a channel was last seen well.", labels,
               [(key, lag.last_success.timestamp()) for key, lag in by
                if lag.last_success is not None]),
        Series("channel_errors", "gauge", "Visits of a channel that failed since one went well.",
               labels, [(key, lag.errors) for key, lag in by]),
        Series("channels_failing", "gauge", "Channels whose last visit failed, by class of error.",
               ("class",), [((name,), classes[name]) for name in CLASSES]),
    ]  # fmt: skip


def _conclusions(facts: Facts) -> list[Series]:
    judged = facts.judged
    states = Counter(str(case.get("state")) for case in facts.cases)
    return [
        Series("judged_timestamp_seconds", "gauge", "When everything was last judged.", (),
               [((), judged.at.timestamp())] if judged.at else []),
        _one("judged_behind", "Whether facts have come since it was judged.", judged.behind),
        _one("unjudged_posts", "Posts that wait to be judged.", judged.waiting),
        Series("findings", "gauge", "Findings of the last judgement.", ("kind",),
               [((kind,), n) for kind, n in sorted(judged.findings.items())]),
        Series("cases", "gauge", "Channels in each state, by the last judgement.", ("state",),
               [((state.value,), states[state.value]) for state in State]),
    ]  # fmt: skip


def outbox(standings: Iterable[box.Standing], now: datetime) -> list[Series]:
    """Return how many alerts wait, arrived and were given up, and for how long one waits."""
    targets = list(standings)
    entries = [
        ((one.target, state), float(number))
        for one in targets
        for state, number in sorted(one.counts.items())
    ]
    oldest = [
        ((one.target,), max(0.0, (now - one.oldest_waiting).total_seconds()))
        for one in targets
        if one.oldest_waiting is not None
    ]
    return [
        Series("alerts", "gauge", "Entries of the outbox.", ("target", "state"), entries),
        Series(
            "alert_oldest_waiting_seconds", "gauge", "How long the oldest entry waits.",
            ("target",), oldest,
        ),
    ]  # fmt: skip


def _one(name: str, told: str, value: float) -> Series:
    return Series(name, "gauge", told, (), [((), value)])
