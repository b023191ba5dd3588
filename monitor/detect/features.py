"""Describe a post for weighing: which roles its sentences hold, beside which others, and its links.

Sentences, claims and links enter; a mapping from a feature's name to its value leaves. A name
says what was seen, so that a weight can be read: `close:self` is a claim of closing that is
about the speaker, `leave+telegram` two roles in one sentence, `~stays` a role anywhere.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import sqrt

from monitor.detect import speaker as own_words
from monitor.detect.actors import speaker_label
from monitor.detect.claims import Claim
from monitor.detect.clauses import MARK, Sentence
from monitor.detect.links import PRESENCES
from monitor.detect.story import Story
from monitor.model import DestinationLink

FEW = 3
"""Counts above this say no more."""
TRUSTED = 6.0
"""How much larger the rules' own label stands among the features: the penalty on weights then
bears less on it. The best of 1.5 to 6 in cross-validation, 2026-11-25."""
LENGTH = 6.0
"""The length of the vector of roles and pairs; the best of 3 to 7 in cross-validation."""
SHORT = 3
"""A post of so few sentences is about one thing; uncalibrated."""
LONG = 8
"""Sentences of a post above which length says no more; uncalibrated."""
MOST_SENTENCES = 40
"""Sentences that are described; a notice stands at the beginning or the end of a long post."""

_QUOTED = re.compile(r"[«\"]([^«»\"]{2,40})[»\"]")
"""Something in quotation marks, short enough to be a name."""

_SILENT = frozenset({"messenger", "publish", "handle", "channel"})
"""Roles that other rules read; by themselves they stand everywhere."""


def roles_of(part: Sentence) -> frozenset[str]:
    """Return what one sentence shows: the roles of the lexicons, names, addresses, questions."""
    if part.said.roles is None:
        found = set(part.roles - _SILENT)
        if part.names:
            found.add("platform")
        if part.own():
            found.add("own_name")
        elif part.own(strong=False):
            found.add("own_word")
        elif own_words.touched(part.speaker, part.text):
            found.add("title_word")
        if part.question:
            found.add("question")
        if MARK in part.text or "@" in part.text:
            found.add("address_shown")
        if speaker_label(part):
            found.add("name_and_colon")
        found |= _bodies(part)
        if any(
            not own_words.named_in(part.speaker, hit.group(1))
            for hit in _QUOTED.finditer(part.text)
        ):
            found.add("quoted_name")
        part.said.roles = frozenset(found)
    return part.said.roles


def _bodies(part: Sentence) -> set[str]:
    """Name whose bodies a sentence names: "the club" is its own where its title has that word."""
    bodies = (part.text[hit.start : hit.end] for hit in part.hits("actor"))
    own = {own_words.touched(part.speaker, body) for body in bodies}
    return {"own_body" if ours else "other_body" for ours in own}


def _placed(part: Sentence) -> bool:
    """Whether a sentence names a place that a channel may be in or leave."""
    return (
        MARK in part.text
        or part.has("telegram", "account", "here", "elsewhere")
        or bool(part.names)
        or bool(part.own())
    )


def concerned(parts: Sequence[Sentence]) -> list[tuple[int, Sentence]]:
    """Return the sentences that may concern a channel's place, with their numbers.

    In a long post these are the ones that name such a place, and their neighbours: a news item
    tells of much that stops, returns and moves.
    """
    if len(parts) <= SHORT:
        return list(enumerate(parts))
    placed = [number for number, part in enumerate(parts) if _placed(part)]
    around = {n for place in placed for n in (place - 1, place, place + 1)}
    near = sorted(n for n in around if 0 <= n < len(parts))
    if len(near) > MOST_SENTENCES:
        near = [*near[: MOST_SENTENCES // 2], *near[-MOST_SENTENCES // 2 :]]
    return [(n, parts[n]) for n in near]


@lru_cache(maxsize=4096)
def _named(roles: frozenset[str]) -> frozenset[str]:
    """Return the features of a sentence with these roles: each, and each pair."""
    alone = (f"~{role}" for role in roles)
    return frozenset((*alone, *("+".join(pair) for pair in combinations(sorted(roles), 2))))


def describe(
    parts: Sequence[Sentence],
    claims: Sequence[Claim],
    shown: Sequence[DestinationLink],
    story: Story,
    *,
    foreign: bool,
) -> dict[str, float]:
    """Return the features of a post; `foreign` says that it is another's, forwarded."""
    seen: set[str] = set()
    for number, part in concerned(parts):
        roles = roles_of(part)
        seen |= _named(roles)
        if number == 0:
            seen.update(f"first:{role}" for role in roles)
    # A post of three words is told as surely as one of thirty: lengths are made alike.
    found = dict.fromkeys(sorted(seen), LENGTH / sqrt(len(seen) or 1))
    found |= _of_claims(claims)
    found |= _of_links(shown)
    found[f"story:{story.label}"] = TRUSTED
    found[f"story:{story.label}:{story.rule.partition('.')[0]}"] = TRUSTED / 3
    if foreign:
        found["foreign"] = 2.0
    found["sentences"] = min(len(parts), LONG) / LONG
    return found


def _of_claims(claims: Sequence[Claim]) -> dict[str, float]:
    found: dict[str, float] = {}
    for claim in claims:
        kind = claim.frame.rule.partition(".")[0]
        found[f"{claim.act}:{claim.actor}"] = 1.0
        found[f"{claim.act}:{kind}:{claim.actor}"] = 1.0
        if claim.frame.part:
            found[f"{claim.act}:part"] = 1.0
    return found


def _of_links(shown: Sequence[DestinationLink]) -> dict[str, float]:
    presences = [link for link in shown if link.kind in PRESENCES]
    own = [link for link in shown if link.own]
    return {
        "links:own": float(min(len(own), FEW)),
        "links:presences": float(min(len(presences), FEW)),
        "links:any_own": float(bool(own)),
        "links:any": float(bool(presences)),
        "links:others": float(len(presences) > len(own)),
        "links:platforms": float(min(len({link.platform for link in presences}), FEW)),
    }
