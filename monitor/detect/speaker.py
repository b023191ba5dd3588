"""Recognise a channel in words: its title, aliases and username in a text, its handle elsewhere.

A `Speaker` enters; places in folded texts and yes or no about handles leave.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.catalog.text import fold
from monitor.model import Speaker

STRONG_LETTERS = 6
"""A one-word name this long is no everyday word; shorter ones count only beside "channel".
Chosen on the composed notices, 2026-11-23."""
NEAR_LENGTH = 5
"""A handle's core this long may differ by `NEAR_EDITS` letters; uncalibrated."""
NEAR_EDITS = 1
SHORTEST_CORE = 4
"""Fewer letters than this say too little without what was taken off; uncalibrated."""
KIN_LENGTH = 6
"""Letters of a word that two related handles share at least; whole words may be shorter. Chosen on
the composed posts, 2026-11-25."""
MAX_NAME = 300
MAX_WORDS = 12

_GENERIC = frozenset(
    fold(word)
    for word in (
        *("کانال", "صفحه", "رسمی", "اخبار", "قناة", "القناة", "الرسمية"),
        *("канал", "официальный", "телеграм", "пресс", "служба"),
        *("channel", "official", "the", "telegram"),
    )
)
_LITTLE = frozenset(
    fold(word)
    for word in (
        *("و", "در", "از", "به", "ی", "من", "في", "على"),
        *("и", "в", "по", "на", "of", "the", "and", "for", "in", "on"),
    )
)
_AFFIXES = frozenset(
    (
        *("official", "offical", "channel", "news", "media", "press", "info", "online", "resmi"),
        *("rasmi", "iran", "group", "live", "real", "org", "com", "net", "gos", "biz", "max"),
        *("tv", "fa", "ir", "ru", "en", "ar", "the"),
    )
)
_LONG_AFFIX = re.compile(
    "|".join(rf"\A{word}|{word}\Z" for word in sorted(_AFFIXES) if len(word) > 3)
)
_COMMON = frozenset(
    (
        *("telegram", "kanal", "city", "town", "club", "bank", "radio", "daily", "press", "office"),
        *("shahr", "shahrdari", "daneshgah", "roozname", "ostan", "markaz", "vezarat", "khabar"),
        *("akhbar", "farmandari", "ostandari", "edare", "dabir", "moscow", "tehran", "russia"),
        *("administracija", "oblast", "oblasti", "rajona", "goroda", "novosti", "pravitelstvo"),
        *("ministry", "ministerstvo", "school", "university", "museum", "hospital", "theatre"),
        *("department", "embassy", "service", "international", "national", "state", "regional"),
        *("arabic", "arab", "russian", "english", "persian", "iran", "gazeta", "volunteers"),
    )
)
"""Words that many channels have in their names."""
_SPELLED = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e zh z i i k l m n o p r s t u f h c ch sh sch - y - e u ya".replace(
            "-", ""
        ).split(" "),
        strict=True,
    )
)
_CYRILLIC = re.compile(r"[а-я]+\Z")
_ARABIC = re.compile(r"[\u0600-\u06ff]+\Z")


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a channel: its whole form, its words' stems, and whether it stands alone.

    Both are expressions, compiled only where something of the names is seen.
    """

    whole: str
    stems: tuple[str, ...]
    strong: bool


def _loose(word: str) -> str:
    """Allow a word its case endings (Russian) or clitics (Persian, Arabic)."""
    if _CYRILLIC.match(word) and len(word) > 3:
        return re.escape(word[: max(3, len(word) - 2)]) + r"\w{0,4}"
    if _ARABIC.match(word):
        return r"(?:ال|وال|بال|و|ب|ل|لل)?" + re.escape(word.removeprefix("ال")) + r"(?:ی|های)?"
    return re.escape(word) + r"(?:'?s)?"


def _name(text: str) -> Name | None:
    words = [word for word in re.findall(r"\w+", fold(text[:MAX_NAME])) if word not in _GENERIC]
    if not words:
        return None
    words = words[:MAX_WORDS]
    loose = [_loose(word) for word in words]
    stems = tuple(
        rf"(?<!\w){part}(?!\w)"
        for word, part in zip(words, loose, strict=True)
        if word not in _LITTLE
    )
    return Name(
        whole=r"(?<![\w.])" + r"\W{0,3}".join(loose) + r"(?![\w])",
        stems=stems if len(stems) > 1 else (),
        strong=len(words) > 1 or len(words[0]) >= STRONG_LETTERS,
    )


@lru_cache(maxsize=4096)
def names_of(speaker: Speaker) -> tuple[Name, ...]:
    """Return the names by which a text may call the channel, the username among them."""
    texts = (speaker.title, *speaker.aliases[:50], speaker.username)
    return tuple(name for name in map(_name, texts) if name is not None)


@lru_cache(maxsize=4096)
def _anything_of(speaker: Speaker) -> re.Pattern[str]:
    """Return an expression for anything without which none of a channel's names can stand."""
    parts = (part for name in names_of(speaker) for part in (name.whole, *name.stems))
    return re.compile("|".join(dict.fromkeys(parts)) or r"(?!)")


