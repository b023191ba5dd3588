"""Look at one post: its sentences, its links, what its sentences claim. Nothing is decided here.

A speaker, a text and its addresses enter; a `Look` leaves, or None for a post in which nothing can
stand that concerns a channel's place. One automaton looks at every text; only candidates are cut
into sentences.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.catalog import names
from monitor.catalog.text import Normalised, fold
from monitor.detect import features, links
from monitor.detect import speaker as own_words
from monitor.detect.claims import Claim, gather
from monitor.detect.clauses import MAX_TEXT, Sentence, sentences
from monitor.detect.frames import Around
from monitor.detect.story import Story, tell
from monitor.model import DestinationLink, Speaker


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in a post; `foreign` says that another wrote it and it was forwarded."""

    whole: Normalised
    parts: Sequence[Sentence]
    claims: Sequence[Claim]
    shown: tuple[DestinationLink, ...]
    foreign: bool
    story: Story

    def features(self) -> Mapping[str, float]:
        """Return what the post is weighed by."""
        return features.describe(
            self.parts, self.claims, self.shown, self.story, foreign=self.foreign
        )


def look(
    speaker: Speaker, text: str, urls: Sequence[str], forwarded_from: str | None
) -> Look | None:
    """Look at a post; only its first 16,384 code points are read. Never raises."""
    folded = fold(text[:MAX_TEXT])
    if not urls and not names.passes(folded):
        return None
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
    foreign = bool(forwarded_from) and not own_words.is_own_forward(speaker, forwarded_from)
    return Look(
        whole=whole,
        parts=parts,
        claims=claims,
        shown=shown,
        foreign=foreign,
        story=tell(parts, folded, claims, shown, around, foreign=foreign),
    )
