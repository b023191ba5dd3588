"""Places named in words: a platform and a handle, with or without its sign; all texts composed."""

import random

import pytest

from monitor.detect.links import destinations
from monitor.model import Speaker

OFFICE = Speaker("demo_office", "اداره نمونه", ("Office of Samples",))


def shown(text: str, speaker: Speaker = OFFICE) -> list[str]:
    return [f"{x.platform}:{x.handle}" for x in destinations(speaker, text) if x.kind == "mention"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("سروش: nemune_x", ["soroush:nemune_x"]),
        ("بله nemunex", ["bale:nemunex"]),
        ("ما در بله هستیم «nemunex»", ["bale:nemunex"]),
        ("در ایتا به نشانی nemunex منتظر شماییم", ["eitaa:nemunex"]),
        ("در سروش با شناسه nemunex", ["soroush:nemunex"]),
        ("ایتای اداره: nemunex", ["eitaa:nemunex"]),
        ("در روبیکا هم کنارتان هستیم nemune_x", ["rubika:nemune_x"]),
        ("قناتنا في سروش تعمل أيضا: namudhaj", ["soroush:namudhaj"]),
        ("على إكس وإنستغرام: @namudhaj", ["x:namudhaj", "instagram:namudhaj"]),
        ("إكس namudhaj", ["x:namudhaj"]),
        ("نلتقيكم في سروش (namudhaj@)", ["soroush:namudhaj"]),
        ("تابعونا: واتساب 0029VaDemo77", ["whatsapp:0029VaDemo77"]),
        ("على واتساب إلى جانب تيليجرام، رقم القناة 0029VaDemo77", ["whatsapp:0029VaDemo77"]),
        ("ищите нас в MAX primer_x", ["max:primer_x"]),
        ("Мы в VK и MAX — везде primerx", ["vk:primerx", "max:primerx"]),
        ("Бот в MAX: @primer_bot", ["max:primer_bot"]),
        ("В МАКСе мы primerx, во ВКонтакте тоже primerx", ["max:primerx", "vk:primerx"]),
        ("Канал на RUTUBE и в VK: primerx", ["rutube:primerx", "vk:primerx"]),
        ("Find us on Instagram: samples", ["instagram:samples"]),
        ("Our YouTube and Facebook (samplesx)", ["youtube:samplesx", "facebook:samplesx"]),
        ("Shad, ID samplesx", ["shad:samplesx"]),
        ("Keep the spare address (Signal, samplesx)", ["signal:samplesx"]),
        ("We are on Threads 🧵 samplesx", ["threads:samplesx"]),
        ("نمونه: samplesx — فیسبوک، اینستاگرام", ["facebook:samplesx", "instagram:samplesx"]),
        ("samples.x (روبیکا، ایتا، تلگرام)", ["rubika:samples.x", "eitaa:samples.x"]),
    ],
)
def test_a_bare_name_that_a_platform_is_named_for_is_its_handle(
    text: str, wanted: list[str]
) -> None:
    assert shown(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Follow us on Instagram: photos",
        "On MAX page five tells more",
        "YouTube subscribers rose",
        "Снимки Instagram от Reuters",
        "Приложение VK для iPhone 15",
        "MAX: max.ru и сайт example.org",
        "Школа №17 появилась в MAX",
        "ایتا ۱۲۳۴۵۶",
        "ایتا 12ab",
        "Читайте нас в MAX. Прислать новость: @demo_bot",
        "Читайте нас в MAX, а прислать новость можно так: @demo_bot",
        "آپارات 24 ویدئو",
        "5 лайков, VK ..",
        "Facebook samples and so on",
    ],
)
def test_a_word_that_only_stands_near_a_platform_is_none(text: str) -> None:
    assert shown(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "خبر امروز\n🆔 ایتا | روبیکا | بله\n@nemune_x",
            ["eitaa:nemune_x", "rubika:nemune_x", "bale:nemune_x"],
        ),
        (
            "همه‌جا با یک شناسه: @nemune_x\nسروش | ایتا | گپ",
            ["soroush:nemune_x", "eitaa:nemune_x", "gap:nemune_x"],
        ),
        ("ما را در بله و اینستاگرام ببینید:\n@nemunex | nemune.x", ["bale:nemunex", "instagram:nemune.x"]),
        ("انتقال کامل کانال از تلگرام به سروش\n@nemune_x", ["soroush:nemune_x"]),
        ("از فردا فقط در سروش منتشر می‌شود و این کانال برچیده می‌شود. @demo_office", ["soroush:demo_office"]),
        ("نرخ‌ها به کانال بله رفته و از این پس آنجاست؛ نرخ پایانی همین‌جا. nemunex", ["bale:nemunex"]),
        # a news item about platforms, and the name with which the channel signs
        ("کاربران روبیکا بیشتر شدند\n@demo_office", []),
        ("فقط کاربران روبیکا بیشتر شدند و گزارش آن آمد\n@demo_office", []),
        ("به گزارش ما، کاربران فقط در روبیکا ماندند و بسیار بودند\n@other_name", []),
        ("روبیکا\n@demo_office", ["rubika:demo_office"]),
        ("تلگرام ما\n@nemune_x", []),
        ("ایتا\nتلگرام: @nemune_x", []),
        ("ایتا و بله\n@one_name @two_name @three_name", []),
        ("ایتا: @one_name\n@two_name", ["eitaa:one_name"]),
        ("فقط در ایتا ببینید و بخوانید\nخبر\nخبر\nخبر\nخبر\n@nemune_x", []),
        ("فقط در ایتا و روبیکا ببینید و بخوانید.\nفقط در بله بخوانید و ببینید.\nخبر خوب و تازه امروز @nemune_x", []),
        ("Join us\nOasis", []),
        ("@nemune_x و باز @nemune_x در ایتا", ["eitaa:nemune_x"]),
        ("در ایتا @nemune_x و همچنان @nemune_x", ["eitaa:nemune_x"]),
    ],
)  # fmt: skip
def test_lines_are_paired_with_lines(text: str, wanted: list[str]) -> None:
    assert shown(text) == wanted


