"""Find platforms' names in a folded text: whole words, with the endings that languages add.

An ambiguous name ("yes", "chat", "Max") is marked; it counts where `supported` says so.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, Implementation

from monitor.catalog import phrases, platforms
from monitor.catalog.finding import Hit

MAX_NAMES = 400
"""Names taken from one text."""

ORIGIN = frozenset({"origin", "client"})
"""Groups of platforms that are Telegram itself."""
_ENDING = re.compile(r"(?:'?(?:[а-я]{1,3}|s))?(?!\w)")
_EZAFE = re.compile(r"ی{1,2}(?!\w)")
"""Persian joins a name that ends in alef to the next word by it: "Eitaa's channel"."""
_PREFIXES = frozenset(
    f"{and_}{rest}"
    for and_ in ("", "و", "ف")
    for rest in ("", "ال", "بال", "عال", "هال", "کال", "لل", "ب", "ل", "ع", "بهال", "عهال")
    if and_ or rest
)
"""What Arabic joins before a name: and, in, on, to, the, this; in folded letters."""
_LONGEST_PREFIX = max(map(len, _PREFIXES))
# In folded letters: the fold writes every yeh as Persian does.
_JOINED = re.compile(
    r"[\s|,/+•·&\-:*\[\]()#«»\"_]{0,6}"
    r"(?:(?:و|и|and|или|or|یا|او)\s(?:(?:در|به|в|во|на|on|in|at|علی|فی)\s)?|و(?:علی|فی)\s)?"
    r"(?:و?(?:ال|عال|بال|ب)?)?[\s#«\"*\[]{0,3}"
)


_HANDLED = re.compile(
    r"\s?[:(\-]?\s?@[a-z]|(?<=[\u0400-\u06ff])\s?[:(\-]?\s?[a-z][a-z0-9_.]{3,}(?!\w)"
    r"|\s?[:(]\s?(?=[a-z0-9_.]*[0-9_.][a-z0-9_])[a-z][a-z0-9_.]{3,}(?!\w)"
)
"""A handle right after a name: marked as one, or in Latin letters after a name in others, or of a
shape that no word has."""


@dataclass(frozen=True, slots=True)
class NameHit:
    """A platform's name: `folded[start:end]`; `sure` where it cannot be an ordinary word."""

    platform: str
    group: str
    start: int
    end: int
    sure: bool


@cache
def _automaton() -> tuple[AhoCorasick, tuple[str, ...]]:
    names = tuple(platforms.load().by_name)
    return AhoCorasick(list(names)), names


@cache
def _gate() -> tuple[AhoCorasick, tuple[str, ...], frozenset[str]]:
    """Return the automaton that every text meets first, what it finds, and the names among it.

    Telegram's own addresses stand under half of all posts and lead nowhere else.
    """
    catalogue = platforms.load()
    stems = phrases.load().stems
    hosts = tuple(h for h, p in catalogue.by_host.items() if p.group not in ORIGIN)
    found = tuple(dict.fromkeys((*stems, *hosts, *catalogue.by_name)))
    # Every post is looked at: the larger tables pay.
    automaton = AhoCorasick(list(found), implementation=Implementation.DFA)
    return automaton, found, frozenset(catalogue.by_name) - {*stems, *hosts}


def passes(folded: str) -> bool:
    """Whether a folded text holds a stem of the lexicons, a platform's host or its name.

    The first look at every text: one that does not pass says nothing of a channel's place.
    """
    automaton, found, by_name = _gate()
    for index, start, end in automaton.find_matches_as_indexes(folded, overlapping=True):
        # A short name stands inside many words: only as a word of its own does it count.
        if found[index] not in by_name or (_begins(folded, start) and _ends(folded, end)):
            return True
    return False


def _ends(folded: str, end: int) -> re.Match[str] | None:
    """Match what languages add to a name, up to the end of the word."""
    hit = _ENDING.match(folded, end)
    if hit is None and folded[end - 1] == "ا":
        hit = _EZAFE.match(folded, end)
    return hit


def _begins(folded: str, start: int) -> bool:
    word = start
    while word > 0 and folded[word - 1].isalnum():
        word -= 1
        if start - word > _LONGEST_PREFIX:
            return False
    before = folded[word:start]
    return (
        before == "" and folded[start - 1 : start] not in {"@", ".", "_"}
    ) or before in _PREFIXES


def find(folded: str) -> list[NameHit]:
    """Return the platforms' names of a folded text in order, the longest where they overlap."""
    automaton, names = _automaton()
    catalogue = platforms.load()
    hits: list[NameHit] = []
    for index, start, end in automaton.find_matches_as_indexes(folded, overlapping=True):
        name = names[index]
        ending = _ends(folded, end)
        # A host or a handle is no name: "max.ru", "@max_news".
        if ending is None or not _begins(folded, start) or re.match(r"\.\w|_", folded[end:][:2]):
            continue
        platform = catalogue.by_name[name]
        sure = not platform.ambiguous and name not in platform.doubtful
        hits.append(NameHit(platform.id, platform.group, start, ending.end(), sure))
    hits.sort(key=lambda hit: (hit.start, -hit.end))
    out: list[NameHit] = []
    for hit in hits[:MAX_NAMES]:
        if not out or hit.start >= out[-1].end:
            out.append(hit)
    return out


def chains(folded: str, hits: list[NameHit]) -> list[list[NameHit]]:
    """Group names that stand in one list: "Eitaa, Bale and Soroush", "Eitaa | Bale"."""
    out: list[list[NameHit]] = []
    for hit in hits:
        if out and _JOINED.fullmatch(folded, out[-1][-1].end, hit.start):
            out[-1].append(hit)
        else:
            out.append([hit])
    return out


def supported(folded: str, hits: list[NameHit], messengers: Iterable[Hit]) -> list[NameHit]:
    """Keep sure names, and ambiguous ones in a list of names or beside a messenger word."""
    before = {hit.end for hit in messengers}
    kept: list[NameHit] = []
    for chain in chains(folded, hits):
        first = chain[0]
        gap = folded[: first.start]
        beside = len(gap.rstrip(' «"#*[')) in before
        after = re.match(
            r"\W{1,5}(?:это )?(?:\w+ )?(?:мессенджер|messenger|مسنجر)", folded[first.end :][:40]
        )
        if len(chain) > 1 or first.sure or beside or after or _HANDLED.match(folded, first.end):
            kept.extend(chain)
    return kept
