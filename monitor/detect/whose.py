"""Decide whose presence each place of a post is: the channel's own, or another's.

Links and the sentences that show them enter; links leave, `own` decided. Reads no address.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from monitor.catalog import addresses
from monitor.catalog.text import Normalised
from monitor.detect import speaker as own_words
from monitor.detect.actors import BRIEF, speaker_label
from monitor.detect.clauses import Sentence
from monitor.detect.handles import BARE_WORDS, HANDLE, words_beside
from monitor.detect.mentions import Placed
from monitor.model import DestinationLink, Label, Speaker

PRESENCES = frozenset({"handle", "join", "id", "mention"})
"""Kinds of link that lead to a channel; the others lead to a post, a person, a product."""
AD_WORDS = 2
"""An advertisement's words in one post that make it one; uncalibrated."""
MOST_LINES = 8
"""Lines of a list that are walked up to its heading; uncalibrated."""
MAX_OTHERS = 50
LIST = 2
"""Presences shown one under another, without words, make a footer."""
LONGEST_HEADING = 5
"""Words of a line before an address that may only head it ("the new address of the office:")."""
SHORT = 8
"""A mere list of places under more sentences, none of them akin to the channel's name, is as often
the list of whoever the post is about; chosen on the real Persian posts, 2026-11-25."""

_PAID = re.compile(
    r"\W*(?:реклам|на правах рекламы|erid|تبلیغ|آگهی|رپرتاژ|اعلان ممول|ad\b|advert|sponsored)"
)
_MARKED = re.compile(r"\berid\b|\bsponsor")
"""Words that Russian law, or courtesy, puts anywhere into an advertisement."""
_QUOTED = re.compile(r"[«\"]([^«»\"]{2,60})[»\"]")
_THEIRS = re.compile(
    r"(?<!\w)(?:их|его|ее|their|its|his|her)\s(?:\w+\s){0,2}(?:адрес|канал|страниц|ник|аккаунт|address|channel|page|account)"
)
_STEPS = ("move", "only", "from_now", "also", "stop", "leave", "nomore", "last", "instead", "stays")
_OPEN = ("invite", "opened", "channel", "account", "handle", "same", "publish", "returns", "part")
LONGEST_NAME = 60
"""Characters in quotation marks that may be a name; more are somebody's words. Uncalibrated."""
_SPEECH = re.compile(rf"«[^«»]{{{LONGEST_NAME},}}")
_US = ("ours", "we", "here", "telegram")
_TOLD = frozenset({Label.CLOSURE, Label.PARTIAL_MOVE, Label.RETURN, Label.INVITATION})
"""Labels that say that the post is about the channel's own places."""


def _owns(part: Sentence) -> bool:
    return bool(part.own()) or part.has("ours")


def _announced(part: Sentence) -> bool:
    """Whether a sentence shows its address as the speaker's own."""
    if part.has("report", "ad"):
        return False
    if part.own():
        told = part.has("invite", "opened", "channel", "move", "only", "publish")
        return told or (bool(part.names) and len(part.text) <= BRIEF)
    if part.has("invite") and part.own(strong=False) and not part.has("actor"):
        return True
    return part.has("ours", "we") and part.has(
        "invite", "opened", "move", "only", "account", "also", "from_now", "handle"
    )


def _labelled(part: Sentence) -> bool:
    """Whether a sentence is somebody's words after a name and a colon; "MAX: address" is not."""
    if not speaker_label(part) or words_beside(part) <= LONGEST_HEADING:
        return False
    end = part.text.index(":")
    return not any(hit.start < end for hit in part.names)


def _of_another(part: Sentence, *, quoted: bool = True) -> bool:
    """Whether a sentence tells of somebody else's place; `quoted` lets a name in marks tell so."""
    if _owns(part):
        return False
    if part.has("report") or _labelled(part) or _THEIRS.search(part.text):
        return True
    return quoted and any(
        not hit.group(1).isascii()
        and not own_words.named_in(part.speaker, hit.group(1))
        and not any(hit.start() <= name.start < hit.end() for name in part.names)
        for hit in _QUOTED.finditer(part.text)
    )


