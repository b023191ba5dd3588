"""Read where a post names a place elsewhere in words: a platform and a handle, without an address.

Sentences enter; mentions leave, each with the platform it is on. Whose they are is not decided.
A handle is `@name`, also with the sign behind it as right-to-left editors leave it, or a bare
Latin name that a platform's name or a word for a handle stands beside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from monitor.catalog import names
from monitor.catalog.names import ORIGIN, NameHit
from monitor.detect import speaker as own_words
from monitor.detect.clauses import MARK, Sentence
from monitor.detect.handles import (
    BARE_WORDS,
    SIGN_AND_NAME,
    Handle,
    handles_of,
    in_latin,
    words_beside,
)
from monitor.model import DestinationLink, Speaker

REACH = 45
"""Characters between a platform's name and the handle given for it; chosen on the composed
notices, 2026-11-23."""
NEAR = 2
"""Sentences between a platform and the only handle of a post; chosen on composed posts,
2026-11-25."""
_AFTER = re.compile(
    r"[\s\-:(\[«\"|,]{0,4}(?:(?:در|تو|توی|in|on|at|в|во|на|علی|فی|عبر|ب)\s)?\s?"
    r"(?:(?:پیام\s?رسان(?:\s?های)?|messenger|мессенджере?|منصه|تطبیق|کانال)\s)?[\s«\"]{0,2}"
)
_OPENED = re.compile(
    r"[:(\[«\"=]\s{0,2}\Z|\s[-|]\s{0,2}\Z|^\s?[,/|\-]\s{0,2}\Z|👉\s?\Z|[👈⬅➡→]\W?\s?\Z"
)
"""What stands before a name that is given, and not told of."""
_CLOSED = re.compile(r"\s{0,2}(?:[.!?,;:()\]»\"|/\n\-]|\Z|and\b|or\b|$)")
_SIGN = re.compile(r"[\s\"»]*[^\w\s\"»'][^\w]{0,4}\Z")
"""Nothing but a sign between a platform's name and the word after it."""
_WHATSAPP = re.compile(r"0029va\w{4,}\Z", re.IGNORECASE)
"""How the ids of WhatsApp's channels begin, as in the real posts of ../shared."""

_LEADING = (
    *("only", "move", "from_now", "invite", "opened", "ours", "instead", "stays", "nomore"),
    *("account", "handle"),
)
"""Roles of which one stands where a post sends its readers to a platform."""
_ASKING = ("only", "move", "from_now", "instead")
"""Roles beside which even the channel's own name, with which it signs its posts, is meant there."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A link and the sentence that shows it; None for an address hidden behind words."""

    link: DestinationLink
    sentence: int | None


def _set_off(part: Sentence, chain: Sequence[NameHit]) -> bool:
    """Whether a list of platforms begins its line, or a bracket."""
    before = part.text[: chain[0].start].rstrip()
    return before.endswith(("(", ":")) or not any(char.isalnum() for char in before)


def _leads(part: Sentence) -> bool:
    """Whether a sentence that names a platform sends readers there: it is no mere news of it."""
    if words_beside(part) <= BARE_WORDS or part.text.rstrip().endswith(":"):
        return True
    return part.has(*_LEADING) and not part.has("report")


