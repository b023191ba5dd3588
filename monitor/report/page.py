"""A summary, its figures and its revision in; one self-contained HTML page out, as text.

Nothing in it asks the network: style, pictures and fonts are inside, and a content security
policy forbids the rest. Every text of others is bounded here, and escaped by the template.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from monitor.model import Finding, Kind
from monitor.report.cards import card
from monitor.report.contents import Summary
from monitor.report.drawn import Drawn
from monitor.report.fetched import direction, one_line, printable, web_address
from monitor.report.headline import platform_name
from monitor.report.measures import EventKind
from monitor.report.reasons import wave
from monitor.report.reviewed import Reviewed, reviewed
from monitor.report.style_sheet import policy, style
from monitor.report.trend import APPS, Cell, Row
from monitor.report.words import Words

FINDINGS = 100
"""Findings in the page; WeasyPrint takes 17 s for 2,000 rows (FACTS, "Figures and PDF")."""
EVENTS = 100
"""Departures and returns in the page; summary.json has all."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The number of this writing, what changed since the one before, and where that one lies."""

    number: int = 1
    changes: tuple[str, ...] = ()
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as the page shows it: its file inside the address."""

    part: str
    address: str
    title: str
    alt: str
    number: int


def page(
    summary: Summary,
    drawn: Sequence[Drawn],
    revision: Revision,
    *,
    shown: int,
    browser: bool = True,
) -> str:
    """Write the page.

    Args:
        summary: what it says.
        drawn: the figures, whose files are read.
        revision: which writing this is, and what changed.
        shown: how many channels the figures have at most.
        browser: False for WeasyPrint, which does not know `dir=auto`: each text then gets the
            direction that a browser would find.
    """
    template = _environment().get_template("report.html")
    language = summary.words.language
    return template.render(
        s=summary,
        w=summary.words,
        # Our own text, and it must reach the page unescaped for its hash to hold.
        style=Markup(style(language)),  # noqa: S704
        way=(lambda _text: "auto") if browser else direction,
        policy=policy(language),
        title=summary.words.say("page.title", span=_period(summary)),
        revision=revision,
        pictures=[_picture(figure, n) for n, figure in enumerate(drawn, 1)],
        cards=[card(line, summary) for line in summary.lines],
        waves=[
            wave(f, summary.words, summary.platforms)
            for f in summary.findings
            if f.kind is Kind.WAVE
        ],
        rows=[_trend_row(row, summary) for row in summary.trend.rows],
        columns=_columns(summary),
        links=_link_table(summary),
        events=[_event(summary, n) for n in range(min(EVENTS, len(summary.steps)))],
        findings=[_finding(f, summary.words) for f in summary.findings[:FINDINGS]],
        findings_more=max(0, len(summary.findings) - FINDINGS),
        sources=_sources(summary),
        limited=shown if shown < len(summary.lines) else 0,
        quiet=_quiet(summary),
        notice=printable(summary.reconstruction.notice, 2000) if summary.reconstruction else "",
    )


@cache
def _environment() -> Environment:
    text = files("monitor.report").joinpath("templates/report.html").read_text(encoding="utf-8")
    return Environment(
        loader=DictLoader({"report.html": text}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _picture(figure: Drawn, number: int) -> Picture:
    body = base64.b64encode(figure.path.read_bytes()).decode()
    return Picture(figure.part, f"data:image/png;base64,{body}", figure.title, figure.alt, number)


def _columns(summary: Summary) -> tuple[str, str, str]:
    words, trend = summary.words, summary.trend
    first, last = trend.mean[0], trend.last[0]
    return (
        words.say("trend.this", week=words.week(trend.week[0])),
        words.say("trend.last", week=words.week(last)),
        words.say("trend.mean", first=words.week(first), last=words.week(last)),
    )


def _trend_row(row: Row, summary: Summary) -> tuple[str, list[tuple[str, list[str]]]]:
    """Return a row's name and its cells: what they say, and the small print under it."""
    words = summary.words
    app = platform_name(words, row.platform, summary.platforms) if row.platform else ""
    key = "links_none" if row.measure == "links" and not app else row.measure
    name = words.say(f"trend.{key}", app=app)
    cells = [row.this, row.last, row.mean]
    return name, [_cell(cell, row, summary, mean=n == 2) for n, cell in enumerate(cells)]


