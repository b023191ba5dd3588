"""Decide who a sentence is about: the speaker itself, somebody else, or nobody named."""

import re
from enum import StrEnum

from monitor.detect.clauses import Sentence

_LABEL = re.compile(r"\W*([^:\n]{2,80}?)\s?:\s")
_NOTICE = re.compile(
    r"(?:اطلاعیه|توجه|مهم|فوری|خبر|اطلاع|پیام|ویژه|внимание|важно|объявление|срочно|друзья|notice|"
    r"important|attention|announcement|update|تنبیه|اعلان|هام|عاجل)",
)
BESIDE = 12
"""Characters between "channel" and a short name that it belongs to; uncalibrated."""
BRIEF = 200
"""A longer sentence without a first person is told, not announced; uncalibrated."""

_VERBAL = re.compile(
    r"\w{2,}(?:ли|ем|аем|уем|имся|емся|лся|лись|ите)|شد|است|کنید|کرد|\w{2,}(?:یم|ید)"
)


class Actor(StrEnum):
    """Whose presence a sentence speaks of."""

    SELF = "self"
    OTHER = "other"
    NOBODY = "nobody"


def speaker_label(part: Sentence) -> bool:
    """Whether a sentence begins with somebody else's name and a colon: what follows is theirs."""
    hit = _LABEL.match(part.text)
    if hit is None or "/" in hit.group(1) or "@" in hit.group(1):
        return False
    if _NOTICE.search(hit.group(1)) or part.has("invite"):
        return False
    if any(start < hit.end() for start, _ in part.own(strong=False)):
        return False
    if any(_VERBAL.fullmatch(word) for word in re.findall(r"\w+", hit.group(1))):
        return False
    verbs = (
        "stop",
        "move",
        "leave",
        "nomore",
        "ours",
        "we",
        "from_now",
        "only",
        "returns",
        "stays",
        "address",
        "part",
        "all",
    )
    return not any(h.start < hit.end() for role in verbs for h in part.hits(role))


def actor_of(part: Sentence, *, addressed: bool, reported: bool) -> Actor:
    """Decide whom a sentence is about.

    Args:
        part: the sentence.
        addressed: the post speaks to its readers, or shows the channel's own address beside.
        reported: elsewhere in the post somebody is reported to have said or done something.
    """
    own = bool(part.own()) or any(
        0 <= start - hit.end <= BESIDE
        for start, _ in part.own(strong=False)
        for hit in part.hits("account")
    )
    if speaker_label(part) or (part.has("report") and not own):
        return Actor.OTHER
    if own:
        return Actor.SELF
    if reported and part.text.lstrip(" *_-\n").startswith(("«", '"')):
        return Actor.OTHER
    if part.has("ours") or (part.has("we") and not reported):
        return Actor.SELF
    if reported or part.has("actor"):
        return Actor.OTHER
    return Actor.SELF if addressed and len(part.text) <= BRIEF else Actor.NOBODY
