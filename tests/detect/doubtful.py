"""Composed posts that say in pictures what they mean: some of them the lexicons leave in doubt."""

from collections.abc import Sequence

import pytest

from monitor.detect.meaning import doubted
from monitor.detect.notices import judge
from monitor.model import Label, Speaker, Verdict

OFFICE = Speaker("composed_office", "Composed Office")
PICTURES = (
    "Friends, the kettle is already on at max.ru/other_house",
    "Our new porch is at max.ru/other_house, the key hangs where it always did",
    "Telegram was good to us; the kettle is on elsewhere",
    "The ice is thicker over there, in MAX; skate with us",
    "From Monday you will hear us over there, in MAX, and the ice here melts",
    "Whoever looks for us finds the lamp lit in MAX",
)


def doubtful(texts: Sequence[str] = PICTURES) -> tuple[str, Verdict]:
    """Return a text that the present rules take for nothing, unsurely, and their verdict."""
    for text in texts:
        verdict = judge(OFFICE, text)
        if verdict.label is Label.NONE and doubted(verdict):
            return text, verdict
    pytest.fail("the lexicons are sure of all these by now; add another picture to PICTURES")
