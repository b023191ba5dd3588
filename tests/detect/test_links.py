"""Whose presence an address or a mention is; all texts are composed."""

import pytest

from monitor.catalog.text import fold
from monitor.detect.links import destinations
from monitor.detect.speaker import is_own_forward, named, near
from monitor.model import Speaker

US = Speaker("Radio_Demo", "رادیو نمونه", ("RadioDemo", "Радио Пример"))


def own(text: str, urls: tuple[str, ...] = (), forwarded: str | None = None) -> list[str]:
    links = destinations(US, text, urls, forwarded)
    return [f"{link.platform}:{link.handle}" for link in links if link.own]


def shown(text: str) -> list[str]:
    return [f"{x.platform}:{x.kind}:{x.handle}" for x in destinations(US, text)]


@pytest.mark.parametrize(
    "handle",
    ["radio_demo", "RADIODEMO", "radio.demo", "RadioDemo_official", "radio_demo2", "radiodemu"],
)
def test_a_handle_equal_or_nearly_equal_to_ours_is_ours(handle: str) -> None:
    assert near(US, handle)
    assert own(f"splus.ir/{handle}") == [f"soroush:{handle}"]


@pytest.mark.parametrize("handle", ["radio", "demo", "tv_demo_other", "villa_sale", "", "a" * 400])
def test_another_handle_is_not(handle: str) -> None:
    assert not near(US, handle)
    assert not near(Speaker(), handle)
    assert not near(Speaker("ab"), "ab")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ما را در ایتا دنبال کنید: eitaa.com/joinchat/123456Cabcdef12", ["eitaa:123456Cabcdef12"]),
        ("رادیو نمونه در روبیکا 👇\n👇👇\nrubika.ir/other_name", ["rubika:other_name"]),
        ("Наш канал в MAX: https://max.ru/join/AbCdEf_12", ["max:AbCdEf_12"]),
        ("Join us on MAX: max.ru/other_name", ["max:other_name"]),
        ("خبر دیگری eitaa.com/other_name", []),
        ("به گزارش ما، در ایتا eitaa.com/other_name", []),
        ("کانال جعلی ما در ایتا: eitaa.com/radio_demo", []),
        ("خرید و فروش ویلا با قیمت خوب، کانال ما در بله: ble.ir/villa", []),
        ("خرید و فروش با تخفیف: ble.ir/radio_demo", ["bale:radio_demo"]),
        ("@other_demo | наш канал в MAX: max.ru/other_demo", []),
        ("t.me/other_demo наш канал в MAX: max.ru/other_demo", []),
        ("t.me/radio_demo наш канал в MAX: max.ru/something", ["max:something"]),
        ("наш канал на eitaa.com/share/url?url=x", []),
        ("пишите нам https://max.ru/u/f9AbCdEfGh", []),
    ],
)
def test_what_is_announced_as_ours_is_ours(text: str, wanted: list[str]) -> None:
    assert own(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("در سروش با نشانی @some_name", ["soroush:mention:some_name"]),
        ("@Some_Name در ایتا", ["eitaa:mention:Some_Name"]),
        ("in Soroush as @some_name.", ["soroush:mention:some_name"]),
        (
            "ایتا، بله و روبیکا: @some_name",
            ["eitaa:mention:some_name", "bale:mention:some_name", "rubika:mention:some_name"],
        ),
        ("Eitaa: @one_x | Rubika: @two_x", ["eitaa:mention:one_x", "rubika:mention:two_x"]),
        ("با همین شناسه در ایتا", ["eitaa:mention:Radio_Demo"]),
        ("Мы теперь в MAX и VK. Ник тот же.", ["max:mention:Radio_Demo", "vk:mention:Radio_Demo"]),
        ("بنفس المعرف على إيتا", ["eitaa:mention:Radio_Demo"]),
        ("same handle on Eitaa", ["eitaa:mention:Radio_Demo"]),
        (
            "ما در ایتا و بله هستیم؛ شناسه ما @radio_demo",
            ["eitaa:mention:radio_demo", "bale:mention:radio_demo"],
        ),
        ("ما در ایتا هستیم؛ شناسه ما @unlike_us", ["eitaa:mention:unlike_us"]),
        ("ما در تلگرام هستیم؛ شناسه ما @radio_demo", []),
        ("@some_name در تلگرام", []),
        ("Telegram: @some_name", []),
        ("در ایتا باشید", []),
        ("info@example.org در ایتا", []),
        ("eitaa.com/abc_d و ایتا: @abc_d", ["eitaa:handle:abc_d"]),
        ("@one_x در ایتا @two_x", ["eitaa:mention:one_x"]),
        ("ایتا @one_x در بله", ["eitaa:mention:one_x"]),
        ("ایتا کانال رسمی ما @one_x در بله", ["bale:mention:one_x"]),
        ("هاتگرام: @some_name", []),
    ],
)
def test_a_handle_in_words_counts_and_a_bare_name_does_not(text: str, wanted: list[str]) -> None:
    assert shown(text) == wanted


def test_a_short_own_name_beside_a_call_announces() -> None:
    agency = Speaker("tass_demo", "ТАСС")
    links = destinations(agency, "Подпишись на ТАСС / Москва в Max https://max.ru/moscow_x")
    assert [link.own for link in links] == [True]


def test_without_a_username_the_same_handle_is_nobodys() -> None:
    assert destinations(Speaker(), "با همین شناسه در ایتا") == ()


def test_links_in_a_forward_belong_to_its_owner() -> None:
    assert own("eitaa.com/radio_demo", forwarded="other") == []
    assert own("eitaa.com/radio_demo", forwarded="@RADIO_DEMO") == ["eitaa:radio_demo"]
    assert not is_own_forward(US, None)
    assert not is_own_forward(US, "")
    assert is_own_forward(US, "رادیو نمونه")
    assert not is_own_forward(Speaker(), "x")


def test_hidden_addresses_are_read_once_and_telegrams_are_not_destinations() -> None:
    urls = ("https://eitaa.com/radio_demo", "https://t.me/radio_demo", "https://example.org")
    assert own("eitaa.com/Radio_Demo", urls) == ["eitaa:Radio_Demo"]
    assert own("", urls) == ["eitaa:radio_demo"]
    assert own("", ("https://eitaa.com/other_name",)) == []


@pytest.mark.parametrize(
    ("speaker", "text", "found"),
    [
        (Speaker(title="Администрация города"), "телеграм-канал Администрации города", True),
        (Speaker(title="МЧС Тверская область"), "управление МЧС по Тверской области", True),
        (Speaker(title="МЧС Тверская область"), "управление МЧС по Рязанской области", False),
        (Speaker(title="وزارة النموذج"), "قالت وزارة النموذج", True),
        (Speaker(title="خبر"), "خبر امروز", False),
        (Speaker(title="کانال رسمی"), "کانال رسمی", False),
        (Speaker(aliases=("the Office",)), "the office's channel", True),
        (Speaker(username="some_office"), "some_office", True),
        (Speaker(), "anything", False),
    ],
)
def test_a_channel_is_known_by_its_names_in_every_case(
    speaker: Speaker, text: str, *, found: bool
) -> None:
    assert bool(list(named(speaker, fold(text)))) is found


def test_a_short_name_is_known_where_it_is_asked_for() -> None:
    assert list(named(Speaker(title="خبر"), fold("کانال خبر"), strong=False))
