"""Text of others is bounded and cannot turn, pile up or break the page around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.report.fetched import (
    direction,
    language,
    one_line,
    post_address,
    printable,
    script,
    web_address,
)

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


def test_characters_of_direction_and_control_are_dropped_but_the_joiners_of_persian_stay() -> None:
    assert printable(f"a{TURNING}\x00\x1b\x85b", 50) == "ab"
    assert printable("می\u200cرود", 50) == "می\u200cرود"


def test_a_lone_surrogate_becomes_a_replacement_character_that_can_be_encoded() -> None:
    assert printable("a\ud800b", 50).encode() == "a\ufffdb".encode()


def test_no_more_than_three_marks_stay_on_one_letter() -> None:
    assert printable("a" + "\u0301" * 50 + "b", 99) == "a" + "\u0301" * 3 + "b"


def test_a_long_text_is_cut_with_an_ellipsis_and_a_short_one_is_not() -> None:
    assert printable("x" * 5000, 1200) == "x" * 1200 + "…"
    assert printable("x" * 1200, 1200) == "x" * 1200


def test_a_long_text_of_dropped_characters_says_that_it_was_cut() -> None:
    assert printable("\u202e" * 5000 + "x", 100) == "…"


def test_a_title_comes_on_one_line() -> None:
    assert one_line(" a\n\n b\t c ") == "a b c"


@given(st.text(max_size=400), st.integers(1, 50))
def test_any_text_comes_out_bounded_encodable_and_without_turning_characters(
    text: str, limit: int
) -> None:
    shown = printable(text, limit)
    assert len(shown) <= limit + 1
    shown.encode()
    assert not set(shown) & set(TURNING)


@pytest.mark.parametrize(
    ("text", "name"), [("سلام a", "arab"), ("Привет a", "cyrl"), ("abc", "latn"), ("123", "latn")]
)
def test_the_script_of_most_letters_is_named(text: str, name: str) -> None:
    assert script(text) == name


@pytest.mark.parametrize(
    ("text", "way"), [("(12) سلام a", "rtl"), ("@name سلام", "ltr"), ("123 …", "ltr"), ("א", "rtl")]
)
def test_the_first_letter_with_a_direction_decides(text: str, way: str) -> None:
    assert direction(text) == way


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("fa", "سلام", "fa"),
        ("fa", "plain words", None),
        ("en", "plain words", "en"),
        ("en", "سلام", None),
        ("ru", "Привет", "ru"),
        ('fa" onclick="x', "سلام", None),
        (None, "سلام", None),
    ],
)
def test_a_quote_is_tagged_only_where_language_and_script_agree(
    tag: str | None, text: str, expected: str | None
) -> None:
    assert language(tag, text) == expected


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("farsna", 7, "https://t.me/farsna/7"),
        ("a/../b", 7, None),
        ("farsna", 0, None),
        ("farsna", None, None),
        (None, 7, None),
    ],
)
def test_a_post_is_linked_only_by_a_name_and_a_number_that_can_be_one(
    name: str | None, number: int | None, expected: str | None
) -> None:
    assert post_address(name, number) == expected


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://example.org/a?b=1", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://", False),
        ("https://[::1", False),
        ('https://example.org/"><script>', False),
        ("https://example.org/" + "a" * 3000, False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(text: str | None, kept: bool) -> None:  # noqa: FBT001 - a table
    assert web_address(text) == (text if kept else None)
