"""Cut a post into sentences and say which roles of the lexicons each one holds.

A folded text enters; `Sentence` objects leave; what the same words held before is remembered.

Roles: stop, leave, move, nomore, last (closing); only, from_now, publish, all, part, instead
(narrowing); also, stays, deny (not closing); returns; maybe, pause, block, ad (other
things); ours, we, address, report, actor (who); channel, account, telegram, here, elsewhere
(where); invite, opened, same, handle, denial, archive, fake, crowd, messenger, forever (as they
are named).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from monitor.catalog import names, phrases
from monitor.catalog.finding import Hit
from monitor.catalog.names import NameHit
from monitor.detect import speaker as own_words
from monitor.model import Speaker

MAX_TEXT = 16_384
"""Code points judged; Telegram's limit is 4096 for a post (core.telegram.org/api/config)."""
MAX_SENTENCES = 300
MAX_SENTENCE = 1_200
"""Longer sentences are judged by their beginning: regular expressions with gaps stay cheap."""

REMEMBERED = 4096
"""Sentences of which is remembered what was read in them; uncalibrated."""

_ENDS = re.compile(r"\n+|(?<=[.!?;…])[\"»)*_]{0,3}\s+|(?<=[^\w\s,:()\[\]/@#'\"«»\-|.])\s{2,}")
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.\-]{1,19}://[!-~]{1,2048}|(?<![\w@.\-])[a-z0-9.\-]{1,200}\.[a-z]{2,18}/[!-~]{0,2048}",
    re.ASCII,
)

MARK = "•"
"""Stands for each character of an address in a sentence: neither a word nor a space."""


@dataclass(slots=True)
class _Read:
    """What was looked up in a sentence's words, wherever they stand and whoever says them."""

    hits: Mapping[str, tuple[Hit, ...]]
    roles: frozenset[str]
    names: list[NameHit] | None = None


@dataclass(slots=True)
class _Said:
    """What was looked up in a sentence's words as those of one speaker."""

    roles: frozenset[str] | None = None
    own: dict[bool, tuple[tuple[int, int], ...]] = field(default_factory=dict)


@lru_cache(maxsize=REMEMBERED)
def _read(text: str, languages: frozenset[str]) -> _Read:
    """Read a sentence once: a footer stands under every post, and many channels post one text."""
    hits = phrases.load().find(text, languages)
    return _Read(hits, frozenset(hits))


@lru_cache(maxsize=REMEMBERED)
def _said(text: str, speaker: Speaker, languages: frozenset[str]) -> _Said:  # noqa: ARG001 - they are the key
    return _Said()


class Sentence:
    """One sentence of a folded text: `folded[start:end]`."""

    def __init__(self, text: str, start: int, speaker: Speaker, languages: frozenset[str]) -> None:
        """Name a sentence, and find the phrases in it."""
        self.text, self.start, self.speaker, self.languages = text, start, speaker, languages
        self._read = _read(text, languages)
        self.roles = self._read.roles

    @cached_property
    def said(self) -> _Said:
        """What is remembered of these words of this speaker."""
        return _said(self.text, self.speaker, self.languages)

    @property
    def end(self) -> int:
        """Where it ends in the folded text."""
        return self.start + len(self.text)

    def hits(self, role: str) -> tuple[Hit, ...]:
        """Return the phrases of a role in this sentence, places within it."""
        return self._read.hits.get(role, ())

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is here."""
        return not self.roles.isdisjoint(roles)

    @property
    def names(self) -> list[NameHit]:
        """Platforms' names that count, Telegram's and its clients' aside."""
        if self._read.names is None:
            hits = names.find(self.text)
            if hits:
                hits = names.supported(self.text, hits, self.hits("messenger"))
            self._read.names = [hit for hit in hits if hit.group not in names.ORIGIN]
        return self._read.names

    def own(self, *, strong: bool = True) -> tuple[tuple[int, int], ...]:
        """Return where the channel's own names stand; a signature at the end is left out."""
        if strong not in self.said.own:
            spans = own_words.named(self.speaker, self.text, strong=strong)
            self.said.own[strong] = tuple(span for span in spans if not self._signature(*span))
        return self.said.own[strong]

    def _signature(self, start: int, end: int) -> bool:
        before, after = self.text[:start].rstrip(), self.text[end:]
        return before.endswith(("/", "|", "@")) and not any(char.isalnum() for char in after)

    @property
    def question(self) -> bool:
        """Whether it asks."""
        return self.text.rstrip(' "»)*_').endswith("?")


def _blanked(piece: str) -> str:
    """Put marks for addresses, of the same length: words inside them say nothing."""
    return _ADDRESS.sub(lambda hit: MARK * len(hit.group()), piece)


def sentences(folded: str, speaker: Speaker) -> list[Sentence]:
    """Cut a folded text at line ends and after closing marks; addresses stay whole."""
    folded = folded[:MAX_TEXT]
    languages = phrases.languages_of(folded)
    out: list[Sentence] = []
    start = 0
    ends = [(hit.start(), hit.end()) for hit in _ENDS.finditer(folded)]
    for stop, after in [*ends, (len(folded), len(folded))]:
        piece = folded[start:stop][:MAX_SENTENCE]
        if any(char.isalnum() for char in piece):
            out.append(Sentence(_blanked(piece), start, speaker, languages))
        start = after
        if len(out) == MAX_SENTENCES:
            break
    return out
