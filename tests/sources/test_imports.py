"""Contract files of posts and counts, and the dispatch. All texts are composed."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import BadInput, BadUsage
from monitor.model import Interval, Link
from monitor.sources.imports import KINDS, read
from monitor.sources.items import CountItem, Item, PostItem, Skipped, SourceFile

GOOD = {"channel": "Composed", "id": 7, "date": "2026-05-01T10:00:00Z", "text": "composed"}
COUNTS = "observed_at,channel,subscribers\n"


def _file(folder: Path, name: str, *lines: object) -> Path:
    path = folder / name
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    packed = gzip.compress(text.encode()) if name.endswith(".gz") else text.encode()
    path.write_bytes(packed)
    return path


def _posts(items: list[Item]) -> list[PostItem]:
    return [item for item in items if isinstance(item, PostItem)]


def _skipped(items: list[Item]) -> list[tuple[int | None, str]]:
    return [(item.line, item.reason) for item in items if isinstance(item, Skipped)]


def test_a_post_arrives_with_every_key_of_the_contract(tmp_path: Path) -> None:
    row = {
        **GOOD,
        "text": "see example.org/a",
        "urls": ["example.org/a", "https://example.org/hidden", "example.org/a"],
        "views": "6.36K",
        "forwards": 3,
        "forwarded_from": " Another  One ",
        "edited_at": "2026-05-02T13:30:00+03:30",
        "unknown": {"is": "passed over"},
    }
    source, item = read(_file(tmp_path, "a.jsonl", row))
    assert isinstance(source, SourceFile)
    assert (source.name, source.kind, len(source.sha256)) == ("a.jsonl", "posts-jsonl", 64)
    assert isinstance(item, PostItem)
    assert (item.channel, item.telegram_id) == ("Composed", None)
    post = item.post
    assert post.links == (
        Link("example.org/a", "visible"),
        Link("https://example.org/hidden", "hidden"),
    )
    assert post.views == Interval(6355, 6365)
    assert (post.forwards, post.forwarded_from, post.edited) == (3, "Another One", True)
    assert post.edited_at == datetime(2026, 5, 2, 10, tzinfo=UTC)
    assert item.observed_at == post.edited_at


def test_an_unedited_post_is_vouched_for_from_its_own_date(tmp_path: Path) -> None:
    (item,) = _posts(list(read(_file(tmp_path, "a.jsonl", GOOD))))
    assert item.observed_at == item.post.at == datetime(2026, 5, 1, 10, tzinfo=UTC)


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.jsonl", GOOD, GOOD | {"id": 8})
    assert list(read(path)) == list(read(path))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": 0}, "id 0 lies outside"),
        ({"id": -3}, "lies outside"),
        ({"id": 2**31}, "lies outside"),
        ({"id": True}, "not a whole number"),
        ({"id": 1.5}, "not a whole number"),
        ({"id": None}, "not a whole number"),
        ({"date": "2013-08-13T23:59:59Z"}, "Telegram's time"),
        ({"date": "2999-01-01T00:00:00Z"}, "Telegram's time"),
        ({"date": "0001-01-01T00:00:00+03:30"}, "calendar"),
        ({"date": "yesterday"}, "not an ISO 8601 time"),
        ({"date": 1714557600}, "not an ISO 8601 time"),
        ({"date": "2026-05-01T10:00:00"}, "--timezone"),
        ({"text": None}, "not text"),
        ({"text": "a\0b"}, "NUL"),
        ({"text": "\ud800"}, "broken characters"),
        ({"text": "x" * 16_385}, "at most 16384"),
        ({"text": "😀" * 8_193}, "at most 16384"),
        ({"urls": "example.org"}, "not a list"),
        ({"urls": [5]}, "not text"),
        ({"urls": ["a\nb"]}, "not an address"),
        ({"urls": [" "]}, "not an address"),
        ({"urls": ["a"] * 1001}, "more than 1000 links"),
        ({"views": "many"}, "not a count"),
        ({"views": "9B"}, "more than 2147483647"),
        ({"views": -1}, "lies outside"),
        ({"views": [1]}, "not a whole number"),
        ({"forwards": "3 or 4"}, "not a whole number"),
        ({"forwarded_from": {"a": 1}}, "not text"),
        ({"edited_at": "never"}, "edited_at"),
        ({"channel": "a b"}, "neither a username"),
        ({"channel": {"username": "a"}}, "not a name"),
        ({"channel": "99999999999999999999"}, "lies outside"),
        ({"channel": "\u0664\u0665"}, "neither a username"),
    ],
)
def test_a_bad_row_says_its_line_and_why_and_the_rest_lands(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    items = list(read(_file(tmp_path, "a.jsonl", GOOD, GOOD | change, GOOD | {"id": 9})))
    assert [item.post.id for item in _posts(items)] == [7, 9]
    ((line, why),) = _skipped(items)
    assert line == 2
    assert reason in why


@pytest.mark.parametrize("missing", ["id", "date", "text"])
def test_a_row_without_a_needed_key_is_skipped(tmp_path: Path, missing: str) -> None:
    bad = {name: value for name, value in GOOD.items() if name != missing}
    items = list(read(_file(tmp_path, "a.jsonl", bad, GOOD)))
    assert len(_posts(items)) == 1
    assert _skipped(items) == [(1, f"the key {missing!r} is missing")]


@pytest.mark.parametrize(
    ("written", "channel", "telegram_id"),
    [
        ("@Composed", "Composed", None),
        ("https://t.me/s/Composed/", "Composed", None),
        ("t.me/Composed", "Composed", None),
        (1234, "1234", 1234),
        ("-1001234", "1234", 1234),
    ],
)
def test_a_channel_is_named_in_any_usual_way(
    tmp_path: Path, written: object, channel: str, telegram_id: int | None
) -> None:
    (item,) = _posts(list(read(_file(tmp_path, "a.jsonl", GOOD | {"channel": written}))))
    assert (item.channel, item.telegram_id) == (channel, telegram_id)


def test_rows_of_another_channel_than_the_one_asked_for_are_skipped(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.jsonl", GOOD, GOOD | {"channel": "other"}, GOOD | {"channel": None})
    items = list(read(path, channel="@composed"))
    assert [item.channel for item in _posts(items)] == ["Composed", "composed"]
    assert [line for line, _ in _skipped(items)] == [2]


def test_times_without_a_zone_are_refused_unless_the_zone_is_given(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.jsonl", GOOD | {"date": "2026-05-01T10:00:00"})
    with pytest.raises(BadInput, match="--timezone"):
        list(read(path))
    for zone in ("Asia/Tehran", "+03:30", "+0330"):
        (item,) = _posts(list(read(path, timezone=zone)))
        assert item.post.at == datetime(2026, 5, 1, 6, 30, tzinfo=UTC)
    (item,) = _posts(list(read(path, timezone="-02:00")))
    assert item.post.at == datetime(2026, 5, 1, 12, tzinfo=UTC)
    (item,) = _posts(list(read(path, timezone="utc")))
    assert item.post.at == datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "+99:00", "", "\0"])
def test_an_unknown_zone_is_wrong_usage(tmp_path: Path, zone: str) -> None:
    with pytest.raises(BadUsage, match="--timezone"):
        read(tmp_path, timezone=zone)


def test_wrong_options_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadUsage, match="posts-jsonl"):
        read(tmp_path, kind="excel")
    with pytest.raises(BadUsage, match="not read yet"):
        read(tmp_path, kind="telegram-desktop")
    with pytest.raises(BadUsage, match="--channel"):
        read(tmp_path, channel="no such name!")


def test_csv_posts_need_a_channel_and_keep_links_behind_words(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "a.csv.gz",
        "id,date,text,views,forwards,replies",
        '5,2026-05-01T10:00:00+00:00,"composed [our app](https://max.ru/x_(y)?z), **two',
        'lines** [plain] (no)",3082,27.0,2.0',
        '6,2026-05-01T11:00:00+00:00,"plain",,,',
    )
    with pytest.raises(BadInput, match="--channel"):
        list(read(path))
    first, second = _posts(list(read(path, channel="Composed")))
    assert first.post.text == "composed our app, **two\nlines** [plain] (no)"
    assert first.post.links == (Link("https://max.ru/x_(y)?z", "hidden", "our app"),)
    assert (first.post.views, first.post.forwards) == (Interval(3082, 3082), 27)
    assert (second.post.links, second.post.views, second.post.forwards) == ((), None, None)


def test_csv_rows_that_do_not_fit_are_skipped_with_their_line(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "a.csv",
        "id,date,text,channel",
        "1,2026-05-01T10:00:00Z,composed,Composed",
        "2,2026-05-01T10:00:00Z,too few",
        "",
        "3,2026-05-01T10:00:00Z,too,many,values",
        "4,2026-05-01T10:00:00Z,composed,Composed",
    )
    items = list(read(path))
    assert [item.post.id for item in _posts(items)] == [1, 4]
    assert [line for line, _ in _skipped(items)] == [3, 5]


def test_an_open_quotation_mark_costs_its_own_stretch_only(tmp_path: Path) -> None:
    rows = [f"{n},2026-05-01T10:00:00Z,composed {'x' * 80},Composed" for n in range(2, 3000)]
    path = _file(tmp_path, "a.csv", "id,date,text,channel", '1,2026-05-01T10:00:00Z,"open', *rows)
    items = list(read(path))
    assert "quotation mark" in _skipped(items)[0][1]
    assert _posts(items)[-1].post.id == 2999


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("1819223", 1819223, 1819223),
        ("1.82M", 1815000, 1825000),
        ("۱٫۸۲ میلیون", 1815000, 1825000),
        ("11 286 994", 11286994, 11286994),
        ("4000000", 4000000, 4000000),
    ],
)
def test_counts_are_exact_or_as_shown(tmp_path: Path, written: str, low: int, high: int) -> None:
    path = _file(tmp_path, "a.csv", COUNTS + f'2026-05-01T10:00:00Z,Composed,"{written}"')
    _, item = read(path)
    assert isinstance(item, CountItem)
    assert item.count.subscribers == Interval(low, high)
    assert (item.channel, item.count.max_post_id, item.count.title) == ("Composed", None, None)


def test_counts_keep_what_tells_a_reassigned_name(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "a.csv",
        "observed_at,subscribers,min_post_id,max_post_id,title",
        "2026-05-01T10:00:00.5Z,10,1,77,A  Title",
        "2026-05-01T11:00:00Z,10,0,0,",
        "2026-05-01T11:00:00Z,10,x,77,",
        "2026-05-01T11:00:00Z,,1,77,",
    )
    source, first, second, *rest = read(path, channel="Composed")
    assert isinstance(source, SourceFile)
    assert source.kind == "counts-csv"
    assert isinstance(first, CountItem)
    assert isinstance(second, CountItem)
    assert (first.count.max_post_id, first.count.title) == (77, "A Title")
    assert first.count.at == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert (second.count.max_post_id, second.count.title) == (None, None)
    assert [line for line, _ in _skipped(rest)] == [4, 5]


def test_a_folder_is_read_in_name_order_and_bad_files_do_not_stop_it(tmp_path: Path) -> None:
    _file(tmp_path, "b.jsonl", GOOD)
    _file(tmp_path, "a.csv", COUNTS + "2026-05-01T10:00:00Z,Composed,5")
    _file(tmp_path, "c.txt", "nothing that anyone knows")
    (tmp_path / "d").mkdir()
    items = list(read(tmp_path))
    assert [item.name for item in items if isinstance(item, SourceFile)] == ["a.csv", "b.jsonl"]
    assert [item.file for item in items if isinstance(item, Skipped)] == ["d", "c.txt"]


def test_a_folder_without_a_readable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="without files"):
        list(read(tmp_path))
    _file(tmp_path, "c.txt", "nothing that anyone knows")
    with pytest.raises(BadInput, match="none of its 1 files"):
        list(read(tmp_path))


def test_every_kind_that_can_be_given_is_read_or_refused_with_a_sentence(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.txt", "nothing that anyone knows")
    for kind in KINDS:
        with pytest.raises((BadInput, BadUsage), match=r"\w+ \w+"):
            list(read(path, kind=kind, channel="composed"))


def test_a_quotation_mark_left_open_at_the_end_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('id,date,text\n1,2018-04-01T00:00:00Z,a\n2,2018-04-01T00:00:00Z,"open\n3,x,y\n')
    items = list(read(path, channel="composed"))
    assert [i.post.id for i in items if isinstance(i, PostItem)] == [1]
    assert any("left open" in i.reason for i in items if isinstance(i, Skipped))
