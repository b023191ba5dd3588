"""One channel's line in; the texts of its table row and its card, ready to be escaped, out."""

from dataclasses import dataclass
from datetime import datetime

from monitor.clock import as_utc
from monitor.model import Availability, Count, Finding
from monitor.report.contents import Line, Summary
from monitor.report.fetched import QUOTE, language, one_line, post_address, printable
from monitor.report.headline import platform_name
from monitor.report.measures import counted_between, difference, in_order
from monitor.report.reasons import effects, made_by, why, would_change
from monitor.report.reviewed import Reviewed, reviewed
from monitor.report.words import Words

QUOTES = 3
"""Quotes of one notice in the page. Uncalibrated."""
STEPS = 12
"""Findings of one channel in its card; summary.json has all of the window. Uncalibrated."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """One quote; `tongue` is its language, None where that is not known."""

    text: str
    tongue: str | None
    shortened: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with all that a reader needs to check it."""

    kind: str
    at: str
    quotes: tuple[Quoted, ...]
    post: str
    address: str | None
    sha256: str | None
    let_go: bool
    rule: str
    confidence: str
    effective: str
    review: Reviewed | None


@dataclass(frozen=True, slots=True)
class Step:
    """One finding of a channel, in brief."""

    at: str
    kind: str
    rule: str
    confidence: str
    review: Reviewed | None


@dataclass(frozen=True, slots=True)
class Card:
    """A channel as the page shows it."""

    anchor: str
    title: str
    username: str
    state: str
    state_key: str
    state_note: str
    since: str
    points_to: tuple[tuple[str, str], ...]
    subscribers: str
    change: str
    drops: str
    seen: str
    posts: str
    gap: str
    failures: str
    notice: Notice | None
    facts: str
    why: str
    because: str
    would_change: tuple[str, ...]
    effects: tuple[str, ...]
    conflicts: tuple[tuple[str, str, str], ...]
    steps: tuple[Step, ...]
    steps_more: int

    @property
    def detailed(self) -> bool:
        """Whether there is more to show than the table's row."""
        return bool(self.notice or self.conflicts or self.steps)


def card(line: Line, summary: Summary) -> Card:
    """Write up one channel in the summary's language."""
    words, case, channel = summary.words, line.view.case, line.view.channel
    steps = in_order(case.timeline)
    return Card(
        anchor=f"c{channel.key}",
        title=one_line(channel.title or "") or f"@{one_line(channel.username, 40)}",
        username=f"@{one_line(channel.username, 40)}",
        state=words.name("states", case.state.value),
        state_key=case.state.value,
        state_note=_sentence([words.name("state_notes", case.state.value)], words),
        since=words.brief(case.since.date()) if case.since else "—",
        points_to=tuple(
            (platform_name(words, d.platform, summary.platforms), one_line(d.handle, 60))
            for d in case.destinations
        ),
        subscribers=_counts(line, words),
        change=_change(line, summary),
        drops=words.say("page.drops", len(line.drops)) if line.drops else "",
        seen=words.percent(line.coverage_pct),
        posts=words.number(line.posts),
        gap=_gap(line, words),
        failures=words.number(line.view.failures),
        notice=_notice(case.notice, line, summary) if case.notice else None,
        facts=_sentence(_facts(line, words), words),
        why=why(case.why, words),
        because=made_by(case, words),
        would_change=tuple(would_change(o, words) for o in case.would_change),
        effects=effects(case.timeline, words),
        conflicts=tuple(
            (
                words.say("page.conflict", span=words.days(conflict.earliest, conflict.latest)),
                one_line(conflict.fact, 600),
                words.say("page.conflict_sources", sources=one_line(conflict.sources, 400)),
            )
            for conflict in line.conflicts
        ),
        steps=tuple(_step(finding, words) for finding in steps[:STEPS]),
        steps_more=max(0, len(steps) - STEPS),
    )


def _sentence(clauses: list[str], words: Words) -> str:
    text = words.semicolon.join(clauses)
    return f"{text[:1].upper()}{text[1:]}."


def _interval(count: Count, words: Words) -> str:
    low, high = words.number(count.subscribers.low), words.number(count.subscribers.high)
    return low if count.subscribers.exact else words.say("trend.range", low=low, high=high)


