"""Composed pages: which state each says, what must not be believed, and alarms about us."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Availability, Interval
from monitor.sources.preview import parse_page
from tests.served_pages import (
    ServedChannel,
    ServedPost,
    ServedState,
    feed_page,
    landing_page,
    nobody_page,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = AT + timedelta(days=1)


def _channel(*posts: ServedPost, **kwargs: object) -> ServedChannel:
    channel = ServedChannel("composed", list(posts))
    for name, value in kwargs.items():
        setattr(channel, name, value)
    return channel


def test_a_feed_page_that_says_nothing_is_an_alarm_about_us_not_an_empty_channel() -> None:
    body = feed_page(_channel(), NOW).replace(b"tme_no_messages_found", b"renamed_class")
    page = parse_page(body)
    assert (page.kind, page.state, page.empty) == ("feed", None, False)
    assert any("without a readable post" in problem for problem in page.problems)


def test_a_renamed_counter_is_an_alarm_and_no_count() -> None:
    body = feed_page(_channel(ServedPost(5, AT)), NOW)
    body = body.replace(b"tgme_channel_info_counter", b"x").replace(b"tgme_header_counter", b"y")
    page = parse_page(body)
    assert (page.subscribers, page.state) == (None, Availability.OK)
    assert page.problems == ("no subscriber count on the page",)


def test_the_second_counter_stands_in_for_the_first() -> None:
    body = feed_page(_channel(ServedPost(5, AT)), NOW).replace(b"tgme_channel_info_counter", b"x")
    assert parse_page(body).subscribers == Interval(500, 1500)


def test_an_unreadable_count_is_named() -> None:
    body = feed_page(_channel(ServedPost(5, AT)), NOW).replace(b">1K<", b">lots<")
    page = parse_page(body)
    assert page.subscribers is None
    assert "count cannot be read" in page.problems[0]
    landing = landing_page(_channel()).replace(b"1 000 subs", b"1 00 subs")
    assert "count cannot be read" in parse_page(landing).problems[0]


def test_a_feed_page_of_a_group_is_the_wrong_kind() -> None:
    body = feed_page(_channel(ServedPost(5, AT)), NOW).replace(b"subscribers", b"members")
    page = parse_page(body)
    assert (page.state, page.wrong_kind) == (Availability.WRONG_KIND, "group")
    assert page.subscribers is None


def test_a_feed_page_that_may_not_be_shown_is_restricted() -> None:
    body = feed_page(_channel(), NOW).replace(
        b"No posts found", "This channel can’t be displayed in your country".encode()
    )
    page = parse_page(body)
    assert (page.state, page.empty) == (Availability.RESTRICTED, False)


@pytest.mark.parametrize(
    ("state", "availability", "wrong_kind"),
    [
        ("ok", Availability.OK, None),
        ("preview_disabled", Availability.PREVIEW_DISABLED, None),
        ("private", Availability.PRIVATE, None),
        ("restricted", Availability.RESTRICTED, None),
        ("user", Availability.WRONG_KIND, "user"),
        ("group", Availability.WRONG_KIND, "group"),
        ("bot", Availability.WRONG_KIND, "bot"),
    ],
)
def test_the_composed_landing_pages_say_their_state(
    state: ServedState, availability: Availability, wrong_kind: str | None
) -> None:
    page = parse_page(landing_page(_channel(state=state, subscribers=1_819_223)))
    assert (page.kind, page.state, page.wrong_kind) == ("landing", availability, wrong_kind)
    assert page.problems == ()
    counted = state in {"ok", "preview_disabled"}
    assert page.subscribers == (Interval(1_819_223, 1_819_223) if counted else None)


def test_a_bot_without_users_is_told_by_its_name() -> None:
    body = landing_page(_channel(state="user")).replace(b"composed", b"composed_bot")
    assert parse_page(body).wrong_kind == "bot"


def test_a_restricted_channel_may_still_show_its_count() -> None:
    channel = _channel(state="preview_disabled", about="This channel cannot be displayed here.")
    assert parse_page(landing_page(channel)).state is Availability.RESTRICTED


def test_a_channel_cannot_talk_itself_away() -> None:
    """Title and description are the channel's own words: they decide no state of an open one."""
    channel = _channel(
        title="Telegram: Contact @composed",
        about="This channel can't be displayed because we say so.",
    )
    page = parse_page(landing_page(channel))
    assert (page.state, page.problems) == (Availability.OK, ())


def test_a_landing_page_that_fits_no_kind_has_no_state() -> None:
    strange = landing_page(_channel(state="user")).replace(b">@composed<", b">last seen once<")
    page = parse_page(strange)
    assert (page.kind, page.state) == ("landing", None)
    assert "fits no known kind" in page.problems[0]
    untitled = nobody_page("composed").replace(b"Telegram: Contact", b"Something else")
    assert parse_page(untitled).state is None
    unjoined = landing_page(_channel(state="private")).replace(b"Join Channel", b"View")
    assert parse_page(unjoined).state is None
    bare = b'<div class="tgme_page"><div class="tgme_page_icon"></div></div>'
    assert parse_page(bare).state is None
