"""What an account was told, as our archive keeps it: one `tg://` record in, its facts out.

The address says of which channel and what: `from` and `to` of posts, `full` information, or
posts that were found `deleted`; `name` is what the channel was called. The body is JSON lines.
"""

import re
from urllib.parse import parse_qs, urlsplit

from pydantic import TypeAdapter, ValidationError

from monitor.model import ChannelInfo, Fetched, Post
from monitor.sources.fields import (
    MAX_CHANNEL_ID,
    MAX_ID,
    BadRow,
    as_channel,
    as_possible,
    as_text,
    as_whole,
    shown,
)
from monitor.sources.items import ToldItem

SCHEME = "tg"

_POST = TypeAdapter(Post)
_INFO = TypeAdapter(ChannelInfo)
_DELETED = TypeAdapter(dict[str, int])


def as_told(fetched: Fetched) -> ToldItem:
    """Read one record.

    Raises:
        BadRow: it is none that this program writes.
    """
    asked = {key: values[0] for key, values in parse_qs(urlsplit(fetched.url).query).items()}
    number = asked.get("id", "")
    if not re.fullmatch(r"[0-9]{1,16}", number):
        raise BadRow(f"{shown(fetched.url)} names no channel id")
    telegram_id = as_whole("id", int(number), low=1, high=MAX_CHANNEL_ID)
    name = asked.get("full") or asked.get("name")
    username = None if name is None else as_channel(name)
    lines = fetched.body.splitlines()
    try:
        if "full" in asked:
            info = _INFO.validate_json(fetched.body)
            return ToldItem(fetched, telegram_id, username, info=_checked_info(info))
        if "deleted" in asked:
            ids = tuple(_DELETED.validate_json(line)["deleted"] for line in lines)
            return ToldItem(fetched, telegram_id, username, deleted=ids)
        posts = tuple(_checked(_POST.validate_json(line)) for line in lines)
    except (ValidationError, KeyError, ValueError) as error:
        raise BadRow(f"{shown(fetched.url)}: its lines are not what this program writes") from error
    return ToldItem(fetched, telegram_id, username, posts=posts)


def _checked(post: Post) -> Post:
    as_whole("id", post.id, low=1, high=MAX_ID)
    as_possible("at", post.at)
    as_text("text", post.text)
    return post


def _checked_info(info: ChannelInfo) -> ChannelInfo:
    for text in (info.title, info.about, info.restriction):
        as_text("text", text or "")
    return info