def _cell(cell: Cell | None, row: Row, summary: Summary, *, mean: bool) -> tuple[str, list[str]]:
    words = summary.words
    if cell is None:
        return words.say("trend.not_measured"), []
    small = [words.say("trend.seen", share=words.percent(cell.coverage_pct))]
    if mean:
        small.append(words.say("trend.weeks", cell.rests_on))
    elif row.measure == "net_subscribers":
        small.append(words.say("trend.rests", cell.rests_on, of=len(summary.lines)))
    if cell.value is None:
        counted = row.measure != "net_subscribers" or not cell.coverage_pct
        return words.say("trend.not_seen" if counted else "trend.no_counts"), small
    signed = row.measure == "net_subscribers"
    low, high = (words.measured(v, signed=signed) for v in cell.value)
    return low if low == high else words.say("trend.range", low=low, high=high), small


def _link_table(summary: Summary) -> dict[str, list[list[str]]]:
    """Return the head, the weeks of the window and the foot of the table of links."""
    words = summary.words
    totals: dict[str, int] = {}
    for week in summary.links:
        for app, posts in week.posts.items():
            totals[app] = totals.get(app, 0) + posts
    ranked = sorted(totals, key=lambda app: (-totals[app], app))
    shown, rest = ranked[:APPS], ranked[APPS:]
    head = [platform_name(words, app, summary.platforms) for app in shown]
    head += [words.say("page.other_platforms")] if rest else []

    def row(name: str, posts: dict[str, int]) -> list[str]:
        values = [posts.get(app, 0) for app in shown]
        values += [sum(posts.get(app, 0) for app in rest)] if rest else []
        return [name, *(words.number(value) for value in values), words.number(sum(values))]

    body = [
        row(words.week(week.week[0]), week.posts)
        if week.coverage_pct or week.posts
        else [words.week(week.week[0]), words.say("trend.not_seen")]
        for week in summary.links
    ]
    foot = [row(words.say("page.total"), totals)]
    return {"head": [head], "body": body if ranked else [], "foot": foot if ranked else []}


def _event(summary: Summary, n: int) -> tuple[str, str, str]:
    words, step = summary.words, summary.steps[n]
    names: dict[EventKind, str] = {
        "announced": words.say("page.announced"),
        "left": words.say("page.left_event"),
        "returned": words.say("page.returned"),
    }
    when = words.time(step.at) if step.at else words.say("page.undated")
    return when, f"@{one_line(step.channel, 40)}", names[step.kind]


def _finding(finding: Finding, words: Words) -> dict[str, str | Reviewed | None]:
    return {
        "at": words.time(finding.at),
        "channel": f"@{one_line(finding.channel, 40)}" if finding.channel else "—",
        "kind": words.name("kinds", finding.kind.value),
        "summary": one_line(finding.summary, 240),
        "rule": one_line(finding.rule, 80),
        "confidence": words.percent(100 * finding.confidence),
        "review": reviewed(finding, words),
    }


def _sources(summary: Summary) -> list[tuple[str, str | None]]:
    told = summary.reconstruction
    sources = told.sources if told else ()
    return [(one_line(source.title, 300), web_address(source.url)) for source in sources]


def _period(summary: Summary) -> str:
    """Name the window as a reader would: an ISO week by its number and days, else by its days."""
    words, span = summary.words, summary.words.span(*summary.window)
    if summary.window != summary.trend.week:
        return span
    return f"{words.week(summary.window[0])} ({span})"


def _quiet(summary: Summary) -> str:
    if not summary.quiet:
        return ""
    week = summary.window == summary.trend.week
    return summary.words.say("headline.quiet" if week else "headline.quiet_window")