def test_a_platform_that_has_an_address_in_a_list_needs_no_handle() -> None:
    text = "اشتركوا معنا في فايبر وواتساب: namudhaj / whatsapp.com/channel/0029VaDemo77"
    assert shown(text) == ["viber:namudhaj"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("حضورها في آيگپ وگپ بالمعرف نفسه namudhaj", ["igap:namudhaj", "gap:namudhaj"]),
        ("We are on Threads 🧵 samplesx (same name on Instagram)", ["threads:samplesx", "instagram:samplesx"]),
        ("سروش با همین شناسه", ["soroush:demo_office"]),
        ("Мы в MAX. Под тем же именем", ["max:demo_office"]),
        ("eitaa.com/nemune_x\nایتا: با همین شناسه", []),
        ("با همین شناسه", []),
    ],
)  # fmt: skip
def test_the_same_name_is_the_one_given_beside_it_or_the_channels(
    text: str, wanted: list[str]
) -> None:
    assert shown(text) == wanted


def test_any_text_at_all_is_read() -> None:
    """Ten thousand random posts of any code points, and what names platforms mixed in."""
    chance = random.Random(20261125)
    bits = [
        "@a_b",
        "ایتا",
        "MAX",
        "«",
        "(",
        "بنفس المعرف",
        "max.ru/x_y",
        "\n",
        "0029Va1234",
        "x@",
        " ",
    ]
    for _ in range(10_000):
        chars = [chr(chance.randrange(0x110000)) for _ in range(chance.randrange(24))]
        pieces = chars + [chance.choice(bits) for _ in range(chance.randrange(12))]
        chance.shuffle(pieces)
        text = "".join(pieces)
        for link in destinations(OFFICE, text, ("https://eitaa.com/" + text[:9],)):
            assert link.platform != "telegram"
