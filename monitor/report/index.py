"""The reports of a folder and the latest judgement in; the folder's front page out, as text. Pure.

One self-contained page without a script, as the reports are; in Persian from right to left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from monitor.model import ChannelView, Judgement, State
from monitor.report.fetched import direction, one_line, printable
from monitor.report.headline import platform_name
from monitor.report.shelf import Shelved
from monitor.report.style_sheet import policy, style
from monitor.report.words import Words, load

MOST = 300
"""Channels in the table of cases; the weekly reports have all (uncalibrated)."""

_ORDER = (
    State.LEFT, State.GONE, State.ANNOUNCED, State.ANNOUNCED_NOT_DONE, State.PARTIAL,
    State.RETURNED, State.PARALLEL, State.ACTIVE, State.UNKNOWN,
)  # fmt: skip
"""What a reader looks for first stands first."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report as the page lists it."""

    name: str
    address: str
    window: str
    language: str
    tongue: str
    revision: str
    judged: str
    headline: str
    way: str
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A channel as the page lists it."""

    title: str
    way: str
    username: str
    state: str
    state_key: str
    since: str
    notice: str
    notice_at: str
    points_to: tuple[tuple[str, str], ...]
    last_post: str


def page(
    reports: Sequence[Shelved], judgement: Judgement, words: Words, platforms: dict[str, str]
) -> str:
    """Write the page; reports are listed in the order given, channels by state.

    `platforms` are the catalogue's names, for those that the language has no name of.
    """
    views = sorted(
        judgement.views,
        key=lambda v: (_ORDER.index(v.case.state), v.channel.username.casefold()),
    )
    return _environment().get_template("index.html").render(
        w=words,
        # Our own text, and it must reach the page unescaped for its hash to hold.
        style=Markup(style(words.language)),  # noqa: S704
        policy=policy(words.language),
        at=words.time(judgement.at),
        weekly=[_report(r, words) for r in reports if r.weekly],
        others=[_report(r, words) for r in reports if not r.weekly],
        cases=[_case(v, words, platforms) for v in views[:MOST]],
        more=max(0, len(views) - MOST),
    )  # fmt: skip


@cache
def _environment() -> Environment:
    text = files("monitor.report").joinpath("templates/index.html").read_text(encoding="utf-8")
    return Environment(
        loader=DictLoader({"index.html": text}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _report(report: Shelved, words: Words) -> ReportRow:
    folder = quote(report.name)
    headline = one_line(report.headline, 400)
    return ReportRow(
        name=report.name,
        address=f"{folder}/{report.files[0]}",
        window=words.span(report.start, report.end),
        language=words.name("languages", report.language),
        tongue=report.language,
        revision=words.number(report.revision),
        judged=words.time(report.judged_at),
        headline=headline,
        way="rtl" if load(report.language).rtl else "ltr",
        others=tuple((file, f"{folder}/{file}") for file in report.files[1:]),
    )


def _case(view: ChannelView, words: Words, platforms: dict[str, str]) -> CaseRow:
    case = view.case
    title = one_line(view.channel.title or "")
    return CaseRow(
        title=title,
        way=direction(title),
        username=one_line(view.channel.username),
        state=words.name("states", case.state),
        state_key=case.state.value,
        since=words.day(case.since.date()) if case.since else "—",
        notice=words.name("kinds", case.notice.kind) if case.notice else "",
        notice_at=words.time(case.notice.at) if case.notice else "",
        points_to=tuple(
            (platform_name(words, d.platform, platforms), printable(d.handle, 40))
            for d in case.destinations[:6]
        ),
        last_post=words.time(case.last_post_at) if case.last_post_at else "—",
    )
