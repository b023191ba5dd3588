"""Changes of one channel's counts enter, findings leave, in words that claim no more than that."""

from collections.abc import Sequence

from monitor.detect.findings import Writer, times
from monitor.detect.subscribers.changes import TOO_MUCH, Change, Way, changes
from monitor.model import Count, Finding, Json, Kind

_KINDS = {
    Way.DROP: Kind.SUBSCRIBER_DROP,
    Way.DECLINE: Kind.SUBSCRIBER_TREND,
    Way.GAP: Kind.SUBSCRIBER_TREND,
    Way.STALL: Kind.SUBSCRIBER_TREND,
    Way.UNDETERMINED: Kind.UNDETERMINED_FALL,
}
_SURE = {Way.DROP: 0.95, Way.DECLINE: 0.9, Way.GAP: 0.8, Way.STALL: 0.7, Way.UNDETERMINED: 0.3}
"""How sure each is with exact counts. Uncalibrated."""
_ROUNDED = 0.1
"""... by so much less where a count was rounded. Uncalibrated."""
_ONCE = 0.5
"""How sure a fall is that one single reading bears. Uncalibrated."""


def findings(writer: Writer, stretches: Sequence[Sequence[Count]]) -> list[Finding]:
    """Write what happened to a channel's counts, stretch by stretch of one and the same channel."""
    return [_finding(writer, change) for counts in stretches for change in changes(counts)]


def _finding(writer: Writer, change: Change) -> Finding:
    low, high = change.bounds_pct
    confidence = _SURE[change.way] - (0.0 if change.exact else _ROUNDED)
    details: dict[str, Json] = {
        "from": round(change.before.subscribers.middle),
        "to": round(change.after.subscribers.middle),
        "change_pct": round(change.change_pct, 2),
        "low_pct": round(low, 2),
        "high_pct": round(high, 2),
        **times(started_at=change.before.at, ended_at=change.after.at),
        "precision": "exact" if change.exact else "rounded",
    }
    if not change.sure:
        confidence = _ONCE
        details["confirmed"] = False
    if change.recovered is not None:
        details |= times(recovered_at=change.recovered.at)
    if change.way is Way.UNDETERMINED:
        details["verdict"] = "undetermined"
    return writer.write(
        _KINDS[change.way],
        change.before.at,
        # The day's later readings move the point within its day: the day names it.
        first=f"{change.before.at.date()} {change.way}",
        confidence=confidence,
        rule=f"subscribers.{change.way}",
        summary=_says(change),
        details=details,
    )


def _says(change: Change) -> str:
    low, high = change.bounds_pct
    lost = f"lost {_percent(-high, -low)} of its subscribers"
    if change.way is Way.UNDETERMINED:
        return _asks(change)
    if change.recovered is not None:
        return f"{lost} and won most of them back"
    if not change.sure:
        return f"{lost}, by one reading that no other confirms yet"
    return {
        Way.DROP: lost,
        Way.DECLINE: f"{lost} little by little",
        Way.GAP: f"{lost} while it was not counted",
        Way.STALL: "stopped growing",
    }[change.way]


def _asks(change: Change) -> str:
    low, high = change.bounds_pct
    if -change.change_pct > 100 * TOO_MUCH:
        return (
            f"shows {-change.change_pct:.1f} % fewer subscribers at once: another channel's count?"
        )
    return (
        f"may have lost {_percent(max(0.0, -high), -low)} of its subscribers: the count is shown"
        " too coarsely to tell"
    )


def _percent(least: float, most: float) -> str:
    """Return what was lost, as one number where rounding leaves one, else from least to most."""
    one, other = f"{least:.1f}", f"{most:.1f}"
    return f"{one} %" if one == other else f"{one} to {other} %"
