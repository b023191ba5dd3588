"""Fold a text so that spellings of one word meet, and find the way back to the raw text.

Enters any string, leaves a `Normalised`. Nothing is judged here. The fold works on one code point
at a time, so the folded text is the joined folds of the raw characters and every place maps back.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate

_SPECIAL = {
    "\u200c": " ",  # zero-width non-joiner: Persian writes it, a space or nothing
    "\u0640": "",  # tatweel only stretches a word
    "ي": "ی",
    "ى": "ی",
    "ې": "ی",
    "ے": "ی",
    "ك": "ک",
    "ڪ": "ک",
    "ة": "ه",
    "ە": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ٱ": "ا",
    "’": "'",
    "`": "'",
    "ʼ": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2015": "-",
    "\u2212": "-",
    "،": ",",
    "؛": ";",
    "؟": "?",
}
_CACHE_LIMIT = 20_000
"""Code points whose fold is remembered: far more than one language uses, far fewer than exist."""

_cache: dict[str, str] = {}


def _fold_once(piece: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", piece).casefold())
    out = []
    for char in decomposed:
        if char in _SPECIAL:
            out.append(_SPECIAL[char])
            continue
        category = unicodedata.category(char)
        if category in {"Mn", "Me", "Cf"}:
            continue  # vowel signs, variation selectors, direction marks, joiners
        if category == "Cs":
            out.append("\ufffd")  # half a surrogate pair has no UTF-8, which the automaton needs
            continue
        digit = unicodedata.decimal(char, None)
        out.append(char if digit is None else str(digit))
    return "".join(out)


def fold_character(char: str) -> str:
    """Fold one code point: zero or more characters, each of which folds to itself."""
    known = _cache.get(char)
    if known is not None:
        return known
    before, after = char, _fold_once(char)
    while before != after:
        before, after = after, _fold_once(after)
    if len(_cache) < _CACHE_LIMIT:
        _cache[char] = after
    return after


@cache
def _folding() -> re.Pattern[str]:
    """Return an expression for the characters that may change, of our languages and all others."""
    ours = map(chr, (*range(0x80), *range(0x400, 0x530), *range(0x600, 0x700)))
    plain = "".join(re.escape(char) for char in ours if fold_character(char) == char)
    return re.compile(f"[^{plain}]")


def fold(text: str) -> str:
    """Fold a whole text: NFKD, case, marks, Arabic and Persian letters, digits, joiners.

    Only the characters that change are looked up and replaced, which `str.replace` does at C
    speed; a `str.translate` over the same table was six times slower on Persian posts (FACTS,
    "Text"), and a `set` of all characters twice as slow as the expression that finds those.
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    text = text.lower()  # lower case folds as upper case does, and spares a pass a letter
    for char in set(_folding().findall(text)):
        folded = fold_character(char)
        if folded != char:
            text = text.replace(char, folded)
    return text


@dataclass(frozen=True)
class Normalised:
    """A folded text beside its raw one; places are code points."""

    raw: str
    folded: str

    @cached_property
    def _starts(self) -> Sequence[int]:
        """Where in the folded text each raw character begins."""
        lengths = {char: len(fold_character(char)) for char in set(self.raw)}
        if all(length == 1 for length in lengths.values()):
            return range(len(self.raw))
        return list(accumulate(map(lengths.__getitem__, self.raw), initial=0))[:-1]

    def place(self, raw_place: int) -> int:
        """Return where in the folded text a place of the raw text is; its end for one beyond it."""
        starts = self._starts
        return starts[raw_place] if raw_place < len(starts) else len(self.folded)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map `folded[start:end]` to the smallest raw slice that folds to it, as (start, end).

        An empty slice, or one outside the text, gives (0, 0).
        """
        start, end = max(start, 0), min(end, len(self.folded))
        if start >= end:
            return 0, 0
        starts = self._starts
        return bisect_right(starts, start) - 1, bisect_right(starts, end - 1)


def normalise(text: str) -> Normalised:
    """Fold a text and keep the raw one beside it; the way back is computed when asked for."""
    return Normalised(text, fold(text))
