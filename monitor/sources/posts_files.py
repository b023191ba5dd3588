"""Files of posts in the two contract formats, posts-jsonl and posts-csv, as post items."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from monitor.errors import BadInput
from monitor.model import Link, Post
from monitor.sources.csv_rows import csv_rows
from monitor.sources.fields import (
    MAX_COUNT,
    MAX_LINKS,
    BadRow,
    NothingFits,
    as_name,
    as_post_id,
    as_text,
    as_time,
    as_url,
    as_views,
    as_whole,
    shown,
    telegram_id_of,
    vouched_from,
)
from monitor.sources.files import named
from monitor.sources.items import Item, PostItem
from monitor.sources.json_objects import objects
from monitor.sources.rows import Reading, read_rows

NEEDS = ("id", "date", "text")

_MARKDOWN_LINK = re.compile(
    r"\[([^\[\]]{0,1000})\]\(((?:https?|tg)://[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)\)"
)
"""`[words](address)` as Telethon and Telegram's clients write it; one pair of brackets within. The
words may run over a line's end, as they do in the posts of several newsrooms."""


def read_jsonl(path: Path, reading: Reading) -> Iterator[Item]:
    """Yield the posts of a posts-jsonl file: one object a line, or a list of them.

    Needed are `id, date, text` and a channel; `urls` that the text does not show are hidden
    links. `views` are exact or as shown. Unknown keys are passed over.

    Raises:
        BadInput: no row can be read, or all lack a channel or a time zone.
    """

    def read(row: Mapping[str, object]) -> Item:
        for name in NEEDS:
            if name not in row:
                raise NothingFits(f"the key {name!r} is missing")
        text = as_text("text", row["text"])
        edited = row.get("edited_at")
        edited_at = None if edited is None else as_time("edited_at", edited, reading.zone)
        return _item(
            reading.channel_of(row.get("channel")),
            Post(
                id=as_post_id(row["id"]),
                at=as_time("date", row["date"], reading.zone),
                text=text,
                links=_links(text, row.get("urls")),
                views=as_views("views", row.get("views")),
                forwards=_count("forwards", row.get("forwards")),
                edited=edited_at is not None,
                edited_at=edited_at,
                forwarded_from=as_name("forwarded_from", row.get("forwarded_from")),
            ),
        )

    return read_rows(reading.name, objects(path), read)


def read_csv(path: Path, reading: Reading) -> Iterator[Item]:
    """Yield the posts of a posts-csv file with the columns `id,date,text` and optional ones.

    Optional are `channel,views,forwards,replies`; replies are not kept. A Markdown link,
    `[words](https://...)`, becomes what Telegram shows: the words, with a hidden link. Other marks
    such as `**` stay, because in plain text they can be the author's own.

    Raises:
        BadInput: a needed column is missing, or all rows lack a channel or a time zone.
    """
    columns, rows = csv_rows(path)
    missing = [name for name in NEEDS if name not in columns]
    if missing:
        raise BadInput(
            f"{named(path)}: lacks the column {', '.join(missing)}; a file of posts has"
            " id,date,text and optional channel,views,forwards,replies"
        )

    def read(row: Mapping[str, str]) -> Item:
        text, links = as_shown_text(as_text("text", row["text"]))
        return _item(
            reading.channel_of(row.get("channel")),
            Post(
                id=as_post_id(row["id"]),
                at=as_time("date", row["date"], reading.zone),
                text=text,
                links=links,
                views=as_views("views", row.get("views")),
                forwards=_count("forwards", row.get("forwards")),
            ),
        )

    return read_rows(reading.name, rows, read)


def as_shown_text(text: str) -> tuple[str, tuple[Link, ...]]:
    """Split Markdown links into the words that a reader sees and the addresses behind them."""
    links: list[Link] = []

    def words(match: re.Match[str]) -> str:
        links.append(Link(as_url("link", match[2]), "hidden", match[1].strip()))
        return match[1]

    plain = _MARKDOWN_LINK.sub(words, text) if "](" in text else text
    return plain, _bounded(links)


def _links(text: str, urls: object) -> tuple[Link, ...]:
    if urls is None:
        return ()
    if not isinstance(urls, list):
        raise BadRow(f"urls {shown(urls)} is not a list")
    addresses = [as_url("urls", url) for url in urls[: MAX_LINKS + 1]]
    return _bounded([Link(url, "visible" if url in text else "hidden") for url in addresses])


def _bounded(links: list[Link]) -> tuple[Link, ...]:
    if len(links) > MAX_LINKS:
        raise BadRow(f"has more than {MAX_LINKS} links")
    return tuple(dict.fromkeys(links))


def _count(name: str, value: object) -> int | None:
    return None if value is None or value == "" else as_whole(name, value, high=MAX_COUNT)


def _item(channel: str, post: Post) -> PostItem:
    return PostItem(channel, telegram_id_of(channel), post, vouched_from(post))
