"""Judge what one post says about its own channel's presence on Telegram.

A speaker, a text and its addresses enter; a `Verdict` leaves. Pure and deterministic: it knows
nothing but its arguments. What was seen in the post (looking.py) is weighed (weighing.py); here
the verdict is written, with the words that it rests on and what speaks against it.

A model of meaning (meaning.py), where one is handed in, is asked about what is in doubt. It changes
no verdict that the lexicons are sure of, and what it alone supports is for review.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.detect import links, meaning
from monitor.detect.actors import Actor
from monitor.detect.claims import Claim
from monitor.detect.clauses import Sentence
from monitor.detect.effective import effective
from monitor.detect.features import SHORT, concerned, roles_of
from monitor.detect.frames import unsaid
from monitor.detect.looking import Look, look
from monitor.detect.others import dismissed
from monitor.detect.story import INSIDE
from monitor.detect.weighing import Weighed, weigh
from monitor.model import DestinationLink, Encoder, Label, Quote, Semantic, Speaker, Verdict

MAX_QUOTE = 400
MAX_EVIDENCE = 4
AGAINST = 3
"""Reasons against that a verdict names."""
NOTHING = Verdict(Label.NONE, 0.99, "none.nothing")
ENOUGH = 0.4
"""A channel's own step is told only where it is this likely; 0.4 cost a hundredth of closure
precision and gave three of recall in cross-validation, 2026-11-25."""
NOTICE = 8
"""Sentences of a post that may still be a notice from end to end; the best of 3 to 10 in
cross-validation that told no closure on the real posts of 2025 and 2026, 2026-11-25."""
ENOUGH_LONG = 0.7
"""... and in a longer post where it is likelier; chosen on the real posts of 2025 and 2026,
2026-11-25."""
CERTAIN = 0.75
"""... and in a long post by weights alone where it is likelier still; chosen on the real posts of
2025 and 2026, 2026-11-25."""
UNSURE = 0.5
CLOSING = 0.3
"""Where no label is likelier than `UNSURE`, the strict rules' closure is told if it is as likely as
this: neutral in cross-validation, 2026-11-25."""
_WORDS = {
    Label.CLOSURE: frozenset(
        {"stop", "leave", "move", "nomore", "last", "only", "archive", "there"}
    ),
    Label.PARTIAL_MOVE: frozenset(
        {"stop", "leave", "move", "nomore", "only", "stays", "rest", "there"}
    ),
    Label.RETURN: frozenset({"returns", "past", "stop"}),
    Label.THIRD_PARTY: frozenset(
        {"stop", "leave", "move", "nomore", "only", "returns", "stays", "deny", "denial"}
    ),
}
"""Roles of which a post must hold one to be given a label."""
_PLACES = frozenset({"telegram", "account", "here", "elsewhere", "platform", "own_name"})
"""... which in a long post stands beside a place that a channel may be in or leave."""
_NAMED = _PLACES - {"here"}
"""... and where much is "here" beside a place that is named."""
_LOOSE = frozenset({Label.PARTIAL_MOVE, Label.RETURN})
"""Labels whose words stand in much news."""
_OURS = frozenset({"ours", "we", "own_name"})
_OTHERS = frozenset(
    {"actor", "theirs", "many", "report", "crowd", "name_and_colon", "quoted_name", "denial"}
)
"""Roles of the speaker itself, and of anybody else."""
_ACTS = {
    Label.CLOSURE: ("close", "only"),
    Label.PARTIAL_MOVE: ("only", "close", "stay"),
    Label.RETURN: ("back",),
    Label.THIRD_PARTY: ("close", "only", "back", "stay"),
}
"""Claims that a label rests on, the weightier first."""
_TELLING = {
    Label.CLOSURE: ("stop", "leave", "nomore", "last", "move", "only"),
    Label.PARTIAL_MOVE: ("only", "nomore", "move", "part", "stays", "rest"),
    Label.RETURN: ("returns", "past", "stop"),
    Label.THIRD_PARTY: ("stop", "leave", "move", "nomore", "returns", "stays", "deny", "last"),
    Label.INVITATION: ("invite", "opened", "platform", "address_shown"),
}
"""Roles whose sentences are quoted where no claim stands."""
_STEPS = frozenset({Label.CLOSURE, Label.PARTIAL_MOVE, Label.RETURN})
_DATED = frozenset({Label.CLOSURE, Label.PARTIAL_MOVE})
UNRULED = 0.65
"""Below what findings are told without a review (0.7)."""


def judge(
    speaker: Speaker,
    text: str,
    urls: Sequence[str] = (),
    forwarded_from: str | None = None,
    at: datetime | None = None,
    *,
    encoder: Encoder | None = None,
) -> Verdict:
    """Say what a post means for its channel's presence on Telegram, and on which words that rests.

    Never raises, whatever the text. Quotes are places in the raw text, in code points. Only the
    first 16,384 code points are judged. Labels as in docs: closure, partial_move, invitation,
    return, third_party, none. `at`, the post's time, is what a relative day is reckoned from.
    `encoder` is asked for the meaning of a post that the lexicons leave in doubt.

    Raises:
        ModelFailed: the encoder gave no vector.
    """
    seen = look(speaker, text, urls, forwarded_from)
    if seen is None:
        return NOTHING
    weighed = weigh(seen.features())
    verdict = _write(seen, weighed, *_label(seen, weighed), at)
    if encoder is None or not meaning.doubted(verdict):
        return verdict
    view = meaning.weigh_with(seen, encoder)
    if view is None:
        return verdict
    label, chance = _label(seen, view, alone=True)
    semantic = Semantic(label, round(chance, 4), encoder.name)
    if label is verdict.label:
        return replace(verdict, semantic=semantic)
    other = _write(seen, weighed, label, min(chance, UNRULED), at)
    if label is not Label.NONE and not other.evidence:
        # No word of the lexicons stands there: what the model read is what it rests on.
        other = replace(other, evidence=_quotes(seen, (part for _, part in concerned(seen.parts))))
    return _by_meaning(verdict, other, semantic)


def _by_meaning(verdict: Verdict, other: Verdict, semantic: Semantic) -> Verdict:
    """Return the other verdict that the model of meaning has, for review.

    Links stay as the lexicons had them: whose a place is cannot rest on the model. Where both
    agree the confidence stays too: the model makes nothing a fact.
    """
    return replace(
        other,
        rule=f"{other.label}.semantic",
        links=verdict.links,
        own_destinations=verdict.own_destinations,
        semantic=semantic,
        review=True,
    )


def _write(
    seen: Look, weighed: Weighed, label: Label, chance: float, at: datetime | None
) -> Verdict:
    """Write the verdict of a label: the words that it rests on, and what speaks against it."""
    shown = seen.shown
    if label in {Label.CLOSURE, Label.PARTIAL_MOVE}:
        shown = tuple(replace(x, own=x.own or x.kind in links.PRESENCES) for x in shown)
    claims = _grounds(seen.claims, label)
    grounds = [claim.part for claim in claims] or _telling(seen.parts, label)
    return Verdict(
        label=label,
        confidence=round(_sure(seen, label, chance), 4),
        rule=f"{label}.{_rule(seen, claims, weighed, label)}",
        evidence=_quotes(seen, grounds),
        links=shown,
        own_destinations=_own(shown),
        against=_against(weighed, label),
        effective_at=_effective_at(grounds, at) if at and label in _DATED else None,
    )


def _sure(seen: Look, label: Label, chance: float) -> float:
    """Return how sure a verdict is; a long post that no rule recognises is for review at best."""
    ruled = label not in _STEPS or seen.story.label is label or len(seen.parts) <= SHORT
    return chance if ruled else min(chance, UNRULED)


def _effective_at(grounds: Sequence[Sentence], at: datetime) -> datetime | None:
    days = (effective(part.text, at) for part in grounds[:MAX_EVIDENCE])
    return next((day for day in days if day is not None), None)


def _label(seen: Look, weighed: Weighed, *, alone: bool = False) -> tuple[Label, float]:
    """Return the likeliest label that may be told, and how likely it is among those.

    `alone`: by meaning, which needs no word of the lexicons in a notice's short text.
    """
    chances = {label: weighed.chances[label] for label in Label if _may(seen, label)}
    total = sum(chances.values()) or 1.0  # a loud vector leaves a permitted label no chance at all
    ranked = sorted(chances.items(), key=lambda pair: -pair[1])
    # That it says nothing may always be told.
    found = next(
        (x, chance / total) for x, chance in ranked if _told(seen, x, chance / total, alone=alone)
    )
    closing = chances.get(Label.CLOSURE, 0.0) / total
    ruled = seen.story.label is Label.CLOSURE and len(seen.parts) <= NOTICE
    if ruled and found[1] < UNSURE and closing >= CLOSING:
        return Label.CLOSURE, closing
    return found


def _may(seen: Look, label: Label) -> bool:
    """Whether a label fits whose post it is: another's step is a report, our own is none."""
    if label in _STEPS or label is Label.INVITATION:
        return not seen.foreign
    if label is not Label.THIRD_PARTY or seen.foreign:
        return True
    roles = frozenset().union(*(roles_of(part) for part in seen.parts))
    # A ministry that names itself names a body; that alone makes nobody else.
    others = roles & _OTHERS - ({"actor"} if "own_name" in roles else frozenset())
    alone = bool(roles & _OURS) and not others
    return not (alone or dismissed(seen.claims))


