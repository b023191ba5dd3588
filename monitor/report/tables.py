"""Channels and findings as CSV; cells that a spreadsheet would run as formulas are disarmed."""

import csv
import io
from collections.abc import Iterable, Sequence

from monitor.clock import as_rfc3339
from monitor.model import Finding
from monitor.report.contents import Line, Summary
from monitor.report.reasons import why
from monitor.report.words import load

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet read a cell as a formula (OWASP, "CSV Injection")."""

_CHANNELS = (
    "channel", "telegram_id", "title", "state", "since", "confidence", "availability",
    "notice_at", "notice_id", "destinations", "first_at", "first_low", "first_high",
    "last_at", "last_low", "last_high", "drops", "silence_days", "last_post_at",
    "coverage_pct", "posts", "failures", "why", "conflicts",
)  # fmt: skip
_FINDINGS = (
    "id", "channel", "kind", "at", "confidence", "rule", "summary", "post_id", "url", "quote",
    "sha256", "review", "review_note",
)  # fmt: skip


def disarmed(cell: object) -> object:
    """Put an apostrophe before text that would run as a formula; numbers stay numbers."""
    if isinstance(cell, str):
        text = cell.replace("\x00", "").encode("utf-8", "replace").decode()
        return f"'{text}" if text.lstrip(" \ufeff").startswith(_RUNS) else text
    return "" if cell is None else cell


def channels_csv(summary: Summary) -> str:
    """Return one row a channel, with a header row; UTF-8 text, times in RFC 3339."""
    return _csv(_CHANNELS, (_channel(line) for line in summary.lines))


def findings_csv(summary: Summary) -> str:
    """Return one row a finding of the window, with a header row and its first evidence."""
    return _csv(_FINDINGS, (_finding(finding) for finding in summary.findings))


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180, section 2
    writer.writerow(head)
    writer.writerows([disarmed(cell) for cell in row] for row in rows)
    return text.getvalue()


def _channel(line: Line) -> list[object]:
    channel, case = line.view.channel, line.view.case
    counts: list[object] = []
    for count in (line.first, line.last):
        interval = count.subscribers if count else None
        counts.append(as_rfc3339(count.at) if count else None)
        counts += [interval.low, interval.high] if interval else [None, None]
    return [
        channel.username,
        channel.telegram_id,
        channel.title,
        case.state.value,
        as_rfc3339(case.since) if case.since else None,
        round(case.confidence, 3),
        case.availability.value if case.availability else None,
        as_rfc3339(case.notice.at) if case.notice else None,
        case.notice.id if case.notice else None,
        " ".join(f"{d.platform}:{d.handle}" for d in case.destinations),
        *counts,
        len(line.drops),
        case.silence_days,
        as_rfc3339(case.last_post_at) if case.last_post_at else None,
        round(line.coverage_pct, 1),
        line.posts,
        line.view.failures,
        why(case.why, load("en")),
        "; ".join(f"{c.fact}: {c.earliest} to {c.latest}" for c in line.conflicts),
    ]


def _finding(finding: Finding) -> list[object]:
    first = finding.evidence[0] if finding.evidence else None
    return [
        finding.id,
        finding.channel,
        finding.kind.value,
        as_rfc3339(finding.at),
        round(finding.confidence, 3),
        finding.rule,
        finding.summary,
        first.post_id if first else None,
        first.url if first else None,
        first.quote if first else None,
        first.sha256 if first else None,
        finding.review.decision.value if finding.review else None,
        finding.review.note if finding.review else None,
    ]
