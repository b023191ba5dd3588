"""Cut a post into sentences and say which roles of the lexicons each one holds.

A folded text enters; `Sentence` objects leave, which look roles up when asked and remember them.

Roles: stop, leave, move, nomore, last (closing); only, from_now, publish, all, part, instead
(narrowing); also, stays, deny (not closing); returns; maybe, pause, block, ad (other
things); ours, we, address, report, actor (who); channel, account, telegram, here, elsewhere
(where); invite, opened, same, handle, denial, archive, fake, crowd, messenger, forever (as they
are named).
"""

import re
from collections import deque
from dataclasses import dataclass, field

from monitor.catalog import names, phrases
from monitor.catalog.phrases import Hit
from monitor.detect import speaker as own_words
from monitor.model import Speaker

MAX_TEXT = 16_384
"""Code points judged; Telegram's limit is 4096 for a post (core.telegram.org/api/config)."""
MAX_SENTENCES = 300
MAX_SENTENCE = 1_200
"""Longer sentences are judged by their beginning: regular expressions with gaps stay cheap."""

_ENDS = re.compile(r"\n+|(?<=[.!?;…])[\"»)*_]{0,3}\s+|(?<=[^\w\s,:()\[\]/@#'\"«»\-|.])\s{2,}")
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.\-]{1,19}://[!-~]{1,2048}|(?<![\w@.\-])[a-z0-9.\-]{1,200}\.[a-z]{2,18}/[!-~]{0,2048}",
    re.ASCII,
)

MARK = "•"
"""Stands for each character of an address in a sentence: neither a word nor a space."""


@dataclass
class Sentence:
    """One sentence of a folded text: `folded[start:end]`."""

    text: str
    start: int
    speaker: Speaker
    languages: frozenset[str]
    possible: int
    """The roles that may be here, as a mask of `Lexicon.bits`."""
    roles: frozenset[str] | None = None
    """What `features.roles_of` found here."""
    _roles: dict[str, tuple[Hit, ...]] = field(default_factory=dict)
    _names: list[names.NameHit] | None = None
    _named: dict[bool, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """Where it ends in the folded text."""
        return self.start + len(self.text)

    def hits(self, role: str) -> tuple[Hit, ...]:
        """Return the phrases of a role in this sentence, places within it."""
        lexicon = phrases.load()
        if not self.possible & lexicon.bits[role]:
            return ()
        if role not in self._roles:
            found = lexicon.find(role, self.text, self.languages)
            self._roles[role] = tuple(found)
        return self._roles[role]

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is here."""
        return any(self.hits(role) for role in roles if self.may(role))

    def may(self, *roles: str) -> bool:
        """Whether any of the roles may be here: False is certain, and costs nothing."""
        return bool(self.possible & phrases.load().mask(*roles))

    @property
    def names(self) -> list[names.NameHit]:
        """Platforms' names that count, Telegram's and its clients' aside."""
        if self._names is None:
            found = names.find(self.text)
            if found:
                found = names.supported(self.text, found, self.languages)
            self._names = [hit for hit in found if hit.group not in {"origin", "client"}]
        return self._names

    def own(self, *, strong: bool = True) -> tuple[tuple[int, int], ...]:
        """Return where the channel's own names stand; a signature at the end is left out."""
        if strong not in self._named:
            found = own_words.named(self.speaker, self.text, strong=strong)
            self._named[strong] = tuple(span for span in found if not self._signature(*span))
        return self._named[strong]

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
    lexicon = phrases.load()
    languages = phrases.languages_of(folded)
    anywhere = 0
    for language in languages:
        anywhere |= lexicon.anywhere[language]
    places = deque(sorted(lexicon.scan(folded)))
    out: list[Sentence] = []
    start = 0
    ends = [(hit.start(), hit.end()) for hit in _ENDS.finditer(folded)]
    for stop, after in [*ends, (len(folded), len(folded))]:
        mask = anywhere
        while places and places[0][0] < stop:
            mask |= places.popleft()[1]
        piece = folded[start:stop][:MAX_SENTENCE]
        if any(char.isalnum() for char in piece):
            out.append(Sentence(_blanked(piece), start, speaker, languages, mask))
        start = after
        if len(out) == MAX_SENTENCES:
            break
    return out
