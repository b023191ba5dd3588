"""Whether the monitor does its work: what the store tells in, one answer a question out. Pure.

About us, never about the channels: an outage of ours is 503 here and no fact anywhere.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.clock import as_rfc3339
from monitor.config import Settings
from monitor.jobs.lags import Lag, slowest
from monitor.pages.content import Check
from monitor.pages.lengths import as_length
from monitor.store.totals import Judged

GRACE = timedelta(minutes=10)
"""Beyond two of the slowest polls: a pass over 300 channels at half a request a second takes as
long. Uncalibrated."""
JUDGED_WITHIN = timedelta(hours=26)
"""How old a judgement may be while facts are newer, where no service judges: `detect` once a day
and two hours for it to be late. Uncalibrated."""


def collection(
    lags: Sequence[Lag], settings: Settings, now: datetime, *, since: datetime | None = None
) -> Check:
    """Say whether any channel was seen well within two of the slowest polls.

    One channel that cannot be seen is a matter of `status`; all of them are our own trouble.
    `since` is when the service started: before it nobody was to ask.
    """
    if not lags:
        return Check("collection", ok=True, why="no channel is configured")
    limit = 2 * slowest(settings) + GRACE
    last = max((lag.last_success for lag in lags if lag.last_success), default=None)
    failing = sum(lag.errors > 0 for lag in lags)
    late = sum(lag.lag is None or lag.lag > limit for lag in lags)
    beside = f"; {late} of {len(lags)} channels are late, the last visit of {failing} failed"
    begun = max((at for at in (last, since) if at is not None), default=None)
    if last is None:
        why = "nothing was ever collected" + beside
    else:
        ago = as_length(max(now - last, timedelta()).total_seconds())
        why = f"a channel was seen well {ago} ago, at {as_rfc3339(last)}{beside}"
    allowed = f"; allowed are {as_length(limit.total_seconds())}"
    return Check("collection", ok=begun is not None and now - begun <= limit, why=why + allowed)


def judgement(judged: Judged, now: datetime, *, within: timedelta = JUDGED_WITHIN) -> Check:
    """Say whether what is known has been judged lately; without new facts no age is too old."""
    if judged.at is None:
        return Check("detect", ok=not judged.behind, why="nothing was ever judged")
    age = max(now - judged.at, timedelta())
    why = f"judged {as_length(age.total_seconds())} ago, at {as_rfc3339(judged.at)}"
    if not judged.behind:
        return Check("detect", ok=True, why=f"{why}; no fact has come since")
    allowed = as_length(within.total_seconds())
    return Check("detect", ok=age <= within, why=f"{why}; facts have come since; allowed {allowed}")


def service_judges_within(settings: Settings) -> timedelta:
    """Return how old a judgement may be where a service judges: facts come with every poll."""
    return 2 * slowest(settings) + GRACE
