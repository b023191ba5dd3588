"""The lexicons say what their notes promise: every example is found by its own phrase."""

import re

import pytest

from monitor.catalog import names, phrases
from monitor.catalog.text import fold
from monitor.errors import BadInput

LEXICON = phrases.load()
ROLES_USED = {
    *("stop", "leave", "move", "nomore", "last", "only", "from_now", "publish", "all", "part"),
    *("instead", "also", "stays", "deny", "denial", "returns", "maybe", "pause", "block", "ad"),
    *("ours", "we", "address", "report", "actor", "channel", "account", "telegram", "here"),
    *("elsewhere", "invite", "opened", "same", "handle", "archive", "fake", "crowd", "messenger"),
    *("forever", "theirs", "many", "thanks", "rest", "both", "past", "order", "filter", "inside"),
    "there",
}


@pytest.mark.parametrize("phrase", LEXICON.phrases.values(), ids=lambda phrase: phrase.id)
def test_every_phrase_finds_its_examples(phrase: phrases.Phrase) -> None:
    pattern = re.compile(rf"(?<!\w)(?:{phrase.pattern})(?!\w)")
    assert phrase.examples
    assert phrase.note
    assert phrase.id.startswith(phrase.language + ".")
    for example in phrase.examples:
        assert pattern.search(fold(example)), example


def test_every_role_is_read_by_a_rule_and_written_in_every_language() -> None:
    assert LEXICON.roles == ROLES_USED
    for language in phrases.LANGUAGES:
        own = {p.role for p in LEXICON.phrases.values() if p.language == language}
        assert own == ROLES_USED, language


def test_a_role_that_nobody_wrote_is_nowhere() -> None:
    assert "no such role" not in LEXICON.find("telegram", frozenset({"en"}))


@pytest.mark.parametrize(
    ("notation", "found", "missed"),
    [
        ("می_شود", ["می شود", "می\u200cشود", "میشود"], ["می\u200cشوند"]),
        ("обнов*", ["обновляться", "обнов"], ["необнов"]),
        ("a .. b", ["a b", "a x b", "a 1 2 3 4 5 b"], ["a 1 2 3 4 5 6 b", "a, b", "ab"]),
        ("(one|two) three", ["one three", "two  three"], ["three", "one, three"]),
        ("a (b|c)?", ["a", "a b", "a c"], ["b"]),
        ("# x", ["12 x", "۱۲ x"], ["x"]),
        ("<w> z", ["p z", "q z"], ["z"]),
        ("a.b", ["a.b"], ["axb"]),
    ],
)
def test_the_notation_means_what_it_says(
    notation: str, found: list[str], missed: list[str]
) -> None:
    pattern = re.compile(rf"(?<!\w)(?:{phrases.as_pattern(notation, {'w': 'p|q'})})(?!\w)")
    for text in found:
        assert pattern.search(fold(text)), text
    for text in missed:
        assert not pattern.search(fold(text)), text


def test_an_editor_is_told_of_an_unknown_or_endless_word_list() -> None:
    with pytest.raises(BadInput, match="<nothing>"):
        phrases.as_pattern("<nothing>", {})
    with pytest.raises(BadInput, match="circle"):
        phrases.as_pattern("<a>", {"a": "<b>", "b": "<a>"})


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("این کانال در تلگرام است", {"fa"}),
        ("تم إغلاق القناة في تلغرام", {"ar"}),
        ("سروش", {"fa", "ar"}),
        ("канал", {"ru"}),
        ("channel канал", {"en", "ru"}),
        ("١٢ 🎈", set()),
    ],
)
def test_persian_and_arabic_are_told_apart(text: str, languages: set[str]) -> None:
    assert phrases.languages_of(fold(text)) == languages


def test_no_act_is_hidden_from_the_first_look() -> None:
    """A phrase's example beside Telegram or a channel's word passes the automaton."""
    for stem in LEXICON.stems:
        assert names.passes(stem), stem
    assert not names.passes(fold("باران می‌بارد. Rain. Дождь."))


def find(text: str) -> list[str]:
    folded = fold(text)
    messengers = LEXICON.find(folded, phrases.languages_of(folded)).get("messenger", ())
    hits = names.supported(folded, names.find(folded), messengers)
    return [hit.platform for hit in hits]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("در ایتا باشید", ["eitaa"]),
        ("ایتالیا برد", []),
        ("بله، درست است", []),
        ("پیام‌رسان بله", ["bale"]),
        ("بله | گپ | سروش", ["bale", "gap", "soroush"]),
        ("سروش و بله", ["soroush", "bale"]),
        ("شادی کردیم", []),
        ("نزدیکای ظهر", []),
        ("в Максе и МАХе", ["max", "max"]),
        ("Max — это мессенджер", ["max"]),
        ("iPhone Pro Max", []),
        ("max.ru и @max_news", []),
        ("إلى بإيتا وروبيكا", ["eitaa", "rubika"]),
        ("on Eitaa's pages", ["eitaa"]),
        ("فیس‌بوک", ["facebook"]),
        ("سروش پلاس در سروش‌پلاس", ["soroush"]),
        ("longereitaa", []),
    ],
)
def test_names_count_as_whole_words_and_only_where_they_mean_a_platform(
    text: str, wanted: list[str]
) -> None:
    assert find(text) == wanted


def test_hundreds_of_names_are_bounded() -> None:
    assert len(names.find("eitaa " * 5000)) == names.MAX_NAMES
