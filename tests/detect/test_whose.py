"""Whose a shown place is: what speaks for the channel and what for another; all texts composed."""

import pytest

from monitor.detect.links import destinations
from monitor.detect.speaker import akin
from monitor.model import Label, Speaker

OFFICE = Speaker("demo_office", "اداره نمونه", ("Office of Samples", "Служба Образцов"))
TOWN = Speaker("verhnegorsk_adm", "Администрация Верхнегорска")


def own(
    text: str,
    urls: tuple[str, ...] = (),
    *,
    speaker: Speaker = OFFICE,
    label: Label | None = None,
    forwarded: str | None = None,
) -> list[str]:
    links = destinations(speaker, text, urls, forwarded, label)
    return [f"{x.platform}:{x.handle}" for x in links if x.own]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # a footer: places one under another, or named at the end
        ("خبر امروز\nایتا: eitaa.com/nemune_x\nبله: ble.ir/nemune_x", ["eitaa:nemune_x", "bale:nemune_x"]),
        ("خبر امروز درباره راه‌ها\nایتا: nemune_x", ["eitaa:nemune_x"]),
        ("Больше историй — vk.com/primer_x и max.ru/primer_x", ["vk:primer_x", "max:primer_x"]),
        # an invitation that a word of the title shows to be the channel's
        ("در گروه واتساپ اداره نیز عضو شوید: chat.whatsapp.com/Abc123def", ["whatsapp:Abc123def"]),
        # the post tells of the channel's own step, the address stands under a heading
        ("این کانال تعطیل می‌شود و ما می‌رویم.\nنشانی:\neitaa.com/nemune_x", ["eitaa:nemune_x"]),
        ("اداره نمونه از تلگرام رفت. برای ورود به کانال ایتا:\neitaa.com/joinchat/12345Cab12cd", ["eitaa:12345Cab12cd"]),
        ("Канал закрыт, всё теперь здесь. Адрес нашей страницы: max.ru/primer_x", ["max:primer_x"]),
        # listed with a place that bears the channel's own name
        ("به گزارش ما سیل آمد\nایتا: eitaa.com/demo_office\nواتساپ: whatsapp.com/channel/0029VaDemo77", ["eitaa:demo_office", "whatsapp:0029VaDemo77"]),
    ],
)  # fmt: skip
def test_what_a_post_lists_announces_or_invites_to_is_its_own(text: str, wanted: list[str]) -> None:
    assert own(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "خبر دیگری در eitaa.com/nemune_x آمده و بسیار خواندنی است",
        "Реклама. Бригада теперь и в MAX: max.ru/primer_x",
        "Лучшие рецепты у нас в MAX: max.ru/primer_x erid: 2VtzqAb",
        "فروش ویلا با تخفیف، ما در بله هستیم: ble.ir/nemune_x",
        "Их новый адрес — max.ru/primer_x",
        "عضو کانال ایتای «خانه‌یار» شوید: eitaa.com/nemune_x",
        "Минспорт сообщил: ищите нас в MAX max.ru/primer_x",
        "معاونت بهداشت استان: مردم کانال تازه را در این جا ببینند و بخوانند eitaa.com/nemune_x",
        "«ما از تلگرام می‌رویم و دیگر نمی‌نویسیم و همه را در سروش می‌بینیم. تا دیدار در sapp.ir/nemune_x»",
        "او گفت: «خداحافظ. ما رفتیم. همراه ما باشید: sapp.ir/nemune_x»",
        "کانال جعلی ما: eitaa.com/demo_office",
        "کانال‌های جعلی ساخته‌اند.\neitaa.com/nemune_x",
        "t.me/primer_y\nmax.ru/primer_y\nvk.com/primer_y",
        "max.ru/u/f9AbCdEfGh",
        "\n".join(["Новость дня о дорогах и мостах."] * 9 + ["max.ru/primer_x", "vk.com/primer_x"]),
    ],
)
def test_a_sign_of_another_is_enough(text: str) -> None:
    assert own(text) == []


def test_fakes_are_warned_of_and_the_true_address_given() -> None:
    text = "هر کانالی به این نام جعلی است.\nتنها نشانی رسمی ما در ایتا: eitaa.com/demo_office"
    assert own(text) == ["eitaa:demo_office"]
    assert own("جعلی", ("https://eitaa.com/demo_office",)) == []


def test_hidden_addresses_are_own_where_the_post_names_or_invites_to_them() -> None:
    one = ("https://max.ru/primer_x",)
    assert own("Новость дня о дорогах и мостах района", one) == []
    assert own("Подписывайтесь на свежие новости дня и района", one) == ["max:primer_x"]
    assert own("Новость дня о дорогах и мостах района\nVK | MAX", one) == ["max:primer_x"]
    assert own("Мы закрываем этот канал", one) == ["max:primer_x"]
    assert own("Новость дня", (*one, "https://vk.com/primer_x")) == ["max:primer_x", "vk:primer_x"]
    assert own("Новость", ("https://max.ru/demo_office", "https://max.ru/join/Ab_cd12")) == [
        "max:demo_office",
        "max:Ab_cd12",
    ]


def test_a_known_label_says_that_the_places_are_the_channels() -> None:
    text = "Театр переезжает в MAX! Ссылка для всех друзей театра и кино: max.ru/join/QwEr_12"
    assert own(text) == []
    assert own(text, label=Label.THIRD_PARTY) == []
    assert own(text, label=Label.CLOSURE) == ["max:QwEr_12"]
    assert own("Реклама. " + text, label=Label.CLOSURE) == []
    assert own(text, label=Label.CLOSURE, forwarded="other_name") == []


def test_a_handle_with_a_word_of_the_channels_names_needs_no_announcement() -> None:
    assert akin(TOWN, "vgorsk") is False
    assert akin(TOWN, "verhnegorsk.gov")
    assert akin(Speaker(title="Верхнегорск сегодня"), "verhnegorsk")
    assert not akin(Speaker("radio_press", "Пресс-служба"), "radio_press_x2")
    assert not akin(OFFICE, "")
    assert not akin(OFFICE, "a" * 400)
    told = "Сообщили об отключении воды до вечера, подробно max.ru/verhnegorsk_life"
    assert own(told, speaker=TOWN) == ["max:verhnegorsk_life"]
    assert own("Реклама. " + told, speaker=TOWN) == []


def test_a_short_name_ends_where_a_mark_stands() -> None:
    assert own("max.ru/abc", speaker=Speaker("abc_news")) == ["max:abc"]
    assert own("подробно о дорогах max.ru/abc", speaker=Speaker("abcnews")) == []
