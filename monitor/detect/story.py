"""What the claims of a post come to by rule alone: one label, and the claims that it rests on.

The rules are strict: they say nothing where they do not recognise a whole clause. A verdict that
they do not support is for review (notices.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.detect import links
from monitor.detect.actors import BRIEF, Actor
from monitor.detect.claims import Claim
from monitor.detect.clauses import Sentence
from monitor.detect.frames import Around
from monitor.detect.others import reports
from monitor.model import DestinationLink, Label

INSIDE = "inside"
"""The rule of a move within Telegram."""


@dataclass(frozen=True, slots=True)
class Story:
    """A label, the rule that gave it, the claims or the sentence that it rests on."""

    label: Label
    rule: str
    claims: tuple[Claim, ...] = ()
    sentence: Sentence | None = None


def _inviting(parts: Sequence[Sentence], shown: Sequence[DestinationLink]) -> Sentence | None:
    """Find a sentence that invites to a place elsewhere without showing a handle of our own."""
    advertised = sum(len(part.hits("ad")) for part in parts) >= links.AD_WORDS
    for part in parts:
        if not (part.names or part.has("elsewhere")) or not part.has("invite", "opened"):
            continue
        if part.question or advertised or part.has("report", "ad", "block", "deny", "fake"):
            continue
        if part.own() or part.has("ours", "we"):
            return part
        # Somebody's own address beside a bare "follow" is somebody's own invitation.
        if part.has("invite") and not part.has("actor") and not shown and len(part.text) <= BRIEF:
            return part
        if part.has("opened") and part.own(strong=False):
            return part
    return None


def inside(parts: Sequence[Sentence], folded: str, shown: Sequence[DestinationLink]) -> bool:
    """Whether the post only moves within Telegram: its addresses are all Telegram's."""
    if shown or not ("t.me/" in folded or "telegram.me/" in folded):
        return False
    return not any(part.names or part.has("elsewhere", "telegram") for part in parts)


def _of_waters(parts: Sequence[Sentence]) -> bool:
    """Whether the post is about a canal, a TV channel or a school, and names no messenger."""
    return any(part.has("block") for part in parts) and not any(
        part.has("telegram", "elsewhere") or part.names for part in parts
    )


def _of_itself(claims: Sequence[Claim]) -> tuple[Label, list[Claim]]:
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


def tell(  # noqa: PLR0911 - rules, in order
    parts: Sequence[Sentence],
    folded: str,
    claims: Sequence[Claim],
    shown: Sequence[DestinationLink],
    around: Around,
    *,
    foreign: bool,
) -> Story:
    """Return what a post says by rule; `foreign` says that another wrote it."""
    if foreign:
        told = [c for c in claims if c.part.has("telegram", "account", "here") or c.act == "close"]
        if told:
            return Story(Label.THIRD_PARTY, f"forward.{told[0].frame.rule}", tuple(told))
        return Story(Label.NONE, "forward")
    label, grounds = _of_itself(claims)
    if label is Label.CLOSURE and inside(parts, folded, shown):
        return Story(Label.NONE, INSIDE)
    if label is not Label.NONE and _of_waters(parts):
        return Story(Label.NONE, "block")
    if label is not Label.NONE:
        return Story(label, grounds[0].frame.rule, tuple(grounds))
    others = reports(claims, around)
    if others:
        return Story(Label.THIRD_PARTY, f"other.{others[0].frame.rule}", tuple(others))
    inviting = _inviting(parts, shown)
    if any(link.own for link in shown):
        return Story(Label.INVITATION, "own_link", sentence=inviting)
    if inviting is not None:
        return Story(Label.INVITATION, "words", sentence=inviting)
    return Story(Label.NONE, "nothing")
