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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from ahocorasick_rs import AhoCorasick

from monitor.catalog.anchors import anchors
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
    """All phrases, and for each language and role one pattern with a group for each phrase."""

    phrases: Mapping[str, Phrase]
    sources: Mapping[str, Mapping[str, str]]
    """For each language and role an expression, compiled when a text first asks for it."""
    groups: Mapping[str, str]
    stems: tuple[str, ...]
    """Folded beginnings of words; a text without any of them holds no notice."""
    bits: Mapping[str, int]
    """Each role's bit in a mask of roles."""
    anywhere: Mapping[str, int]
    """For each language the roles that `scan` cannot rule out: some phrase has no anchor."""
    automaton: AhoCorasick
    masks: Sequence[int]
    _known: dict[tuple[str, ...], int] = field(default_factory=dict)
    _compiled: dict[tuple[str, str], re.Pattern[str]] = field(default_factory=dict)

    def scan(self, folded: str) -> list[tuple[int, int]]:
        """Return where roles may begin in a folded text: places, each with a mask of roles."""
        masks = self.masks
        return [
            (start, masks[index])
            for index, start, _ in self.automaton.find_matches_as_indexes(folded, overlapping=True)
        ]

    def mask(self, *roles: str) -> int:
        """Return the mask that has these roles' bits."""
        known = self._known.get(roles)
        if known is None:
            known = self._known[roles] = sum(self.bits[role] for role in roles)
        return known

    def find(self, role: str, folded: str, languages: frozenset[str]) -> Iterator[Hit]:
        """Yield where phrases of a role stand in a folded text, in the languages given."""
        for language in sorted(languages):
            pattern = self._compiled.get((language, role))
            if pattern is None:
                source = self.sources[language].get(role)
                if source is None:
                    continue
                pattern = self._compiled[language, role] = re.compile(source)
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
    known: dict[str, str] = {}
    phrases = [
        Phrase(
            id=row["id"],
            language=language,
            role=row["role"],
            pattern="|".join(as_pattern(phrase, words, known=known) for phrase in row["phrases"]),
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
    sources = {
        # The boundaries stand once, outside: within words nothing is tried at all.
        language: {role: rf"(?<!\w)(?:{'|'.join(found)})(?!\w)" for role, found in roles.items()}
        for language, roles in parts.items()
    }
    bits = {role: 1 << n for n, role in enumerate(sorted({p.role for p in phrases.values()}))}
    anywhere = dict.fromkeys(LANGUAGES, 0)
    masks: dict[str, int] = {}
    for phrase in phrases.values():
        literals = anchors(phrase.pattern)
        if literals is None:
            anywhere[phrase.language] |= bits[phrase.role]
        for literal in literals or ():
            masks[literal] = masks.get(literal, 0) | bits[phrase.role]
    return Lexicon(
        phrases=phrases,
        sources=sources,
        groups=groups,
        stems=tuple(sorted(stems)),
        bits=bits,
        anywhere=anywhere,
        automaton=AhoCorasick(list(masks)),
        masks=tuple(masks.values()),
    )


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
