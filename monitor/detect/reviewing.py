"""Findings and what people decided about them in; what may move a case out.

A rule's own confidence is never changed: a decision stands beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from monitor.model import Decision, Finding, Kind, Reason, Review, Subject, Why

ACCEPTED = 0.95
"""The least confidence of a notice that a person accepted: people err too. Uncalibrated."""

_STEPS = frozenset({Kind.CLOSURE_NOTICE, Kind.PARTIAL_MOVE, Kind.RETURN_NOTICE})
"""Notices that say something grave: uncertain ones wait. An uncertain invitation does no harm."""


def marked(findings: Iterable[Finding], decisions: Mapping[Subject, Review]) -> list[Finding]:
    """Return findings, each with the decision that stands on it."""
    return [replace(f, review=decisions.get(f.subject)) for f in findings]


def movers(notices: Iterable[Finding]) -> list[Finding]:
    """Return the notices that may move a case, with the confidence that they have there."""
    return [_sure(n) for n in notices if not n.rejected and not _held(n)]


def _sure(notice: Finding) -> Finding:
    if notice.review is None:
        return notice
    return replace(notice, confidence=max(notice.confidence, ACCEPTED))


def _held(notice: Finding) -> bool:
    """Whether a notice moves no case before a person has decided."""
    return notice.waits and (notice.kind in _STEPS or notice.details.get("review") is True)


def waiting(notices: Iterable[Finding]) -> tuple[Reason, ...]:
    """Return what a case's `why` adds about notices that wait for a person; else nothing."""
    held = [n for n in notices if _held(n)]
    if not held:
        return ()
    first = min(held, key=lambda n: (n.at, n.id))
    if len(held) == 1:
        return (Reason(Why.WAITS, day=first.at.date(), kind=first.kind),)
    return (Reason(Why.WAIT, day=first.at.date(), count=len(held)),)


def rejected_posts(notices: Iterable[Finding]) -> frozenset[int]:
    """Return the posts whose notices were rejected: ordinary posts, it turned out.

    So are those that only a model of meaning takes for notices, until a person has decided.
    """
    return frozenset(
        e.post_id
        for n in notices
        if n.rejected or (n.waits and n.details.get("review") is True)
        for e in n.evidence
        if e.post_id is not None
    )


def rejected(decisions: Mapping[Subject, Review], kind: Kind, first: object) -> bool:
    """Return whether a person rejected a finding of a kind with this first evidence."""
    found = decisions.get((str(kind), str(first)))
    return found is not None and found.decision is Decision.REJECTED