def _counts(line: Line, words: Words) -> str:
    if line.first is None or line.last is None:
        return words.say("page.no_counts")
    first, day = _interval(line.first, words), words.brief(line.first.at.date())
    if line.first is line.last:
        return words.say("page.one_count", first=first, first_day=day)
    last, last_day = _interval(line.last, words), words.brief(line.last.at.date())
    return words.say("page.counts", first=first, first_day=day, last=last, last_day=last_day)


def _change(line: Line, summary: Summary) -> str:
    """Write the change between the first and the last count; a range where they are rounded.

    Nothing where the name went to another channel in between: that would be two channels' counts.
    """
    first, last, words = line.first, line.last, summary.words
    if first is None or last is None or first is last:
        return ""
    if counted_between(line.view, (first.at, last.at)) is None:
        return ""
    low, high = difference(first.subscribers, last.subscribers)
    if low < 0 < high:
        return words.say("page.undetermined")
    middle = first.subscribers.middle
    shares = sorted({words.signed_percent(100 * v / middle) for v in (low, high)}) if middle else []
    if low == high:
        number = words.signed(low)
    else:
        number = words.say("trend.range", low=words.signed(low), high=words.signed(high))
    if len(shares) != 1:
        return number
    return words.say("page.change", change=number, pct=shares[0])


def _gap(line: Line, words: Words) -> str:
    if line.gap is None:
        return words.say("page.no_gap")
    return f"{words.time(line.gap[0])} – {words.time(line.gap[1])}"


def _facts(line: Line, words: Words) -> list[str]:
    case = line.view.case
    said = [words.say("page.confidence_state", share=words.percent(100 * case.confidence))]
    if case.availability not in (None, Availability.OK):
        state = words.name("availability", str(case.availability))
        said.append(words.say("page.availability", state=state))
    if case.last_post_at is not None:
        said.append(words.say("page.last_post", at=words.time(case.last_post_at)))
    if case.silence_days is not None and case.silence_days >= 3:  # 72 h, the shortest silence
        said.append(words.say("page.silence", int(case.silence_days)))
    return said


def _notice(finding: Finding, line: Line, summary: Summary) -> Notice:
    words = summary.words
    first = finding.evidence[0] if finding.evidence else None
    post_id = first.post_id if first else None
    tag = line.view.channel.language
    quotes = [e.quote for e in finding.evidence if e.quote] or [_text(finding)]
    return Notice(
        kind=words.name("kinds", finding.kind.value),
        at=f"{words.day(finding.at.date())}{words.comma}{words.clock(finding.at)}",
        quotes=tuple(
            Quoted(text, language(tag, text), text.endswith("…") and len(quote) > QUOTE)
            for quote in dict.fromkeys(quotes[:QUOTES])
            if (text := printable(quote, QUOTE))
        ),
        post=words.say("page.post", id=words.digits(str(post_id))) if post_id else "",
        address=post_address(finding.channel, post_id),
        sha256=one_line(first.sha256, 64) if first and first.sha256 else None,
        let_go=first is not None and first.sha256 in summary.let_go,
        rule=words.say("page.rule", rule=one_line(finding.rule, 80)),
        confidence=words.say("page.confidence", share=words.percent(100 * finding.confidence)),
        effective=_effective(finding, words),
        review=reviewed(finding, words),
    )


def _text(finding: Finding) -> str:
    text = finding.details.get("text")
    return text if isinstance(text, str) else ""


def _effective(finding: Finding, words: Words) -> str:
    """Write the date that the notice names, if it names one that can be read."""
    text = finding.details.get("effective_at")
    at: datetime | None = None
    if isinstance(text, str):
        try:
            at = as_utc(text)
        except (ValueError, OverflowError):
            return ""
    return words.say("page.effective", day=words.day(at.date())) if at else ""


def _step(finding: Finding, words: Words) -> Step:
    return Step(
        at=words.time(finding.at),
        kind=words.name("kinds", finding.kind.value),
        rule=one_line(finding.rule, 80),
        confidence=words.percent(100 * finding.confidence),
        review=reviewed(finding, words),
    )
