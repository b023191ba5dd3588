"""Pick the claims about another channel's presence that are worth the name of a report.

Claims enter, those about others leave: not what Telegram itself does, nor what its users do, nor
sentences where a channel is only the place where something else was said.
"""

import re
from collections.abc import Sequence

from monitor.catalog.finding import Hit
from monitor.detect.actors import Actor
from monitor.detect.claims import Claim
from monitor.detect.frames import Around

CITED = 40
"""Characters between the channel where something was said and "said"; uncalibrated."""
VENUE = 20
"""The same where "said" stands first; uncalibrated."""
GOVERNED = 60
"""Characters between another's act and the channel that it governs; chosen on the real posts of
2025-26, 2026-11-23."""
_IN = re.compile(
    r"(?<!\w)(?:в|во|на|on|in|در|علی|فی|عبر)\s+(?:\w+\s+)?(?:telegram\s?-?|телеграм\s?-?)?\s?$"
)
_PREPOSITION = re.compile(
    r"(?<!\w)(?:из|в|с|от|from|to|on|off|of|of the|از|به|در|با|من|الی|فی|علی|عبر)\s+$"
)
_THAT = re.compile(r"(?<!\w)(?:که|что|that|ان|انه|انها|ان\w{0,3})(?!\w)")


def _gap(claim: Claim) -> int:
    verb, *objects = claim.frame.hits
    gaps = [max(hit.start - verb.end, verb.start - hit.end) for hit in objects]
    return max(gaps, default=0)


def _cited(claim: Claim) -> bool:
    """Whether the channel in a claim is only where something was said, or who says it."""
    _, *objects = claim.frame.hits
    said = claim.part.hits("report")
    return bool(objects) and all(
        any(_venue(claim.part.text, hit, word) for word in said) for hit in objects
    )


def _venue(text: str, place: Hit, said: Hit) -> bool:
    """Whether "said in its channel", or "in the channel of X they said", is what stands here."""
    if 0 <= said.start - place.end <= 2:
        return True
    if not _IN.search(text[: place.start][-VENUE:]):
        return False
    if said.start >= place.end:
        return said.start - place.end <= CITED
    between = text[said.end : place.start]
    return len(between) <= VENUE and not _THAT.search(between)


def _crowd(claim: Claim) -> bool:
    """Whether people in general do it, and no channel or office is named before them."""
    verb = claim.frame.hits[0]
    crowds = [hit for hit in claim.part.hits("crowd") if hit.end <= verb.start]
    named = [*claim.part.hits("actor"), *claim.part.hits("account")]
    return any(not any(hit.start < crowd.start for hit in named) for crowd in crowds)


def _in_telegram(claim: Claim) -> bool:
    """Whether something is done in, to or from Telegram, not to Telegram itself."""
    text = claim.part.text
    return any(
        _PREPOSITION.search(text[: hit.start][-20:]) is not None
        for hit in claim.part.hits("telegram")
    )


def _telegram_acts(claim: Claim) -> bool:
    """Whether Telegram itself is what stops, leaves or stays."""
    verb, *objects = claim.frame.hits
    return any(
        hit.role == "telegram"
        and 0 <= verb.start - hit.end <= 1
        and not _PREPOSITION.search(claim.part.text[: hit.start][-20:])
        for hit in objects
    )


def dismissed(claims: Sequence[Claim]) -> bool:
    """Whether all claims of a post are of readers in general, of Telegram itself, or only cited."""
    return bool(claims) and all(
        _crowd(claim) or _cited(claim) or _telegram_acts(claim) for claim in claims
    )


def reports(claims: Sequence[Claim], around: Around) -> list[Claim]:
    """Return the claims about another channel's closing, moving, staying or returning."""
    out = []
    for claim in claims:
        part = claim.part
        if (
            claim.actor is Actor.SELF
            or part.question
            or part.has("block")
            or _crowd(claim)
            or _cited(claim)
            or _telegram_acts(claim)
        ):
            continue
        if claim.frame.rule.startswith("last."):
            continue
        if _gap(claim) > GOVERNED:
            continue
        where = part.has("telegram") or (around.telegram and part.has("account"))
        finite = claim.act in {"stay", "back"} and _in_telegram(claim)
        if where and (finite or part.has("account", "actor")):
            out.append(claim)
    return out
