"""Judge what one post says about its own channel's presence on Telegram.

A speaker, a text and its addresses enter; a `Verdict` leaves. Pure and deterministic: it knows
nothing but its arguments. A cheap automaton looks at every text; only candidates meet the rules.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.catalog import names
from monitor.catalog.text import Normalised, fold
from monitor.detect import links
from monitor.detect import speaker as own_words
from monitor.detect.actors import BRIEF, Actor
from monitor.detect.claims import Claim, gather
from monitor.detect.clauses import MAX_TEXT, Sentence, sentences
from monitor.detect.frames import Around
from monitor.detect.others import reports
from monitor.model import DestinationLink, Label, Quote, Speaker, Verdict

CONFIDENCE = {
    "self": 0.95,  # the speaker's own words or name beside the act
    "plain": 0.8,  # a bare "the channel is closed" in a post that speaks to its readers
    "other": 0.8,
    "weak": 0.6,
    "none": 0.9,
}
"""How sure a verdict is, by what it rests on. Uncalibrated: an order, not a probability."""
MAX_QUOTE = 400
MAX_EVIDENCE = 4

NOTHING = Verdict(Label.NONE, CONFIDENCE["none"], "none.nothing")


def _quotes(text: Normalised, claims: Sequence[Claim]) -> tuple[Quote, ...]:
    out: list[Quote] = []
    for claim in claims:
        start, end = text.span(claim.part.start, claim.part.end)
        end = min(end, start + MAX_QUOTE)
        quote = Quote(text.raw[start:end], start, end)
        if quote.quote and quote not in out:
            out.append(quote)
    return tuple(out[:MAX_EVIDENCE])


def _inviting(parts: Sequence[Sentence], shown: Sequence[DestinationLink]) -> Sentence | None:
    """Find a sentence that invites to a place elsewhere without showing a handle of our own."""
    advertised = sum(len(part.hits("ad")) for part in parts) >= links.AD_WORDS
    for part in parts:
        if part.question or advertised or part.has("report", "ad", "block", "deny", "fake"):
            continue
        if not (part.names or part.has("elsewhere")) or not part.has("invite", "opened"):
            continue
        if part.own() or part.has("ours", "we"):
            return part
        # Somebody's own address beside a bare "follow" is somebody's own invitation.
        if part.has("invite") and not part.has("actor") and not shown and len(part.text) <= BRIEF:
            return part
        if part.has("opened") and part.own(strong=False):
            return part
    return None


def _inside(parts: Sequence[Sentence], text: str, shown: Sequence[DestinationLink]) -> bool:
    """Whether the post only moves within Telegram: its addresses are all Telegram's."""
    if shown or not ("t.me/" in text or "telegram.me/" in text):
        return False
    return not any(part.names or part.has("elsewhere", "telegram") for part in parts)


def _own_story(claims: Sequence[Claim]) -> tuple[Label, list[Claim]]:
    mine = [claim for claim in claims if claim.actor is Actor.SELF]
    by = {act: [c for c in mine if c.act == act] for act in ("close", "only", "back", "stay")}
    stays = any(c.act == "stay" and c.actor is not Actor.OTHER for c in claims)
    back = [c for c in by["back"] if c.part.own() or c.part.has("ours", "we", "account")]
    if back:
        return Label.RETURN, back
    if by["only"] and (stays or (by["only"][0].frame.part and not by["close"])):
        return Label.PARTIAL_MOVE, by["only"]
    if by["close"] and stays:
        partly = [c for c in by["close"] if c.part.has("part")]
        return (Label.PARTIAL_MOVE, partly) if partly else (Label.NONE, [])
    if by["close"]:
        return Label.CLOSURE, by["close"] + by["only"]
    if by["only"]:
        return Label.CLOSURE, by["only"]
    return Label.NONE, []


def _verdict(
    label: Label,
    rule: str,
    confidence: float,
    evidence: tuple[Quote, ...],
    shown: Sequence[DestinationLink],
) -> Verdict:
    own: dict[tuple[str, str], tuple[str, str]] = {}
    for link in shown:
        if link.own and link.handle:
            own.setdefault((link.platform, link.handle.casefold()), (link.platform, link.handle))
    return Verdict(label, confidence, rule, evidence, tuple(shown), tuple(own.values()))


def judge(
    speaker: Speaker,
    text: str,
    urls: Sequence[str] = (),
    forwarded_from: str | None = None,
    at: datetime | None = None,  # noqa: ARG001 - the contract names it; no rule depends on it yet
) -> Verdict:
    """Say what a post means for its channel's presence on Telegram, and on which words that rests.

    Never raises, whatever the text. Quotes are places in the raw text, in code points. Only the
    first 16,384 code points are judged. Labels as in docs: closure, partial_move, invitation,
    return, third_party, none.
    """
    folded = fold(text[:MAX_TEXT])
    if not urls and not names.gate().find_matches_as_indexes(folded):
        return NOTHING
    whole = Normalised(text[:MAX_TEXT], folded)
    parts = sentences(folded, speaker)
    found = links.read(speaker, whole, urls, parts)
    shown = links.decide(speaker, whole, found, parts, forwarded_from)
    around = Around(
        telegram=any(part.has("telegram") for part in parts),
        destination=bool(found) or any(part.names or part.has("elsewhere") for part in parts),
        here=any(part.has("here") for part in parts),
    )
    own_places = [
        placed.sentence
        for placed, link in zip(found, shown, strict=True)
        if link.own and placed.sentence is not None
    ]
    claims = gather(parts, around, own_places)
    if forwarded_from and not own_words.is_own_forward(speaker, forwarded_from):
        told = [c for c in claims if c.part.has("telegram", "account", "here") or c.act == "close"]
        if told:
            return _verdict(
                Label.THIRD_PARTY,
                f"forward.{told[0].frame.rule}",
                CONFIDENCE["other"],
                _quotes(whole, told),
                shown,
            )
        return replace(NOTHING, rule="none.forward", links=shown)
    return _judge_own(whole, parts, claims, shown, around)


def _judge_own(
    whole: Normalised,
    parts: Sequence[Sentence],
    claims: Sequence[Claim],
    shown: tuple[DestinationLink, ...],
    around: Around,
) -> Verdict:
    label, grounds = _own_story(claims)
    if label is Label.CLOSURE and _inside(parts, whole.folded, shown):
        return replace(NOTHING, rule="none.inside", links=shown)
    if label is not Label.NONE:
        if label in {Label.CLOSURE, Label.PARTIAL_MOVE}:
            shown = tuple(replace(x, own=x.own or x.kind in links.PRESENCES) for x in shown)
        sure = any(c.part.has("ours", "we") or c.part.own() for c in grounds)
        return _verdict(
            label,
            grounds[0].frame.rule,
            CONFIDENCE["self" if sure else "plain"],
            _quotes(whole, grounds),
            shown,
        )
    others = reports(claims, around)
    if others:
        return _verdict(
            Label.THIRD_PARTY,
            f"other.{others[0].frame.rule}",
            CONFIDENCE["other"],
            _quotes(whole, others),
            shown,
        )
    own = [link for link in shown if link.own]
    inviting = _inviting(parts, shown)
    if own or inviting is not None:
        evidence: tuple[Quote, ...] = ()
        if inviting is not None:
            start, end = whole.span(inviting.start, inviting.end)
            evidence = (Quote(whole.raw[start:end], start, end),)
        rule = "invitation.own_link" if own else "invitation.words"
        return _verdict(
            Label.INVITATION, rule, CONFIDENCE["plain" if own else "weak"], evidence, shown
        )
    return replace(NOTHING, rule="none.other", links=shown)
