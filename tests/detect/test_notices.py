"""What one post says: labels, whose words, which words, and silence where nothing is said.

All posts here and in tests/data/notices_composed.jsonl are composed. The file was written in four
rounds, each before the rules had met it; the first pass gave 138 of 146, 83 of 96, 51 of 65 and
47 of 54 right, with two false closures in all. What it gives now measures nothing but this file.
"""

import json
from pathlib import Path

import pytest

from monitor.detect import scoring
from monitor.detect.clauses import MAX_TEXT, sentences
from monitor.detect.notices import NOTHING, judge
from monitor.model import Label, Speaker, Verdict

COMPOSED = Path(__file__).parent.parent / "data" / "notices_composed.jsonl"
POSTS = [json.loads(line) for line in COMPOSED.read_text("utf-8").splitlines()]
OFFICE = Speaker("office_demo", "Office of the Example", ("دفتر نمونه", "Управа Примера"))


def of(post: dict[str, object]) -> Verdict:
    channel = post["channel"]
    assert isinstance(channel, dict)
    urls, forwarded = post["urls"], post["forwarded_from"]
    assert isinstance(urls, list)
    assert forwarded is None or isinstance(forwarded, str)
    speaker = Speaker(channel["username"], channel["title"], tuple(channel["aliases"]))
    return judge(speaker, str(post["text"]), urls, forwarded)


def test_the_composed_posts_are_many_and_marked() -> None:
    assert len(POSTS) >= 150
    assert all(post["source"] == "composed" for post in POSTS)
    assert {post["lang"] for post in POSTS} == {"fa", "ru", "ar", "en"}
    assert {post["label"] for post in POSTS} == set(Label)


def test_the_composed_posts_are_judged_as_their_writer_meant() -> None:
    """Learned from, so that this holds what was reached and measures nothing new."""
    scores = score("composed", POSTS)
    closure = scores.of(Label.CLOSURE)
    assert (closure.precision or 0) >= 0.98
    assert (closure.recall or 0) >= 0.95
    assert (scores.macro_f1 or 0) >= 0.95


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post["id"])
def test_quotes_are_places_in_the_raw_text(post: dict[str, object]) -> None:
    verdict = of(post)
    text = str(post["text"])
    for quote in verdict.evidence:
        assert text[quote.start : quote.end] == quote.quote
        assert quote.quote.strip()
    if verdict.label not in {Label.NONE, Label.INVITATION}:
        assert verdict.evidence
        assert "." in verdict.rule
    assert 0 < verdict.confidence <= 1


def score(name: str, posts: list[dict[str, object]]) -> scoring.Scores:
    pairs = [(Label(str(p["label"])), of(p).label, str(p["lang"])) for p in posts]
    assert pairs, name
    return scoring.score(pairs)


def test_the_labelled_posts_are_judged_rightly(shared: Path) -> None:
    """Never learned from: 95 % of closures told are ones, 95 % are told, macro F1 0.93."""
    lines = (shared / "evaluation" / "notices_dev.jsonl").read_text("utf-8").splitlines()
    posts = [json.loads(line) for line in lines]
    scores = score("dev", posts)
    closure = scores.of(Label.CLOSURE)
    assert (closure.precision or 0) >= 0.95
    assert (closure.recall or 0) >= 0.95
    assert (scores.macro_f1 or 0) >= 0.93


CLOSING = [
    "این کانال {} شد",
    "فعالیت دفتر نمونه در تلگرام {} می\u200cشود",
    "فعاليت كانال ما در تلگرام {} مي\u200cگردد",
    "کانال دفتر نمونه در تلگرام از فردا {} خواهد شد",
    "کانال خود را {} کردیم",
    "کانال ما در تلگرام {} می\u200cگردد",
]


@pytest.mark.parametrize("frame", CLOSING)
@pytest.mark.parametrize("word", ["تعطیل", "متوقف", "بسته", "غیرفعال", "غیر فعال", "غیر\u200cفعال"])
def test_persian_closing_in_every_voice_and_spelling(frame: str, word: str) -> None:
    text = frame.format(word) + " همراهان گرامی، در تلگرام نیستیم"
    assert judge(OFFICE, text).label is Label.CLOSURE


@pytest.mark.parametrize(
    "verb",
    ["закрываем", "закроем", "перестаём вести", "прекращаем вести", "сворачиваем", "удаляем"],
)
def test_russian_closing_in_many_verbs(verb: str) -> None:
    assert judge(OFFICE, f"Друзья, {verb} этот канал в Telegram.").label is Label.CLOSURE


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Мы закрываем наш канал в Telegram.", Label.CLOSURE),
        ("Мы не закрываем наш канал в Telegram.", Label.NONE),
        ("Закроем ли мы наш канал в Telegram?", Label.NONE),
        ("Если нас заблокируют, мы закроем канал в Telegram.", Label.NONE),
        ("Временно закрываем канал в Telegram.", Label.NONE),
        ("Кто-то ведёт поддельный канал от нашего имени, он закрыт.", Label.NONE),
        ("We are closing this channel.", Label.CLOSURE),
        ("We are not closing this channel.", Label.NONE),
        ("We may close this channel.", Label.NONE),
        ("کانال ما در تلگرام تعطیل نمی\u200cشود", Label.NONE),
        ("این کانال تعطیل است تا ساعت ۱۸", Label.NONE),
        ("لن نغلق قناتنا في تلغرام", Label.NONE),
    ],
)
def test_denial_question_condition_and_pause_are_no_closing(text: str, label: Label) -> None:
    assert judge(OFFICE, text).label is label


