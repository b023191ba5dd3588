"""A judgement in; what it has that targets ask for out, as entries of the outbox."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from monitor.alerts import rules
from monitor.alerts.hours import next_slot
from monitor.config import Settings
from monitor.detect.findings import owner
from monitor.jobs.forms import finding_form
from monitor.model import ChannelView, Finding, Json, Judgement
from monitor.store.outbox import Wanted

_ID = re.compile(r"\b[0-9a-f]{16}\b")


def wanted(judgement: Judgement, settings: Settings, now: datetime) -> list[Wanted]:
    """Return every finding that a target asks for, whether it is news or not."""
    if not settings.alert:
        return []
    views = {owner(view.channel): view for view in judgement.views}
    named = {view.channel.username: view for view in judgement.views if view.channel.holds_name}
    keys = {f.id: f"{_key(views.get(f.owner))} {' '.join(f.subject)}" for f in judgement.findings}
    report = settings.report
    found = []
    for finding in judgement.findings:
        view = views.get(finding.owner) if finding.channel is not None else None
        about = _about([view] if view else _members(finding, named))
        for rule in rules.chosen(settings.alert, finding, about):
            kind, first = finding.subject
            fresh = rules.fresh(rule, finding, now)
            found.append(
                Wanted(
                    target=rule.target,
                    channel=_key(view),
                    kind=kind,
                    first=_lasting(first, keys),
                    body=_body(finding, view) if fresh else {},
                    fresh=fresh,
                    digest_at=next_slot(report.digest, report.timezone, now)
                    if rule.digest
                    else None,
                )
            )
    return found


def _key(view: ChannelView | None) -> int:
    return view.channel.key if view is not None else 0


def _lasting(first: str, keys: Mapping[str, str]) -> str:
    """Return a first evidence without names: waves and effects rest on the ids of notices.

    Such an id holds the name of the notice's channel, which may be changed.
    """
    return _ID.sub(lambda found: keys.get(found[0], found[0]), first)


def _members(finding: Finding, named: Mapping[str, ChannelView]) -> list[ChannelView]:
    listed = finding.details.get("members")
    names = (
        [m.get("channel") for m in listed if isinstance(m, dict)]
        if isinstance(listed, list)
        else []
    )
    return [named[name] for name in names if isinstance(name, str) and name in named]


def _about(views: Iterable[ChannelView]) -> rules.About:
    channels = [(view.channel, view.watched_as) for view in views]
    names = [name for channel, earlier in channels for name in (channel.username, earlier) if name]
    return rules.About(
        frozenset(name.casefold() for name in names),
        frozenset(channel.category for channel, _ in channels if channel.category),
        frozenset(channel.country for channel, _ in channels if channel.country),
    )


def _body(finding: Finding, view: ChannelView | None) -> dict[str, Json]:
    channel = view.channel if view is not None else None
    return {
        "finding": finding_form(finding),
        "waits": finding.waits,
        "channel": None
        if channel is None
        else {
            "username": channel.username,
            "title": channel.title,
            "category": channel.category,
            "country": channel.country,
        },
    }
