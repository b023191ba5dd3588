"""What made a state and would change it, what a wave was, what a notice did: in a language's words.

Codes and details of findings in, sentences out; nothing is judged here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import as_utc
from monitor.model import Case, Finding, Json, Kind, Outlook, Reason
from monitor.report.fetched import one_line
from monitor.report.headline import platform_name
from monitor.report.words import Words

MEMBERS = 30
"""Channels of a wave that the page names; summary.json has all. Uncalibrated."""


@dataclass(frozen=True, slots=True)
class WaveText:
    """A wave as the page shows it: a sentence, the days of its members, and the small print."""

    said: str
    members: tuple[tuple[str, str], ...]
    note: str


def why(reasons: Iterable[Reason], words: Words) -> str:
    """Write what a state rests on, in one line."""
    return words.semicolon.join(_reason(reason, words) for reason in reasons)


def _reason(reason: Reason, words: Words) -> str:
    return words.say(
        f"state_rests_on.{reason.why}",
        reason.count,
        day=words.brief(reason.day) if reason.day else "",
        days=words.number(reason.days or 0),
        state=words.name("states", reason.state.value) if reason.state else "",
        kind=words.name("kinds", reason.kind.value) if reason.kind else "",
    )


def would_change(outlook: Outlook, words: Words) -> str:
    """Write what would change a state, and into which."""
    days = outlook.days or 0.0
    when = words.say(
        f"would_change.{outlook.by}",
        day=words.brief(outlook.day) if outlook.day else "",
        days=words.number(days, 0 if days == round(days) else 1),
    )
    state = words.name("states", outlook.to.value)
    return words.say("would_change.line", state=state, when=when)


def made_by(case: Case, words: Words) -> str:
    """Name the findings that made a state, with their times; nothing where only posts did."""
    known = {f.id: f for f in case.timeline}
    named = [
        f"{words.name('kinds', f.kind.value)} ({words.time(f.at)})"
        for f in (known.get(name) for name in case.because)
        if f is not None
    ]
    return words.semicolon.join(named)


def wave(finding: Finding, words: Words, platforms: dict[str, str]) -> WaveText:
    """Write up a wave from its finding."""
    told = finding.details
    members = [m for m in _list(told.get("members")) if isinstance(m, Mapping)]
    category, country = told.get("category"), str(told.get("country"))
    group = words.name("countries", country)
    if isinstance(category, str):
        group = words.say("wave.group", category=words.name("categories", category), country=group)
    start, end = _time(told.get("started_at"), finding.at), _time(told.get("ended_at"), finding.at)
    apps = told.get("platforms")
    names = [
        platform_name(words, name, platforms)
        for name in (list(apps) if isinstance(apps, Mapping) else [])
    ]
    note = [
        words.say("wave.expected", expected=words.number(_number(told.get("expected")), 2)),
    ]
    if names:
        note.insert(0, words.say("wave.apps", apps=words.listing(names)))
    return WaveText(
        words.say(
            "wave.said",
            len(members),
            of=int(_number(told.get("watched"))),
            group=group,
            span=words.days(start.date(), end.date()),
        ),
        tuple(
            (f"@{one_line(str(m.get('channel')), 40)}", words.time(_time(m.get("at"), finding.at)))
            for m in members[:MEMBERS]
        ),
        f"{'. '.join(note)}.",
    )


def effects(timeline: Iterable[Finding], words: Words) -> tuple[str, ...]:
    """Write what notices changed, as far as their findings say."""
    return tuple(
        _effect(finding, words) for finding in timeline if finding.kind is Kind.NOTICE_EFFECT
    )


def _effect(finding: Finding, words: Words) -> str:
    told = finding.details
    change, low, high = (
        words.signed_percent(_number(told.get(key)))
        for key in ("change_pct", "low_pct", "high_pct")
    )
    measure = "growth" if told.get("measure") == "growth" else "views"
    clear = "clear" if told.get("clear") else "unclear"
    return words.say(
        f"effect.{measure}_{clear}",
        len(_list(told.get("controls"))),
        change=change,
        range=words.say("trend.range", low=low, high=high),
    )


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _time(value: Json, otherwise: datetime) -> datetime:
    return as_utc(value) if isinstance(value, str) else otherwise