def _told(seen: Look, label: Label, chance: float, *, alone: bool) -> bool:
    """Whether a label may be told: there are words for it, and the rules agree or it is likely.

    Beyond the length of a notice the rules must agree, or the weights be nearly certain: news is
    full of things that stop, move and return. Steps that are asked or supposed, or taken within
    Telegram, are none unless the weights are sure.
    """
    brief = len(seen.parts) <= NOTICE
    if label in _STEPS and chance < (ENOUGH if brief else ENOUGH_LONG):
        return False
    wanted = _WORDS.get(label)
    if wanted is None or seen.story.label is label:
        return True
    acting = [part for _, part in concerned(seen.parts) if roles_of(part) & wanted]
    if label in _STEPS and acting and chance < ENOUGH_LONG and _supposed(seen, acting):
        return False
    short = len(seen.parts) <= SHORT
    if short or (brief and (label not in _LOOSE or chance >= ENOUGH_LONG)):
        return bool(acting) or (short and alone)
    places = _NAMED if brief else _PLACES
    return (brief or chance >= CERTAIN) and any(roles_of(part) & places for part in acting)


def _supposed(seen: Look, acting: Sequence[Sentence]) -> bool:
    """Whether the rules found a move within Telegram, or all that is done is asked or supposed."""
    return seen.story.rule == INSIDE or all(map(unsaid, acting))


