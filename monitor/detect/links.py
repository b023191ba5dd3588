"""Find where a post points on other platforms: addresses, hidden ones, and places named in words.

A post's text and addresses enter; links leave. Telegram is no destination. mentions.py reads the
words, whose.py decides whose presence each place is.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from monitor.catalog import addresses, names, platforms
from monitor.catalog.names import ORIGIN
from monitor.catalog.text import Normalised, fold, normalise
from monitor.detect import mentions
from monitor.detect.clauses import MAX_TEXT, Sentence, sentences
from monitor.detect.mentions import Placed
from monitor.detect.whose import AD_WORDS, PRESENCES, decide
from monitor.model import DestinationLink, Label, Speaker

__all__ = ["AD_WORDS", "MAX_URLS", "PRESENCES", "Placed", "decide", "destinations", "read"]

MAX_URLS = 400


def _is_destination(link: DestinationLink) -> bool:
    return platforms.load().platforms[link.platform].group not in ORIGIN


def _written(text: Normalised, parts: Sequence[Sentence]) -> Iterator[Placed]:
    place = 0
    ends = [part.end for part in parts]
    for found in addresses.find(text.raw[:MAX_TEXT]):
        # An address is ASCII and folds to its small letters: looking for it in the folded text is
        # far quicker than asking where each character of the raw text went.
        at = text.folded.find(fold(found.url), place)
        place = at if at >= 0 else text.place(found.start)
        link = addresses.match(found.url)
        if link is not None and _is_destination(link):
            index = bisect_right(ends, place)
            yield Placed(link, index if index < len(parts) else None)


def _key(link: DestinationLink) -> tuple[str, str]:
    return link.platform, (link.handle or link.url).casefold()


def read(
    speaker: Speaker, text: Normalised, urls: Sequence[str], parts: Sequence[Sentence]
) -> list[Placed]:
    """Return every link of a post once, addresses before mentions, none decided yet."""
    found = list(_written(text, parts))
    for url in urls[:MAX_URLS]:
        link = addresses.match(url)
        if link is not None and _is_destination(link):
            found.append(Placed(link, None))
    found.extend(mentions.read(text.raw, speaker, parts, found))
    once: dict[tuple[str, str], Placed] = {}
    for placed in found:
        once.setdefault(_key(placed.link), placed)
    return list(once.values())


def destinations(
    speaker: Speaker,
    text: str,
    urls: Sequence[str] = (),
    forwarded_from: str | None = None,
    label: Label | None = None,
) -> tuple[DestinationLink, ...]:
    """Return a post's links to other platforms, `own` decided; Telegram's addresses are left out.

    Never raises. `urls` are addresses that the text does not show: behind words, on buttons.
    """
    whole = normalise(text[:MAX_TEXT])
    if not urls and not names.passes(whole.folded):
        return ()
    parts = sentences(whole.folded, speaker)
    return decide(speaker, whole, read(speaker, whole, urls, parts), parts, forwarded_from, label)
