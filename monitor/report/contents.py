"""What a report says, as frozen data that is also plain JSON. Counts nothing, draws nothing."""

from dataclasses import dataclass
from datetime import date, datetime

from monitor.clock import as_rfc3339, iso_week
from monitor.model import ChannelView, Count, Finding, Json
from monitor.report.measures import Event, Window, difference
from monitor.report.reasons import why
from monitor.report.trend import Trend
from monitor.report.words import Words, load


@dataclass(frozen=True, slots=True)
class Source:
    """A published source of a reconstruction; without `url` it is only named."""

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A fact about a channel on which sources differ: it fell between two days, both included."""

    channel: str
    fact: str
    earliest: date
    latest: date
    sources: str


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """Says that what is reported on was composed, from which sources, and where they differ."""

    notice: str
    sources: tuple[Source, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    def about(self, channel: str) -> tuple[Conflict, ...]:
        """Return the conflicts about one channel, by username."""
        name = channel.casefold()
        return tuple(c for c in self.conflicts if c.channel.casefold() == name)


@dataclass(frozen=True, slots=True)
class Line:
    """One channel in the window: its view, counts at both ends, and what was seen of it.

    `coverage_pct` is the % of the window's hours seen; `gap` the longest stretch that was not.
    `first` and `last` are the first and last counts in the window, None without any.
    """

    view: ChannelView
    coverage_pct: float
    gap: Window | None
    posts: int
    first: Count | None
    last: Count | None
    drops: tuple[Finding, ...]
    events: tuple[Event, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class WeekLinks:
    """Posts with links to own presences in the part of an ISO week that is in the window.

    `coverage_pct` is of that part's channel-hours.
    """

    week: Window
    coverage_pct: float
    posts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Summary:
    """All that a report says; `chart`, which its figures span, is the window and the trend."""

    name: str
    words: Words
    window: Window
    chart: Window
    at: datetime
    headline: str
    quiet: bool
    coverage_pct: float
    trend: Trend
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    links: tuple[WeekLinks, ...]
    other_links: int
    steps: tuple[Event, ...]
    platforms: dict[str, str]
    reconstruction: Reconstruction | None = None
    let_go: frozenset[str] = frozenset()
    """Digests of cited evidence whose bodies are no longer kept."""

    def as_json(self) -> dict[str, Json]:
        """Return the summary as plain data with stable keys; times in RFC 3339, UTC."""
        told = self.reconstruction
        return {
            "name": self.name,
            "language": self.words.language,
            "window": {"from": as_rfc3339(self.window[0]), "to": as_rfc3339(self.window[1])},
            "judged_at": as_rfc3339(self.at),
            "headline": self.headline,
            "quiet": self.quiet,
            "coverage_pct": round(self.coverage_pct, 1),
            "trend": {
                "week": iso_week(self.trend.week[0]),
                "running": self.trend.running,
                "rows": [row.as_json() for row in self.trend.rows],
            },
            "channels": [_channel(line) for line in self.lines],
            "findings": [_finding(finding) for finding in self.findings],
            "links": [
                {
                    "week": iso_week(week.week[0]),
                    "coverage_pct": round(week.coverage_pct, 1),
                    "posts": dict(week.posts),
                }
                for week in self.links
            ],
            "links_to_others": self.other_links,
            "departures": [
                {"channel": step.channel, "kind": step.kind, "at": _time(step.at)}
                for step in self.steps
            ],
            "reconstruction": None if told is None else _told(told),
            # Only where there is something to say: a report that stands need not be written anew.
            **({"evidence_not_kept": list[Json](sorted(self.let_go))} if self.let_go else {}),
        }


def _channel(line: Line) -> dict[str, Json]:
    channel, case = line.view.channel, line.view.case
    return {
        "channel": channel.username,
        "telegram_id": channel.telegram_id,
        "title": channel.title,
        "state": case.state.value,
        "since": _time(case.since),
        "confidence": round(case.confidence, 3),
        "availability": case.availability.value if case.availability else None,
        "notice": _finding(case.notice) if case.notice else None,
        "destinations": [
            {"platform": d.platform, "handle": d.handle, "first_seen": _time(d.first_seen)}
            for d in case.destinations
        ],
        "subscribers": _subscribers(line),
        "drops": [finding.id for finding in line.drops],
        "silence_days": None if case.silence_days is None else round(case.silence_days, 1),
        "last_post_at": _time(case.last_post_at),
        "coverage_pct": round(line.coverage_pct, 1),
        "posts": line.posts,
        "failures": line.view.failures,
        "why": why(case.why, load("en")),
        "because": list(case.because),
        "would_change": [
            {
                "to": o.to.value,
                "by": o.by,
                "day": o.day.isoformat() if o.day else None,
                "days": o.days,
            }
            for o in case.would_change
        ],
        "conflicts": [_conflict(conflict) for conflict in line.conflicts],
    }


def _subscribers(line: Line) -> Json:
    if line.first is None or line.last is None:
        return None
    low, high = difference(line.first.subscribers, line.last.subscribers)
    return {
        "first": _count(line.first),
        "last": _count(line.last),
        "change_low": low if line.first is not line.last else 0,
        "change_high": high if line.first is not line.last else 0,
    }


def _count(count: Count) -> Json:
    return {
        "at": as_rfc3339(count.at),
        "low": count.subscribers.low,
        "high": count.subscribers.high,
    }


def _finding(finding: Finding) -> Json:
    first = finding.evidence[0] if finding.evidence else None
    return {
        "id": finding.id,
        "channel": finding.channel,
        "kind": finding.kind.value,
        "at": as_rfc3339(finding.at),
        "confidence": round(finding.confidence, 3),
        "rule": finding.rule,
        "summary": finding.summary,
        "post_id": first.post_id if first else None,
        "quote": first.quote if first else None,
        "sha256": first.sha256 if first else None,
        "review": {**finding.review.as_json()} if finding.review else None,
    }


def _conflict(conflict: Conflict) -> dict[str, Json]:
    return {
        "channel": conflict.channel,
        "fact": conflict.fact,
        "earliest": conflict.earliest.isoformat(),
        "latest": conflict.latest.isoformat(),
        "sources": conflict.sources,
    }


def _told(told: Reconstruction) -> Json:
    return {
        "notice": told.notice,
        "sources": [{"title": source.title, "url": source.url} for source in told.sources],
        "conflicts": [_conflict(conflict) for conflict in told.conflicts],
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else as_rfc3339(at)
