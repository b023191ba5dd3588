"""What is measured on: real pages and posts where they are at hand, else composed ones."""

import base64
import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("MONITOR_SHARED", ROOT.parent / "shared")) / "data"
CHANNEL = "composed_channel"

_WORDS = "This text is composed for a benchmark and says nothing of anyone. "
_START = datetime(2026, 1, 1, tzinfo=UTC)


def page() -> tuple[bytes, str]:
    """Return a `t.me/s/` page of 20 posts, and what it is in words."""
    real = DATA / "html/sherlock_channel_feed.html"
    if real.is_file():
        return real.read_bytes(), "a real page of a channel, 2026"
    blocks = "".join(_block(number) for number in range(1, 21))
    html = (
        "<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>"
        '<div class="tgme_channel_info"><div class="tgme_channel_info_counter">'
        '<span class="counter_value">11.3K</span> <span class="counter_type">subscribers</span>'
        '</div></div><section class="tgme_channel_history js-message_history">'
        f"{blocks}</section></body></html>"
    )
    return html.encode(), "a composed page, since no real one is at hand"


def _block(number: int) -> str:
    at = _START + timedelta(hours=number)
    stamp = json.dumps({"c": -1234, "p": number, "t": int(at.timestamp())})
    name = f"{CHANNEL}/{number}"
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        '<div class="tgme_widget_message text_not_supported_wrap js-widget_message"'
        f' data-post="{name}" data-view="{base64.b64encode(stamp.encode()).decode()}">'
        f'<div class="tgme_widget_message_user"><a href="https://t.me/{CHANNEL}">'
        '<i><img src="https://example.org/a.jpg"></i></a></div>'
        '<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author">'
        f'<a class="tgme_widget_message_owner_name" href="https://t.me/{CHANNEL}"><span>'
        "Composed</span></a></div>"
        '<div class="tgme_widget_message_text js-message_text" dir="auto">'
        f'{_WORDS * 8}<br><a href="https://example.org/{number}">read on</a></div>'
        '<div class="tgme_widget_message_footer compact js-message_footer">'
        '<div class="tgme_widget_message_info short js-message_info">'
        '<span class="tgme_widget_message_views">5.47K</span>'
        '<span class="tgme_widget_message_meta">'
        f'<a class="tgme_widget_message_date" href="https://t.me/{name}">'
        f'<time datetime="{at.isoformat()}" class="time">00:00</time></a></span>'
        "</div></div></div></div></div>"
    )


def posts(count: int) -> tuple[Iterator[str], str]:
    """Return `count` lines of posts-jsonl of one channel, and what they are in words.

    The real posts are repeated under new ids, each round earlier by the length of the whole.
    """
    real = DATA / "posts/posts_akhbarefori.jsonl.gz"
    if real.is_file():
        return _repeated(real, count), "real Persian posts, repeated under new ids"
    return _composed(count), "composed posts, since no real ones are at hand"


def _repeated(path: Path, count: int) -> Iterator[str]:
    # Not at the top: the environment of the parsing benchmark has no persiantools.
    from tools.convert_dated_posts import converted  # noqa: PLC0415

    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [converted(json.loads(line), CHANNEL) for line in lines]
    rounds = -(-count // len(rows))
    times = [datetime.fromisoformat(str(row["date"])) for row in rows]
    span = max(times) - min(times) + timedelta(minutes=1)
    for number in range(count):
        back, index = divmod(number, len(rows))
        at = times[index] - (rounds - 1 - back) * span
        yield json.dumps(rows[index] | {"id": number + 1, "date": at.isoformat()})


def _composed(count: int) -> Iterator[str]:
    for number in range(1, count + 1):
        at = _START - timedelta(minutes=4 * (count - number))
        text = f"{_WORDS * (1 + number % 12)}\nble.ir/{CHANNEL}\n@{CHANNEL}"
        row = {"channel": CHANNEL, "id": number, "date": at.isoformat(), "text": text}
        yield json.dumps(row | {"urls": [], "views": "6.36K"})
