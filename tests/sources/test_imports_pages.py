"""Saved pages and recorded ones as items. All pages are composed in Telegram's layout."""

import base64
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import BadInput
from monitor.sources.imports import read
from monitor.sources.items import Item, PageItem, Skipped, SourceFile

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SEEN = datetime(2026, 5, 2, 12, tzinfo=UTC)


def _message(username: str = "composed", at: datetime | None = SEEN) -> str:
    stamp = {"c": -1234, "p": 7} | ({"t": int(at.timestamp())} if at else {})
    view = base64.b64encode(json.dumps(stamp).encode()).decode()
    return (
        f'<div class="tgme_widget_message" data-post="{username}/7" data-view="{view}">'
        '<div class="tgme_widget_message_text js-message_text">composed</div>'
        '<a class="tgme_widget_message_date"><time datetime="2026-05-01T10:00:00+00:00"></time>'
        "</a></div>"
    )


def _page(message: str) -> bytes:
    return (
        "<!DOCTYPE html><html><body><section class='tgme_channel_history'>"
        f"<div class='tgme_widget_message_wrap'>{message}</div></section></body></html>"
    ).encode()


def _record(body: bytes, *, url: str = "https://t.me/s/composed", status: str = "200 OK") -> bytes:
    block = f"HTTP/1.1 {status}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: 2026-05-03T00:00:00Z\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def _items(path: Path, **options: object) -> list[Item]:
    source, *items = read(path, **options)  # type: ignore[arg-type]  # options of one test each
    assert isinstance(source, SourceFile)
    return items


def test_a_saved_page_has_its_own_time_and_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.html.gz"
    path.write_bytes(gzip.compress(_page(_message())))
    (item,) = _items(path, now=NOW)
    assert isinstance(item, PageItem)
    assert item.observed_at == item.fetched.at == SEEN
    assert item.fetched.url == "https://t.me/s/composed"
    assert item.fetched.body == _page(_message())
    assert [post.text for post in item.page.posts] == ["composed"]


def test_a_saved_page_without_a_time_takes_the_commands_or_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(_page(_message(at=None)))
    with pytest.raises(BadInput, match="--now"):
        _items(path)
    (item,) = _items(path, now=NOW)
    assert isinstance(item, PageItem)
    assert item.observed_at == NOW


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>of another site</html>", "cannot be read as a page"),
        (_page(_message(at=datetime(1999, 1, 1, tzinfo=UTC))), "(?i)time"),
        (b"<html>tgme_ " + b"x" * 3_000_000, "cannot be read as a page"),
    ],
    ids=["another site", "impossible time", "too large"],
)
def test_what_is_no_page_of_a_channel_is_refused(tmp_path: Path, body: bytes, why: str) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(body)
    with pytest.raises(BadInput, match=why):
        _items(path)


def test_a_page_of_another_channel_than_the_one_asked_for_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(_page(_message()))
    with pytest.raises(BadInput, match="of channel 'composed'"):
        _items(path, channel="other")


def test_a_torn_gzip_page_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.html.gz"
    path.write_bytes(gzip.compress(_page(_message()))[:-9])
    with pytest.raises(BadInput, match="torn"):
        _items(path)


def test_recorded_pages_are_read_and_the_rest_says_why_not(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(
        gzip.compress(_record(_page(_message())))
        + gzip.compress(_record(_page(_message(at=None))))
        + gzip.compress(_record(b"", status="302 Found"))
        + gzip.compress(_record(b"<html>broken</html>"))
        + gzip.compress(_record(b"", url="https://example.org/"))
    )
    first, second, *rest = _items(path)
    assert isinstance(first, PageItem)
    assert isinstance(second, PageItem)
    assert (first.observed_at, second.observed_at) == (SEEN, datetime(2026, 5, 3, tzinfo=UTC))
    reasons = [item.reason for item in rest if isinstance(item, Skipped)]
    assert len(reasons) == len(rest) == 3
    assert "answered 302" in reasons[0]
    assert "cannot be read as a page" in reasons[1]
    assert reasons[2].startswith("1 records are no answers")


def test_a_page_that_names_no_channel_is_of_the_one_in_its_address(tmp_path: Path) -> None:
    empty = _page('<div class="tme_no_messages_found">No posts found</div>')
    path = tmp_path / "a.warc"
    path.write_bytes(_record(empty, url="https://t.me/s/composed?before=5"))
    (item,) = _items(path)
    assert isinstance(item, PageItem)
    assert (item.page.username, item.page.empty) == ("composed", True)


def test_a_file_that_is_no_warc_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(b"nothing of it")
    with pytest.raises(BadInput, match="no WARC"):
        _items(path, kind="warc")
