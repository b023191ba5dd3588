"""Which finding goes to which target, and whether it is news; decides, and sends nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import as_utc
from monitor.config import AlertSettings
from monitor.model import Decision, Finding, Kind

_LATER = ("confirmed_at", "ended_at", "to")
"""Times in a finding's details that say when it could first be concluded."""


@dataclass(frozen=True, slots=True)
class About:
    """Whom a finding is about, as rules choose: names folded; several for one of many channels."""

    names: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()


def chosen(rules: Iterable[AlertSettings], finding: Finding, about: About) -> list[AlertSettings]:
    """Return the first rule of each target that asks for a finding, its age aside."""
    found: dict[str, AlertSettings] = {}
    for rule in rules:
        if rule.target not in found and _asks(rule, finding, about):
            found[rule.target] = rule
    return list(found.values())


def _asks(rule: AlertSettings, finding: Finding, about: About) -> bool:
    if finding.kind not in rule.kinds or finding.rejected or (finding.waits and not rule.review):
        return False
    named = {name.casefold() for name in rule.channels}
    return (
        (_accepted(finding) or round(finding.confidence, 3) >= rule.minimum_confidence)
        and (not named or bool(named & about.names))
        and (not rule.categories or bool(about.categories & set(rule.categories)))
        and (not rule.countries or bool(about.countries & set(rule.countries)))
    )


def _accepted(finding: Finding) -> bool:
    return finding.review is not None and finding.review.decision is Decision.ACCEPTED


def fresh(rule: AlertSettings, finding: Finding, now: datetime) -> bool:
    """Return whether a finding is news: younger than the rule's `max_age`."""
    return news_at(finding) > now - rule.max_age


def news_at(finding: Finding) -> datetime:
    """Return when a finding became news.

    Its own time is when a thing began: a silence's last post, a fall's first reading. It could be
    told only once it was confirmed or complete, or once a person had accepted it.
    """
    times = [finding.at]
    if finding.review is not None:
        times.append(finding.review.decided_at)
    if finding.kind is Kind.SILENCE:
        times.append(_unusual_since(finding))
    else:
        said = [finding.details.get(name) for name in _LATER]
        times += [as_utc(at) for at in said if isinstance(at, str)]
    return max(times)


def _unusual_since(finding: Finding) -> datetime:
    """Return about when a silence had lasted so long that it was told.

    Not when it ended, nor until when it was seen: one of years would be news every day. Days that
    count for the channel are turned into days of the calendar by their share so far.
    """
    limit, days, own_days, own_limit = (
        float(value) if isinstance(value, int | float) else 0.0
        for value in map(finding.details.get, ("limit_hours", "days", "own_days", "own_limit_days"))
    )
    own = own_limit * days / own_days if own_days else 0.0
    return finding.at + timedelta(days=min(days, max(limit / 24, own)))
