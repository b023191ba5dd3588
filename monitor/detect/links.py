"""Find where a post points on other platforms, and whose presence each place is.

A post's text and addresses enter; links leave, with `own` decided. Telegram is no destination.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.catalog import addresses, names, platforms
from monitor.catalog.text import Normalised, normalise
from monitor.detect import speaker as own_words
from monitor.detect.actors import BRIEF
from monitor.detect.clauses import MAX_TEXT, Sentence, sentences
from monitor.model import DestinationLink, Speaker

PRESENCES = frozenset({"handle", "join", "id", "mention"})
"""Kinds of link that lead to a channel; the others lead to a post, a person, a product."""
MAX_URLS = 400
AD_WORDS = 2
"""An advertisement's words in one post that make it one; uncalibrated."""
REACH = 45
"""Characters between a platform's name and the handle given for it; chosen on the composed
notices, 2026-11-23."""

_HANDLE = re.compile(r"(?<![\w@./])@([a-z][a-z0-9_.]{1,63})(?![\w@])")
_AFTER = re.compile(
    r"[\s\-:(\[«\"|,]{0,4}(?:(?:در|in|on|at|в|во|на|على|في|عبر|ب)\s)?\s?"
    r"(?:(?:پیام\s?رسان(?:\s?های)?|messenger|мессенджере?|منصه|تطبیق|کانال)\s)?[\s«\"]{0,2}"
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A link and the sentence that shows it; None for an address hidden behind words."""

    link: DestinationLink
    sentence: int | None


def _is_destination(link: DestinationLink) -> bool:
    return platforms.load().platforms[link.platform].group not in {"origin", "client"}


def _written(text: Normalised, parts: Sequence[Sentence]) -> Iterator[Placed]:
    for found in addresses.find(text.raw[:MAX_TEXT]):
        link = addresses.match(found.url)
        if link is not None and _is_destination(link):
            place = text.place(found.start)
            index = next((i for i, part in enumerate(parts) if place < part.end), None)
            yield Placed(link, index)


def _spelled(raw: str, handle: str) -> str:
    """Return a folded handle as the raw text spells it, without a closing full stop."""
    handle = handle.rstrip(".")
    hit = re.search(re.escape(handle), raw, re.IGNORECASE)
    return hit.group() if hit is not None else handle


def _mentioned(raw: str, part: Sentence, index: int, above: str) -> Iterator[Placed]:
    handles = list(_HANDLE.finditer(part.text))
    chains = names.chains(part.text, names.find(part.text)) if handles else []
    if handles and not chains and part.has("handle"):  # "we are on A and B; our name there is @x"
        listed = names.chains(above, names.find(above))[-1:]
        for name in listed[0] if listed and len(handles) == 1 else ():
            spelled = _spelled(raw, handles[0].group(1))
            if name.group not in {"origin", "client"} and own_words.near(part.speaker, spelled):
                link = DestinationLink(f"@{spelled}", name.platform, "mention", spelled)
                yield Placed(link, index)
    taken = 0
    for handle in handles:
        before = [c for c in chains if taken <= c[0].start and c[-1].end <= handle.start()][-1:]
        after = [
            c
            for c in chains
            if c[0].start >= handle.end() and _AFTER.fullmatch(part.text, handle.end(), c[0].start)
        ][:1]
        gap = part.text[before[0][-1].end : handle.start()] if before else ""
        if len(gap) > REACH or (after and not re.fullmatch(r"\W{0,4}", gap)):
            before = []  # "@x in A" is nearer than an A far before
        chosen = before or after
        taken = chosen[0][-1].end if chosen else handle.end()
        spelled = _spelled(raw, handle.group(1))
        for name in chosen[0] if chosen else ():
            if name.group not in {"origin", "client"}:
                link = DestinationLink(f"@{spelled}", name.platform, "mention", spelled)
                yield Placed(link, index)


def _same_name(speaker: Speaker, parts: Sequence[Sentence]) -> Iterator[Placed]:
    for index, part in enumerate(parts):
        if not speaker.username or not part.has("same"):
            continue
        here = part.names or [hit for before in parts[:index] for hit in before.names][-3:]
        said = part.hits("same")[0]
        words = part.text[said.start : said.end].strip()
        for name in here:
            yield Placed(DestinationLink(words, name.platform, "mention", speaker.username), index)


def _key(link: DestinationLink) -> tuple[str, str]:
    return link.platform, (link.handle or link.url).casefold()


def read(
    speaker: Speaker, text: Normalised, urls: Sequence[str], parts: Sequence[Sentence]
) -> list[Placed]:
    """Return every link of a post once, addresses before mentions, none decided yet."""
    found = list(_written(text, parts))
    for url in urls[:MAX_URLS]:
        link = addresses.match(url)
        if link is not None and _is_destination(link):
            found.append(Placed(link, None))
    for index, part in enumerate(parts):
        if "@" in part.text:
            above = parts[index - 1].text if index else ""
            found.extend(_mentioned(text.raw, part, index, above))
    found.extend(_same_name(speaker, parts))
    once: dict[tuple[str, str], Placed] = {}
    for placed in found:
        once.setdefault(_key(placed.link), placed)
    return list(once.values())


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
        "invite", "opened", "move", "only", "account", "also", "from_now"
    )


def _others_names(text: Normalised, speaker: Speaker) -> list[Speaker]:
    """Return the Telegram names in a post that are not the channel's own, as speakers."""
    names_shown = [hit.group(1) for hit in _HANDLE.finditer(text.folded)]
    for found in addresses.find(text.raw):
        link = addresses.match(found.url)
        if link is not None and link.platform == "telegram" and link.handle:
            names_shown.append(link.handle)
    return [Speaker(name) for name in names_shown[:50] if not own_words.near(speaker, name)]


def decide(
    speaker: Speaker,
    text: Normalised,
    found: Sequence[Placed],
    parts: Sequence[Sentence],
    forwarded_from: str | None,
) -> tuple[DestinationLink, ...]:
    """Say of every link whether it is the channel's own presence.

    Own is a handle equal or near to the channel's, or an address that its sentence (or the one
    before, for an address on a line of its own) announces as ours. Links in another's forward
    belong to that owner; an advertisement's address counts only with the channel's very name.
    """
    foreign = bool(forwarded_from) and not own_words.is_own_forward(speaker, forwarded_from)
    others = _others_names(text, speaker) if found else []
    advertised = sum(len(part.hits("ad")) for part in parts) >= AD_WORDS
    out = []
    for placed in found:
        link = placed.link
        own = False
        at = placed.sentence
        beside = parts if at is None else parts[max(at - 1, 0) : at + 1]
        pretended = any(part.has("fake") for part in beside)
        if link.kind in PRESENCES and not foreign and not pretended:
            own = own_words.near(speaker, link.handle or "")
            if not own and not advertised and placed.sentence is not None:
                part = parts[placed.sentence]
                bare = len(re.findall(r"[^\W\d_]{2,}", _HOSTS.sub(" ", part.text))) <= 3
                above = parts[placed.sentence - 1 : placed.sentence] if bare else []
                own = _announced(part) or any(_announced(one) for one in above)
                # "@other ... our channel in MAX: max.ru/other" is that other's footer.
                own = own and not any(own_words.near(o, link.handle or "") for o in others)
        out.append(replace(link, own=own))
    return tuple(out)


_HOSTS = re.compile(r"\S*(?:[a-z0-9]\.[a-z]|/)\S*|@\S+")


def destinations(
    speaker: Speaker, text: str, urls: Sequence[str] = (), forwarded_from: str | None = None
) -> tuple[DestinationLink, ...]:
    """Return a post's links to other platforms, `own` decided; Telegram's addresses are left out.

    Never raises. `urls` are addresses that the text does not show: behind words, on buttons.
    """
    whole = normalise(text[:MAX_TEXT])
    parts = sentences(whole.folded, speaker)
    return decide(speaker, whole, read(speaker, whole, urls, parts), parts, forwarded_from)
