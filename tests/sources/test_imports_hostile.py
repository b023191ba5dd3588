"""Files that are broken, huge or made to do harm. All texts are composed."""

import gzip
import json
import os
import tracemalloc
from pathlib import Path

import pytest

from monitor.errors import BadInput
from monitor.sources.files import MAX_LINE
from monitor.sources.imports import read
from monitor.sources.items import Item, PostItem, Skipped, SourceFile

GOOD = {"channel": "Composed", "id": 7, "date": "2026-05-01T10:00:00Z", "text": "composed"}
LINE = json.dumps(GOOD).encode()
MESSAGE = {"_": "Message", "id": 1, "date": "2026-05-01T10:00:00+00:00", "message": "composed"}


def _kinds(items: list[Item]) -> list[str]:
    return [type(item).__name__ for item in items if not isinstance(item, SourceFile)]


def _read(path: Path, content: bytes, **options: str) -> list[Item]:
    path.write_bytes(content)
    return list(read(path, **options))  # type: ignore[arg-type]  # only text options are given


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b"null",
        b"[1, 2]",
        b'"text"',
        b"\0",
        b"\xff\xfe",
        b'{"id": ' + b"9" * 5000 + b"}",
        b'{"a":' * 100_000,
        b"[" * 100_000,
        b'{"text": "' + b"x" * (MAX_LINE + 5) + b'"}',
        b"x" * (3 * MAX_LINE),
    ],
    ids=lambda bad: f"{bad[:12]!r}-{len(bad)}",
)
def test_a_broken_json_line_costs_that_line_only(tmp_path: Path, bad: bytes) -> None:
    items = _read(tmp_path / "a.jsonl", b"\n".join([LINE, bad, b"", LINE]))
    assert _kinds(items) == ["PostItem", "Skipped", "PostItem"]
    assert isinstance(items[2], Skipped)
    assert items[2].line == 2
    assert len(items[2].reason) < 300


