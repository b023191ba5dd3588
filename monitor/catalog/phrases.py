"""Read the lexicons into patterns: roles of phrases, each phrase with an id, a note, an example.

The notation is for people who know the language and no programming; it is folded like any text:

    word word      one or more spaces between
    می_شود         "_" is a space, a zero-width joiner or nothing
    обнов*         "*" is any letters
    a .. b         a gap of at most five words within one clause (no comma, colon or semicolon)
    (a|b|)         alternatives, also none
    a (b|c)?       the last word may be missing
    #              digits
    <channel>      the words that the same file lists under [words]

A phrase matches whole words only.
"""

import re
import tomllib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from monitor.catalog.text import fold
from monitor.errors import BadInput

LANGUAGES = ("fa", "ar", "ru", "en")
MAX_GAP = 5
"""Words that a gap may hold; chosen on the composed notices, 2026-11-23."""

_GAP = rf"(?:\s+[^\s,;:]+){{0,{MAX_GAP}}}\s+"
_TOKEN = re.compile(r"\s+\.\.\s+|\s+|<(\w+)>|[_*()|#?]|[^\s_*()|<>#?]")
_OPTIONAL = re.compile(r"\s+\(([^()]*)\)\?")
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Phrase:
    """One entry of a lexicon. `examples` are texts that its pattern must match, and tests run."""

    id: str
    language: str
    role: str
    pattern: str
    examples: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: `folded[start:end]`, and whose it is."""

    role: str
    phrase: str
    start: int
    end: int


def as_pattern(phrase: str, words: Mapping[str, str], depth: int = 0) -> str:
    """Turn the notation into a regular expression over folded text, without word boundaries.

    Raises:
        BadInput: a `<name>` that no word list has, or lists that name each other in a circle.
    """
    if depth > _DEEPEST:
        raise BadInput(f"the word lists of a lexicon name each other in a circle: {phrase[:60]!r}")
    out = []
    for token in _TOKEN.finditer(_OPTIONAL.sub(r"( (\1)|)", phrase)):
        text = token.group()
        if token.group(1):
            if token.group(1) not in words:
                raise BadInput(f"a lexicon uses <{token.group(1)}>, which [words] does not list")
            out.append(f"(?:{as_pattern(words[token.group(1)], words, depth + 1)})")
        elif text.strip() == "..":
            out.append(_GAP)
        elif text.isspace():
            out.append(r"\s+")
        else:
            plain = {"_": r"\s?", "*": r"\w*", "(": "(?:", "#": r"\d+", "?": "?"}
            out.append(plain.get(text, text if text in "|)" else re.escape(fold(text))))
    return "".join(out)


_PART = re.compile(r"\(\?:|[|)?]|\\[swd][+*?]|\\.|.", re.DOTALL)
_LETTERS = 4
_WORD = re.compile(rf"(?<!\w)\w{{1,{_LETTERS}}}")
ANYWHERE = "\x00"
"""Stands among beginnings and word starts for a phrase whose first letter is not known."""


def word_starts(folded: str) -> frozenset[str]:
    """Return the first letters of each word of a folded text: one, two, up to four of them."""
    found = set(_WORD.findall(folded))
    shorter = {word[:length] for word in found for length in range(1, _LETTERS)}
    return frozenset(found | shorter | {ANYWHERE})


def begins(pattern: str) -> frozenset[str]:
    """Return what the first word of any match of `as_pattern`'s expressions begins with.

    Each beginning has four letters, or fewer where the word may end or go on freely after them.
    """
    out: set[str] = set()
    tokens = deque(_PART.findall(pattern))
    _start(_alternatives(tokens), (), "", out)
    return frozenset(out)


def _alternatives(tokens: deque[str]) -> tuple[tuple[object, ...], ...]:
    """Read alternatives up to a closing bracket; a group is the tuple of its alternatives."""
    found: list[list[object]] = [[]]
    while tokens:
        piece = tokens.popleft()
        if piece == ")":
            break
        if piece == "|":
            found.append([])
        elif piece == "(?:":
            found[-1].append(_alternatives(tokens))
        elif piece == "?":
            found[-1][-1] = ((found[-1][-1],), ())
        else:
            found[-1].append(piece)
    return tuple(tuple(sequence) for sequence in found)


def _start(
    alternatives: tuple[tuple[object, ...], ...],
    rest: tuple[object, ...],
    before: str,
    out: set[str],
) -> None:
    for sequence in alternatives:
        items = (*sequence, *rest)
        if len(before) == _LETTERS or not items:
            out.add(before or ANYWHERE)
            continue
        item, after = items[0], items[1:]
        if isinstance(item, tuple):
            _start(item, after, before, out)
            continue
        letter = str(item)[-1] if str(item)[0] == "\\" and len(str(item)) == 2 else str(item)
        if len(letter) == 1 and (letter.isalnum() or letter == "_"):
            _start((after,), (), before + letter, out)
            continue
        out.add(before or ANYWHERE)
        if item == r"\s?":
            _start((after,), (), before, out)


@dataclass(frozen=True)
class Lexicon:
    """All phrases, and for each language and role one pattern with a group for each phrase."""

    phrases: Mapping[str, Phrase]
    patterns: Mapping[str, Mapping[str, re.Pattern[str]]]
    beginnings: Mapping[str, Mapping[str, frozenset[str]]]
    """For each language and beginning of a word, the roles that a phrase so begun may have."""
    groups: Mapping[str, str]
    stems: tuple[str, ...]
    """Folded beginnings of words; a text without any of them holds no notice."""

    def possible(self, folded: str, languages: frozenset[str]) -> frozenset[str]:
        """Return the roles of which a text may hold a phrase, by how its words begin.

        Most roles are ruled out so, and their expressions never tried.
        """
        starts = word_starts(folded)
        return frozenset().union(
            *(
                self.beginnings[language].get(start, ())
                for language in languages
                for start in starts
            )
        )

    def find(self, role: str, folded: str, languages: frozenset[str]) -> Iterator[Hit]:
        """Yield where phrases of a role stand in a folded text, in the languages given."""
        for language in sorted(languages):
            pattern = self.patterns[language].get(role)
            if pattern is None:
                continue
            for hit in pattern.finditer(folded):
                yield Hit(role, self.groups[str(hit.lastgroup)], hit.start(), hit.end())

    @property
    def roles(self) -> frozenset[str]:
        """The roles that at least one phrase has."""
        return frozenset(phrase.role for phrase in self.phrases.values())


def _read(language: str) -> tuple[list[Phrase], list[str]]:
    text = files("monitor.catalog").joinpath("lexicons", f"{language}.toml").read_text("utf-8")
    table = tomllib.loads(text)
    words = table["words"]
    phrases = [
        Phrase(
            id=row["id"],
            language=language,
            role=row["role"],
            pattern="|".join(as_pattern(phrase, words) for phrase in row["phrases"]),
            examples=tuple(row["examples"]),
            note=row["note"],
        )
        for row in table["phrase"]
    ]
    return phrases, table["stems"]["medium"]


@cache
def load() -> Lexicon:
    """Return the lexicons of all languages; they are read once and never change."""
    phrases: dict[str, Phrase] = {}
    stems: set[str] = set()
    parts: dict[str, dict[str, list[str]]] = {language: {} for language in LANGUAGES}
    groups: dict[str, str] = {}
    for language in LANGUAGES:
        entries, medium = _read(language)
        stems.update(fold(stem) for stem in medium)
        for phrase in entries:
            group = f"p{len(phrases)}"
            phrases[phrase.id], groups[group] = phrase, phrase.id
            part = f"(?P<{group}>{phrase.pattern})"
            parts[language].setdefault(phrase.role, []).append(part)
    patterns = {
        # The boundaries stand once, outside: within words nothing is tried at all.
        language: {
            role: re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)")
            for role, found in roles.items()
        }
        for language, roles in parts.items()
    }
    beginnings: dict[str, dict[str, frozenset[str]]] = {language: {} for language in LANGUAGES}
    for phrase in phrases.values():
        known = beginnings[phrase.language]
        for start in begins(phrase.pattern):
            known[start] = known.get(start, frozenset()) | {phrase.role}
    return Lexicon(phrases, patterns, beginnings, groups, tuple(sorted(stems)))


_PERSIAN = re.compile(
    r"(?<!\w)(?:است|را|که|این|از|در|می|شد|های|برای|شود|کنید|نیز|کانال)(?!\w)|[پچژگ]"
)
_ARABIC = re.compile(
    r"(?<!\w)(?:فی|الی|هذه|هذا|التی|الذی|عبر|لن|تم|و?قنا(?:ه|تنا|ته)|و?ال\w{3,})(?!\w)"
)


def languages_of(folded: str) -> frozenset[str]:
    """Name the languages of the lexicons that a folded text may be in.

    Persian and Arabic share letters and words that mean other things: common little words decide
    between them, both are named where none tells.
    """
    found = set()
    chars = set(folded)
    if any("a" <= char <= "z" for char in chars):
        found.add("en")
    if any("\u0400" <= char <= "\u04ff" for char in chars):
        found.add("ru")
    if any("\u0600" <= char <= "\u06ff" for char in chars):
        persian, arabic = len(_PERSIAN.findall(folded)), len(_ARABIC.findall(folded))
        if persian >= arabic:
            found.add("fa")
        if arabic >= persian:
            found.add("ar")
    return frozenset(found)
