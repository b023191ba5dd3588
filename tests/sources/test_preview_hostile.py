"""Whatever the bytes are, parse_page answers, soon, and says when it could not read."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Page
from monitor.sources.preview import MAX_PAGE_BYTES, MAX_POSTS, MAX_PROBLEMS, MAX_TAGS, parse_page
from tests.served_pages import ServedChannel, ServedPost, feed_page, landing_page, message_block

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHANNEL = ServedChannel(
    "composed",
    [
        ServedPost(1, AT, "Channel created", service=True),
        ServedPost(2, AT, "words", links=[("here", "https://example.org/")], reply_to=1),
        ServedPost(3, AT, "more", buttons=[("go", "https://example.org/b")], edited=True),
        ServedPost(4, AT, "", forwarded_from="somebody/9", album=(4, 5), author="A"),
    ],
)
FEED = feed_page(CHANNEL, AT)
LANDING = landing_page(CHANNEL)


def _unknown(page: Page) -> str:
    assert (page.kind, page.state, page.posts, page.empty) == ("unknown", None, (), False)
    (problem,) = page.problems
    return problem


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x00" * 100, "not a page of Telegram"),
        (b"\xff\xfe\xfd", "not a page of Telegram"),
        (b"<html><body>somebody else's page</body></html>", "not a page of Telegram"),
        (b"<html><body class=tgme_x>a new layout</body></html>", "the layout is not known"),
        (b"tgme_" + b"x" * MAX_PAGE_BYTES, "more than"),
        (b"tgme_" + b"<div>" * 10_000_000, "more than"),
        (b"tgme_" + b"<div>" * (MAX_TAGS + 1), "tags"),
        (b"tgme_<p " + b"abc=1 " * 100_000 + b">", "a tag of more than"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}-bytes",
)
def test_what_is_no_page_of_telegram_has_no_state_and_a_reason(body: bytes, problem: str) -> None:
    assert problem in _unknown(parse_page(body))


@pytest.mark.parametrize(
    "opening",
    [b"<div>", b"<b><i><u>", b'<div class="tgme_widget_message_wrap">', b"<a><div>", b"<ul><li>"],
)
def test_deep_nesting_within_the_bounds_ends_within_seconds(opening: bytes) -> None:
    depth = MAX_TAGS // (2 * opening.count(b"<"))
    started = time.monotonic()
    parse_page(b'<div class="tgme_page">' + opening * depth)
    assert time.monotonic() - started < 20


def test_blocks_inside_blocks_end_within_seconds() -> None:
    block = message_block(CHANNEL, ServedPost(7, AT, "x"), AT).replace("</div>", "")
    started = time.monotonic()
    page = parse_page(block.encode() * 1500)
    assert time.monotonic() - started < 20
    assert any("inside each other" in problem for problem in page.problems)


def test_posts_and_problems_are_bounded() -> None:
    blocks = "".join(
        f'<div class="tgme_widget_message" data-post="composed/{number}"></div>'
        for number in range(1, MAX_POSTS + 500)
    )
    page = parse_page(blocks.encode())
    assert page.posts == ()
    assert len(page.problems) == MAX_PROBLEMS


def test_invalid_utf_8_costs_only_its_own_letters() -> None:
    page = parse_page(FEED.replace(b"words", b"wo\xff\xc3\xed\xa0\x80rds"))
    assert [post.id for post in page.posts] == [1, 2, 3, 4]
    assert page.posts[1].text.startswith("wo")
    assert page.posts[1].text.encode()  # no lone surrogate that could not be stored


@given(st.binary(max_size=2000))
def test_any_bytes_are_answered(noise: bytes) -> None:
    parse_page(noise)
    parse_page(b'<div class="tgme_page">' + noise)
    parse_page(b'<div class="tgme_widget_message" data-post="composed/5">' + noise)


_TOKENS = [
    *(f'<div class="{name}">' for name in ("tgme_widget_message_wrap", "js-message_text")),
    '<div class="tgme_widget_message" data-post="composed/5" data-view="e30">',
    '<a class="tgme_widget_message_reply" href="https://t.me/composed/',
    '<a class="tgme_widget_message_photo_wrap" href="https://t.me/composed/6?single">',
    '<div class="tgme_widget_message_poll">',
    '<span class="tgme_widget_message_views">',
    '<a class="tgme_widget_message_date"><time datetime="2026-01-01T00:00:00+00:00">',
    '<div class="tgme_channel_info_counter">',
    '<div class="tme_no_messages_found">',
    '<link rel="prev" href="?before=',
    '<div class="tgme_page_extra">',
    "</div>",
    "</a>",
    "<br>",
    '">',
    "12",
    "1.2M subscribers",
    "&#0;",
    "\u202e",
    "<pre>\n",
    "<!--",
    "<script>",
    "<template>",
    "<table>",
]


@given(st.lists(st.sampled_from(_TOKENS), max_size=60))
def test_any_order_of_telegrams_own_marks_is_answered(tokens: list[str]) -> None:
    page = parse_page("".join(tokens).encode())
    assert page.kind != "unknown" or page.problems
    assert len({post.id for post in page.posts}) == len(page.posts)


@settings(max_examples=150)
@given(
    st.sampled_from([FEED, LANDING]),
    st.integers(min_value=0),
    st.integers(min_value=0, max_value=300),
    st.binary(max_size=30),
)
def test_a_page_damaged_in_one_place_is_answered(
    page: bytes, place: int, gap: int, noise: bytes
) -> None:
    start = place % len(page)
    read = parse_page(page[:start] + noise + page[start + gap :])
    assert read.kind in {"feed", "landing", "unknown"}
    assert read.state is not None or read.problems


def test_one_endless_tag_is_refused_though_it_hides_its_length_in_quotes() -> None:
    """Attributes are compared with all before them: 2 MB of them would take minutes."""
    names = b"".join(b" a%d" % number for number in range(8_000))
    body = b"<div class=tgme_x" + b' b="<" c=">"'.join([names] * 6) + b">"
    assert len(body) > 262_144
    started = time.perf_counter()
    page = parse_page(body)
    assert page.kind == "unknown"
    assert "tag of more than" in page.problems[0]
    assert time.perf_counter() - started < 60  # a bound against minutes, not a benchmark
