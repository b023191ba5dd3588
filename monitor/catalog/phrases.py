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
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from monitor.catalog.finding import Alternative, Finder, Hit
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
    patterns: tuple[str, ...]
    examples: tuple[str, ...]
    note: str

    @property
    def pattern(self) -> str:
        """All its ways to be said as one expression."""
        return "|".join(self.patterns)


def as_pattern(
    phrase: str, words: Mapping[str, str], depth: int = 0, known: dict[str, str] | None = None
) -> str:
    """Turn the notation into a regular expression over folded text, without word boundaries.

    `known` remembers what word lists came to, over many phrases of one file.

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
            name = token.group(1)
            found = known.get(name) if known is not None else None
            if found is None:
                found = as_pattern(words[name], words, depth + 1, known)
            if known is not None:
                known[name] = found
            out.append(f"(?:{found})")
        elif text.strip() == "..":
            out.append(_GAP)
        elif text.isspace():
            out.append(r"\s+")
        else:
            plain = {"_": r"\s?", "*": r"\w*", "(": "(?:", "#": r"\d+", "?": "?"}
            out.append(plain.get(text, text if text in "|)" else re.escape(fold(text))))
    return "".join(out)


@dataclass(frozen=True)
class Lexicon:
    """All phrases, and what finds them."""

    phrases: Mapping[str, Phrase]
    stems: tuple[str, ...]
    """Folded beginnings of words; a text without any of them holds no notice."""
    finders: dict[str, Finder] = field(default_factory=dict)
    """For each language that was asked for, what finds its phrases: it takes a while to make."""

    def find(self, folded: str, languages: frozenset[str]) -> dict[str, tuple[Hit, ...]]:
        """Return where phrases stand in a folded text, in the languages given, by role."""
        found: dict[str, tuple[Hit, ...]] = {}
        for language in sorted(languages):
            finder = self.finders.get(language)
            if finder is None:
                finder = self.finders[language] = self._finder(language)
            for role, hits in finder.find(folded).items():
                found[role] = (*found.get(role, ()), *hits)
        return found

    def _finder(self, language: str) -> Finder:
        return Finder(
            Alternative(phrase.role, phrase.id, pattern)
            for phrase in self.phrases.values()
            if phrase.language == language
            for pattern in phrase.patterns
        )

    @property
    def roles(self) -> frozenset[str]:
        """The roles that at least one phrase has."""
        return frozenset(phrase.role for phrase in self.phrases.values())


def _ways(notation: str) -> list[str]:
    """Cut a phrase at the bars that stand outside brackets."""
    ways, depth = [""], 0
    for char in notation:
        depth += (char == "(") - (char == ")")
        if char == "|" and not depth:
            ways.append("")
        else:
            ways[-1] += char
    return ways


def _read(language: str) -> tuple[list[Phrase], list[str]]:
    text = files("monitor.catalog").joinpath("lexicons", f"{language}.toml").read_text("utf-8")
    table = tomllib.loads(text)
    words = table["words"]
    known: dict[str, str] = {}
    phrases = [
        Phrase(
            id=row["id"],
            language=language,
            role=row["role"],
            patterns=tuple(
                as_pattern(way, words, known=known)
                for phrase in row["phrases"]
                for way in _ways(phrase)
            ),
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
    for language in LANGUAGES:
        entries, medium = _read(language)
        stems.update(fold(stem) for stem in medium)
        phrases.update((phrase.id, phrase) for phrase in entries)
    return Lexicon(phrases, tuple(sorted(stems)))


_PERSIAN = re.compile(
    r"(?<!\w)(?:است|را|که|این|از|در|می|شد|های|برای|شود|کنید|نیز|کانال|با|تا|ما|هم|یک|به)(?!\w)"
    # Names of apps are spelled so in Arabic too.
    r"|(?<!\w)(?!تلگرام|تیلگرام|گپ|ای\s?گپ|اینستاگرام|انستگرام|ویراستی)\w*[پچژگ]\w*"
)
_ARABIC = re.compile(
    r"(?<!\w)(?:فی|الی|هذه|هذا|التی|الذی|عبر|لن|لم|تم|علی|عن|انه?|هنا|نحن|و?قنا(?:ه|تنا|ته|تی|تها)"
    r"|و?(?:ب|ل|ف)?ال\w{3,})(?!\w)"
)
_CLEARLY = 2
"""How many times more little words make a language the only one; uncalibrated."""


def languages_of(folded: str) -> frozenset[str]:
    """Name the languages of the lexicons that a folded text may be in.

    Persian and Arabic share letters and words that mean other things: common little words decide
    between them, both are named where none tells clearly.
    """
    found = set()
    chars = set(folded)
    if any("a" <= char <= "z" for char in chars):
        found.add("en")
    if any("\u0400" <= char <= "\u04ff" for char in chars):
        found.add("ru")
    if any("\u0600" <= char <= "\u06ff" for char in chars):
        persian, arabic = len(_PERSIAN.findall(folded)), len(_ARABIC.findall(folded))
        if persian * _CLEARLY > arabic or not arabic:
            found.add("fa")
        if arabic * _CLEARLY > persian or not persian:
            found.add("ar")
    return frozenset(found)