@pytest.mark.parametrize(
    "bad",
    [
        b'{"_": "Message", ]}',
        b'{"_": "Message" "id": 1}',
        b'{"a": 1 : "}, {"}',
        b"17",
        b'"a }, text"',
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"id": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda bad: f"{bad[:24]!r}-{len(bad)}",
)
def test_a_broken_item_of_a_json_list_costs_that_item_only(tmp_path: Path, bad: bytes) -> None:
    good = json.dumps(MESSAGE, indent=1).encode()
    content = b"\xef\xbb\xbf[\n" + good + b",\n" + bad + b",\n" + good + b"\n]"
    items = _read(tmp_path / "a.json", content, channel="composed")
    assert [kind for kind in _kinds(items) if kind == "PostItem"] == ["PostItem"] * 2
    skipped = [item for item in items if isinstance(item, Skipped)]
    assert {item.line for item in skipped} == {8}


def test_a_list_longer_than_the_window_arrives_whole_and_in_order(tmp_path: Path) -> None:
    rows = [MESSAGE | {"id": n, "message": 'composed ,]}{[" ' * 30} for n in range(1, 3001)]
    items = _read(tmp_path / "a.json", json.dumps(rows).encode(), channel="composed")
    assert [item.post.id for item in items if isinstance(item, PostItem)] == list(range(1, 3001))


@pytest.mark.parametrize("tail", [b"", b',{"_": "Mess', b","])
def test_a_list_that_is_cut_off_keeps_what_came_before(tmp_path: Path, tail: bytes) -> None:
    content = b"[" + json.dumps(MESSAGE).encode() + tail
    items = _read(tmp_path / "a.json", content, channel="composed")
    assert _kinds(items) == ["PostItem", "Skipped"]
    assert isinstance(items[2], Skipped)
    assert "torn" in items[2].reason


def test_an_item_that_never_ends_is_not_read_into_memory(tmp_path: Path) -> None:
    content = b"[" + json.dumps(MESSAGE).encode() + b',{"a": "' + b"x" * (3 * MAX_LINE)
    path = tmp_path / "a.json"
    path.write_bytes(content)
    items = list(read(path, channel="composed"))
    assert _kinds(items) == ["PostItem", "Skipped"]
    assert isinstance(items[2], Skipped)
    assert "rest" in items[2].reason


def test_a_torn_gzip_keeps_its_rows_and_says_so(tmp_path: Path) -> None:
    rows = b"\n".join(json.dumps(GOOD | {"id": n}).encode() for n in range(1, 5001))
    packed = gzip.compress(rows)
    for cut in (len(packed) // 2, len(packed) - 3):
        items = _read(tmp_path / "a.jsonl.gz", packed[:cut])
        assert len(items) > 1000
        assert isinstance(items[-1], Skipped)
        assert "torn or damaged" in items[-1].reason
    items = _read(tmp_path / "a.csv.gz", gzip.compress(b"id,date,text\n" * 5000)[:-9], channel="x")
    assert isinstance(items[-1], Skipped)
    listed = gzip.compress(b"[" + b",".join(rows.split(b"\n")))[:-40]
    items = _read(tmp_path / "a.json.gz", listed)
    assert isinstance(items[-1], Skipped)
    assert "torn" in items[-1].reason


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.jsonl", b"", "empty"),
        ("a.csv", b" \n ", "empty"),
        ("a.gz", b"\x1f\x8b\x08\0broken", "damaged"),
        ("a.csv", bytes(range(256)) * 20, "not UTF-8"),
        ("a.csv", "\u0441\u043b\u043e\u0432\u043e,\u0434\u0430".encode("cp1251") * 9, "not UTF-8"),
        ("a.csv", "id,date,text\n".encode("utf-16"), "not UTF-8"),
        ("a.csv", b"a;b;c\n1;2;3", "of no known kind"),
        ("a.csv", b'"' + b"x" * 200_000, "no line with column names"),
        ("a.jsonl", b"<nothing", "page"),
        ("a.json", b'{"name": "x", "type": "public_channel", "messages": [', "not read yet"),
        ("a.jsonl", b"{\n{\n{", "not one row"),
        ("a.warc", b"none of it", "no known kind"),
    ],
)
def test_a_file_that_is_nothing_we_know_is_refused(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        _read(tmp_path / name, content)


@pytest.mark.parametrize("kind", ["posts-csv", "counts-csv"])
def test_a_table_with_other_columns_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    with pytest.raises(BadInput, match="lacks the column"):
        _read(tmp_path / "a.csv", b"a,b\n1,2", kind=kind)


def test_a_file_whose_rows_all_lack_the_same_is_refused_early(tmp_path: Path) -> None:
    other = b'{"message": "composed"}\n'
    with pytest.raises(BadInput, match=r"line 1: the key 'id'"):
        _read(tmp_path / "a.jsonl", other * 5000)
    with pytest.raises(BadInput, match=r"line 1: the key 'id'"):
        _read(tmp_path / "a.jsonl", other)
    assert len(_read(tmp_path / "a.jsonl", other * 99 + LINE)) == 101


def test_pipes_devices_and_missing_files_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path / "missing", Path("/dev/zero"), Path("a\0b")):
        with pytest.raises(BadInput, match="file"):
            list(read(path))


def test_an_unreadable_file_or_folder_is_refused_with_the_reason(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(BadInput):
        list(read(loop))


def test_a_hostile_name_is_escaped_in_messages(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        list(read(tmp_path / "a\x1b[2Jb"))
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("listed", [False, True])
def test_memory_stays_flat_over_many_rows(tmp_path: Path, *, listed: bool) -> None:
    """30,000 rows, 9 MB, must not take more than 3 MB at once, as lines or as one list."""
    path = tmp_path / "a.json"
    row = json.dumps(GOOD | {"text": "composed " * 25})
    with path.open("w") as file:
        file.write("[" if listed else "")
        file.writelines(f"{row}{',' if listed else ''}\n" for _ in range(29_999))
        file.write(f"{row}]" if listed else row)
    tracemalloc.start()
    try:
        landed = sum(isinstance(item, PostItem) for item in read(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert landed == 30_000
    assert peak < 3_000_000
