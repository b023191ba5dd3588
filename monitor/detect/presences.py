"""Learn a channel's own places elsewhere from what it says of itself, and know them in its posts.

Texts of its page and places of channels.toml enter; pairs of platform and folded handle leave, and
verdicts in which links to these are the channel's own. Judging one post needs none of it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from monitor.detect.links import destinations
from monitor.detect.whose import PRESENCES
from monitor.model import DestinationLink, Label, Speaker, Verdict

MOST_TEXTS = 200
"""Bios and titles read of one channel; they change a few times a year."""

Known = frozenset[tuple[str, str]]
"""Platforms with handles, the handles folded as case goes."""


def learn(
    speaker: Speaker, texts: Iterable[str | None], configured: Iterable[tuple[str, str]] = ()
) -> Known:
    """Return the places that a channel's bios and titles show, and those that are configured.

    A bio speaks for its channel: a place in it is the channel's own without being announced,
    unless it bears another's Telegram name.
    """
    read = dict.fromkeys(text for text in texts if text)
    known = {(platform, handle.casefold()) for platform, handle in configured if handle}
    for text in list(read)[:MOST_TEXTS]:
        for link in destinations(speaker, text, label=Label.INVITATION):
            if link.own and link.handle:
                known.add((link.platform, link.handle.casefold()))
    return frozenset(known)


def mark(links: Sequence[DestinationLink], known: Known) -> tuple[DestinationLink, ...]:
    """Return links, those to known places as the channel's own; none is taken from it."""
    return tuple(
        replace(link, own=True)
        if not link.own
        and link.kind in PRESENCES
        and (link.platform, (link.handle or "").casefold()) in known
        else link
        for link in links
    )


def own_places(links: Collection[DestinationLink]) -> tuple[tuple[str, str], ...]:
    """Return the platforms and handles of the channel's own links, each once, as first spelled."""
    own: dict[tuple[str, str], tuple[str, str]] = {}
    for link in links:
        if link.own and link.handle:
            own.setdefault((link.platform, link.handle.casefold()), (link.platform, link.handle))
    return tuple(own.values())


def settle(verdict: Verdict, known: Known) -> Verdict:
    """Return a verdict in which the links to known places are the channel's own."""
    if not known or not verdict.links:
        return verdict
    links = mark(verdict.links, known)
    if links == verdict.links:
        return verdict
    return replace(verdict, links=links, own_destinations=own_places(links))
