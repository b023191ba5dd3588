"""Pace, proxies, secrets and translation of the account's side, without a network."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from telethon import types

from monitor import log, secrets
from monitor.clock import FixedClock
from monitor.errors import BadConfiguration
from monitor.model import Availability, Link
from monitor.sources.telegram import translating
from monitor.sources.telegram.connecting import PatientTcp
from monitor.sources.telegram.pace import RESOLVE, Held, Pace
from monitor.sources.telegram.proxies import transport
from monitor.sources.telegram.session import install_key

NOW = datetime(2026, 5, 1, tzinfo=UTC)
DIGITS = "0123456789abcdef0123456789abcdef"


class Simulated:
    """Seconds that pass at once."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


async def starts(pace: Pace, timer: Simulated, method: str, times: int) -> list[float]:
    found = []
    for _ in range(times):
        async with pace.turn(method):
            found.append(timer.now)
    return found


@pytest.mark.asyncio
async def test_never_more_resolves_a_minute_than_configured() -> None:
    timer = Simulated()
    kept: list[Held] = []

    async def keep(held: Held) -> None:
        kept.append(held)

    pace = Pace(1000, 5, FixedClock(NOW), on_hold=keep, timer=timer)
    met = await starts(pace, timer, RESOLVE, 23)
    assert all(sum(a <= b < a + 60 for b in met) <= 5 for a in met)
    assert kept[0] == Held(RESOLVE, NOW + timedelta(seconds=12), "spacing")


@pytest.mark.asyncio
async def test_an_account_that_rested_may_ask_a_few_at_once_and_keeps_its_rate() -> None:
    timer = Simulated()
    pace = Pace(2, 5, FixedClock(NOW), timer=timer, burst=4)
    met = await starts(pace, timer, "a.B", 8)
    begun = [at - met[0] for at in met]
    assert begun == pytest.approx([0, 0, 0, 0, 0.5, 1, 1.5, 2])
    await timer.sleep(60)
    again = await starts(pace, timer, "a.B", 5)
    assert [at - again[0] for at in again] == pytest.approx([0, 0, 0, 0, 0.5])


@pytest.mark.asyncio
async def test_a_flood_holds_its_method_alone_and_outlives_the_process() -> None:
    timer = Simulated()
    pace = Pace(10, 5, FixedClock(NOW), timer=timer)
    await pace.flood("a.B", 100)
    assert (await starts(pace, timer, "c.D", 1))[0] < 1
    assert (await starts(pace, timer, "a.B", 1))[0] >= 100
    assert pace.taken()["a.B"] == (1, 1, 0)
    later = Pace(10, 5, FixedClock(NOW + timedelta(seconds=40)), timer=timer)
    later.restore("a.B", NOW + timedelta(seconds=100))
    later.restore("old", NOW)
    assert later.wait_s("a.B") == 60
    assert later.wait_s("old") == 0


@pytest.mark.parametrize(
    "proxy",
    [f"mtproxy://ee{DIGITS}6578616d706c65@host:443",
     f"tg://proxy?server=host&port=443&secret=ee{DIGITS}",
     "mtproxy://7jEjRWeJq83vASNFZ4mrze9leGFtcGxl@host:443"],
)  # fmt: skip
def test_a_secret_that_telethon_would_cut_is_refused_with_the_reason(proxy: str) -> None:
    with pytest.raises(BadConfiguration, match="begins with ee.*SOCKS5") as refused:
        transport(proxy)
    assert DIGITS not in str(refused.value)


def test_proxies_become_what_telethon_takes() -> None:
    assert transport(None) == {"connection": PatientTcp}
    assert transport("socks5://me:hush%40@host:1080")["proxy"] == {
        "proxy_type": "socks5", "addr": "host", "port": 1080, "username": "me",
        "password": "hush@", "rdns": True,
    }  # fmt: skip
    for address in (f"mtproxy://dd{DIGITS}@host:443",
                    f"https://t.me/proxy?server=host&port=443&secret={DIGITS}"):  # fmt: skip
        assert transport(address)["proxy"] == ("host", 443, f"dd{DIGITS}")
    # Telethon cuts off a leading dd or ee; here they are part of a plain secret.
    for digits in (f"dd{DIGITS[2:]}", f"ee{DIGITS[2:]}"):
        assert transport(f"mtproxy://{digits}@host:443")["proxy"][2] == f"dd{digits}"
    for bad in ("socks5://host", "ftp://host:1", "host:1080", "mtproxy://beef@host:1",
                "tg://proxy?server=host", "socks5://host:99999"):  # fmt: skip
        with pytest.raises(BadConfiguration, match="MONITOR_TELEGRAM_PROXY"):
            transport(bad)


def test_accounts_come_from_numbered_variables() -> None:
    environment = {
        "MONITOR_API_ID": "12345", "MONITOR_API_HASH": DIGITS, "MONITOR_PHONE": "+491234567",
        "MONITOR_PHONE_2": "+497654321", "MONITOR_SESSION_PATH": "/p/one.session",
        "MONITOR_PROXY": "socks5://me:hush@host:1", "XDG_STATE_HOME": "/state",
    }  # fmt: skip
    one, two = secrets.accounts(environment)
    assert (one.name, two.name) == ("1", "2")
    assert one.session == Path("/p/one.session")
    assert two.session == Path("/state/channel-migration-monitor/account-2.session")
    assert two.api_hash == DIGITS
    assert DIGITS not in repr(one)
    assert {"491234567", DIGITS, "hush"} <= secrets.values(environment)
    assert secrets.accounts({}) == ()
    for wrong in ({"MONITOR_API_ID": "x1"}, {"MONITOR_API_HASH": ""}):
        with pytest.raises(BadConfiguration, match="MONITOR_API"):
            secrets.accounts(environment | wrong)


