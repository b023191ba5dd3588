"""Ask a model of meaning about a post that the lexicons leave in doubt.

A look at a post and an encoder enter, chances leave. The model is never asked about anything else:
it is ten thousand times slower than the lexicons, and where these are sure it has nothing to add.
"""

import re

from monitor.catalog import weights
from monitor.detect.features import concerned
from monitor.detect.looking import Look
from monitor.detect.weighing import Weighed, weigh
from monitor.errors import ModelFailed
from monitor.model import SURE, Encoder, Label, Verdict

SURE_OF_NOTHING = 0.9
"""Below this chance that a candidate says nothing, it may be a paraphrase. In cross-validation by
set 19 of the 31 notices that the lexicons took for nothing at 0.7 or more lay below, among 179
posts; asking about all gained nothing more. Chosen on tests/data, 2026-11-25."""
LONGEST = 600
"""Code points that are read for a post's meaning: a notice and what stands around it; hardly any
labelled post has more. Uncalibrated."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.-]+\.[a-z]{2,6}/\S*|@\w+", re.IGNORECASE)


def doubted(verdict: Verdict) -> bool:
    """Whether the lexicons leave a candidate in doubt: for review, or perhaps a paraphrase."""
    return verdict.confidence < (SURE_OF_NOTHING if verdict.label is Label.NONE else SURE)


def text_of(seen: Look) -> str:
    """Return what a post's meaning is taken from: the sentences that may concern its place.

    Without addresses, which the lexicons read. With these and the channel's title, or with the
    whole post, closures were found less well (precision 0.90 for 0.91 in cross-validation by set).
    """
    raw = seen.whole.raw
    spans = (seen.whole.span(part.start, part.end) for _, part in concerned(seen.parts))
    words = " ".join(raw[start:end] for start, end in spans)
    return " ".join(_ADDRESS.sub(" ", words).split())[:LONGEST]


def weigh_with(seen: Look, encoder: Encoder) -> Weighed | None:
    """Weigh what the lexicons see in a post together with the vector of its meaning.

    None where it holds addresses alone.

    Raises:
        ModelFailed: the encoder gave no vector, or one of another length than the weights'.
    """
    table = weights.semantic()
    text = text_of(seen)
    if not text:
        return None
    vectors = encoder.vectors([text])
    if len(vectors) != 1 or len(vectors[0]) != len(table.vector):
        raise ModelFailed(
            f"{encoder.name} gave no vector of {len(table.vector)} numbers for one text; judge "
            "without --semantic"
        )
    return weigh(seen.features(), vectors[0], table)
