"""A channel's posts and counts at one time in; the pages that Telegram would have shown out.

The structure is that of real `t.me` pages (seen November 2026), cut down to what carries facts:
no pictures, style sheets or scripts. The words and numbers are composed.
"""

import base64
import html
import json
import re
from datetime import datetime

from tools.composing.plan import ChannelPlan
from tools.composing.posting import Posted, subscribers, views

PAGE_POSTS = 20
"""Posts on a feed page, as on real ones."""

COMMENT = "<!-- reconstruction: wording and counts composed from sourced dates; no capture -->"

_ADDRESS = re.compile(
    r"(?P<web>\b(?:[a-z0-9-]+\.)+(?:ir|com|net|im|me|ru)(?:/[A-Za-z0-9_./-]*[A-Za-z0-9_])?)"
    r"|(?P<at>@[A-Za-z]\w{3,31})"
)


def feed_page(
    channel: ChannelPlan, posts: tuple[Posted, ...], at: datetime, before: int | None = None
) -> str:
    """Return `t.me/s/NAME` as of `at`: its newest posts, or those before an id, oldest first."""
    shown = _newest(posts, at, before)
    name, title = channel.username, html.escape(channel.title)
    older = f"?before={shown[0].id}" if shown else ""
    newer = f"?before={shown[-1].id + 1}" if shown else ""
    count = rounded(subscribers(channel, at))
    wall = "".join(_message(channel, post, at) for post in shown)
    more = (
        '<div class="tgme_widget_message_centered js-messages_more_wrap">'
        f'<a href="/s/{name}{older}" class="tme_messages_more js-messages_more" '
        f'data-before="{shown[0].id}"></a></div>'
        if shown
        else ""
    )
    return f"""{_head(f"{title} – Telegram", channel, title)}
<link rel="prev" href="/s/{name}{older}">
<link rel="canonical" href="/s/{name}{newer}">
</head>
<body class="widget_frame_base tgme_webpreview">
<header class="tgme_header search_collapsed">
<div class="tgme_channel_info">
<div class="tgme_channel_info_header">
<div class="tgme_channel_info_header_title"><span dir="auto">{title}</span></div>
<div class="tgme_channel_info_header_username"><a href="https://t.me/{name}">@{name}</a></div>
</div>
<div class="tgme_channel_info_counters"><div class="tgme_channel_info_counter"><span class="counter_value">{count}</span> <span class="counter_type">subscribers</span></div></div>
<div class="tgme_channel_info_description">{_linked(channel.about)}</div>
</div>
<div class="tgme_header_counter">{count} subscribers</div>
</header>
<main class="tgme_main" data-url="/{name}">
<section class="tgme_channel_history js-message_history">
{more}{wall}
</section>
</main>
</body>
</html>
"""  # noqa: E501 - Telegram's own lines


def landing_page(channel: ChannelPlan, at: datetime) -> str:
    """Return `t.me/NAME` as of `at`, with the exact count."""
    name, title = channel.username, html.escape(channel.title)
    exact = f"{subscribers(channel, at):,}".replace(",", " ")
    return f"""{_head(f"Telegram: View @{name}", channel, title)}
</head>
<body class="no_transition">
<div class="tgme_page">
<div class="tgme_page_title" dir="auto"><span dir="auto">{title}</span></div>
<div class="tgme_page_extra">{exact} subscribers</div>
<div class="tgme_page_description" dir="auto">{_linked(channel.about)}</div>
<div class="tgme_page_action"><a class="tgme_action_button_new shine" href="tg://resolve?domain={name}">View in Telegram</a></div>
<div class="tgme_page_context_link_wrap"><a class="tgme_page_context_link" href="/s/{name}">Preview channel</a></div>
</div>
</body>
</html>
"""  # noqa: E501 - Telegram's own lines


