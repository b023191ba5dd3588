"""An earlier summary.json and the new one in; what changed, in words, out. Writes nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.clock import as_utc
from monitor.model import Json
from monitor.report.fetched import one_line, printable
from monitor.report.words import LANGUAGES, Words, load

LARGEST = 20_000_000
"""Bytes of an earlier summary that are read; ours have about 100 000 (uncalibrated)."""
MOST = 60
"""Changes that are listed one by one; the rest are counted. Uncalibrated."""

# What moves with the day of judging alone and not with what is known of the window.
_AS_OF = {"judged_at", "silence_days", "last_post_at", "failures", "why", "summary"}


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, str_max_length=10_000)


class _Named(_Loose):
    id: str
    channel: str | None = None
    kind: str
    at: str
    quote: str | None = None


class _Channel(_Loose):
    channel: str
    telegram_id: int | None = None
    state: str
    notice: _Named | None = None
    subscribers: dict[str, object] | None = None


class _Cell(_Loose):
    low: float | None = None
    high: float | None = None


class _Row(_Loose):
    measure: str
    platform: str | None = None
    this: _Cell | None = None
    last: _Cell | None = None
    mean: _Cell | None = None


class _Trend(_Loose):
    rows: list[_Row]


class _Week(_Loose):
    week: str
    posts: dict[str, int]


class Told(_Loose):
    """What an earlier summary said, as far as two are compared."""

    language: str
    headline: str
    window: dict[str, str]
    coverage_pct: float
    trend: _Trend
    channels: list[_Channel]
    findings: list[_Named]
    links: list[_Week]
    revision: int = Field(default=1, ge=1, le=100_000)


def read(path: Path) -> dict[str, Json] | None:
    """Return an earlier summary as plain data, None where it cannot be read as one."""
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
        found = json.loads(body) if len(body) <= LARGEST else None
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def revision(told: dict[str, Json] | None) -> int:
    """Return the number that a summary gives itself, 1 where it gives none that can be one."""
    number = (told or {}).get("revision")
    return number if isinstance(number, int) and 1 <= number <= 100_000 else 1


def same(old: dict[str, Json], new: dict[str, Json]) -> bool:
    """Return whether two summaries say the same of their window, whenever they were judged."""
    ours = ("revision", "changes")
    return _core({k: v for k, v in old.items() if k not in ours}) == _core(
        {k: v for k, v in new.items() if k not in ours}
    )


def _core(value: Json) -> Json:
    if isinstance(value, dict):
        return {k: _core(v) for k, v in value.items() if k not in _AS_OF}
    return [_core(v) for v in value] if isinstance(value, list) else value


def changes(old: dict[str, Json] | None, new: dict[str, Json], names: dict[str, str]) -> list[str]:
    """Say in the new summary's language what changed; `names` are the platforms'.

    Never empty: where nothing else changed, the wording did.
    """
    now = Told.model_validate(new)
    words = load(now.language)
    try:
        before = Told.model_validate(old)
    except ValidationError:
        return [words.say("change.unreadable")]
    said = [
        *_frame(before, now, words),
        *_channels(before, now, words),
        *_findings(before, now, words),
        *_figures(before, now, words, names),
    ] or [words.say("change.text")]
    rest = len(said) - MOST
    return [*said[:MOST], words.say("change.more", rest)] if rest > 0 else said


def _frame(old: Told, new: Told, words: Words) -> Iterator[str]:
    if old.language != new.language:
        was = old.language if old.language in LANGUAGES else "?"
        yield words.say("change.language", old=was, new=new.language)
    elif old.headline != new.headline:
        yield words.say("change.headline", old=f"“{printable(old.headline, 600)}”")
    if old.window != new.window:
        yield words.say("change.window")
    was, is_now = words.percent(old.coverage_pct), words.percent(new.coverage_pct)
    if was != is_now:
        yield words.say("change.coverage", old=was, new=is_now)


def _channels(old: Told, new: Told, words: Words) -> Iterator[str]:
    before, now = _by_name(old.channels), _by_name(new.channels)
    for key, channel in now.items():
        name = _name(channel.channel)
        was = before.get(key)
        if was is None:
            yield words.say("change.channel_added", channel=name)
            continue
        if was.state != channel.state:
            states = [words.name("states", one_line(c.state)) for c in (was, channel)]
            yield words.say("change.state", channel=name, old=states[0], new=states[1])
        if (was.notice and was.notice.id) != (channel.notice and channel.notice.id):
            yield words.say("change.notice", channel=name)
        if was.subscribers != channel.subscribers:
            yield words.say("change.subscribers", channel=name)
    for key in before.keys() - now.keys():
        yield words.say("change.channel_gone", channel=_name(before[key].channel))


def _by_name(channels: list[_Channel]) -> dict[str, _Channel]:
    """Key channels by username; two that held it in turn, by their numeric ids as well."""
    times = Counter(c.channel.casefold() for c in channels)
    return {
        name if times[name] == 1 else f"{name}#{c.telegram_id}": c
        for c in channels
        if (name := c.channel.casefold())
    }


def _findings(old: Told, new: Told, words: Words) -> Iterator[str]:
    before, now = ({f.id: f for f in told.findings} for told in (old, new))
    for key, known, other in (("added", now, before), ("withdrawn", before, now)):
        for name in sorted(known.keys() - other.keys(), key=lambda n: (known[n].at, n)):
            finding = known[name]
            try:
                at = words.time(as_utc(finding.at))
            except ValueError:
                at = one_line(finding.at)
            kind = words.name("kinds", one_line(finding.kind))
            channel = _name(finding.channel) if finding.channel else "—"
            yield words.say(f"change.{key}", kind=kind, channel=channel, at=at)


def _figures(old: Told, new: Told, words: Words, names: dict[str, str]) -> Iterator[str]:
    before = {(r.measure, r.platform): r for r in old.trend.rows}
    for row in new.trend.rows:
        was = before.get((row.measure, row.platform))
        if was is None:
            continue
        for column in ("this", "last", "mean"):
            shown = [value(getattr(r, column), words) for r in (was, row)]
            if shown[0] != shown[1]:
                yield words.say(
                    "change.trend",
                    measure=measure(row.measure, row.platform, words, names),
                    column=words.say(f"change.{column}"),
                    old=shown[0],
                    new=shown[1],
                )
    sums = [_total(told.links) for told in (old, new)]
    for app in sorted(sums[0].keys() | sums[1].keys()):
        if sums[0].get(app, 0) != sums[1].get(app, 0):
            name = measure_app(app, words, names)
            was_now = {"old": sums[0].get(app, 0), "new": sums[1].get(app, 0)}
            yield words.say("change.links", app=name, **was_now)


def value(cell: _Cell | None, words: Words) -> str:
    """Write a cell's value: a number, a range, or that it was not seen."""
    if cell is None or cell.low is None or cell.high is None:
        return words.say("trend.not_seen")
    low, high = (words.measured(v) for v in (cell.low, cell.high))
    return low if low == high else words.say("trend.range", low=low, high=high)


def measure(name: str, app: str | None, words: Words, names: dict[str, str]) -> str:
    """Name a row of the trend."""
    if name == "links" and app is None:
        return words.say("trend.links_none")
    known = words.table["trend"].get(name)
    if not isinstance(known, str):
        return one_line(name)
    return known.format(app=measure_app(app or "", words, names))


def measure_app(app: str, words: Words, names: dict[str, str]) -> str:
    """Name a platform that an earlier summary counted."""
    return one_line(str(words.table["platforms"].get(app) or names.get(app) or app), 40)


def _total(weeks: list[_Week]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for week in weeks:
        for app, posts in week.posts.items():
            totals[app] = totals.get(app, 0) + posts
    return totals


def _name(username: str) -> str:
    return f"\u2068@{one_line(username, 40)}\u2069"