def test_hidden_strings_are_in_nothing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_hidden", set())
    log.hide([DIGITS, "no"])
    assert log.redacted(f"no {DIGITS} at socks5://me:hush@host") == "no *** at socks5://***@host"


@pytest.mark.parametrize("key", ["-----BEGIN RSA PUBLIC KEY-----\nx", "no/such/file.pem"])
def test_a_key_that_is_none_is_refused(key: str, tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="public_key"):
        install_key(key, tmp_path)


def test_messages_keep_no_person() -> None:
    channel = types.PeerChannel(5)
    forward = types.MessageFwdHeader(NOW, from_id=types.PeerUser(99), from_name="Ali R.")
    message = types.Message(
        1, channel, date=NOW, message="x", post=True, views=3, forwards=1, fwd_from=forward,
        from_id=types.PeerUser(77), grouped_id=4,
        reactions=types.MessageReactions(
            [types.ReactionCount(types.ReactionEmoji("👍"), 4),
             types.ReactionCount(types.ReactionEmoji("👎"), 2)],
            recent_reactions=[],
        ),
    )  # fmt: skip
    moved = types.MessageActionChannelMigrateFrom("گروه", 12)
    service = types.MessageService(2, channel, date=NOW, action=moved, post=True)
    first, second = translating.posts_of([message, service, types.MessageEmpty(3, channel)], {})
    assert (first.forwarded_from, first.reactions, first.album) == ("person", 6, (1,))
    assert second.service == "migrated"
    assert "Ali" not in repr(first)
    assert "99" not in repr(first)


def test_links_on_buttons_are_read_and_a_bad_part_costs_no_words() -> None:
    log.configure()  # a test before this one may have left it speaking to a closed file
    button = types.KeyboardInlineButton("برو", types.InlineButtonTypeUrl("https://rubika.ir/y"))
    markup = types.ReplyInlineMarkup([types.KeyboardInlineButtonRow([button])])
    broken = [types.MessageEntityTextUrl(-5, 9, "https://splus.ir/x")]
    messages = [
        types.Message(1, types.PeerChannel(5), date=NOW, message="x", post=True, **more)
        for more in ({"reply_markup": markup}, {"entities": broken})
    ]
    first, second = translating.posts_of(messages, {})
    assert first.links == (Link("https://rubika.ir/y", "button", "برو"),)
    assert (second.text, second.links) == ("x", ())


def test_updates_of_groups_and_people_are_passed_over() -> None:
    words = types.Message(1, types.PeerChannel(5), date=NOW, message="x", from_id=types.PeerUser(7))
    assert translating.pushed(types.UpdateNewChannelMessage(words, 1, 1)) is None
    assert translating.pushed(types.UpdateUserTyping(7, types.SendMessageTypingAction())) is None
    hint = translating.pushed(types.UpdateChannelTooLong(5))
    assert hint is not None
    assert (hint.telegram_id, hint.posts, hint.deleted) == (5, (), ())


def test_kinds_of_chats_become_states() -> None:
    plain = {"photo": types.ChatPhotoEmpty(), "date": NOW, "access_hash": 1}
    group = types.Channel(1, "g", megagroup=True, **plain)
    assert translating.info(group).state is Availability.WRONG_KIND
    closed = types.ChannelForbidden(1, 2, "c", broadcast=True)
    assert translating.info(closed).state is Availability.PRIVATE
    reason = types.RestrictionReason("ios", "terms", "not here")
    held = types.Channel(1, "c", broadcast=True, restricted=True, restriction_reason=[reason],
                         **plain)  # fmt: skip
    assert translating.info(held).restriction == "ios: terms: not here"
    assert translating.info(types.User(1)).state is Availability.WRONG_KIND


def test_a_post_that_breaks_the_rules_is_kept_all_the_same() -> None:
    """A post that is left out would look like one that never was."""
    peer = types.PeerChannel(1001)
    texts = ["x" * 20_000, "a\0b", "😀" * 20_000]
    wild = [
        types.Message(n, peer, date=NOW, message=text, post=True) for n, text in enumerate(texts, 1)
    ]
    kept = translating.posts_of(wild, {})
    assert [p.id for p in kept] == [1, 2, 3]
    assert [p.text for p in kept] == ["x" * 16_384, "a\N{REPLACEMENT CHARACTER}b", "😀" * 8192]


def test_a_title_is_one_bounded_line() -> None:
    chat = types.Channel(
        1, "a\r\nb\0" + "c" * 5000, types.ChatPhotoEmpty(), NOW, access_hash=1, broadcast=True
    )
    title = translating.info(chat).title
    assert title is not None
    assert title.startswith("a b\N{REPLACEMENT CHARACTER}ccc")
    assert len(title) == 255  # 256 as it came; the line end was two
