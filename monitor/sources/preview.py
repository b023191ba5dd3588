"""The bytes of a public t.me page enter, what it says leaves; nothing is fetched or judged here."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from selectolax.lexbor import LexborHTMLParser

from monitor.config import USERNAME
from monitor.model import Availability, Interval, Page, Post
from monitor.sources.display_counts import read_count
from monitor.sources.page_landing import CANNOT_BE_SHOWN, read_landing_page
from monitor.sources.page_parts import as_line, as_text, read_id
from monitor.sources.page_posts import MESSAGE, read_block

MAX_PAGE_BYTES = 2_000_000
"""Larger is refused. A whole feed page of 2026 has 140 kB, the fullest that 20 posts can make
about 700 kB (estimated from the limits of a post)."""
MAX_TAGS = 40_000
"""`<` signs on a page; a real feed page has 2 700. Lexbor looks through all open elements at each
new block, so that nested ones cost their square: 1.6 s at this bound (measured, version 1.0.2)."""
MAX_TAG_BYTES = 65_536
"""Bytes after a `<` without another or a `>`. Lexbor compares each attribute with all before it:
a tag of 100 kB took 0.5 s, one of 400 kB 7.7 s (measured, version 1.0.2)."""
MAX_POSTS = 1_000
"""Blocks read from one page; Telegram shows 20, a saved page that was scrolled may have more."""
MAX_PROBLEMS = 50

_HUGE_TAG = re.compile(rb"<[^<>]{%d}" % MAX_TAG_BYTES)
_SMALL_PAGE = 262_144
"""Bytes of a page in which even one single tag costs no more than 2 s (measured)."""
_TAG = re.compile(rb"<[a-zA-Z](?:[^=>]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+")
"""A tag with its quoted values, in which `<` and `>` may stand; rather too long than too short."""
_BEFORE = re.compile(r"[?&](?:before|after)=(\d+)")
_NEWER = (('link[rel="next"]', "href"), ("a.tme_messages_more[data-after]", "href"))
_OLDER = (('link[rel="prev"]', "href"), ("a.tme_messages_more[data-before]", "href"))
_FEED_MARKS = (
    ".tgme_channel_history, .tgme_channel_info_counter, .tgme_channel_info_header_username,"
    " .tme_no_messages_found"
)


@dataclass(slots=True)
class _Feed:
    """What the message blocks of a page said together."""

    posts: list[tuple[str | None, Post]] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)
    ids: set[int] = field(default_factory=set)
    times: list[datetime] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    blocks: int = 0


def parse_page(body: bytes) -> Page:
    """Read a page as it came: `t.me/s/NAME` (with all its posts), `t.me/NAME`, or a part of one.

    Whatever the bytes are, this returns: a page that is neither has kind `unknown`, no state, and
    a problem that says why. A block that cannot be read is named in `problems`, the rest is kept.
    Counts of a feed page are rounded, those of a landing page exact. `older` is what the page's
    link to older posts asks before; `before` comes from its canonical address, which Telegram sets
    on the newest page too (to one more than the newest id).
    """
    refused = _refusal(body)
    if refused:
        return Page("unknown", None, problems=(refused,))
    tree = LexborHTMLParser(body)
    feed = _read_blocks(tree, len(body))
    if feed.blocks or tree.css_first(_FEED_MARKS):
        page = _feed_page(tree, feed)
    elif tree.css_first(".tgme_page"):
        page = read_landing_page(tree)
    else:
        error = as_line(tree.css_first(".tgme_widget_message_error"))
        why = f"an embedded post that says {error!r}" if error else "the layout is not known"
        page = Page("unknown", None, problems=(f"not a page of a channel: {why}",))
    if b"<html" in body[:2000].lower() and b"</html" not in body[-4000:].lower():
        # What is missing may be the count, a notice or the newest posts: no state follows.
        problems = (*page.problems, "the page is cut off: it has no end")
        return replace(page, kind="unknown", state=None, empty=False, problems=problems)
    return page


def _refusal(body: bytes) -> str | None:
    if not body.strip():
        return f"the page is empty ({len(body)} bytes)"
    if len(body) > MAX_PAGE_BYTES:
        return f"the page has {len(body)} bytes, more than {MAX_PAGE_BYTES}; it was not read"
    if b"tgme_" not in body and b"tme_" not in body:
        return "not a page of Telegram: none of its marks are on it"
    if (tags := body.count(b"<")) > MAX_TAGS:
        return f"the page has {tags} tags, more than {MAX_TAGS}; it was not read"
    if _HUGE_TAG.search(body) or (
        len(body) > _SMALL_PAGE and any(len(tag[0]) > MAX_TAG_BYTES for tag in _TAG.finditer(body))
    ):
        return f"the page has a tag of more than {MAX_TAG_BYTES} bytes; it was not read"
    return None


def _read_blocks(tree: LexborHTMLParser, size: int) -> _Feed:
    feed = _Feed()
    # Blocks inside blocks would be read again and again: all of them together are hardly larger
    # than the page (escapes may make them so), and more than that is a trap.
    left = 8 * size
    for message in tree.css(MESSAGE)[:MAX_POSTS]:
        feed.blocks += 1
        html = message.html or ""
        left -= len(html)
        if left < 0:
            feed.problems.append("blocks lie inside each other; the rest of them was not read")
            break
        block = read_block(message, html)
        feed.problems += block.problems
        if block.post:
            feed.posts.append((block.username, block.post))
        if block.username:
            feed.names[block.username] += 1
        if block.stamp.telegram_id:
            feed.ids.add(block.stamp.telegram_id)
        if block.stamp.at:
            feed.times.append(block.stamp.at)
    wraps = tree.css("div.tgme_widget_message_wrap")
    if len(wraps) != feed.blocks:
        for wrap in wraps[:MAX_POSTS]:
            if not wrap.css_first(f"{MESSAGE}, .tme_no_messages_found"):
                feed.problems.append("a message wrap has no message with a data-post in it")
    return feed


def _feed_page(tree: LexborHTMLParser, feed: _Feed) -> Page:
    problems = feed.problems
    username = _username(tree, feed)
    posts: dict[int, Post] = {}
    for name, post in feed.posts:
        if (name or "").casefold() != (username or "").casefold():
            problems.append(f"post {post.id} is by {name!r} on a page of {username!r}; left out")
        elif post.id in posts:
            problems.append(f"post {post.id} is on the page twice; the first was kept")
        else:
            posts[post.id] = post
    if len(feed.ids) > 1:
        problems.append(f"the posts name {len(feed.ids)} numeric ids of their channel; none taken")
    state, empty = _state(tree, posts, problems)
    wrong_kind, subscribers = _count(tree, problems)
    if wrong_kind:
        state = Availability.WRONG_KIND
    about = tree.css_first(".tgme_channel_info_description")
    header = tree.css_first(".tgme_channel_info_header_labels")
    return Page(
        "feed",
        state,
        username=username,
        telegram_id=next(iter(feed.ids)) if len(feed.ids) == 1 else None,
        title=_title(tree),
        about=as_text(about) or None if about else None,
        verified=header.css_first(".verified-icon") is not None if header else None,
        wrong_kind=wrong_kind,
        subscribers=subscribers,
        posts=tuple(posts.values()),
        at=max(feed.times, default=None),
        older=_asked(tree, _OLDER),
        newer=_asked(tree, _NEWER),
        before=_asked(tree, (('link[rel="canonical"]', "href"),)),
        empty=empty,
        problems=tuple(dict.fromkeys(problems))[:MAX_PROBLEMS],
    )


def _state(
    tree: LexborHTMLParser, posts: dict[int, Post], problems: list[str]
) -> tuple[Availability | None, bool]:
    if posts:
        return Availability.OK, False
    said = as_line(tree.css_first(".tme_no_messages_found"))
    if said is not None and said.casefold() == "no posts found":
        return Availability.OK, True
    if said is not None and CANNOT_BE_SHOWN.search(said):
        return Availability.RESTRICTED, False
    # Never to be taken for a silent channel: this is about our reading.
    problems.append(f"a feed page without a readable post; in their place it says {said!r}"[:200])
    return None, False


def _count(
    tree: LexborHTMLParser, problems: list[str]
) -> tuple[Literal["group"] | None, Interval | None]:
    shown = [as_line(node) or "" for node in tree.css(".tgme_channel_info_counter")]
    shown += [as_line(node) or "" for node in tree.css(".tgme_header_counter")]
    for line in shown:
        if line.endswith(("subscriber", "subscribers")):
            try:
                return None, read_count(line)
            except ValueError as error:
                problems.append(f"the subscriber count cannot be read: {error}")
                return None, None
        if line.endswith(("member", "members", "online")):
            return "group", None
    problems.append("no subscriber count on the page")
    return None, None


def _username(tree: LexborHTMLParser, feed: _Feed) -> str | None:
    if feed.names:
        return feed.names.most_common(1)[0][0]
    header = as_line(tree.css_first(".tgme_channel_info_header_username")) or ""
    main = tree.css_first("main[data-url]")
    url = (main.attributes.get("data-url") or "") if main else ""
    said = (header.removeprefix("@"), url.removeprefix("/"))
    return next((name for name in said if USERNAME.fullmatch(name)), None)


def _title(tree: LexborHTMLParser) -> str | None:
    title = tree.css_first(".tgme_channel_info_header_title")
    if title:
        return as_line(title)
    meta = tree.css_first('meta[property="og:title"]')
    return " ".join((meta.attributes.get("content") or "").split()) or None if meta else None


def _asked(tree: LexborHTMLParser, places: tuple[tuple[str, str], ...]) -> int | None:
    for selector, name in places:
        node = tree.css_first(selector)
        found = _BEFORE.search(node.attributes.get(name) or "") if node else None
        if found and (number := read_id(found[1])) is not None:
            return number
    return None
