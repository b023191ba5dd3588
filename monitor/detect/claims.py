"""Gather what a post's sentences claim about a channel's presence, and whose each claim is."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.detect import frames
from monitor.detect.actors import Actor, actor_of
from monitor.detect.clauses import Sentence
from monitor.detect.frames import Around, Frame

ACTS = (*("stop", "leave", "move", "nomore", "last", "only", "returns", "stays", "deny", "denial"),)
"""Roles of which every claim has one, but "from now on, all news in A"."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A frame, the sentence that makes it, and whom it is about."""

    act: str
    frame: Frame
    part: Sentence
    actor: Actor


def _may_act(part: Sentence) -> bool:
    return part.has(*ACTS) or (
        part.has("from_now", "instead") and (bool(part.names) or part.has("elsewhere"))
    )


def gather(parts: Sequence[Sentence], around: Around, shown: Sequence[int]) -> list[Claim]:
    """Return the claims of a post in the order of its sentences.

    `shown` are the sentences (by place in `parts`) that show an address of the channel itself.
    """
    acting = [(index, part) for index, part in enumerate(parts) if _may_act(part)]
    if not acting:
        return []
    addressed = any(part.has("ours", "we", "address") for part in parts)
    spoken_to = any(part.has("ours", "address") for part in parts)
    reported = any(part.has("report") and not part.own() for part in parts)
    out = []
    for index, part in acting:
        found = (
            ("close", frames.closing(part, around)),
            ("only", frames.narrowing(part, around)),
            ("back", frames.returning(part, around)),
            ("stay", frames.staying(part)),
        )
        acts = [(act, frame) for act, frame in found if frame is not None]
        if acts:
            beside = any(abs(index - place) <= 1 for place in shown)
            for act, frame in acts:
                spoken = beside or (spoken_to if act == "only" else addressed)
                actor = actor_of(part, addressed=spoken, reported=reported)
                out.append(Claim(act, frame, part, actor))
    return out
