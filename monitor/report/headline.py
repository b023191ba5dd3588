"""The headline in words, from the cases and nothing else. Pure."""

from collections import Counter
from collections.abc import Sequence

from monitor.model import ChannelView, Kind, State
from monitor.report.fetched import one_line
from monitor.report.measures import (
    Window,
    events,
    inside,
    notices,
    posts_with_links,
)
from monitor.report.words import Words

# What became of a channel that announced; every state has its place, so that the parts add up.
_BECAME = {
    State.LEFT: "silent",
    State.GONE: "silent",
    State.ANNOUNCED_NOT_DONE: "kept",
    State.RETURNED: "back",
    State.ANNOUNCED: "pending",
    State.UNKNOWN: "unclear",
}
_ORDER = ("silent", "kept", "back", "pending", "unclear", "other")


def platform_name(words: Words, platform: str, names: dict[str, str]) -> str:
    """Return a platform's name in the language, else as the catalogue has it, else its id."""
    known = words.table["platforms"].get(platform)
    return one_line(str(known or names.get(platform) or platform.replace("_", " ").title()), 40)


def announced_in(views: Sequence[ChannelView], window: Window) -> list[ChannelView]:
    """Return the channels with a closure notice in a window."""
    return [v for v in views if any(inside(f.at, window) for f in notices(v.case))]


def headline(
    views: Sequence[ChannelView],
    window: Window,
    words: Words,
    names: dict[str, str],
    *,
    seen: float,
) -> str:
    """Say what the findings support, in whole sentences; `seen` is the share of channel-hours."""
    if not views:
        return words.say("headline.none_watched")
    if not seen:
        return words.say("headline.blind")
    said = announced_in(views, window)
    sentences = [_said(views, said, words), _earlier(views, said, window, words)]
    sentences += [_others(views, window, words), _apps(views, window, words, names)]
    sentences.append(words.say("headline.coverage", share=words.percent(100 * seen)).rstrip("."))
    return " ".join(sentence + "." for sentence in sentences if sentence)


def is_quiet(views: Sequence[ChannelView], window: Window) -> bool:
    """Return whether a window that was seen holds no notice, departure or return."""
    steps = (e for view in views for e in events(view.case))
    said = (f for view in views for f in notices(view.case))
    return not any(inside(step.at, window) for step in steps) and not any(
        inside(f.at, window) for f in said
    )


def _said(views: Sequence[ChannelView], said: Sequence[ChannelView], words: Words) -> str:
    watched = words.say("headline.watched", len(views))
    if not said:
        return words.say("headline.none_announced", len(views), of=watched)
    first = words.say("headline.announced", len(said), of=watched)
    return words.semicolon.join([first, *_became(said, words)])


def _became(said: Sequence[ChannelView], words: Words) -> list[str]:
    counts = Counter(_BECAME.get(view.case.state, "other") for view in said)
    return [words.say(f"headline.{part}", counts[part]) for part in _ORDER if counts[part]]


def _earlier(
    views: Sequence[ChannelView], said: Sequence[ChannelView], window: Window, words: Words
) -> str:
    """Say what became of those whose notices are all before the window."""
    now = {id(view) for view in said}
    before = [
        view
        for view in views
        if id(view) not in now and any(f.at < window[0] for f in notices(view.case))
    ]
    if not before:
        return ""
    return words.say(
        "headline.earlier",
        len(before),
        rest=words.comma.join(_became(before, words)),
    )


def _others(views: Sequence[ChannelView], window: Window, words: Words) -> str:
    """Say who is gone without a word, moved in part, and came back in this window."""
    gone = sum(v.case.state in (State.GONE, State.LEFT) and not notices(v.case) for v in views)
    partial = sum(
        any(
            f.kind is Kind.PARTIAL_MOVE and f.told and inside(f.at, window) for f in v.case.timeline
        )
        for v in views
    )
    said = {id(v) for v in announced_in(views, window)}
    back = sum(
        id(v) not in said
        and any(e.kind == "returned" and inside(e.at, window) for e in events(v.case))
        for v in views
    )
    parts = {"gone": gone, "partial": partial, "returned": back}
    return words.semicolon.join(
        words.say(f"headline.{name}", count) for name, count in parts.items() if count
    )


def _apps(views: Sequence[ChannelView], window: Window, words: Words, names: dict[str, str]) -> str:
    totals = posts_with_links(views, window)
    most = max(totals.values(), default=0)
    if not most:
        return words.say("headline.no_links")
    top = [platform_name(words, app, names) for app, posts in totals.items() if posts == most]
    return words.say("headline.top", len(top), apps=words.listing(top))
