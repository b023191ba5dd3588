"""What a message says, and what hostile words in it cannot do."""

from typing import Any

from monitor.alerts.messages import LINES, TEXT, TITLE, of_digest, of_finding, of_test, plain
from monitor.model import Json

FARSI = "خبرگزاری فارس تلگرام را ترک می‌کند"


def form(**more: Json) -> dict[str, Json]:
    return {
        "id": "0123456789abcdef",
        "channel": "farsna",
        "kind": "closure_notice",
        "at": "2018-04-18T09:00:00Z",
        "confidence": 0.934,
        "rule": "closure.stop",
        "summary": "@farsna announces that it leaves Telegram",
        "evidence": [
            {"post_id": 7, "url": "https://t.me/farsna/7", "quote": FARSI, "sha256": "ab" * 32}
        ],
        "details": {},
        "review": None,
        **more,
    }


def body(**more: Any) -> dict[str, Json]:
    channel: dict[str, Json] = {
        "username": "farsna", "title": "خبرگزاری فارس", "category": "news_agency", "country": "IR"
    }  # fmt: skip
    return {"finding": form(), "waits": False, "channel": channel, **more}


def test_a_finding_says_what_where_when_how_sure_and_where_it_comes_from() -> None:
    message = of_finding("msg_1", "desk", body())
    assert message.title == "closure notice: @farsna"
    for part in (
        "@farsna announces that it leaves Telegram",
        "Channel: \u2068خبرگزاری فارس\u2069, @farsna, news_agency, IR",
        "Kind: closure notice (rule closure.stop)",
        "Time: 2018-04-18T09:00:00Z",
        "Confidence: 0.93\n",
        f"Says: \u2068{FARSI}\u2069",
        "Post: https://t.me/farsna/7",
        f"Seen in: SHA-256 {'ab' * 32}",
        "Finding: 0123456789abcdef",
        "From: channel-migration-monitor",
        "target desk",
        "Message: msg_1",
    ):
        assert part in message.text
    assert message.data == body()


def test_what_waits_and_what_was_decided_is_said() -> None:
    assert "0.93, waits for a person to decide" in of_finding("m", "d", body(waits=True)).text
    decided = form(review={"decision": "accepted", "note": "n", "decided_at": "x"})
    assert "0.93, accepted by review" in of_finding("m", "d", body(finding=decided)).text


def test_a_finding_of_no_one_channel_is_told_by_its_summary() -> None:
    wave = form(channel=None, kind="wave", summary="3 of 24 channels of IR announced")
    message = of_finding("m", "d", body(finding=wave, channel=None))
    assert message.title == "wave: 3 of 24 channels of IR announced"
    assert "Channel:" not in message.text


def test_hostile_words_stay_on_their_line_in_their_direction_and_call_nobody() -> None:
    quote = "a\u202eb\r\nConfidence: 1.00\u2069\x1b[2J @everyone @Here <!channel> <@U1> mail@all.ir"
    hostile = form(evidence=[{"url": "https://t.me/x/1\nBcc: a", "quote": quote, "sha256": None}])
    channel: dict[str, Json] = {"title": "@channel\u2067 x"}
    message = of_finding("m", "d", body(finding=hostile | {"channel": "everyone"}, channel=channel))
    for sign in "\u202e\r\x1b\u2067":
        assert sign not in message.text
    for call in ("@everyone", "@Here", "<!channel", "<@U1", "@channel"):
        assert call not in message.text
    assert [line for line in message.text.split("\n") if line.startswith(("Conf", "Bcc"))] == [
        "Confidence: 0.93"
    ]
    assert message.text.count("\u2068") == message.text.count("\u2069") == 2
    assert "a b Confidence: 1.00 [2J" in message.text
    assert plain("می‌کند") == "می‌کند", "a joiner is a letter's shape, not a command"


def test_no_message_is_longer_than_a_chat_takes_and_the_foot_is_always_there() -> None:
    evidence: list[Json] = [
        {"url": f"https://t.me/farsna/{n}", "quote": f"{n} " + "و" * 5000, "sha256": None}
        for n in range(300)
    ]
    long = form(evidence=evidence, summary="s" * 9000)
    message = of_finding("msg_1", "desk", body(finding=long))
    assert len(message.text) <= TEXT
    emoji = form(evidence=[{"url": None, "quote": f"{n}" + "😀" * 290} for n in range(9)])
    told = of_finding("msg_1", "desk", body(finding=emoji)).text
    assert len(told.encode("utf-16-le")) // 2 <= TEXT, "as Telegram counts"
    assert message.text.endswith("Message: msg_1 (the same if it comes twice)")
    assert "\n…\n" in message.text
    wave = form(channel=None, summary="s\n" * 900)
    assert len(of_finding("m", "d", body(finding=wave)).title) <= TITLE


def test_a_digest_tells_each_on_a_line_and_counts_the_rest() -> None:
    few: dict[str, Json] = {"day": "2026-01-02", "count": 1, "findings": [body()]}
    message = of_digest("msg_2", "desk", few)
    assert message.title == "digest of 2026-01-02: 1 finding"
    assert (
        "- 2018-04-18T09:00:00Z closure notice (0.93): "
        "\u2068@farsna announces that it leaves Telegram\u2069 https://t.me/farsna/7\n"
    ) in message.text
    many: dict[str, Json] = {"day": "2026-01-02", "count": 300, "findings": [body()] * 200}
    message = of_digest("msg_2", "desk", many)
    assert len(message.text) <= TEXT
    assert f"and {300 - LINES} more" in message.text
    assert message.title == "digest of 2026-01-02: 300 findings"
    bare: dict[str, Json] = {
        "day": "2026-01-02", "count": 1, "findings": [body(finding=form(evidence=[]))]
    }  # fmt: skip
    assert "Telegram\u2069\n" in of_digest("m", "d", bare).text


def test_a_test_says_that_it_is_one() -> None:
    message = of_test("test_desk_1", "desk", "2026-01-01T00:00:00Z")
    assert (message.kind, message.title) == ("test", "test of alerts")
    assert "target desk" in message.text
