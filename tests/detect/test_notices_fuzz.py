"""No text stops the judge, and its quotes are always places in the text."""

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.catalog import phrases, platforms
from monitor.detect.links import destinations
from monitor.detect.notices import judge
from monitor.model import Label, Speaker

WORDS = [
    *(example for p in phrases.load().phrases.values() for example in p.examples),
    *(p.name for p in platforms.load().platforms.values()),
    *(rule.example for p in platforms.load().platforms.values() for rule in p.rules),
    *("@some_name", "@", "://", "«", "»", "\u200c", "\u200f", "\ud800", ":", ".", "?", "\n", "()"),
]
SOUP = st.lists(st.sampled_from(WORDS) | st.text(st.characters(), max_size=6), max_size=25)
NAMES = st.text(st.characters(), max_size=30)


@settings(max_examples=150, deadline=timedelta(seconds=2))
@given(SOUP, NAMES, NAMES, st.lists(st.text(st.characters()), max_size=3), st.none() | NAMES)
def test_no_text_stops_the_judge(
    soup: list[str], username: str, title: str, urls: list[str], forwarded: str | None
) -> None:
    text = " ".join(soup)
    speaker = Speaker(username, title, (title, username))
    verdict = judge(speaker, text, urls, forwarded)
    assert verdict.label in set(Label)
    for quote in verdict.evidence:
        assert text[quote.start : quote.end] == quote.quote
    assert all(link.platform != "telegram" for link in verdict.links)
    assert destinations(speaker, text, urls, forwarded) is not None


def test_hostile_repetition_is_bounded() -> None:
    """Gaps and alternatives over one repeated word must not grow beyond measure."""
    chance = random.Random(7)
    for word in chance.sample(WORDS, 40):
        judge(Speaker("x_y_z", word[:50]), (word + " ") * (16_384 // (len(word) + 1)))