def named(speaker: Speaker, folded: str, *, strong: bool = True) -> Iterator[tuple[int, int]]:
    """Yield where the channel's names stand; with `strong` only those that are no everyday word."""
    if _anything_of(speaker).search(folded) is None:
        return
    for name in names_of(speaker):
        if strong and not name.strong:
            continue
        hit = re.search(name.whole, folded)
        if hit is not None:
            yield hit.span()
            continue
        found = [re.search(stem, folded) for stem in name.stems]
        places = [place.span() for place in found if place is not None]
        if places and len(places) == len(found):
            yield min(places)[0], max(end for _, end in places)


def touched(speaker: Speaker, folded: str) -> bool:
    """Whether a word of the channel's title or aliases stands in a folded text.

    "The Consulate" is the speaker itself where its title is "Consulate of X in Y".
    """
    return _anything_of(speaker).search(folded) is not None and any(
        re.search(stem, folded)
        for name in names_of(speaker)
        for stem in name.stems or (name.whole,)
    )


def named_in(speaker: Speaker, folded: str) -> bool:
    """Whether any of the channel's names stands in a folded text."""
    return any(True for _ in named(speaker, folded, strong=False))


def _core(handle: str) -> str:
    """Return a handle without case, marks, closing digits and words that any channel may add."""
    words = [word for word in re.split(r"[^a-z0-9]+", fold(handle)) if word]
    plain = "".join(words)
    bare = _LONG_AFFIX.sub("", "".join(word for word in words if word not in _AFFIXES))
    bare = re.sub(r"\d+\Z", "", bare)
    least = SHORTEST_CORE - (len(words) > 1)  # marks between words show where a short name ends
    return bare if len(bare) >= least else plain


def _edits(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


@lru_cache(maxsize=65_536)
def near(speaker: Speaker, handle: str) -> bool:
    """Whether a handle elsewhere equals or nearly equals one of the channel's own.

    Equal but for case, dots, underscores, closing digits and words such as "official"; or one
    edit apart (Levenshtein 1966) where five letters or more are compared.
    """
    if not handle or len(handle) > MAX_NAME:
        return False
    theirs = _core(handle)
    for own in (speaker.username, *speaker.aliases[:50]):
        mine = _core(own[:64]) if own.isascii() else ""
        if len(mine) < 3:
            continue
        if mine == theirs:
            return True
        if min(len(mine), len(theirs)) < NEAR_LENGTH or abs(len(mine) - len(theirs)) > NEAR_EDITS:
            continue
        if _edits(mine, theirs) <= NEAR_EDITS:
            return True
    return False


def _pieces(name: str) -> Iterator[str]:
    for word in re.split(r"[^a-z0-9]+", _latin(fold(name[:MAX_NAME]))):
        bare = re.sub(r"\A\d+|\d+\Z", "", word)
        if len(bare) >= SHORTEST_CORE and bare not in _AFFIXES and bare not in _COMMON:
            yield bare


def _latin(folded: str) -> str:
    """Spell Cyrillic letters in Latin, as Russian handles do."""
    return "".join(_SPELLED.get(char, char) for char in folded)


@lru_cache(maxsize=4096)
def _kin(speaker: Speaker) -> frozenset[str]:
    """Return the Latin words, or their beginnings, that the channel's names are made of."""
    texts = (speaker.username, speaker.title, *speaker.aliases[:50])
    return frozenset(piece[:KIN_LENGTH] for text in texts for piece in _pieces(text))


@lru_cache(maxsize=65_536)
def akin(speaker: Speaker, handle: str) -> bool:
    """Whether a handle elsewhere shares a telling word, or its beginning, with the channel's names.

    Weaker than `near`: two offices of one town are akin. It says nothing without a context.
    """
    if not handle or len(handle) > MAX_NAME:
        return False
    joined = re.sub(r"[^a-z0-9]+", "", fold(handle))
    return any(piece in joined for piece in _kin(speaker))


def is_own_forward(speaker: Speaker, forwarded_from: str | None) -> bool:
    """Whether a forward comes from the channel itself, by username or title."""
    if not forwarded_from:
        return False
    given = fold(forwarded_from).lstrip("@").strip()
    own = (speaker.username, speaker.title, *speaker.aliases)
    return any(given == fold(name).strip() for name in own if name)
