"""Find out with which words a phrase may begin: only there its expression need be tried.

An expression of `phrases.as_pattern` enters; the first words of all that it matches leave.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PART = re.compile(
    r"\(\?:\\s\+\[[^\]]*\]\+\)\{[^}]*\}"  # the gap of `phrases.as_pattern`: any words
    r"|\(\?:|[|)?]|\\[swd][+*?]|\\.|.",
    re.DOTALL,
)
MOST = 128
"""Spellings of an unfinished word that are told apart; uncalibrated."""
SHORT = 3
"""Letters that stand for a word with more spellings than that; uncalibrated."""
SPACE = " "
"""Stands for any white space that a match begins with."""
OTHER = "\n"
"""Stands, while an expression is read, before the letters of a word that is not the first."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a word of a match may be spelled: `start`, and after any letters `end`.

    Without an end (None) it is `start` and no more. A sign that is no letter is a word of its own.
    """

    start: str
    end: str | None
    last: bool
    """The match may end with it."""
    known: bool
    """Every word of this spelling is meant."""


Words = frozenset[str]
"""What was spelled so far, in each way that it may be. "*" stands for any letters, "**" for letters
of which more was asked than is remembered."""


def _any_letters(word: str, stars: str = "*") -> str:
    start, star, _ = word.partition("*")
    return start + ("**" if star else stars)


_SILENT = frozenset({OTHER, f"{OTHER}*", f"{OTHER}**"})
"""Words that say nothing: any may stand there."""


class _Walk:
    """Reads an expression, letter by letter, up to the first word that tells after the first."""

    def __init__(self, pattern: str) -> None:
        self.parts: Iterator[re.Match[str]] = _PART.finditer(pattern)
        self.first: set[str] = set()
        self.others: set[str] = set()
        self.last = self.through(frozenset({""}), outermost=True)

    def through(self, words: Words, *, outermost: bool = False) -> Words:
        """Spell on up to a closing bracket; return the words that may go on after it."""
        going: set[str] = set()
        spelled = before = words
        for part in self.parts:
            piece = part.group()
            if piece == ")" or (outermost and not spelled and piece != "?"):
                break
            if piece == "|":
                going |= spelled
                spelled = words
            elif piece == "?":
                spelled |= before
            else:
                before = spelled
                spelled = self.through(spelled) if piece == "(?:" else self._on(piece, spelled)
        going |= spelled
        if len(going) > MOST:
            return frozenset(_any_letters(word[:SHORT], "**") for word in going)
        return frozenset(going)

    def _on(self, piece: str, words: Words) -> Words:
        """Spell one letter or expression on."""
        if piece == r"\s?":
            return words | self._end(words, SPACE)
        if piece == r"\d+":
            return frozenset(_any_letters(w + digit, "**") for w in words for digit in "0123456789")
        if piece == r"\w*":
            return frozenset(map(_any_letters, words)) | (words & {"", OTHER})
        sign = piece[-1] if len(piece) < len(r"\s+") else SPACE  # white space, or a gap
        if sign.isalnum() or sign == "_":
            return frozenset(word + sign for word in words)
        return self._end(words, sign)

    def _end(self, words: Words, sign: str) -> Words:
        """End words before a sign; return a next one, unless one that tells was found."""
        others = frozenset(word for word in words if word.startswith(OTHER))
        silent = others & _SILENT
        self.others.update(word[1:] for word in others - silent)
        self.first.update(word or sign for word in words - others)
        return frozenset({OTHER}) if silent or words - others else frozenset()


def _spelling(word: str, *, last: bool) -> Spelling:
    start, star, _ = word.partition("*")
    return Spelling(start, word.rpartition("*")[2] if star else None, last, "**" not in word)


def beginnings(pattern: str) -> tuple[frozenset[Spelling], frozenset[Spelling] | None]:
    """Return how the first words of all matches may be spelled, and one of the words after them.

    Of the latter one must follow where the first word is not the last; None: none need to.
    The expression is one of `phrases.as_pattern` and has no alternatives outside brackets.
    """
    walk = _Walk(pattern)
    last = frozenset(word for word in walk.last if word.startswith(OTHER))
    first = {_spelling(word, last=False) for word in walk.first}
    first |= {_spelling(word, last=True) for word in walk.last - last - {""}}
    others = {_spelling(word, last=False) for word in walk.others}
    others |= {_spelling(word[1:], last=True) for word in last}
    return frozenset(first), None if last & _SILENT else frozenset(others)
