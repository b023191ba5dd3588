"""Find the phrases of one language in a text, word by word.

Phrases enter once, texts after that; hits leave, by role. A word is looked up in tables of the
words that phrases begin with, and only phrases of which another word stands in the text as well
are tried there: most words begin none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from monitor.catalog.beginnings import SPACE, Spelling, beginnings

MEMORY = 16_384
"""Words of a language of which is remembered what they begin; uncalibrated."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: `folded[start:end]`, and whose it is."""

    role: str
    phrase: str
    start: int
    end: int


def _is_letter(char: str) -> bool:
    return char.isalnum() or char == "_"


class Alternative:
    """One way to say a phrase: its role, its entry, its expression, which is read when tried."""

    def __init__(self, role: str, phrase: str, pattern: str) -> None:
        """Name it."""
        self.role, self.phrase, self.pattern = role, phrase, pattern

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """Its expression, up to the end of a word."""
        return re.compile(rf"(?:{self.pattern})(?!\w)")


_OfWord = tuple[dict[int, bool], frozenset[int], frozenset[int]]
"""Of a word: phrases that it may be or begin, by number, and whether it is sure to be one; those
that it begins where another word stands beside; those that it stands in, not as the first."""
_NONE: _OfWord = ({}, frozenset(), frozenset())


class _Table:
    """Spellings, and what was put under each; a word is looked up by its letters."""

    def __init__(self) -> None:
        self.exact: dict[str, list[tuple[int, Spelling]]] = {}
        self.begun: dict[str, list[tuple[int, Spelling]]] = {}
        self.longest = -1

    def put(self, number: int, spellings: Iterable[Spelling]) -> None:
        for spelling in spellings:
            if spelling.end is None:
                self.exact.setdefault(spelling.start, []).append((number, spelling))
            else:
                self.begun.setdefault(spelling.start, []).append((number, spelling))
                self.longest = max(self.longest, len(spelling.start))

    def under(self, word: str) -> Iterator[tuple[int, Spelling]]:
        """Yield the spellings that a word has; signs have none but their own."""
        yield from self.exact.get(SPACE if word.isspace() else word, ())
        if not _is_letter(word[0]):
            return
        for length in range(min(self.longest, len(word)) + 1):
            for number, spelling in self.begun.get(word[:length], ()):
                end = spelling.end or ""
                if word.endswith(end) and length + len(end) <= len(word):
                    yield number, spelling


class Finder:
    """The phrases of one language; the first of a role in the lexicon wins where two begin."""

    def __init__(self, alternatives: Iterable[Alternative]) -> None:
        """Put phrases into tables by the words that they begin with."""
        self._all = tuple(alternatives)
        self._first, self._others = _Table(), _Table()
        self._open: set[int] = set()
        """Phrases of more than one word of which the first alone tells."""
        for number, alternative in enumerate(self._all):
            first, others = beginnings(alternative.pattern)
            self._first.put(number, first)
            if others is None:
                self._open.add(number)
            else:
                self._others.put(number, others)
        signs = "".join(re.escape(x) for x in sorted(self._first.exact) if not _is_letter(x[0]))
        # Words, and what phrases begin with besides, where a phrase may begin.
        self._words = re.compile(rf"\w+|(?<!\w)[{signs}\s]")
        self._of = lru_cache(maxsize=MEMORY)(self._look_up)

    def _look_up(self, word: str) -> _OfWord:
        sure: dict[int, bool] = {}
        more = set()
        for number, spelling in self._first.under(word):
            if spelling.last or number in self._open:
                known = spelling.last and spelling.known
                sure[number] = sure.get(number, True) and known
            else:
                more.add(number)
        helps = frozenset(number for number, _ in self._others.under(word))
        if not (sure or more or helps):
            return _NONE  # most words: one for all
        alone = {number: sure[number] and number not in more for number in sorted(sure)}
        return alone, frozenset(more - sure.keys()), helps

    def find(self, text: str) -> dict[str, list[Hit]]:
        """Return what stands in a text, by role; hits of one role do not overlap."""
        words = [
            (hit, *told)
            for hit in self._words.finditer(text)
            if (told := self._of(hit.group())) is not _NONE
        ]
        helped = frozenset[int]().union(*[helps for _, _, _, helps in words])
        found: dict[str, list[Hit]] = {}
        for word, possible, more, _ in words:
            start, stop = word.span()
            if more and (both := more & helped):
                possible = dict(sorted((possible | dict.fromkeys(both, False)).items()))  # noqa: PLW2901 - those of this word
            for number, sure in possible.items():
                alternative = self._all[number]
                known = found.get(alternative.role)
                if known is not None and start < known[-1].end:
                    continue
                end = stop
                if not sure:
                    hit = alternative.expression.match(text, start)
                    if hit is None or hit.end() == start:
                        continue
                    end = hit.end()
                found.setdefault(alternative.role, []).append(
                    Hit(alternative.role, alternative.phrase, start, end)
                )
        return found
