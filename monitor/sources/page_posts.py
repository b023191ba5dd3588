"""One message block of a `t.me/s/` page enters, one post leaves; the page around it is not read."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from monitor.config import USERNAME
from monitor.model import Interval, Link, Poll, Post
from monitor.sources.display_counts import read_count
from monitor.sources.page_parts import (
    MAX_LINKS,
    Stamp,
    as_line,
    as_text,
    as_url,
    bare,
    read_id,
    read_links,
    read_stamp,
    read_time,
)

MESSAGE = "div.tgme_widget_message[data-post]"

_OF_POST = re.compile(r"https?://(?:t|telegram)\.me/(?:s/)?([A-Za-z]\w{3,31})/(\d+)(?:[?#].*)?")
# The quote of a reply may carry the class of a text too: its own class tells it apart.
_TEXT = ".js-message_text:not(.js-message_reply_text)"
_KINDS = {
    "photo_wrap": "photo",
    "video_player": "video",
    "roundvideo_player": "round_video",
    "voice_player": "voice",
    "document_wrap": "document",
    "sticker_wrap": "sticker",
    "location_wrap": "location",
    "contact_wrap": "contact",
    "poll": "poll",
    "game": "game",
    "invoice": "invoice",
}
_MEDIA = ", ".join(f".tgme_widget_message_{name}" for name in _KINDS)
_MAY_HAVE_MEDIA = re.compile(f"tgme_widget_message_(?:{'|'.join(_KINDS)})")
_SERVICES = (
    (re.compile(r"^channel created", re.IGNORECASE), "created"),
    (re.compile(r"^channel name was changed", re.IGNORECASE), "renamed"),
    (re.compile(r"^channel (?:photo|video) ", re.IGNORECASE), "photo_changed"),
    (re.compile(r"\bpinned\b", re.IGNORECASE), "pinned"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A message block as read: the post, whose page it is on, its stamp, and what was odd."""

    post: Post | None
    username: str | None
    stamp: Stamp
    problems: tuple[str, ...] = ()


def read_block(message: LexborNode, html: str) -> Block:
    """Read one message block (`div.tgme_widget_message`); the post is None without id or time.

    `html` is the block's own serialisation: a part that it does not name is not searched for.
    A part that cannot be read costs that part and is named in the problems. Nothing raises.
    """
    attributes = message.attributes
    said = attributes.get("data-post") or ""
    name, _, number = said.rpartition("/")
    username = name if USERNAME.fullmatch(name) else None
    stamp = read_stamp(attributes.get("data-view"))
    post_id = read_id(number)
    if post_id is None:
        return Block(None, username, stamp, (f"a block says that it is post {said[:60]!r}",))
    dated = message.css_first(".tgme_widget_message_date time[datetime]")
    at = read_time(dated.attributes.get("datetime")) if dated else None
    if at is None:
        return Block(None, username, stamp, (f"post {post_id} has no readable time",))
    problems: list[str] = []
    text_node = message.css_first(_TEXT)
    text = as_text(text_node) if text_node else ""
    media = _media(message) if _MAY_HAVE_MEDIA.search(html) else ()
    if not text and not media and "message_media_not_supported_label" in html:
        media = ("unsupported",)
    meta = message.css_first(".tgme_widget_message_meta")
    post = Post(
        id=post_id,
        at=at,
        text=text,
        links=tuple(_links(message, text_node, html)),
        views=_views(message, post_id, problems),
        # The signature is an element of its own, so a person called "edited" does not count.
        edited=meta is not None and "edited" in meta.text(deep=False),
        forwarded_from=_forwarded_from(message) if "_forwarded_from" in html else None,
        reply_to=_reply_to(message, username) if "_message_reply" in html else None,
        album=_album(message) if "?single" in html else (),
        media=media,
        poll=_poll(message) if "poll" in media else None,
        service=_service(text) if "service_message" in (attributes.get("class") or "") else None,
        author=as_line(message.css_first(".tgme_widget_message_from_author")),
    )
    return Block(post, username, stamp, tuple(problems))


def _links(message: LexborNode, text: LexborNode | None, html: str) -> list[Link]:
    # The name of who pinned a post links to the channel itself and is no link of the text.
    links = (
        read_links(text, "a[href]:not(.tgme_widget_message_author_name)")
        if text and "<a " in html
        else []
    )
    if "_inline_button" in html:
        links += read_links(message, "a.tgme_widget_message_inline_button[href]", "button")
    if "_link_preview" in html:
        preview = message.css_first("a.tgme_widget_message_link_preview[href]")
        url = as_url(preview.attributes.get("href")) if preview else None
        if url and bare(url) not in {bare(link.url) for link in links}:
            links.append(Link(url, "hidden"))
    return links[:MAX_LINKS]


def _views(message: LexborNode, post_id: int, problems: list[str]) -> Interval | None:
    shown = as_line(message.css_first(".tgme_widget_message_views"))
    if shown is None:
        return None
    try:
        return read_count(shown)
    except ValueError as error:
        problems.append(f"post {post_id} has unreadable views: {error}")
        return None


def _forwarded_from(message: LexborNode) -> str | None:
    """Return the channel's username, or `person`: names of people are not kept.

    Only the address of a post (`t.me/NAME/123`) is a public channel's; a person's has no number.
    """
    if message.css_first(".tgme_widget_message_forwarded_from") is None:
        return None
    linked = message.css_first("a.tgme_widget_message_forwarded_from_name[href]")
    source = _OF_POST.fullmatch(linked.attributes.get("href") or "") if linked else None
    return source[1] if source else "person"


def _reply_to(message: LexborNode, username: str | None) -> int | None:
    reply = message.css_first("a.tgme_widget_message_reply[href]")
    target = _OF_POST.fullmatch(reply.attributes.get("href") or "") if reply else None
    if target is None or username is None or target[1].casefold() != username.casefold():
        return None  # a reply to another channel's post has no id of ours
    return read_id(target[2])


def _album(message: LexborNode) -> tuple[int, ...]:
    ids = []
    for item in message.css('a[class^="tgme_widget_message_"][href$="?single"]'):
        found = _OF_POST.fullmatch(item.attributes.get("href") or "")
        if found and (number := read_id(found[2])) is not None:
            ids.append(number)
    return tuple(dict.fromkeys(ids))


def _media(message: LexborNode) -> tuple[str, ...]:
    kinds = []
    for node in message.css(_MEDIA):
        classes = (node.attributes.get("class") or "").split()
        kind = next(
            _KINDS[name]
            for name in (word.removeprefix("tgme_widget_message_") for word in classes)
            if name in _KINDS
        )
        if kind == "video" and "not_supported" in classes:
            kind = "too_big_video"
        elif kind == "document" and node.css_first(".tgme_widget_message_document_icon.audio"):
            kind = "audio"
        kinds.append(kind)
    return tuple(dict.fromkeys(kinds))


def _poll(message: LexborNode) -> Poll:
    options = [as_line(option) for option in message.css(".tgme_widget_message_poll_option_text")]
    return Poll(
        question=as_line(message.css_first(".tgme_widget_message_poll_question")) or "",
        options=tuple(option or "" for option in options),
        quiz="Quiz" in (as_line(message.css_first(".tgme_widget_message_poll_type")) or ""),
    )


def _service(text: str) -> str:
    return next((kind for pattern, kind in _SERVICES if pattern.search(text)), "other")
