"""A finding in; what a person decided about it, in the report's language and unescaped, out."""

from dataclasses import dataclass

from monitor.model import Finding
from monitor.report.fetched import printable
from monitor.report.words import Words

NOTE = 600
"""The longest note in a page, in characters; summary.json has all of it. Uncalibrated."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A decision and its note; a finding that still waits for one has no note."""

    said: str
    note: str


def reviewed(finding: Finding, words: Words) -> Reviewed | None:
    """Write what was decided about a finding; None where there is nothing to decide."""
    if finding.review is not None:
        said = words.say(f"review.{finding.review.decision.value}")
        return Reviewed(said, printable(finding.review.note, NOTE))
    return Reviewed(words.say("review.waits"), "") if finding.waits else None
