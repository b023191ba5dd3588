"""Trying phrases only where one of their words begins finds what trying them everywhere finds."""

import random
import re

import pytest

from monitor.catalog import phrases
from monitor.catalog.beginnings import MOST, Spelling, beginnings
from monitor.catalog.finding import Alternative, Finder, Hit
from monitor.catalog.text import fold

LEXICON = phrases.load()


def everywhere(text: str, language: str, role: str) -> list[tuple[str, int, int]]:
    """Return what one expression of all phrases of a role finds, tried at every letter."""
    ours = [p for p in LEXICON.phrases.values() if (p.language, p.role) == (language, role)]
    named = "|".join(f"(?P<p{n}>{phrase.pattern})" for n, phrase in enumerate(ours))
    return [
        (ours[int(str(hit.lastgroup)[1:])].id, hit.start(), hit.end())
        for hit in re.compile(rf"(?<!\w)(?:{named})(?!\w)").finditer(text)
    ]


def texts(language: str) -> list[str]:
    """Return the examples of a language joined and cut in all ways that a seed gives."""
    draw = random.Random(language)
    said = [fold(e) for p in LEXICON.phrases.values() if p.language == language for e in p.examples]
    signs = (" ", " ", ", ", "\n", " - ", "•• ", "% ", "' ", " ,  ", "12 ", "_")
    out = []
    for _ in range(60):
        words = " ".join(draw.sample(said, 5)).split()
        start = draw.randrange(3)
        out.append("".join(word + draw.choice(signs) for word in words[start : start + 30]))
    return out


@pytest.mark.parametrize("language", phrases.LANGUAGES)
def test_every_phrase_is_found_where_its_expression_finds_it(language: str) -> None:
    for text in texts(language):
        found = LEXICON.find(text, frozenset({language}))
        for role in LEXICON.roles:
            hits = [(hit.phrase, hit.start, hit.end) for hit in found.get(role, ())]
            assert hits == everywhere(text, language, role), (role, text)


def first(notation: str) -> set[tuple[str, str | None]]:
    return {(s.start, s.end) for s in beginnings(phrases.as_pattern(notation, {}))[0]}


def others(notation: str) -> set[tuple[str, str | None]] | None:
    told = beginnings(phrases.as_pattern(notation, {}))[1]
    return None if told is None else {(s.start, s.end) for s in told}


@pytest.mark.parametrize(
    ("notation", "begun", "helped"),
    [
        ("closing", {("closing", None)}, set()),
        ("end of", {("end", None)}, {("of", None)}),
        ("(stop|halt)ing", {("stoping", None), ("halting", None)}, set()),
        ("clos* x", {("clos", "")}, {("x", None)}),
        ("*ing x", {("", "ing"), ("ing", None)}, {("x", None)}),
        ("a*b*c", {("a", "c")}, set()),
        ("shut .. down", {("shut", None)}, {("down", None)}),
        ("a * b", {("a", None)}, {("b", None)}),
        ("a (* |)", {("a", None)}, None),
        ("a *", {("a", None)}, None),
        ("pause_d", {("pause", None), ("paused", None)}, {("d", None)}),
        ("# x", {(str(digit), "") for digit in range(10)}, {("x", None)}),
        ("% off", {("%", None)}, {("off", None)}),
        ("it's off", {("it", None)}, {("s", None)}),
        ("(the)? end", {("the", None), (" ", None)}, {("end", None)}),
        ("(of the)? end", {("of", None), (" ", None)}, {("the", None), ("end", None)}),
    ],
)
def test_beginnings_are_the_first_words_of_all_matches(
    notation: str, begun: set[tuple[str, str | None]], helped: set[tuple[str, str | None]] | None
) -> None:
    assert first(notation) == begun
    assert others(notation) == helped


def test_too_many_spellings_are_told_apart_by_their_first_letters() -> None:
    letters = "(a|b|c|d)" * 4
    assert MOST < 4**4
    begun, _ = beginnings(phrases.as_pattern(f"{letters}x", {}))
    assert Spelling("abc", "x", last=True, known=False) in begun


def test_the_first_of_a_role_wins_and_hits_of_a_role_do_not_overlap() -> None:
    """A sign or white space may begin a phrase, and a word of any letters may."""
    given = [
        ("act", "one", "a\\s+b"), ("act", "two", "b\\s+c"), ("act", "three", "a"),
        ("sign", "percent", "%\\s+off"), ("open", "any", "\\w*\\s+\\w*"),
        ("free", "space", "(?:x)?\\s+y"),
    ]  # fmt: skip
    finder = Finder(Alternative(*words) for words in given)
    found = finder.find("a b c a, 5 % off ,\ty")
    assert found["act"] == [Hit("act", "one", 0, 3), Hit("act", "three", 6, 7)]
    assert found["sign"] == [Hit("sign", "percent", 11, 16)]
    assert found["free"] == [Hit("free", "space", 18, 20)]
    assert list(map(finder.find, ("", "%", "-"))) == [{}, {}, {}]
