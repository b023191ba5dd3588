"""What a channel calls itself: renamed, re-titled, described anew; or its name given to another."""

import itertools
from collections.abc import Sequence
from datetime import datetime

from monitor.detect.findings import Writer
from monitor.model import Count, Evidence, Finding, Kind, Profile

FALLEN_SHARE = 0.5
FALLEN_BY = 100
"""A highest post id that falls below this share and by this many is another channel's: seen
once in the data, 9176 to 40 (FACTS.md); deleting recent posts lowers it by a few. Uncalibrated."""

_CHANGES = (
    (Kind.USERNAME_CHANGED, "username", "changed its username from {0} to {1}"),
    (Kind.TITLE_CHANGED, "title", "changed its title"),
    (Kind.ABOUT_CHANGED, "about", "changed its description"),
)


def profile_findings(writer: Writer, profiles: Sequence[Profile]) -> list[Finding]:
    """Write each change of username, title and description; what a page left out is no change."""
    written = []
    for kind, name, words in _CHANGES:
        values = [(p.at, getattr(p, name)) for p in profiles if getattr(p, name) is not None]
        for (_, old), (at, new) in itertools.pairwise(values):
            if old == new or (name == "username" and old.casefold() == new.casefold()):
                continue
            written.append(
                writer.write(
                    kind,
                    at,
                    first=f"{at.isoformat()} {name}",
                    confidence=0.95,
                    rule=f"lifecycle.{name}",
                    summary=words.format(old, new),
                    evidence=(Evidence(url=f"https://t.me/{writer.channel.username}", quote=new),),
                    details={"from": old, "to": new},
                )
            )
    return written


def reassignments(counts: Sequence[Count]) -> list[tuple[Count, Count]]:
    """Return pairs of counts between which a username must have passed to another channel.

    Seen from the highest post id, which never falls far while a channel is the same.
    """
    known = [c for c in counts if c.max_post_id is not None]
    return [
        (old, new)
        for old, new in itertools.pairwise(known)
        if (new.max_post_id or 0) < FALLEN_SHARE * (old.max_post_id or 0)
        and (old.max_post_id or 0) - (new.max_post_id or 0) > FALLEN_BY
    ]


def reassignment_findings(
    writer: Writer, pairs: Sequence[tuple[Count, Count]], taken_at: datetime | None
) -> list[Finding]:
    """Write that a username now means another channel: from counts, or from the channel's id.

    `taken_at` is when another id was first met under this channel's name.
    """
    written = [
        writer.write(
            Kind.USERNAME_REASSIGNED,
            new.at,
            first=new.at.isoformat(),
            confidence=0.85,
            rule="lifecycle.highest_post_id_fell",
            summary="is another channel than before: its highest post id fell from "
            f"{old.max_post_id} to {new.max_post_id}",
            evidence=(Evidence(url=f"https://t.me/{writer.channel.username}", quote=new.title),),
            details={
                "max_post_id_from": old.max_post_id,
                "max_post_id_to": new.max_post_id,
                "title_from": old.title,
                "title_to": new.title,
            },
        )
        for old, new in pairs
    ]
    if taken_at is not None:
        written.append(
            writer.write(
                Kind.USERNAME_REASSIGNED,
                taken_at,
                first="id",
                confidence=0.99,
                rule="lifecycle.other_id",
                summary="lost its username to another channel",
                evidence=(Evidence(url=f"https://t.me/{writer.channel.username}"),),
                details={"telegram_id": writer.channel.telegram_id},
            )
        )
    return written