class _Reader:
    """Pairs the handles of one post with the platforms that its sentences name."""

    def __init__(
        self, raw: str, speaker: Speaker, parts: Sequence[Sentence], written: Sequence[Placed]
    ) -> None:
        self.raw, self.speaker, self.parts = raw, speaker, parts
        self.addressed = {(p.sentence, p.link.platform) for p in written}
        self.chains: dict[int, list[list[NameHit]]] = {}
        self.handles: dict[int, list[Handle]] = {}
        self.out: list[Placed] = []
        self.loose: list[tuple[int, Handle]] = []
        """Handles that no name stands beside."""

    def chains_of(self, index: int) -> list[list[NameHit]]:
        known = self.chains.get(index)
        if known is None:
            part = self.parts[index]
            known = self.chains[index] = names.chains(part.text, names.find(part.text))
        return known

    def say(self, index: int, chain: Sequence[NameHit], name: str, words: str = "") -> None:
        several = len(chain) > 1
        for hit in chain:
            near = ((index + n, hit.platform) for n in (-1, 0, 1))
            if hit.group not in ORIGIN and not (several and self.addressed.intersection(near)):
                link = DestinationLink(words or f"@{name}", hit.platform, "mention", name)
                self.out.append(Placed(link, index))

    @cached_property
    def latin(self) -> bool:
        """Whether the post is written in Latin letters."""
        return in_latin(self.parts)

    def plain(self, name: str) -> bool:
        """Whether a bare word in small letters is no word of the post's language."""
        return len(name) > 3 and name == name.lower() and not self.latin

    def shaped(self, name: str) -> bool:
        """Whether a bare word is written as only a handle is, or as this channel's."""
        digits = any(char.isdigit() for char in name)
        return (
            "_" in name
            or "." in name
            or (digits and len(name) > 4)
            or (name == name.lower() and own_words.near(self.speaker, name))
            or (self.plain(name) and own_words.akin(self.speaker, name))
        )

    def given(self, part: Sentence, chain: Sequence[NameHit], handle: Handle) -> bool:
        """Whether a bare word after a platform's name is that platform's handle."""
        gap = part.text[chain[-1].end : handle.start]
        plain = self.plain(handle.name)
        if not any(char.isalnum() for char in gap) and plain:
            return True
        if not (len(chain) > 1 or chain[0].sure or chain[0] in part.names or _set_off(part, chain)):
            return False
        if any(chain[-1].end <= hit.start < handle.start for hit in part.hits("handle")):
            return True
        closed = _CLOSED.match(part.text, handle.end) is not None
        if closed and (_OPENED.search(gap) or _SIGN.match(gap)):
            return True
        return self.shaped(handle.name) or (closed and plain)

    def within(self, index: int) -> None:
        """Pair what stands in one sentence."""
        part = self.parts[index]
        handles = self.handles[index]
        taken = 0
        for handle, following in zip(handles, [*handles[1:], None], strict=True):
            before = self._before(index, handle, taken)
            after = self._after(index, handle, following.start if following else len(part.text))
            if before and after:
                gap = part.text[before[-1].end : handle.start]
                beside = re.fullmatch(r"\W{0,4}", gap) is not None
                if not beside and "," not in part.text[handle.end : after[0].start]:
                    before = []  # "@x in A" is nearer than an A far before; "A is @x, B is" is not
            chosen = before or after
            if chosen:
                taken = max(chosen[-1].end, handle.end)
                self.say(index, chosen, handle.name)
            elif not handle.bot and not self._again(index, handle):
                self.loose.append((index, handle))

    def _before(self, index: int, handle: Handle, taken: int) -> Sequence[NameHit]:
        """Return the platforms before a handle, from a place on, that it is given for."""
        part = self.parts[index]
        chains = self.chains_of(index)
        if _WHATSAPP.match(handle.name):
            return [hit for chain in chains for hit in chain if hit.platform == "whatsapp"][:1]
        found = [c for c in chains if taken <= c[0].start and c[-1].end <= handle.start]
        if not found:
            return []
        gap = part.text[found[-1][-1].end : handle.start]
        reach = 2 * REACH if handle.bare and gap.endswith(("(", ": ")) else REACH
        if len(gap) > reach or (handle.bot and any(char.isalpha() for char in gap)):
            return []
        return found[-1] if not handle.bare or self.given(part, found[-1], handle) else []

    def _after(self, index: int, handle: Handle, limit: int) -> Sequence[NameHit]:
        """Return the platforms after a handle, up to a place, that it is said to be on."""
        following = [c for c in self.chains_of(index) if handle.end <= c[0].start < limit][:1]
        if not following or (handle.bare and not self._is_name(handle)):
            return []
        text = self.parts[index].text
        return next((c for c in following if _AFTER.fullmatch(text, handle.end, c[0].start)), [])

    def _again(self, index: int, handle: Handle) -> bool:
        """Whether a handle only repeats one that was placed in its sentence."""
        same = handle.name.casefold()
        return any(
            p.sentence == index and (p.link.handle or "").casefold() == same for p in self.out
        )

    def across(self) -> None:
        """Pair what a line and the one above or below it show, and the only pair of a post."""
        rest = []
        for index in dict.fromkeys(i for i, _ in self.loose):
            part = self.parts[index]
            mine = [h for i, h in self.loose if i == index]
            if part.has("telegram") and not part.has("handle"):
                continue  # it is the handle there
            chain = self._beside(index, mine)
            if not chain:
                rest += [(index, h) for h in mine]
            elif len(mine) == len(chain) > 1:
                for hit, handle in zip(chain, mine, strict=True):
                    self.say(index, [hit], handle.name)
            elif len({h.name.casefold() for h in mine}) == 1:
                self.say(index, chain, mine[0].name)
        self._only_pair(rest)

    def _beside(self, index: int, handles: Sequence[Handle]) -> list[NameHit]:
        """Return the list of platforms in the line above or below a handle."""
        part = self.parts[index]
        told = part.has("handle", "same")
        alone = words_beside(part) - sum(h.bare for h in handles) <= BARE_WORDS
        if not (told or alone) or self.chains_of(index):
            return []
        shaped = any(not h.bare or told or self._is_name(h) for h in handles)
        signed = self._signed(handles) and not told
        for other in (index - 1, index + 1):
            if not shaped or not 0 <= other < len(self.parts):
                continue
            listing = self.parts[other]
            taken = MARK in listing.text or any(p.sentence == other for p in self.out)
            if taken or not listing.names:
                continue
            chain = names.chains(listing.text, listing.names)[-1]
            pure = words_beside(listing) <= BARE_WORDS
            if signed:  # its own name ends every post: only a list of platforms asks for it
                pure = pure and (len(chain) > 1 or _set_off(listing, chain))
            if pure or (other < index and not signed and _leads(listing)):
                return chain
        return []

    def _signed(self, handles: Sequence[Handle]) -> bool:
        """Whether the handles are the channel's own name on Telegram, as a signature."""
        own = self.speaker.username.casefold()
        return all(h.name.casefold() == own for h in handles)

    def _is_name(self, handle: Handle) -> bool:
        return self.shaped(handle.name) or self.plain(handle.name)

    def _only_pair(self, rest: Sequence[tuple[int, Handle]]) -> None:
        """Pair the only handle of a post with the only list of platforms that has none."""
        rest = [(i, h) for i, h in rest if not h.bare or self._is_name(h)]
        if len({h.name.casefold() for _, h in rest}) != 1:
            return
        index, handle = rest[-1]
        signed = self._signed([handle])
        done = {p.link.platform for p in self.out} | {platform for _, platform in self.addressed}
        low, high = max(index - NEAR, 0), index + NEAR + 1
        if signed and not any(p.has("here", "ours", "telegram") for p in self.parts[low:high]):
            return
        open_ = [
            chain
            for part in self.parts[low:high]
            for chain in names.chains(part.text, part.names)
            if MARK not in part.text
            and (part.has(*_ASKING) if signed else _leads(part))
            and not {hit.platform for hit in chain} & done
        ]
        if len({tuple(hit.platform for hit in chain) for chain in open_}) == 1:
            self.say(index, open_[0], handle.name)

    def same_name(self) -> None:
        """Resolve "with the same id": the channel's own, or the one given beside it."""
        for index, part in enumerate(self.parts):
            said = part.hits("same")
            if not said:
                continue
            words = part.text[said[0].start : said[0].end].strip()
            given = [p.link for p in self.out if p.sentence == index and p.link.handle]
            handle = given[-1].handle if given else self.speaker.username
            here = [h for c in self.chains_of(index) for h in c if h.group not in ORIGIN]
            if not here and not given:
                here = [hit for before in self.parts[:index] for hit in before.names][-3:]
            placed = {p.link.platform for p in self.out if p.sentence == index}
            placed |= {platform for _, platform in self.addressed}
            if handle:
                rest = [hit for hit in here if hit.platform not in placed]
                self.say(index, rest, handle, words)


def read(
    raw: str, speaker: Speaker, parts: Sequence[Sentence], written: Sequence[Placed] = ()
) -> list[Placed]:
    """Return the mentions of a post in words, as they are paired; none is decided yet.

    `written` are the addresses of the post: a platform in a list that has one needs no handle.
    """
    reader = _Reader(raw, speaker, parts, written)
    for index, part in enumerate(parts):
        if SIGN_AND_NAME.search(part.text):
            handles = handles_of(raw, part)
            if handles:
                reader.handles[index] = handles
                reader.within(index)
    if any(part.has("same") for part in parts):
        reader.same_name()
    if reader.loose and any(part.names for part in parts):
        reader.across()
    return reader.out
