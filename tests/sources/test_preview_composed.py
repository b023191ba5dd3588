"""Composed pages: what the real ones at hand do not show, and what must not be believed."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Availability, Interval, Link
from monitor.sources.page_parts import read_stamp, read_time
from monitor.sources.preview import parse_page
from tests.served_pages import (
    ServedChannel,
    ServedPost,
    feed_page,
    message_block,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = AT + timedelta(days=1)


def _channel(*posts: ServedPost, **kwargs: object) -> ServedChannel:
    channel = ServedChannel("composed", list(posts))
    for name, value in kwargs.items():
        setattr(channel, name, value)
    return channel


def _with_text(markup: str) -> bytes:
    """One post whose text is exactly this markup."""
    page = feed_page(_channel(ServedPost(1, AT, "PLACE")), NOW)
    return page.replace(b"PLACE", markup.encode())


def test_a_composed_feed_says_what_was_put_in() -> None:
    channel = _channel(
        ServedPost(5, AT, "first\nsecond", views=1234, edited=True, author="edited"),
        subscribers=1_819_223,
        title="Ministry of <Composition>",
        about="One line\nand another",
        verified=True,
        telegram_id=1_234_567_890,
    )
    page = parse_page(feed_page(channel, NOW))
    assert (page.kind, page.state, page.problems) == ("feed", Availability.OK, ())
    assert page.title == "Ministry of <Composition>"
    assert page.about == "One line\nand another"
    assert (page.verified, page.telegram_id, page.at) == (True, 1_234_567_890, NOW)
    assert page.subscribers == Interval(1_815_000, 1_825_000)
    (post,) = page.posts
    assert (post.id, post.at, post.text) == (5, AT, "first\nsecond")
    assert (post.edited, post.author, post.views) == (True, "edited", Interval(1225, 1235))


def test_a_person_called_edited_does_not_make_an_edit() -> None:
    page = parse_page(feed_page(_channel(ServedPost(5, AT, "x", author="edited")), NOW))
    assert page.posts[0].edited is False


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("some_channel/123", "some_channel"),
        ("A Private Name", "person"),
        ("c/1234567/5", "person"),  # a channel without a public name
    ],
)
def test_names_of_people_are_never_kept(source: str, kept: str) -> None:
    page = parse_page(feed_page(_channel(ServedPost(5, AT, "x", forwarded_from=source)), NOW))
    assert page.posts[0].forwarded_from == kept
    assert "Private" not in repr(page)


def test_the_quote_of_a_reply_is_no_text_of_the_post() -> None:
    own = ServedPost(5, AT, "own words", reply_to=4)
    mute = ServedPost(6, AT, "", reply_to=4, media=("photo_wrap",))
    page = parse_page(feed_page(_channel(own, mute), NOW))
    assert [post.text for post in page.posts] == ["own words", ""]
    assert [post.reply_to for post in page.posts] == [4, 4]


def test_a_reply_to_another_channels_post_has_no_id() -> None:
    body = feed_page(_channel(ServedPost(5, AT, "x", reply_to=4)), NOW)
    page = parse_page(body.replace(b"t.me/composed/4", b"t.me/elsewhere/4"))
    assert page.posts[0].reply_to is None


def test_buttons_hidden_links_and_previews_are_all_kept() -> None:
    post = ServedPost(
        5,
        AT,
        "look",
        links=[
            ("https://example.org/a", "https://example.org/a"),
            ("Example.org/b", "http://example.org/b/"),
            ("@other_name", "https://t.me/other_name"),
            ("here", "https://example.org/hidden?a=1&b=2"),
            ("#tag", "?q=%23tag"),
            ("mail", "mailto:a@example.org"),
            ("script", "javascript:alert(1)"),
            ("no scheme", "//example.org/slashes"),
            ("", "https://example.org/unseen"),
        ],
        buttons=[("Join us", "https://ble.example/join/x"), ("bad", "javascript:1")],
        preview="https://example.org/preview",
    )
    page = parse_page(feed_page(_channel(post), NOW))
    assert page.posts[0].links == (
        Link("https://example.org/a"),
        Link("http://example.org/b/"),
        Link("https://t.me/other_name"),
        Link("https://example.org/hidden?a=1&b=2", "hidden", "here"),
        Link("https://example.org/slashes", "hidden", "no scheme"),
        Link("https://example.org/unseen", "hidden", ""),
        Link("https://ble.example/join/x", "button", "Join us"),
        Link("https://example.org/preview", "hidden"),
    )


def test_an_address_with_a_control_character_is_no_link() -> None:
    page = parse_page(_with_text('<a href="https://example.org/&#10;x">a</a>'))
    assert page.posts[0].links == ()


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<br/>b<br>c", "a\nb\nc"),
        ('<tg-emoji emoji-id="1"><i class="emoji"><b>🎉</b></i></tg-emoji> x', "🎉 x"),
        ("see <tg-spoiler><span>the end</span></tg-spoiler>!", "see the end!"),
        ("run <code>a &lt;b&gt; &amp;amp;</code>", "run a <b> &amp;"),
        ("said:<blockquote>quoted<br/>twice</blockquote>after", "said:\nquoted\ntwice\nafter"),
        ("said<br/><blockquote expandable>q</blockquote><br/>after", "said\nq\nafter"),
        ("do<pre><code>one\n  two</code></pre>", "do\none\n  two"),
        ("folded\n   by the source", "folded by the source"),
        ("line<br/>\n  next", "line\nnext"),
        ("a&nbsp;b &quot;c&quot;", 'a\u00a0b "c"'),
        ('<b title="a > b">kept</b><!-- not -->', "kept"),
        ("سلام\u200cها", "سلام\u200cها"),
        ("کانال <b>ما</b><br/><br/>خبر", "کانال ما\n\nخبر"),
    ],
)
def test_text_keeps_its_lines_and_nothing_but_its_words(markup: str, text: str) -> None:
    assert parse_page(_with_text(markup)).posts[0].text == text


def test_markup_written_in_a_post_is_text() -> None:
    trap = (
        '<div class="tme_no_messages_found">No posts found</div> tgme_widget_message_poll'
        " _forwarded_from _message_reply _inline_button _link_preview ?single edited"
    )
    page = parse_page(feed_page(_channel(ServedPost(5, AT, trap)), NOW))
    post = page.posts[0]
    assert (page.empty, post.text) == (False, trap)
    assert (post.media, post.links, post.album) == ((), (), ())
    assert (post.forwarded_from, post.reply_to, post.edited) == (None, None, False)


def test_media_that_only_the_app_shows_is_named_unsupported() -> None:
    block = message_block(_channel(), ServedPost(5, AT), NOW).replace(
        "tgme_widget_message_bubble", "message_media_not_supported_label", 1
    )
    assert parse_page(block.encode()).posts[0].media == ("unsupported",)


def test_an_album_takes_only_posts_as_its_members() -> None:
    body = feed_page(_channel(ServedPost(5, AT, "x", album=(5, 6, 7))), NOW)
    page = parse_page(body.replace(b"composed/6?single", b"composed/x?single"))
    assert page.posts[0].album == (5, 7)


def test_a_block_under_a_name_that_is_none_does_not_name_the_page() -> None:
    block = message_block(_channel(), ServedPost(5, AT, "x"), NOW)
    page = parse_page(block.replace('data-post="composed/5"', 'data-post="a-b/5"').encode())
    assert page.username is None
    assert page.telegram_id == 1_000_000_001


def test_a_strange_service_message_is_other() -> None:
    posts = (ServedPost(5, AT, "Live stream started", service=True),)
    assert parse_page(feed_page(_channel(*posts), NOW)).posts[0].service == "other"


def test_bad_blocks_are_named_and_the_rest_is_read() -> None:
    body = feed_page(_channel(*(ServedPost(n, AT, "x") for n in (11, 12, 13, 14, 15))), NOW)
    body = body.replace(b'data-post="composed/11"', b'data-post="composed/11x"')
    body = body.replace(b'data-post="composed/12"', b'data-was="composed/12"')
    body = body.replace(f'datetime="{AT.isoformat()}"'.encode(), b'datetime="2026-03-01"', 1)
    page = parse_page(body)
    assert page.state is Availability.OK
    assert [post.id for post in page.posts] == [13, 14, 15]
    assert any("composed/11x" in problem for problem in page.problems)
    assert any("no message with a data-post" in problem for problem in page.problems)


def test_a_post_without_a_readable_time_is_named() -> None:
    body = feed_page(_channel(ServedPost(11, AT), ServedPost(12, AT + timedelta(hours=1))), NOW)
    page = parse_page(body.replace(AT.isoformat().encode(), b"2026-03-01T12:00:00"))
    assert [post.id for post in page.posts] == [12]
    assert page.problems == ("post 11 has no readable time",)


def test_unreadable_views_cost_only_the_views() -> None:
    page = parse_page(feed_page(_channel(ServedPost(5, AT, "x", views="lots")), NOW))
    assert (page.posts[0].text, page.posts[0].views) == ("x", None)
    assert page.problems[0].startswith("post 5 has unreadable views")
    assert parse_page(feed_page(_channel(ServedPost(5, AT, views=None)), NOW)).problems == ()


def test_posts_of_another_channel_are_left_out() -> None:
    body = feed_page(_channel(*(ServedPost(n, AT, "x") for n in (5, 6, 7))), NOW)
    page = parse_page(body.replace(b'data-post="composed/6"', b'data-post="stranger/6"'))
    assert [post.id for post in page.posts] == [5, 7]
    assert page.username == "composed"
    assert any("stranger" in problem for problem in page.problems)


def test_a_post_shown_twice_is_kept_once() -> None:
    body = feed_page(_channel(ServedPost(5, AT, "x"), ServedPost(6, AT, "y")), NOW)
    page = parse_page(body.replace(b'data-post="composed/6"', b'data-post="composed/5"'))
    assert [(post.id, post.text) for post in page.posts] == [(5, "x")]
    assert any("twice" in problem for problem in page.problems)


def test_two_numeric_ids_on_one_page_give_none() -> None:
    other = ServedChannel("composed", telegram_id=99)
    blocks = message_block(_channel(), ServedPost(5, AT), NOW)
    page = parse_page((blocks + message_block(other, ServedPost(6, AT), NOW)).encode())
    assert page.telegram_id is None
    assert any("2 numeric ids" in problem for problem in page.problems)


def _view(**said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "%%%",
        "AAAA",
        base64.b64encode(b"[1]").decode(),
        base64.b64encode(b"[" * 300).decode(),
        _view(c=True, t=True),
        _view(c="-5", t="9"),
        _view(c=0, t=-1),
        _view(c=-(2**60), t=2**60),
        _view(c=1.5, t=0),
        "A" * 10_000,
    ],
)
def test_a_stamp_that_lies_says_nothing(text: str | None) -> None:
    stamp = read_stamp(text)
    assert (stamp.telegram_id, stamp.at) == (None, None)


def test_a_stamp_in_an_album_is_read() -> None:
    stamp = read_stamp(_view(c=-1_591_537_674, p="84g", t=1_677_241_343))
    assert stamp.telegram_id == 1_591_537_674
    assert stamp.at == datetime(2023, 2, 24, 12, 22, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "soon",
        "2026-03-01T12:00:00",
        "1999-01-01T00:00:00Z",
        "2200-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_time_without_a_zone_or_outside_telegrams_life_is_none(text: str | None) -> None:
    assert read_time(text) is None


@pytest.mark.parametrize("number", ["0", "2147483648", "99999999999", "-1", "۵", "1x", ""])
def test_an_id_out_of_bounds_is_no_post(number: str) -> None:
    body = feed_page(_channel(ServedPost(5, AT)), NOW)
    page = parse_page(
        body.replace(b'data-post="composed/5"', f'data-post="composed/{number}"'.encode())
    )
    assert page.posts == ()
    assert page.state is None


def test_only_the_newest_page_links_to_nothing_newer() -> None:
    posts = [ServedPost(n, NOW, f"post {n}") for n in range(1, 46)]
    channel = ServedChannel("demo_channel", posts)
    assert parse_page(feed_page(channel, NOW)).newer is None
    assert parse_page(feed_page(channel, NOW, before=26)).newer == 25
