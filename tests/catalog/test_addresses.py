"""Addresses are found whole and alone, and matched by whole hosts."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.catalog import addresses


def test_every_labelled_address_is_right(shared: Path) -> None:
    """The 42 rows of links_dev.tsv, six of them traps."""
    with (shared / "evaluation" / "links_dev.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == 42
    for row in rows:
        found = addresses.match(row["url"])
        got = ("-", "-", "-")
        if found is not None:
            got = (found.platform, str(found.kind), found.handle or "")
        assert got == (row["platform"], row["kind"], row["value"]), row["url"]
        assert [f.url for f in addresses.find(f"متن {row['url']}،\u200f بعد")] == [row["url"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Splus.ir/SomeName و بعد", ["Splus.ir/SomeName"]),
        ("نشانی:eitaa.com/x_y،سپس", ["eitaa.com/x_y"]),
        ("(см. https://max.ru/abc).", ["https://max.ru/abc"]),
        ("[Мы в MAX](https://max.ru/abc)[VK](vk.com/abc)", ["https://max.ru/abc", "vk.com/abc"]),
        ("__https://max.ru/abc__", ["https://max.ru/abc"]),
        ("https://a.example/b_(c)", ["https://a.example/b_(c)"]),
        ("https://ble.ir/abc\u200f!", ["https://ble.ir/abc"]),
        ("write info@eitaa.com", []),
        ("x_eitaa.com and v1.2.3", []),
        ("eitaa.com@evil.example/x", []),
        ("https://user:p@eitaa.com/abc", ["https://user:p@eitaa.com/abc"]),
        ("rubika.ir/a rubika.ir/b", ["rubika.ir/a", "rubika.ir/b"]),
        ("tg://resolve?domain=abc", ["tg://resolve?domain=abc"]),
        ("روی splus.ir.", ["splus.ir"]),
    ],
)
def test_an_address_ends_where_it_ends(text: str, found: list[str]) -> None:
    hits = addresses.find(text)
    assert [hit.url for hit in hits] == found
    assert all(text[hit.start : hit.end] == hit.url for hit in hits)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://www.EITAA.com/Some_Name", ("eitaa", "handle", "Some_Name")),
        ("https://m.vk.com/some.name", ("vk", "handle", "some.name")),
        ("https://vk.com/wall-1_2", ("vk", "site", None)),
        ("https://user:pw@ble.ir:443/some_name?x=1#y", ("bale", "handle", "some_name")),
        ("ble.ir./some_name", ("bale", "handle", "some_name")),
        ("https://splus.ir/%40some_name", ("soroush", "handle", "some_name")),
        ("https://eitaa.com/", ("eitaa", "site", None)),
        ("eitaa.com", ("eitaa", "site", None)),
        ("eitaa://resolve?domain=some_name", ("eitaa", "handle", "some_name")),
        ("tg://join?invite=AbCdEf123", ("telegram", "join", "AbCdEf123")),
        ("max://max.ru/some_name", ("max", "handle", "some_name")),
        ("https://t.me/some_name/12", ("telegram", "handle", "some_name")),
        ("https://invite.viber.com/?g2=abc", ("viber", "join", "abc")),
        ("https://bale.ai/product", ("bale", "site", None)),
    ],
)
def test_an_address_is_what_it_is(url: str, wanted: tuple[str, str, str | None]) -> None:
    found = addresses.match(url)
    assert found is not None
    assert (found.platform, found.kind, found.handle) == wanted
    assert found.url == url
    assert not found.own


@pytest.mark.parametrize(
    "url",
    [
        "https://groble.im/x",
        "https://eitaa.com.evil.example/x",
        "https://evil.example/eitaa.com/x",
        "https://evil.example\\@eitaa.com/x",
        "https://evil.example/?u=https://eitaa.com/x",
        "https://eitaa.com@evil.example/",
        "tg://resolve?phone=1",
        "nott.me/x",
        "",
        "://",
        "javascript:alert(1)",
    ],
)
def test_look_alikes_are_nobody(url: str) -> None:
    assert addresses.match(url) is None


def test_hostile_lengths_take_no_time_and_are_cut() -> None:
    for piece in ("a", "a.", "a+", "a://", "@a.", "/", "a.b/"):
        hits = addresses.find(piece * (200_000 // len(piece)))
        assert len(hits) <= addresses.MAX_FOUND
    assert addresses.match("https://eitaa.com/" + "a" * 10_000_000) is not None


@given(st.text(st.characters(), max_size=200))
def test_no_text_stops_the_finder(text: str) -> None:
    for hit in addresses.find(text):
        assert text[hit.start : hit.end] == hit.url
        addresses.match(hit.url)
    addresses.match(text)