def _grounds(claims: Sequence[Claim], label: Label) -> list[Claim]:
    """Return the claims that a label rests on, the weightier acts first."""
    other = label is Label.THIRD_PARTY
    found = [c for c in claims if (c.actor is not Actor.SELF) == other or c.actor is Actor.NOBODY]
    acts = _ACTS.get(label, ())
    return sorted((c for c in found if c.act in acts), key=lambda c: acts.index(c.act))


def _telling(parts: Sequence[Sentence], label: Label) -> list[Sentence]:
    """Return the sentences that show what a label is about."""
    wanted = _TELLING.get(label, ())
    ranked = [
        (min(wanted.index(role) for role in found), part)
        for part in parts
        if (found := roles_of(part).intersection(wanted))
    ]
    return [part for _, part in sorted(ranked, key=lambda pair: pair[0])]


def _rule(seen: Look, claims: Sequence[Claim], weighed: Weighed, label: Label) -> str:
    """Return the rule that a verdict rests on, else the feature that weighs most."""
    if claims:
        return claims[0].frame.rule
    if seen.story.label is label:
        return seen.story.rule
    other = Label.NONE if label is not Label.NONE else Label.INVITATION
    return next((name for name, _ in weighed.speaking(label, other)), "nothing")


def _against(weighed: Weighed, label: Label) -> tuple[str, ...]:
    """Return what most speaks against a label: the next label's chance and its features."""
    other = max((x for x in Label if x is not label), key=lambda x: weighed.chances[x])
    reasons = [name for name, weight in reversed(weighed.speaking(label, other)) if weight < 0][
        : AGAINST - 1
    ]
    return (f"{other} {weighed.chances[other]:.2f}", *reasons)


def _quotes(seen: Look, parts: Iterable[Sentence]) -> tuple[Quote, ...]:
    out: list[Quote] = []
    for part in parts:
        start, end = seen.whole.span(part.start, part.end)
        end = min(end, start + MAX_QUOTE)
        quote = Quote(seen.whole.raw[start:end], start, end)
        if quote.quote.strip() and quote not in out:
            out.append(quote)
    return tuple(out[:MAX_EVIDENCE])


def _own(shown: Sequence[DestinationLink]) -> tuple[tuple[str, str], ...]:
    own: dict[tuple[str, str], tuple[str, str]] = {}
    for link in shown:
        if link.own and link.handle:
            own.setdefault((link.platform, link.handle.casefold()), (link.platform, link.handle))
    return tuple(own.values())
