"""Real files of several collectors, read from outside the repository; and the converters."""

import csv
import gzip
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model import Interval
from monitor.sources.imports import read
from monitor.sources.items import CountItem, PageItem, PostItem, Skipped
from tools import convert_counts, convert_dated_posts

TOOLS = Path(convert_counts.__file__).parent


def _convert(script: str, *options: str, to: Path) -> None:
    with to.open("wb") as out:
        subprocess.run([sys.executable, TOOLS / script, *options], stdout=out, check=True)


@pytest.mark.parametrize(("channel", "posts"), [("akhbarefori", 25_847), ("ircfspace", 337)])
def test_all_jalali_dated_posts_land(
    shared: Path, tmp_path: Path, channel: str, posts: int
) -> None:
    source = shared / f"data/posts/posts_{channel}.jsonl.gz"
    _convert("convert_dated_posts.py", "--channel", channel, str(source), to=tmp_path / "a.jsonl")
    ids, first, last = set(), datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    for item in read(tmp_path / "a.jsonl"):
        assert not isinstance(item, Skipped), item
        if isinstance(item, PostItem):
            ids.add(item.post.id)
            first, last = min(first, item.post.at), max(last, item.post.at)
    assert len(ids) == posts
    assert datetime(2026, 4, 1, tzinfo=UTC) < first < last < datetime(2026, 8, 24, tzinfo=UTC)


def test_jalali_times_agree_with_when_the_collector_first_saw_the_posts(shared: Path) -> None:
    """A post is older than its first sighting; most are seen within the 1.4 h of a round."""
    ages = []
    with gzip.open(shared / "data/posts/posts_akhbarefori.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            seen = datetime.fromisoformat(row["first_seen"])
            ages.append((seen - convert_dated_posts.as_utc(row["date_text"])).total_seconds())
    assert min(ages) >= 0
    assert sorted(ages)[len(ages) // 2] < 2 * 3600


@pytest.mark.parametrize("name", ["d_code", "kommersant", "rbc_news", "tass_agency"])
def test_all_russian_posts_land_with_their_hidden_links(shared: Path, name: str) -> None:
    _, *items = read(shared / f"data/posts/ru_2025_{name}.csv.gz", channel=name)
    posts = [item.post for item in items if isinstance(item, PostItem)]
    assert len(posts) == len(items) == 1000
    assert sum(bool(post.links) for post in posts) > 200
    assert not any("](http" in post.text for post in posts)


@pytest.mark.parametrize(("name", "posts"), [("uahelpinfo", 45), ("chp_chechnya", 5)])
def test_telethon_files_land_whole(shared: Path, name: str, posts: int) -> None:
    path = shared / f"data/telethon_json/{name}_2022_channel_messages.json"
    _, *items = read(path)
    assert [type(item) for item in items] == [PostItem] * posts
    raw = {row["id"]: row for row in json.loads(path.read_bytes())}
    for item in items:
        assert isinstance(item, PostItem)
        entities = raw[item.post.id].get("entities") or []
        hidden = {e["url"] for e in entities if e["_"] == "MessageEntityTextUrl"}
        assert {link.url for link in item.post.links if link.shown == "hidden"} == hidden


def test_exact_counts_by_display_name_are_convertible(shared: Path, tmp_path: Path) -> None:
    source = str(shared / "data/subscribers/ru_2025_exact.csv.gz")
    options = ("--column", "channel=channel_name", "--slug")
    _convert("convert_counts.py", *options, source, to=tmp_path / "a.csv")
    _, *items = read(tmp_path / "a.csv", timezone="UTC")
    counts = [item for item in items if isinstance(item, CountItem)]
    assert len(counts) == len(items) == 9500
    assert len({item.channel for item in counts}) == 12
    assert all(item.count.subscribers.exact for item in counts)


def test_shown_counts_are_convertible_with_post_ids_and_titles(
    shared: Path, tmp_path: Path
) -> None:
    pairs = ("channel=username", "subscribers=subs_text", "max_post_id=max_msg_id")
    options = [word for pair in pairs for word in ("--column", pair)]
    source = str(shared / "data/subscribers/fa_2026_rounded.csv.gz")
    _convert("convert_counts.py", *options, source, to=tmp_path / "a.csv")
    _, *items = read(tmp_path / "a.csv")
    counts = [item for item in items if isinstance(item, CountItem)]
    assert len(counts) == len(items) == 17_193
    assert not any(item.count.subscribers.exact for item in counts)
    assert all(item.count.max_post_id and item.count.title for item in counts)
    assert counts[0].count.subscribers == Interval(136_500, 137_500)


def test_a_real_saved_page_lands(shared: Path) -> None:
    _, item = read(shared / "data/html/sherlock_channel_feed.html")
    assert isinstance(item, PageItem)
    assert len(item.page.posts) == 20
    assert item.observed_at.year == 2026


def test_dated_posts_convert_or_say_which_line_and_why() -> None:
    """Composed rows: the contract's keys come out, and nothing of a bad row."""
    good = {"id": 1, "date_text": "00:10 · 01 Farvardin 1405", "text": "composed", "media": []}
    more = good | {"views_last": "6.36K", "forwarded": "Another"}
    bad: list[object] = [
        5,
        good | {"id": "1"},
        good | {"date_text": "00:10 · 31 Mehr 1405"},
        good | {"date_text": "00:10 · 01 March 1405"},
    ]
    lines = [json.dumps(row) for row in (good, more, *bad)] + ["{"]
    out = list(convert_dated_posts.lines_of(lines, "composed"))
    first, second = (json.loads(line) for line, _ in out[:2] if line)
    assert first == {
        "channel": "composed",
        "id": 1,
        "date": "2026-03-20T20:40:00Z",
        "text": "composed",
        "urls": [],
    }
    assert (second["views"], second["forwarded_from"]) == ("6.36K", "Another")
    assert [line for line, _ in out[2:]] == [None] * 5
    assert [(reason or "").split(":")[0] for _, reason in out[2:]] == [
        f"line {n}" for n in range(3, 8)
    ]


def test_counts_convert_by_column_and_two_names_never_become_one() -> None:
    """Composed rows."""
    rows = list(csv.DictReader(io.StringIO("when,who,n\nt1,A. Name!,5\nt2,Имя,6\nt3,Other,7\n")))
    columns = {"observed_at": "when", "channel": "who", "subscribers": "n"}
    out = list(convert_counts.converted(rows, columns, {"Other": "other_one"}, slugs=True))
    assert [row["channel"] for row in out][0::2] == ["A_Name", "other_one"]
    assert out[1]["channel"].startswith("name_")
    assert [row["subscribers"] for row in out] == ["5", "6", "7"]
    with pytest.raises(ValueError, match="tell them apart"):
        list(convert_counts.converted(rows, columns, {"Other": "a_name"}, slugs=True))
