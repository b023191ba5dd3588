"""Real pages read as they are: every post, link, count and state; their words are not repeated."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model import Availability, Interval, Page, Post
from monitor.sources.preview import parse_page


def _read(shared: Path, name: str) -> Page:
    return parse_page((shared / "data" / "html" / name).read_bytes())


def _block(shared: Path, name: str) -> Post:
    page = _read(shared, f"tchan_blocks/parse_{name}.html")
    assert page.kind == "feed"
    assert page.state is Availability.OK
    (post,) = page.posts
    return post


def test_a_whole_feed_page_gives_all_twenty_posts_and_its_header(shared: Path) -> None:
    body = (shared / "data" / "html" / "sherlock_channel_feed.html").read_text()
    page = parse_page(body.encode())
    assert (page.kind, page.state, page.problems) == ("feed", Availability.OK, ())
    assert [post.id for post in page.posts] == [*range(519, 530), *range(531, 540)]
    assert page.username == "durov"
    assert page.telegram_id == 1_006_503_122
    assert f"<title>{page.title} – Telegram</title>" in body
    assert f'<meta property="og:description" content="{page.about}">' in body
    assert page.verified is True
    assert page.subscribers == Interval(11_250_000, 11_350_000)
    assert (page.older, page.before, page.empty) == (519, 540, False)
    assert page.at == datetime(2026, 8, 9, 12, 9, 39, tzinfo=UTC)


def test_the_posts_of_that_page_have_times_views_signatures_edits_and_media(shared: Path) -> None:
    posts = {post.id: post for post in _read(shared, "sherlock_channel_feed.html").posts}
    assert posts[519].at == datetime(2026, 5, 20, 15, 38, 10, tzinfo=UTC)
    assert posts[519].views == Interval(8_665_000, 8_675_000)
    assert {len(post.author or "") for post in posts.values()} == {11}
    assert posts[519].text.count("\n") == 4
    assert [post.id for post in posts.values() if post.edited] == [521, 527, 535, 538]
    assert [post.id for post in posts.values() if not post.text] == [522]
    assert {post.media for post in posts.values()} == {(), ("photo",), ("video",)}
    assert len([post for post in posts.values() if post.media == ("video",)]) == 6


def test_links_of_that_page_are_told_apart_by_how_they_are_shown(shared: Path) -> None:
    posts = {post.id: post for post in _read(shared, "sherlock_channel_feed.html").posts}
    hidden = posts[520].links[0]
    assert hidden.url.startswith("https://www.reuters.com/")
    assert (hidden.shown, len(hidden.words)) == ("hidden", 9)
    assert hidden.words in posts[520].text
    assert [link.shown for link in posts[527].links] == ["hidden", "hidden", "visible"]
    assert posts[527].links[2].url == "https://t.me/contest"
    # the address of the preview is not said twice
    assert [link.url for link in posts[521].links].count("https://gram.org/") == 1


def test_a_page_that_a_browser_saved_reads_the_same(shared: Path) -> None:
    page = _read(shared, "djtracker_telegram_page.html")
    assert (page.kind, page.state, page.problems) == ("feed", Availability.OK, ())
    assert len(page.posts) == 20
    assert page.subscribers == Interval(15_350, 15_450)
    assert (page.telegram_id, page.verified, page.about) == (1_976_111_514, False, None)
    assert all(post.text and post.views and post.links for post in page.posts)
    assert (page.older, page.before) == (22_878, 22_899)


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("audio_document", ("audio",)),
        ("audio_message", ("voice",)),
        ("emoji_message", ()),
        ("location_message", ("location",)),
        ("location_message_2", ("location",)),
        ("location_message_3", ("location",)),
        ("multimedia_message", ("video", "photo")),
        ("photo_multiple", ("photo",)),
        ("photo_single", ("photo",)),
        ("poll", ("poll",)),
        ("round_video_single", ("round_video",)),
        ("sticker_message", ("sticker",)),
        ("text_reply_to_video", ()),
        ("video_big", ("too_big_video",)),
        ("video_single", ("video",)),
        ("video_single_2", ("video",)),
    ],
)
def test_each_kind_of_media_is_told(shared: Path, name: str, media: tuple[str, ...]) -> None:
    assert _block(shared, name).media == media


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("service_message_channel_created", "created"),
        ("service_message_channel_name_changed", "renamed"),
        ("service_message_channel_photo_updated", "photo_changed"),
        ("service_message_pinned", "pinned"),
        ("service_message_channel_video_changed", None),  # a post that only quotes those words
        ("unsigned_text_message", None),
    ],
)
def test_service_messages_are_told_and_keep_their_words(
    shared: Path, name: str, service: str | None
) -> None:
    post = _block(shared, name)
    assert post.service == service
    assert post.text
    assert post.links == ()


@pytest.mark.parametrize(
    ("name", "edited", "author"),
    [
        ("signed_edited_text_message", True, True),
        ("text_message_signed_not_edited", False, True),
        ("text_message_link_no_preview", True, False),
        ("unsigned_text_message", False, False),
    ],
)
def test_signatures_and_edits_are_two_things(
    shared: Path, name: str, *, edited: bool, author: bool
) -> None:
    post = _block(shared, name)
    assert (post.edited, post.author is not None) == (edited, author)


def test_every_one_of_the_thirty_blocks_gives_its_one_post(shared: Path) -> None:
    files = sorted((shared / "data" / "html" / "tchan_blocks").glob("parse_*.html"))
    blocks = [file for file in files if "no_posts_found" not in file.name]
    assert len(blocks) == 30
    for file in blocks:
        page = parse_page(file.read_bytes())
        (post,) = page.posts
        assert page.telegram_id
        assert page.at
        assert page.at > post.at
        assert post.text or post.media


def test_albums_replies_and_forwards_name_their_posts(shared: Path) -> None:
    assert _block(shared, "multimedia_message").album == (84, 85, 86, 87)
    assert _block(shared, "photo_multiple").album == (14, 15)
    reply = _block(shared, "text_reply_to_video")
    assert reply.reply_to == 19
    assert (len(reply.text), reply.text.count("\n")) == (43, 0)
    assert _block(shared, "forwarded_text_message").forwarded_from == "person"


def test_a_poll_is_kept_with_its_options(shared: Path) -> None:
    poll = _block(shared, "poll").poll
    assert poll is not None
    assert len(poll.question) == 32
    assert [len(option) for option in poll.options] == [4, 4, 4]
    assert poll.quiz


def test_a_preview_adds_its_address_only_where_it_is_new(shared: Path) -> None:
    regular = _block(shared, "text_message_link_with_regular_preview")
    assert [link.shown for link in regular.links] == ["visible"]
    right = _block(shared, "text_message_link_with_right_preview")
    assert [(link.url, link.shown) for link in right.links] == [
        ("https://python.org/", "visible"),
        ("https://www.python.org/", "hidden"),
    ]
    assert right.text.endswith(right.links[0].url)  # and no title of the preview after it
    many = _block(shared, "message_weird_preview")
    assert len(many.links) == 7  # the hashtags are none
    assert {link.shown for link in many.links} == {"hidden"}
    assert _block(shared, "text_message_multiline").text.count("\n") == 4


def test_no_posts_found_is_telegrams_own_word(shared: Path) -> None:
    page = _read(shared, "tchan_blocks/parse_no_posts_found.html")
    assert (page.kind, page.state, page.empty, page.posts) == ("feed", Availability.OK, True, ())


def test_a_header_alone_has_a_count_but_no_state(shared: Path) -> None:
    page = _read(shared, "tchan_blocks/channel_info.html")
    assert (page.username, page.subscribers) == ("tchantest", Interval(1, 1))
    assert len(page.title or "") == 22
    assert (page.state, page.empty) == (None, False)
    assert any("without a readable post" in problem for problem in page.problems)


@pytest.mark.parametrize(
    ("name", "state", "wrong_kind", "username"),
    [
        ("sherlock_tme_channel.html", Availability.OK, None, "durov"),
        ("sherlock_tme_group.html", Availability.WRONG_KIND, "group", "python"),
        ("sherlock_tme_user.html", Availability.WRONG_KIND, "user", "nikolai"),
        ("sherlock_tme_bot.html", Availability.WRONG_KIND, "bot", "BotFather"),
        ("sherlock_tme_free.html", Availability.NOT_FOUND, None, "zzq9x7v2knot44"),
        ("trimmed/verified_group.html", Availability.WRONG_KIND, "group", None),
        ("trimmed/verified_no_preview.html", Availability.PREVIEW_DISABLED, None, None),
        (
            "trimmed/verified_not_found.html",
            Availability.NOT_FOUND,
            None,
            "nonexistentchannel12345xyzqq",
        ),
        ("trimmed/verified_private.html", Availability.PRIVATE, None, None),
        ("trimmed/verified_restricted.html", Availability.RESTRICTED, None, None),
        ("trimmed/verified_user.html", Availability.WRONG_KIND, "user", "durov"),
    ],
)
def test_every_kind_of_landing_page_is_told(
    shared: Path, name: str, state: Availability, wrong_kind: str | None, username: str | None
) -> None:
    page = _read(shared, name)
    assert (page.kind, page.state, page.problems) == ("landing", state, ())
    assert (page.wrong_kind, page.username) == (wrong_kind, username)
    assert page.posts == ()


def test_landing_pages_carry_the_exact_count(shared: Path) -> None:
    page = _read(shared, "sherlock_tme_channel.html")
    assert page.subscribers == Interval(11_286_994, 11_286_994)
    assert (len(page.title or ""), page.verified) == (11, True)
    assert _read(shared, "trimmed/verified_no_preview.html").subscribers == Interval(14_909, 14_909)
    # members and monthly users are no subscribers
    assert _read(shared, "sherlock_tme_group.html").subscribers is None
    assert _read(shared, "sherlock_tme_bot.html").subscribers is None


def test_the_embed_of_a_deleted_post_says_nothing_about_its_channel(shared: Path) -> None:
    page = _read(shared, "embed_post_not_found_transcribed.html")
    assert (page.kind, page.state) == ("unknown", None)
    assert "Post not found" in page.problems[0]


@pytest.mark.parametrize("name", ["sherlock_channel_feed.html", "sherlock_tme_user.html"])
@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_page_cut_off_anywhere_has_no_state(shared: Path, name: str, tenths: int) -> None:
    body = (shared / "data" / "html" / name).read_bytes()
    page = parse_page(body[: len(body) * tenths // 10])
    assert (page.kind, page.state, page.empty) == ("unknown", None, False)
    assert page.problems