def _speaks_of_us(part: Sentence) -> bool:
    """Whether a sentence tells of a step of the channel's own."""
    if _of_another(part):
        return False
    if part.has(*_US) and part.has(*_STEPS):
        return True
    if part.own() and part.has("telegram", "here"):
        return True
    return (_owns(part) or part.has("we")) and part.has("invite", "opened", "returns")


def _others(text: Normalised, speaker: Speaker, found: Sequence[Placed]) -> list[Speaker]:
    """Return the Telegram names in a post that are not the channel's own, as speakers."""
    given = {(p.link.handle or "").casefold() for p in found if p.link.kind == "mention"}
    shown = [hit.group(1).rstrip(".") for hit in HANDLE.finditer(text.folded)]
    shown = [name for name in shown if name not in given]
    places = addresses.find(text.raw) if "t.me" in text.folded or "telegram" in text.folded else ()
    for place in places:
        link = addresses.match(place.url)
        if link is not None and link.platform == "telegram" and link.handle:
            shown.append(link.handle)
    return [Speaker(name) for name in shown[:MAX_OTHERS] if not own_words.near(speaker, name)]


class _Post:
    """What all links of a post share; looked at only where a link's own name does not tell."""

    def __init__(
        self,
        speaker: Speaker,
        text: Normalised,
        found: Sequence[Placed],
        parts: Sequence[Sentence],
        *,
        told: bool,
    ) -> None:
        self.text, self.parts, self.found, self.told = text, parts, found, told
        self.speaker = speaker
        self._bare: dict[int, bool] = {}

    @cached_property
    def others(self) -> list[Speaker]:
        return _others(self.text, self.speaker, self.found)

    @cached_property
    def ads(self) -> int:
        return sum(len(part.hits("ad")) for part in self.parts)

    @cached_property
    def paid(self) -> bool:
        return any(_PAID.match(part.text) or _MARKED.search(part.text) for part in self.parts)

    @cached_property
    def faked(self) -> bool:
        """Whether somebody may be said to pretend to be the channel."""
        return any(part.has("fake") for part in self.parts)

    @cached_property
    def us(self) -> bool:
        """Whether the post tells of a step of the channel's own."""
        return self.told or any(_speaks_of_us(part) for part in self.parts)

    def bare(self, at: int) -> bool:
        """Whether a line only lists places."""
        known = self._bare.get(at)
        if known is None:
            part = self.parts[at]
            known = len(part.text) <= BRIEF and words_beside(part) <= BARE_WORDS
            self._bare[at] = known
        return known

    def context(self, at: int) -> list[Sentence]:
        """Return the sentence of a link, and what heads the list that it stands in."""
        out = [self.parts[at]]
        while at > 0 and self.bare(at) and len(out) < MOST_LINES:
            at -= 1
            out.append(self.parts[at])
        return out

    def listed(self, placed: Placed) -> bool:
        """Whether a link stands in a list without words, as footers do, or ends a post so."""
        at = placed.sentence
        if at is None:
            hidden = sum(p.sentence is None and p.link.kind in PRESENCES for p in self.found)
            platforms = {
                hit.platform
                for i, part in enumerate(self.parts)
                for hit in part.names
                if self.bare(i)
            }
            return placed.link.platform in platforms or hidden >= LIST
        if not self.bare(at):
            return False
        lines = [p.sentence for p in self.found if p.sentence is not None]
        near = sum(abs(line - at) <= LIST and self.bare(line) for line in lines)
        named = bool(self.parts[at].names) or placed.link.kind == "mention"
        return near >= LIST or (named and at >= len(self.parts) - 2)

    def own(self, placed: Placed) -> bool:
        """Decide about one presence."""
        at, handle = placed.sentence, placed.link.handle or ""
        near = own_words.near(self.speaker, handle)
        if near and not self.faked:
            return True
        context = self.context(at) if at is not None else list(self.parts)
        if near or self._pretended(context, hidden=at is None):
            return near and not self._pretended(context, hidden=at is None)
        listed = self.listed(placed)
        if listed and not self.paid and self._in_company(at):
            return True
        akin = own_words.akin(self.speaker, handle)
        if self._another(handle, at, context[: 1 if listed else 2], akin=akin):
            return False
        told = self.told or akin or (listed and (self.us or len(self.parts) <= SHORT))
        return told or self._shown(context, hidden=at is None)

    def _in_company(self, at: int | None) -> bool:
        """Whether a place stands in a list with one that bears the channel's own name."""
        return any(
            own_words.near(self.speaker, p.link.handle or "")
            for p in self.found
            if p.link.kind in PRESENCES
            and (
                p.sentence is None
                if at is None
                else p.sentence is not None
                and abs(p.sentence - at) <= LIST
                and self.bare(p.sentence)
            )
        )

    def _another(
        self, handle: str, at: int | None, nearest: Sequence[Sentence], *, akin: bool
    ) -> bool:
        """Whether something shows that a place is another's."""
        # "@other ... our channel in MAX: max.ru/other" is that other's footer.
        if self.paid or any(own_words.near(other, handle) for other in self.others):
            return True
        if akin:
            return False
        if self.ads >= AD_WORDS:
            return True
        if self.told:
            return False
        quoted = not self.us
        return self._cited(at) or any(_of_another(part, quoted=quoted) for part in nearest)

    def _cited(self, at: int | None) -> bool:
        """Whether a sentence stands within a quotation of more than a few words."""
        if at is None:
            return False
        part = self.parts[at]
        opened, closed = (self.text.folded.count(mark, 0, part.start) for mark in "«»")
        return opened > closed or bool(_SPEECH.search(part.text))

    def _shown(self, context: Sequence[Sentence], *, hidden: bool) -> bool:
        """Whether the sentences around a place send readers there in the channel's name."""
        if hidden:
            return self.us or any(part.has("invite") for part in context)
        return any(
            _announced(part)
            or (self.us and part.has(*_STEPS, *_OPEN))
            or (
                part.has("invite", "opened", "also", "account")
                and own_words.touched(self.speaker, part.text)
            )
            for part in context
        )

    @staticmethod
    def _pretended(context: Sequence[Sentence], *, hidden: bool) -> bool:
        """Whether somebody is said to pretend to be the channel there."""
        if context and not hidden and not context[0].has("fake"):
            context = [] if context[0].has("only", "ours") else context[:2]
        return any(part.has("fake") for part in context)


def decide(  # noqa: PLR0917 - what is known of one post
    speaker: Speaker,
    text: Normalised,
    found: Sequence[Placed],
    parts: Sequence[Sentence],
    forwarded_from: str | None,
    label: Label | None = None,
) -> tuple[DestinationLink, ...]:
    """Say of every link whether it is the channel's own presence.

    Own is a handle equal or near to the channel's; and a place that the post announces, invites
    to or lists without a sign that it is another's. Links in another's forward belong to that
    owner; an advertisement's address counts only with the channel's very name.

    Args:
        speaker: the channel.
        text: the post.
        found: its links, as `links.read` returns them.
        parts: its sentences.
        forwarded_from: whose post it was.
        label: what the post was judged to be, where that is known: an announcement of the
            channel's own step shows its own places.
    """
    if not found:
        return ()
    foreign = bool(forwarded_from) and not own_words.is_own_forward(speaker, forwarded_from)
    if foreign or not any(placed.link.kind in PRESENCES for placed in found):
        return tuple(replace(placed.link, own=False) for placed in found)
    post = _Post(speaker, text, found, parts, told=label in _TOLD)
    return tuple(replace(p.link, own=p.link.kind in PRESENCES and post.own(p)) for p in found)
