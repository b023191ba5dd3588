"""Spellings of one word meet, and every place in the folded text leads back to the raw one."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.catalog import text as texts
from monitor.catalog.text import fold, fold_character, normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("كانال", "کانال"),
        ("تلگرامي", "تلگرامی"),
        ("إيتا", "ايتا"),
        ("قناة", "قناه"),
        ("کـــانال", "کانال"),
        ("كانالُ", "کانال"),
        ("می\u200cشود", "می شود"),
        ("۱۲۳", "123"),
        ("١٢٣", "123"),
        ("ЁЖ", "еж"),
        ("Новый", "НОВЫИ"),
        ("ＭＡＸ", "max"),
        ("𝐓elegram", "telegram"),
        ("a\u200fb\u200eс", "abс"),
        ("“тг”", '"тг"'),
        ("و، یا؛ چه؟", "و, یا; چه?"),
        ("don’t", "don't"),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_of_one_word_fold_to_one_form(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_every_code_point_folds_to_characters_that_fold_to_themselves() -> None:
    """Else replacing one character after the other could depend on the order."""
    for point in range(sys.maxunicode + 1):
        folded = texts._fold_once(chr(point))
        for char in folded:
            again = texts._fold_once(char)
            assert again == char or texts._fold_once(again) == again, hex(point)
    assert all(fold(fold(char)) == fold(char) for char in map(chr, range(0x3000)))


@given(st.text(st.characters(), max_size=60))
def test_a_folded_text_is_the_joined_folds_of_its_characters(text: str) -> None:
    assert fold(text) == "".join(map(fold_character, text))
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(), max_size=40), st.integers(0, 60), st.integers(0, 60))
def test_a_span_leads_to_the_raw_words_that_folded_to_it(text: str, start: int, end: int) -> None:
    whole = normalise(text)
    low, high = whole.span(start, end)
    assert 0 <= low <= high <= len(text)
    wanted = whole.folded[start:end]
    assert wanted in fold(text[low:high])
    if wanted:
        assert len(text[low:high]) <= len(wanted) + text.count("") - 1


def test_a_span_is_exact_where_letters_vanish_and_grow() -> None:
    raw = "کـانـالِ ما ﷺ!"
    whole = normalise(raw)
    start = whole.folded.index("کانال")
    low, high = whole.span(start, start + 5)
    assert raw[low:high] == "کـانـال"
    grown = whole.folded.index("صلی")
    low, high = whole.span(grown, grown + 2)
    assert raw[low:high] == "ﷺ"
    assert whole.place(raw.index("م")) == whole.folded.index("ما")
    assert whole.place(10_000) == len(whole.folded)
    assert whole.span(5, 5) == (0, 0)
    assert normalise("Plain ASCII").span(6, 11) == (6, 11)


def test_memory_for_folds_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_cache", {})
    monkeypatch.setattr(texts, "_CACHE_LIMIT", 10)
    assert fold("άέήίόύώàáâãäå") == "αεηιουωaaaaaa"
    assert len(texts._cache) == 10


def test_half_a_surrogate_pair_becomes_a_character_that_can_be_encoded() -> None:
    assert fold("\ud800x\u0301") == "\ufffdx"
    assert fold("\udfff").encode() == "\ufffd".encode()
