"""Findings, cases and verdicts in the JSON form that other people's scripts read (DESIGN.md 4)."""

from monitor.clock import as_rfc3339
from monitor.model import Case, Finding, Json, Verdict
from monitor.report.reasons import why, would_change
from monitor.report.words import load


def finding_form(finding: Finding) -> dict[str, Json]:
    """Return a finding as `findings --json` writes it."""
    return {
        "id": finding.id,
        "channel": finding.channel,
        "kind": str(finding.kind),
        "at": as_rfc3339(finding.at),
        "confidence": round(finding.confidence, 3),
        "rule": finding.rule,
        "summary": finding.summary,
        "evidence": [
            {"post_id": e.post_id, "url": e.url, "quote": e.quote, "sha256": e.sha256}
            for e in finding.evidence
        ],
        "details": dict(finding.details),
        "review": {**finding.review.as_json()} if finding.review else None,
    }


def case_form(case: Case) -> dict[str, Json]:
    """Return a case as `cases --json` writes it."""
    change = case.subscribers
    return {
        "channel": case.channel,
        "state": str(case.state),
        "since": as_rfc3339(case.since) if case.since else None,
        "confidence": round(case.confidence, 3),
        "availability": str(case.availability) if case.availability else None,
        "notice": finding_form(case.notice) if case.notice else None,
        "destinations": [
            {"platform": d.platform, "handle": d.handle, "first_seen": as_rfc3339(d.first_seen)}
            for d in case.destinations
        ],
        "subscribers": {
            "before": round(change.before.middle),
            "after": round(change.after.middle),
            "change_pct": round(change.change_pct, 2),
        }
        if change
        else None,
        "silence_days": None if case.silence_days is None else round(case.silence_days, 2),
        "last_post_at": as_rfc3339(case.last_post_at) if case.last_post_at else None,
        "timeline": [
            {"at": as_rfc3339(f.at), "kind": str(f.kind), "finding": f.id} for f in case.timeline
        ],
        "why": why(case.why, load("en")),
        "because": list(case.because),
        "would_change": [would_change(o, load("en")) for o in case.would_change],
    }


def verdict_form(post_id: Json, verdict: Verdict) -> dict[str, Json]:
    """Return a verdict as `classify` writes it."""
    form: dict[str, Json] = {
        "id": post_id,
        "label": str(verdict.label),
        "confidence": round(verdict.confidence, 3),
        "rule": verdict.rule,
        "evidence": [{"quote": q.quote, "start": q.start, "end": q.end} for q in verdict.evidence],
        "links": [
            {
                "url": link.url,
                "platform": link.platform,
                "kind": link.kind,
                "handle": link.handle,
                "own": link.own,
            }
            for link in verdict.links
        ],
        "own_destinations": [
            {"platform": platform, "handle": handle}
            for platform, handle in verdict.own_destinations
        ],
    }
    if verdict.semantic is not None:
        form |= {"semantic": verdict.semantic.as_json(), "review": verdict.review}
    return form