def absent_page(name: str) -> str:
    """Return `t.me/NAME` while nobody has the name."""
    return f"""<!DOCTYPE html>
<html>
  <head>
    <meta charset="utf-8">
    <title>Telegram: Contact @{name}</title>
    {COMMENT}
    <meta name="robots" content="noindex, nofollow"><meta property="og:title" content="Telegram: Contact @{name}">
<meta property="og:image" content="https://telegram.org/img/t_logo_2x.png">
<meta property="og:site_name" content="Telegram">
<meta property="og:description" content="">
<meta property="al:android:url" content="tg://resolve?domain={name}">
  </head>
  <body class="no_transition">
        <div class="tgme_page">
          <div class="tgme_page_icon">
  <i class="tgme_icon_user"></i>
</div>
<div class="tgme_page_description">
  If you have <strong>Telegram</strong>, you can contact <a class="tgme_username_link" href="tg://resolve?domain={name}">@{name}</a> right away.
</div>
<div class="tgme_page_action">
  <a class="tgme_action_button_new" href="tg://resolve?domain={name}">Send Message</a>
</div>
        </div>
  </body>
</html>
"""  # noqa: E501 - Telegram's own lines


def oldest_shown(posts: tuple[Posted, ...], at: datetime, before: int | None = None) -> int | None:
    """Return the id to ask before for the next older page; None where that page would be empty."""
    shown = _newest(posts, at, before)
    return shown[0].id if shown and shown[0].id > posts[0].id else None


def rounded(count: int) -> str:
    """Write a count as Telegram shows it: three digits, K or M (`6530` is `6.53K`)."""
    if count < 1000:
        return str(count)
    value, unit = (count / 1000, "K") if count < 999_500 else (count / 1_000_000, "M")
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    shown = f"{value:.{digits}f}"
    return (shown.rstrip("0").rstrip(".") if digits else shown) + unit


def _newest(posts: tuple[Posted, ...], at: datetime, before: int | None) -> tuple[Posted, ...]:
    there = [post for post in posts if post.at <= at and (before is None or post.id < before)]
    return tuple(there[-PAGE_POSTS:])


def _head(line: str, channel: ChannelPlan, title: str) -> str:
    return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>{line}</title>
{COMMENT}
<meta property="og:title" content="{title}">
<meta property="og:description" content="{html.escape(channel.about)}">
<meta property="al:android:url" content="tg://resolve?domain={channel.username}">"""


def _message(channel: ChannelPlan, post: Posted, at: datetime) -> str:
    name, here = channel.username, f"{channel.username}/{post.id}"
    # Real pages carry a check value in h; a row of zeros can be taken for nobody's.
    view = {"c": -channel.telegram_id, "p": post.id, "t": int(at.timestamp()), "h": "0" * 18}
    coded = base64.b64encode(json.dumps(view, separators=(",", ":")).encode()).decode().rstrip("=")
    return f"""<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="{here}" data-view="{coded}">
<div class="tgme_widget_message_bubble">
<div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name" href="https://t.me/{name}"><span dir="auto">{html.escape(channel.title)}</span></a></div>
<div class="tgme_widget_message_text js-message_text" dir="auto">{_linked(post.text)}</div>
<div class="tgme_widget_message_footer compact js-message_footer"><div class="tgme_widget_message_info short js-message_info"><span class="tgme_widget_message_views">{rounded(views(channel, post, at))}</span><span class="copyonly"> views</span><span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" href="https://t.me/{here}"><time datetime="{post.at:%Y-%m-%dT%H:%M:%S}+00:00" class="time">{post.at:%H:%M}</time></a></span></div></div>
</div>
</div></div>"""  # noqa: E501 - Telegram's own lines


def _linked(text: str) -> str:
    """Write a text as Telegram does: escaped, lines broken, addresses and names made links."""

    def link(match: re.Match[str]) -> str:
        if match["at"]:
            return f'<a href="https://t.me/{match["at"][1:]}" target="_blank">{match["at"]}</a>'
        return f'<a href="http://{match["web"]}" target="_blank" rel="noopener">{match["web"]}</a>'

    return _ADDRESS.sub(link, html.escape(text)).replace("\n", "<br/>")
