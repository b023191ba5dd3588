"""Pieces of markup enter, their text, links and stamps leave; which piece is which is not known."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from selectolax.lexbor import LexborNode

from monitor.model import Link

FIRST_DAY = datetime(2013, 8, 14, tzinfo=UTC)
"""Telegram's first release: nothing on it is older."""
LAST_DAY = datetime(2100, 1, 1, tzinfo=UTC)
MAX_POST_ID = 2**31 - 1
"""The ids of posts are 32-bit integers (core.telegram.org, constructor `message`)."""
MAX_TELEGRAM_ID = 2**53
"""Far above every id given so far; Telegram promises at most 52 significant bits."""
MAX_STAMP_LENGTH = 512
"""Characters of a `data-view`; the real ones have about 90."""
MAX_LINKS = 500
"""Links kept of one post; a text of 4 096 characters with 100 entities cannot hold more."""
MAX_URL_LENGTH = 8192
"""Characters of a kept address; common servers refuse longer ones."""

_SOURCE_BREAK = re.compile(r"(<br>)?[ \t]*[\r\n][ \t\r\n]*")
_CODE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_BLOCK = re.compile(r"</?(?:div|blockquote|pre|p|li|ul|ol|h[1-6])\b[^>]*>")
_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^>]*>", re.DOTALL)
_EDGE = re.compile(r"\n?\x00+\n?")


def as_text(node: LexborNode) -> str:
    """Turn a piece of markup into plain text: `<br>` and block edges are line breaks.

    Works on Lexbor's own serialisation, in which a text holds no `<` and an attribute no `>`, so
    that taking out tags is exact, and deep nesting needs no recursion.
    """
    html = node.inner_html or ""
    if "\n" in html or "\r" in html:
        # A line break of the source is formatting, except in code.
        pieces = _CODE.split(html) if "<pre" in html else [html]
        pieces[::2] = [_SOURCE_BREAK.sub(_joined, piece) for piece in pieces[::2]]
        html = "".join(pieces)
    if "<" in html:
        html = _BLOCK.sub("\x00", html.replace("<br>", "\n"))
        html = _EDGE.sub("\n", _TAG.sub("", html))
    if "&" in html:
        html = html.replace("&nbsp;", "\u00a0").replace("&lt;", "<").replace("&gt;", ">")
        html = html.replace("&amp;", "&")
    return html.strip()


def _joined(found: re.Match[str]) -> str:
    return "<br>" if found[1] else " "


def as_line(node: LexborNode | None) -> str | None:
    """Turn a piece of markup into one line of text, None where there is none."""
    return " ".join(as_text(node).split()) or None if node else None


def as_url(href: str | None) -> str | None:
    """Return an address that leads out of the page: http, https or tg; None for all else."""
    url = (href or "").strip()
    if url.startswith("//"):
        url = "https:" + url
    fits = url.lower().startswith(("http://", "https://", "tg://")) and len(url) <= MAX_URL_LENGTH
    # An address with a line break or a control character in it would break every list it is in.
    return url if fits and url.isprintable() else None


def read_links(
    node: LexborNode, selector: str, kind: Literal["text", "button"] = "text"
) -> list[Link]:
    """Read the links below a node; hashtags (`?q=`), scripts and mail addresses are none."""
    links = []
    for anchor in node.css(selector)[:MAX_LINKS]:
        url = as_url(anchor.attributes.get("href"))
        if url is None:
            continue
        words = as_line(anchor) or ""
        if kind == "button":
            links.append(Link(url, "button", words))
        elif _says(words, url):
            links.append(Link(url))
        else:
            links.append(Link(url, "hidden", words))
    return links


def bare(url: str) -> str:
    """Return an address without scheme and last slash, case-folded: for comparing only."""
    return url.partition("://")[2].rstrip("/").casefold()


def _says(words: str, url: str) -> bool:
    """Tell whether the words of a link are its own address, or the @name that it leads to."""
    if words.startswith("@"):
        return bare(url) in {f"t.me/{words[1:]}".casefold(), f"telegram.me/{words[1:]}".casefold()}
    return bare(words if "://" in words else f"://{words}") == bare(url)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a post's `data-view` says: the channel's numeric id and when the page was made."""

    telegram_id: int | None
    at: datetime | None


def read_stamp(text: str | None) -> Stamp:
    """Read `data-view`: base64 of JSON with `c` (minus the channel's id) and `t` (page time).

    What is missing, of another type or out of bounds is None; nothing raises.
    """
    if not text or len(text) > MAX_STAMP_LENGTH:
        return Stamp(None, None)
    try:
        said = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return Stamp(None, None)
    if not isinstance(said, dict):
        return Stamp(None, None)
    return Stamp(_channel(said.get("c")), _moment(said.get("t")))


def _channel(said: object) -> int | None:
    # `True` is an int too, for isinstance
    if type(said) is not int or not 0 < abs(said) <= MAX_TELEGRAM_ID:
        return None
    return abs(said)


def _moment(seconds: object) -> datetime | None:
    if type(seconds) is not int or not 0 <= seconds <= LAST_DAY.timestamp():
        return None
    at = datetime.fromtimestamp(seconds, UTC)
    return at if at >= FIRST_DAY else None


def read_time(text: str | None) -> datetime | None:
    """Read the `datetime` of a post's `<time>`; None where it names no zone or no real time."""
    try:
        at = datetime.fromisoformat(text or "")
        if at.tzinfo is None:
            return None
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if FIRST_DAY <= at < LAST_DAY else None


def read_id(text: str) -> int | None:
    """Read a post's id, ASCII digits only; None where it is none or out of bounds."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        return None
    return number if 0 < (number := int(text)) <= MAX_POST_ID else None
