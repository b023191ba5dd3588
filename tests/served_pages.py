"""Composed channels enter, pages with the structure of t.me's leave; page_server.py serves them."""

import base64
import html
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ServedState = Literal[
    "ok", "preview_disabled", "private", "restricted", "not_found", "user", "group", "bot"
]


VERIFIED = '<i class="verified-icon"> ✔</i>'


@dataclass(slots=True)
class ServedPost:
    """One composed post. Line breaks in `text` become `<br/>`.

    `links` (appended to the text) and `buttons` are `(words, address)` pairs; `preview` is a link
    preview's address. `forwarded_from` is `NAME/ID` for a channel, or a person's name. `media`
    are the names of Telegram's elements (`photo_wrap`, `video_player` ...).
    """

    id: int
    at: datetime
    text: str = ""
    views: int | str | None = 100
    links: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    preview: str | None = None
    edited: bool = False
    author: str | None = None
    forwarded_from: str | None = None
    reply_to: int | None = None
    media: tuple[str, ...] = ()
    album: tuple[int, ...] = ()
    service: bool = False


@dataclass(slots=True)
class ServedChannel:
    """One composed channel; `posts` in any order."""

    username: str
    posts: list[ServedPost] = field(default_factory=list)
    subscribers: int = 1000
    title: str = "A composed channel"
    about: str = ""
    telegram_id: int = 1_000_000_001
    verified: bool = False
    state: ServedState = "ok"
    prev_links: bool = True
    """False: a layout without links to older pages."""