def test_the_third_person_is_the_speaker_where_it_is_its_own_name() -> None:
    text = "{} ceases its activity on Telegram."
    own = judge(OFFICE, text.format("Office of the Example"))
    other = judge(OFFICE, text.format("The ministry of something"))
    assert own.label is Label.CLOSURE
    assert other.label is Label.THIRD_PARTY
    assert other.rule == "third_party.stop.en.stop"


def test_a_forward_speaks_for_its_owner() -> None:
    text = "Мы уходим из Telegram: max.ru/office_demo"
    assert judge(OFFICE, text, forwarded_from="someone").label is Label.THIRD_PARTY
    assert judge(OFFICE, text, forwarded_from="someone").own_destinations == ()
    assert judge(OFFICE, text, forwarded_from="@Office_Demo").label is Label.CLOSURE
    assert judge(OFFICE, text, forwarded_from="Office of the Example").label is Label.CLOSURE
    plain = judge(OFFICE, "Подписывайтесь: max.ru/office_demo", forwarded_from="someone")
    assert plain.label is Label.NONE
    assert plain.rule == "none.forward"
    assert [link.own for link in plain.links] == [False]


@pytest.mark.parametrize(
    ("text", "label", "rule"),
    [
        ("Подписывайтесь в MAX!", Label.INVITATION, "invitation.words"),
        ("Вести теперь есть и в MAX", Label.INVITATION, "invitation.words"),
        ("Минкульт открыл канал в MAX", Label.NONE, "none.nothing"),
        ("Видео больше не публикуем в Telegram. Новости остаются здесь.", Label.PARTIAL_MOVE, ""),
        ("Мы закрываем канал. Наш канал в Telegram продолжит работу.", Label.NONE, "none.nothing"),
        ("Дороги закрыты, сообщили в Telegram-канале мэрии.", Label.NONE, "none.nothing"),
        ("В Telegram-канале мэрии сообщили, что мост закрыт.", Label.NONE, "none.nothing"),
        ("Последний пост в Telegram-канале мэрии удивил город.", Label.NONE, "none.nothing"),
        ("Губернатор сообщил. «Наш канал в Telegram закрыт».", Label.THIRD_PARTY, ""),
        ("Вести Примера сворачиваются в Telegram.", Label.CLOSURE, "closure.stop.ru.stop"),
        ("Telegram-каналы пишут о закрытии театра.", Label.NONE, "none.nothing"),
        ("Пользователи уходят из Telegram-каналов.", Label.NONE, "none.nothing"),
        ("Telegram уходит из страны.", Label.NONE, "none.nothing"),
        ("Мэрия уходит из Telegram.", Label.THIRD_PARTY, "third_party.leave.ru.leave"),
        ("Иванов остаётся в Telegram.", Label.THIRD_PARTY, ""),
        ("Мэр: мы не закрываем наш канал в Telegram.", Label.THIRD_PARTY, ""),
        ("Важно: мы закрываем наш канал в Telegram.", Label.CLOSURE, ""),
    ],
)
def test_who_speaks_and_of_what(text: str, label: Label, rule: str) -> None:
    verdict = judge(Speaker("vesti_demo", "Вести", ("Вести Примера", "Вести")), text)
    assert verdict.label is label, verdict.rule
    assert verdict.rule == rule or not rule


def test_a_closing_with_only_a_telegram_address_is_a_move_within_it() -> None:
    verdict = judge(OFFICE, "Этот канал закрыт, новый: t.me/office_new")
    assert (verdict.label, verdict.rule) == (Label.NONE, "none.inside")


def test_an_invite_code_in_a_closing_is_own() -> None:
    verdict = judge(OFFICE, "Этот канал закрыт, мы здесь: https://max.ru/join/AbCdEf_1")
    assert verdict.own_destinations == (("max", "AbCdEf_1"),)


def test_an_address_behind_a_button_is_read() -> None:
    verdict = judge(OFFICE, "خبر امروز", ["https://eitaa.com/Office_Demo", "https://t.me/x_y_z"])
    assert verdict.label is Label.INVITATION
    assert verdict.own_destinations == (("eitaa", "Office_Demo"),)
    assert verdict.evidence == ()


def test_the_same_handle_twice_is_one_destination() -> None:
    verdict = judge(OFFICE, "eitaa.com/office_demo و Eitaa.com/Office_Demo")
    assert verdict.own_destinations == (("eitaa", "office_demo"),)


def test_ordinary_posts_meet_no_rule() -> None:
    for text in ("", " ", "🎈", "باران بارید.", "Дождь прошёл.", "It rained."):
        assert judge(OFFICE, text) is NOTHING
    assert judge(Speaker(), "We are leaving Telegram").label is Label.CLOSURE


def test_a_huge_text_is_judged_by_its_beginning() -> None:
    start = "Мы уходим из Telegram.\n"
    assert judge(OFFICE, start + "слово " * 300_000).label is Label.CLOSURE
    assert judge(OFFICE, "слово " * 300_000 + start) is NOTHING
    assert len(sentences("a.\n" * 5000, OFFICE)) == 300
    assert judge(OFFICE, "تلگرام کانال " * 100_000).label in set(Label)
    assert MAX_TEXT >= 4096


def test_judging_the_same_twice_gives_the_same() -> None:
    for post in POSTS[::9]:
        assert of(post) == of(post)


def test_news_that_shares_words_with_notices_is_no_notice() -> None:
    """Two of 384 are told, for review; learned from, so that this only holds what was won."""
    data = Path(__file__).parent.parent / "data"
    files = (data / "notices_ordinary_news.jsonl", data / "notices_ordinary.jsonl")
    posts = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    news = [post for post in posts if post["label"] == "none"]
    assert len(news) > 300
    told = [verdict for post in news if (verdict := of(post)).label is Label.CLOSURE]
    assert len(told) <= 2
    assert all(verdict.confidence < 0.7 for verdict in told), "both wait for review"
