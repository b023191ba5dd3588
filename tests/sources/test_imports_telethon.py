"""Telethon's JSON of messages. All texts are composed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import BadInput
from monitor.model import Interval, Link, Poll, Post
from monitor.sources.imports import read
from monitor.sources.items import Item, PostItem, Skipped, SourceFile

Row = dict[str, object]
MESSAGE: Row = {
    "_": "Message",
    "id": 5,
    "peer_id": {"_": "PeerChannel", "channel_id": 1234},
    "date": "2026-05-01T10:00:00+00:00",
    "message": "composed",
    "post": True,
}


def _read(folder: Path, *rows: object, channel: str | None = "composed") -> list[Item]:
    path = folder / "a.json"
    path.write_text(json.dumps(rows))
    source, *items = read(path, channel=channel)
    assert isinstance(source, SourceFile)
    assert source.kind == "telethon"
    return items


def _post(folder: Path, **changes: object) -> Post:
    (item,) = _read(folder, MESSAGE | changes)
    assert isinstance(item, PostItem), item
    return item.post


def _reason(folder: Path, **changes: object) -> str:
    kept, skipped = _read(folder, MESSAGE, MESSAGE | changes)
    assert isinstance(kept, PostItem)
    assert isinstance(skipped, Skipped)
    return skipped.reason


def test_the_numeric_id_stands_in_for_a_name_that_the_file_does_not_know(tmp_path: Path) -> None:
    (item,) = _read(tmp_path, MESSAGE, channel=None)
    assert isinstance(item, PostItem)
    assert (item.channel, item.telegram_id) == ("1234", 1234)
    (item,) = _read(tmp_path, MESSAGE)
    assert isinstance(item, PostItem)
    assert (item.channel, item.telegram_id) == ("composed", 1234)


def test_a_file_of_messages_a_line_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(MESSAGE)}\n{json.dumps(MESSAGE | {'id': 6})}\n")
    _, *items = read(path)
    assert [item.post.id for item in items if isinstance(item, PostItem)] == [5, 6]


def test_offsets_count_utf16_units_so_that_emoji_do_not_shift_the_words(tmp_path: Path) -> None:
    text = "😀😀 our app, also ble.ir/composed"
    entities = [
        {"_": "MessageEntityBold", "offset": 0, "length": 4},
        {"_": "MessageEntityTextUrl", "offset": 5, "length": 7, "url": "https://max.ru/x"},
        {"_": "MessageEntityUrl", "offset": 19, "length": 15},
        {"_": "MessageEntityUrl", "offset": 900, "length": 4},
    ]
    assert _post(tmp_path, message=text, entities=entities).links == (
        Link("https://max.ru/x", "hidden", "our app"),
        Link("ble.ir/composed", "visible"),
    )


def test_buttons_and_previews_give_links_once(tmp_path: Path) -> None:
    buttons = [{"_": "KeyboardButtonUrl", "text": "Open", "url": "https://eitaa.com/composed"}]
    markup = {"rows": [{"buttons": [*buttons, {"_": "KeyboardButton", "text": "no address"}]}]}
    shown = {"_": "MessageMediaWebPage", "webpage": {"url": "https://rubika.ir/composed"}}
    post = _post(tmp_path, message="Rubika.ir/composed", reply_markup=markup, media=shown)
    assert post.links == (
        Link("https://eitaa.com/composed", "button", "Open"),
        Link("https://rubika.ir/composed", "visible"),
    )
    assert post.media == ()
    entity = {"_": "MessageEntityUrl", "offset": 0, "length": 18}
    post = _post(tmp_path, message="rubika.ir/composed", entities=[entity], media=shown)
    assert post.links == (Link("rubika.ir/composed", "visible"),)
    assert _post(tmp_path, media=shown).links == (Link("https://rubika.ir/composed", "hidden"),)


def test_an_edit_that_telegram_shows_is_kept_and_a_hidden_one_is_not(tmp_path: Path) -> None:
    later = "2026-05-03T00:00:00+00:00"
    post = _post(tmp_path, edit_date=later, edit_hide=False)
    assert (post.edited, post.edited_at) == (True, datetime(2026, 5, 3, tzinfo=UTC))
    post = _post(tmp_path, edit_date=later, edit_hide=True)
    assert (post.edited, post.edited_at) == (False, None)


@pytest.mark.parametrize(
    ("forward", "source"),
    [
        (None, None),
        ({"from_id": {"_": "PeerChannel", "channel_id": 77}}, "77"),
        ({"from_id": {"_": "PeerUser", "user_id": 5}, "from_name": "A Name"}, "person"),
        ({"from_name": "A Hidden Name"}, "person"),
    ],
)
def test_a_forward_names_its_channel_and_never_a_person(
    tmp_path: Path, forward: object, source: str | None
) -> None:
    assert _post(tmp_path, fwd_from=forward).forwarded_from == source


def test_numbers_authors_and_replies_are_kept(tmp_path: Path) -> None:
    reply = {"_": "MessageReplyHeader", "reply_to_msg_id": 3}
    post = _post(tmp_path, views=12, forwards=2, post_author="Desk", reply_to=reply)
    assert (post.views, post.forwards) == (Interval(12, 12), 2)
    assert (post.author, post.reply_to) == ("Desk", 3)


def test_messages_of_an_album_know_each_other(tmp_path: Path) -> None:
    rows = [MESSAGE | {"id": n, "grouped_id": 99 if n < 4 else None} for n in range(1, 5)]
    items = _read(tmp_path, *rows, MESSAGE | {"id": 5, "grouped_id": 98}, "broken")
    albums = [item.post.album for item in items if isinstance(item, PostItem)]
    assert albums == [(1, 2, 3), (1, 2, 3), (1, 2, 3), (), (5,)]


def test_an_album_is_never_held_beyond_telegrams_own_limit(tmp_path: Path) -> None:
    rows = [MESSAGE | {"id": n, "grouped_id": 99} for n in range(1, 26)]
    albums = [i.post.album for i in _read(tmp_path, *rows) if isinstance(i, PostItem)]
    assert [len(album) for album in albums] == [10] * 20 + [5] * 5


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        ({"_": "MessageMediaPhoto"}, ("photo",)),
        ({"_": "MessageMediaEmpty"}, ()),
        ({"_": "MessageMediaSomethingNew"}, ("unsupported",)),
        ({"_": "MessageMediaDocument"}, ("document",)),
        (("Video", {"round_message": True}), ("round_video",)),
        (("Video", {}), ("video",)),
        (("Audio", {"voice": True}), ("voice",)),
        (("Audio", {}), ("audio",)),
        (("Sticker", {}), ("sticker",)),
        (("Animated", {}), ("video",)),
        (("Filename", {}), ("document",)),
    ],
)
def test_media_is_named_as_on_telegrams_pages(
    tmp_path: Path, media: object, kind: tuple[str, ...]
) -> None:
    if isinstance(media, tuple):
        attribute = {"_": f"DocumentAttribute{media[0]}"} | media[1]
        media = {"_": "MessageMediaDocument", "document": {"attributes": [attribute]}}
    assert _post(tmp_path, media=media).media == kind


@pytest.mark.parametrize("layer", ["old", "new"])
def test_a_poll_is_read_in_the_old_and_the_new_layer(tmp_path: Path, layer: str) -> None:
    def wrap(text: str) -> object:
        return text if layer == "old" else {"_": "TextWithEntities", "text": text}

    poll = {"question": wrap("Which?"), "answers": [{"text": wrap("A")}, {"text": wrap("B")}]}
    media = {"_": "MessageMediaPoll", "poll": poll | {"quiz": True}}
    post = _post(tmp_path, media=media)
    assert post.poll == Poll("Which?", ("A", "B"), quiz=True)
    assert post.media == ("poll",)


@pytest.mark.parametrize(
    ("action", "service", "text"),
    [
        ("ChannelCreate", "created", "Channel created"),
        ("ChatEditTitle", "renamed", "Channel name was changed to «A Title»"),
        ("ChatEditPhoto", "photo_changed", "Channel photo updated"),
        ("ChatDeletePhoto", "photo_changed", "Channel photo updated"),
        ("PinMessage", "pinned", ""),
        ("SomethingNew", "other", ""),
    ],
)
def test_service_messages_say_what_happened(
    tmp_path: Path, action: str, service: str, text: str
) -> None:
    told = {"_": f"MessageAction{action}", "title": "A Title"}
    post = _post(tmp_path, _="MessageService", action=told)
    assert (post.service, post.text) == (service, text)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"_": "MessageEmpty"}, "MessageEmpty"),
        ({"_": None}, "None"),
        ({"id": -1}, "lies outside"),
        ({"date": None}, "not an ISO 8601 time"),
        ({"message": 5}, "not text"),
        ({"views": "12 or so"}, "not a whole number"),
        ({"peer_id": {"_": "PeerUser", "user_id": 1}}, "not of a channel"),
        ({"peer_id": {"_": "PeerChannel"}}, "not a whole number"),
        ({"peer_id": {"_": "PeerChannel", "channel_id": 4321}}, "names only one"),
        ({"post": False, "from_id": {"_": "PeerUser", "user_id": 1}}, "by a person"),
        ({"fwd_from": 5}, "not an object"),
        ({"fwd_from": {"from_id": {"_": "PeerChannel"}}}, "not a whole number"),
        ({"reply_to": {"reply_to_msg_id": "x"}}, "not a whole number"),
        ({"entities": 5}, "not a list"),
        ({"entities": [5]}, "not a list of objects"),
        ({"entities": [{"_": "MessageEntityUrl", "offset": -1, "length": 2}]}, "offset -1"),
        ({"entities": [{"_": "MessageEntityUrl", "offset": 1}]}, "length None"),
        ({"entities": [{"_": "MessageEntityTextUrl", "offset": 0, "length": 1}]}, "not text"),
        ({"reply_markup": {"rows": [{"buttons": [{"url": "\0"}]}]}}, "NUL"),
        ({"media": {"_": "MessageMediaPoll", "poll": {"question": None}}}, "not text"),
        ({"_": "MessageService", "action": None}, "not an object"),
    ],
)
def test_a_message_that_cannot_be_read_is_skipped_with_the_reason(
    tmp_path: Path, changes: Row, reason: str
) -> None:
    assert reason in _reason(tmp_path, **changes)


def test_too_many_links_are_refused(tmp_path: Path) -> None:
    entities = [
        {"_": "MessageEntityTextUrl", "offset": 0, "length": 1, "url": f"https://example.org/{n}"}
        for n in range(1001)
    ]
    assert "more than 1000 links" in _reason(tmp_path, entities=entities)


def test_messages_of_two_channels_are_told_apart_where_no_name_is_given(tmp_path: Path) -> None:
    other = MESSAGE | {"peer_id": {"_": "PeerChannel", "channel_id": 4321}}
    items = _read(tmp_path, MESSAGE, other, channel=None)
    assert [i.channel for i in items if isinstance(i, PostItem)] == ["1234", "4321"]


def test_messages_without_a_peer_need_the_channels_name(tmp_path: Path) -> None:
    row = {name: value for name, value in MESSAGE.items() if name != "peer_id"}
    (item,) = _read(tmp_path, row)
    assert isinstance(item, PostItem)
    assert (item.channel, item.telegram_id) == ("composed", None)
    with pytest.raises(BadInput, match="--channel"):
        _read(tmp_path, row, channel=None)