def as_shown(count: int) -> str:
    """Write a count as Telegram's feed pages do: three digits and a unit, `11.3M`, `15.4K`."""
    for unit, letter in ((10**6, "M"), (10**3, "K")):
        if count >= unit:
            places = max(0, 3 - len(str(count // unit)))
            shown = f"{count / unit:.{places}f}"
            return (shown.rstrip("0").rstrip(".") if "." in shown else shown) + letter
    return str(count)


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br/>")


def _subscribers(channel: ServedChannel) -> str:
    return "subscriber" if channel.subscribers == 1 else "subscribers"


def feed_page(
    channel: ServedChannel, now: datetime, *, before: int | None = None, page_size: int = 20
) -> bytes:
    """Compose `t.me/s/NAME`: the newest `page_size` posts below `before`, oldest first."""
    posts = sorted(channel.posts, key=lambda post: post.id)
    below = [post for post in posts if before is None or post.id < before]
    shown = below[-page_size:]
    older = shown[0].id if channel.prev_links and len(below) > len(shown) else None
    canonical = before or (shown[-1].id + 1 if shown else None)
    path = f"/s/{channel.username}"
    head = more = ""
    if older is not None:
        head = f'<link rel="prev" href="{path}?before={older}">\n'
        more = (
            '<div class="tgme_widget_message_centered js-messages_more_wrap">'
            f'<a href="{path}?before={older}" class="tme_messages_more js-messages_more"'
            f' data-before="{older}"></a></div>'
        )
    newer = before is not None and shown and shown[-1].id < posts[-1].id
    if newer:
        head += f'<link rel="next" href="{path}?after={shown[-1].id}">\n'
    if canonical is not None:
        head += f'<link rel="canonical" href="{path}?before={canonical}">\n'
    blocks = "".join(message_block(channel, post, now) for post in shown) or (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        '<div class="tgme_widget_message_centered">'
        '<div class="tme_no_messages_found">No posts found</div></div></div>'
    )
    words, count = _subscribers(channel), as_shown(channel.subscribers)
    mark = VERIFIED if channel.verified else ""
    about = _lines(channel.about)
    title = html.escape(channel.title)
    return f"""<!DOCTYPE html>
<html>
  <head><meta charset="utf-8"><title>{title} – Telegram</title>
<meta property="og:title" content="{title}">
{head}  </head>
  <body class="widget_frame_base tgme_webpreview">
<header class="tgme_header"><div class="tgme_channel_info"><div class="tgme_channel_info_header">
<div class="tgme_channel_info_header_title"><span dir="auto">{title}</span></div>
<div class="tgme_channel_info_header_labels">{mark}</div>
<div class="tgme_channel_info_header_username"><a href="https://t.me/{channel.username}">\
@{channel.username}</a></div></div>
<div class="tgme_channel_info_counters"><div class="tgme_channel_info_counter">\
<span class="counter_value">{count}</span> <span class="counter_type">{words}</span></div>\
<div class="tgme_channel_info_counter"><span>3</span> <span>photos</span></div></div>
{f'<div class="tgme_channel_info_description">{about}</div>' if about else ""}
</div><div class="tgme_header_counter">{count} {words}</div></header>
<main class="tgme_main" data-url="/{channel.username}"><div class="tgme_container">
<section class="tgme_channel_history js-message_history">
{more}{blocks}
</section></div></main>
  </body>
</html>
""".encode()


def message_block(channel: ServedChannel, post: ServedPost, now: datetime) -> str:
    """Compose the block of one post."""
    number = f"{post.id}g" if post.album else post.id
    stamp = {"c": -channel.telegram_id, "p": number, "t": int(now.timestamp())}
    view = base64.urlsafe_b64encode(json.dumps(stamp).encode()).decode().rstrip("=")
    kind = " service_message" if post.service else ""
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap"><div'
        f' class="tgme_widget_message text_not_supported_wrap{kind} js-widget_message"'
        f' data-post="{channel.username}/{post.id}" data-view="{view}">'
        '<div class="tgme_widget_message_bubble">'
        '<div class="tgme_widget_message_author accent_color"><a'
        f' class="tgme_widget_message_owner_name" href="https://t.me/{channel.username}">'
        f'<span dir="auto">{html.escape(channel.title)}</span></a></div>'
        f"{_sources(channel, post)}{_media(channel, post)}{_text(post)}{_footer(channel, post)}"
        f"</div>{_keyboard(post)}</div></div>\n"
    )


def _sources(channel: ServedChannel, post: ServedPost) -> str:
    said = ""
    if post.forwarded_from:
        name = html.escape(post.forwarded_from)
        element = "tgme_widget_message_forwarded_from_name"
        inner = (
            f'<a class="{element}" href="https://t.me/{name}"><span dir="auto">{name}</span></a>'
            if "/" in name
            else f'<span class="{element}" dir="auto">{name}</span>'
        )
        said += (
            '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from&nbsp;'
            f"{inner}</div>"
        )
    if post.reply_to is not None:
        said += (
            '<a class="tgme_widget_message_reply"'
            f' href="https://t.me/{channel.username}/{post.reply_to}">'
            '<div class="tgme_widget_message_text js-message_reply_text" dir="auto">'
            "the composed words replied to</div></a>"
        )
    return said


def _media(channel: ServedChannel, post: ServedPost) -> str:
    address = f"https://t.me/{channel.username}"
    alone = [f'tgme_widget_message_{kind}" href="{address}/{post.id}"' for kind in post.media]
    grouped = [
        f'tgme_widget_message_photo_wrap grouped_media_wrap" href="{address}/{member}?single"'
        for member in post.album
    ]
    return "".join(f'<a class="{item}></a>' for item in alone + grouped)


def _text(post: ServedPost) -> str:
    said = _lines(post.text) + "".join(
        f' <a href="{html.escape(url)}" target="_blank" rel="noopener">{html.escape(words)}</a>'
        for words, url in post.links
    )
    if said:
        said = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{said}</div>'
    if post.preview:
        said += (
            f'<a class="tgme_widget_message_link_preview" href="{html.escape(post.preview)}">'
            '<div class="link_preview_title" dir="auto">a composed title</div></a>'
        )
    return said


def _footer(channel: ServedChannel, post: ServedPost) -> str:
    views = as_shown(post.views) if isinstance(post.views, int) else post.views
    shown = author = ""
    if views is not None:
        shown = (
            f'<span class="tgme_widget_message_views">{html.escape(views)}</span>'
            '<span class="copyonly"> views</span>'
        )
    if post.author:
        author = (
            '<span class="tgme_widget_message_from_author" dir="auto">'
            f"{html.escape(post.author)}</span>,&nbsp;"
        )
    return (
        '<div class="tgme_widget_message_footer compact js-message_footer">'
        '<div class="tgme_widget_message_info short js-message_info">'
        f'{shown}<span class="tgme_widget_message_meta">{author}'
        f"{'edited &nbsp;' if post.edited else ''}"
        f'<a class="tgme_widget_message_date" href="https://t.me/{channel.username}/{post.id}">'
        f'<time datetime="{post.at.isoformat(timespec="seconds")}" class="time">{post.at:%H:%M}'
        "</time></a></span></div></div>"
    )


def _keyboard(post: ServedPost) -> str:
    rows = "".join(
        '<div class="tgme_widget_message_inline_row"><a'
        f' class="tgme_widget_message_inline_button url_button" href="{html.escape(url)}">'
        f'<span class="tgme_widget_message_inline_button_text" dir="auto">{html.escape(words)}'
        "</span></a></div>"
        for words, url in post.buttons
    )
    return f'<div class="tgme_widget_message_inline_keyboard">{rows}</div>' if rows else ""


def landing_page(channel: ServedChannel) -> bytes:
    """Compose `t.me/NAME` for the channel's state."""
    name, title = channel.username, html.escape(channel.title)
    count = f"{channel.subscribers:,}".replace(",", " ")
    words, mark = _subscribers(channel), VERIFIED if channel.verified else ""
    extra = {
        "ok": f"{count} {words}",
        "preview_disabled": f"{count} {words}",
        "user": f"@{name}",
        "bot": f"{count} monthly users",
        "group": f"{count} members, 12 online",
    }.get(channel.state)
    about = _lines(channel.about)
    action = "View in Telegram"
    if channel.state == "private":
        action = "Join Channel"
    elif channel.state == "restricted":
        about = "This channel can&#39;t be displayed for a composed reason."
    return _landing(
        name,
        f"Telegram: View @{name}",
        title,
        (
            f'<div class="tgme_page_title" dir="auto"><span dir="auto">{title}</span>{mark}</div>\n'
            + (f'<div class="tgme_page_extra">{extra}</div>\n' if extra else "")
            + (f'<div class="tgme_page_description" dir="auto">{about}</div>\n' if about else "")
        ),
        action,
        context='<div class="tgme_page_context_link_wrap"><a class="tgme_page_context_link"'
        f' href="/s/{name}">Preview channel</a></div>'
        if channel.state == "ok"
        else "",
    )


def nobody_page(name: str) -> bytes:
    """Compose the page of a name that nobody has: status 200, like all of them."""
    name = html.escape(name)
    head = f"Telegram: Contact @{name}"
    body = (
        '<div class="tgme_page_icon"><i class="tgme_icon_user"></i></div>\n'
        '<div class="tgme_page_description">If you have <strong>Telegram</strong>, you can contact'
        f' <a class="tgme_username_link" href="tg://resolve?domain={name}">@{name}</a> right away.'
        "</div>\n"
    )
    return _landing(name, head, head, body, "Send Message")


def _landing(
    name: str, head: str, title: str, body: str, action: str, *, context: str = ""
) -> bytes:
    return f"""<!DOCTYPE html>
<html>
  <head><meta charset="utf-8"><title>{head}</title>
<meta property="og:title" content="{title}">
<meta property="al:ios:url" content="tg://resolve?domain={name}">
  </head>
  <body class="no_transition"><div class="tgme_page_wrap"><div class="tgme_body_wrap">
<div class="tgme_page">
{body}<div class="tgme_page_action">
  <a class="tgme_action_button_new shine" href="tg://resolve?domain={name}">{action}</a>
</div>
{context}
</div></div></div>
  </body>
</html>
""".encode()
