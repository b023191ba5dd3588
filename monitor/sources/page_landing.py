"""The tree of a `t.me/NAME` page enters, what it says leaves; posts are never on such a page."""

import re
from typing import Literal

from selectolax.lexbor import LexborHTMLParser

from monitor.config import USERNAME
from monitor.model import Availability, Interval, Page
from monitor.sources.display_counts import read_count
from monitor.sources.page_parts import as_line, as_text

CANNOT_BE_SHOWN = re.compile(
    r"^(?:sorry, )?this (?:channel|group|chat|message)\b.{0,40}?"
    r"\b(?:can[’']?t|cannot|couldn[’']?t) be (?:displayed|shown)",
    re.IGNORECASE,
)
"""Telegram's own words in place of a restricted channel, with the reason after them."""

_NOBODY = re.compile(r"Telegram: Contact @(\w{4,32})")
_VIEWED = re.compile(r"Telegram: (?:View|Contact|Launch) @(\w{4,32})")
_RESOLVE = re.compile(r"tg://resolve\?domain=(\w{4,32})")
_SUBSCRIBERS = re.compile(r"\bsubscribers?$")
_MEMBERS = re.compile(r"\bmembers?\b|\bonline$")
_NAME = re.compile(r"@(\w{4,32})")

_WrongKind = Literal["user", "group", "bot"]


def read_landing_page(tree: LexborHTMLParser) -> Page:
    """Read a `t.me/NAME` page: its state, and the exact count where it is a channel's.

    The link to the preview decides between `ok` and `preview_disabled`. A name nobody has shows
    `Telegram: Contact @x`, no title and nothing below it; a person shows their @name there, a
    group its members, a bot its monthly users. Anything else has no state and a problem.
    """
    title = as_line(tree.css_first(".tgme_page_title span") or tree.css_first(".tgme_page_title"))
    extras = [line for node in tree.css(".tgme_page_extra") if (line := as_line(node))]
    about_node = tree.css_first(".tgme_page_description")
    about = as_text(about_node) if about_node else ""
    head = _head(tree)
    problems: list[str] = []
    subscribers: Interval | None = None
    state: Availability | None
    wrong_kind = _wrong_kind(extras)
    shown = next((line for line in extras if _SUBSCRIBERS.search(line)), None)
    if shown is not None:
        wrong_kind = None
        subscribers = _exact(shown, problems)
        if tree.css_first('a.tgme_page_context_link[href^="/s/"]'):
            state = Availability.OK
        elif CANNOT_BE_SHOWN.search(about):
            state = Availability.RESTRICTED
        else:
            state = Availability.PREVIEW_DISABLED
    elif wrong_kind:
        state = Availability.WRONG_KIND
    elif not extras:
        state = _without_extras(tree, title, about, head)
    else:
        state = None
    if state is None:
        problems.append(
            f"a landing page that fits no known kind: {extras or head or title!r}"[:200]
        )
    # Where there is no count, the description is Telegram's own sentence.
    return Page(
        "landing",
        state,
        username=_username(tree, extras, head),
        title=title,
        about=(about or None) if extras else None,
        verified=tree.css_first(".tgme_page_title .verified-icon") is not None if title else None,
        wrong_kind=wrong_kind,
        subscribers=subscribers,
        problems=tuple(problems),
    )


def _head(tree: LexborHTMLParser) -> str:
    """Return the line in which Telegram names the page: its <title>, in old captures og:title."""
    line = as_line(tree.css_first("title"))
    if line is None:
        meta = tree.css_first('meta[property="og:title"]')
        line = meta.attributes.get("content") if meta else None
    return line or ""


def _wrong_kind(extras: list[str]) -> _WrongKind | None:
    if any(_MEMBERS.search(line) for line in extras):
        return "group"
    if any(line.endswith("monthly users") for line in extras):
        return "bot"
    named = next((found[1] for line in extras if (found := _NAME.fullmatch(line))), None)
    if named is None:
        return None
    return "bot" if named.lower().endswith("bot") else "user"  # only bots may be named so


def _without_extras(
    tree: LexborHTMLParser, title: str | None, about: str, head: str
) -> Availability | None:
    if CANNOT_BE_SHOWN.search(about):
        return Availability.RESTRICTED
    if title is None:
        return Availability.NOT_FOUND if _NOBODY.fullmatch(head) else None
    action = as_line(tree.css_first(".tgme_page_action a")) or ""
    return Availability.PRIVATE if action.startswith("Join") else None


def _exact(shown: str, problems: list[str]) -> Interval | None:
    try:
        return read_count(shown)
    except ValueError as error:
        problems.append(f"the subscriber count cannot be read: {error}")
        return None


def _username(tree: LexborHTMLParser, extras: list[str], head: str) -> str | None:
    said = [
        node.attributes.get(name) or ""
        for selector, name in (
            ("a.tgme_action_button_new[href]", "href"),
            ('meta[property="al:ios:url"]', "content"),
        )
        if (node := tree.css_first(selector))
    ]
    found = [match for text in said if (match := _RESOLVE.match(text))]
    found += [match for line in extras if (match := _NAME.fullmatch(line))]
    found += [match for match in (_VIEWED.fullmatch(head),) if match]
    return next((match[1] for match in found if USERNAME.fullmatch(match[1])), None)
