"""What became of the channel itself: gone, private, back; renamed, re-titled, replaced.

Probes that were `unreachable` are our own failure and are passed over: they neither begin nor end
anything.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.detect.findings import Writer, times
from monitor.model import Availability, Count, Evidence, Finding, Kind, Probe, Profile

APART = timedelta(hours=1)
"""How far apart two probes must be before `not_found` counts (DESIGN.md section 2)."""

FALLEN_SHARE = 0.5
FALLEN_BY = 100
"""A highest post id that falls below this share and by this many is another channel's: seen
once in the data, 9176 to 40 (FACTS.md); deleting recent posts lowers it by a few. Uncalibrated."""

_KINDS = {
    Availability.NOT_FOUND: Kind.GONE,
    Availability.PRIVATE: Kind.PRIVATE,
    Availability.RESTRICTED: Kind.RESTRICTED,
    Availability.PREVIEW_DISABLED: Kind.PREVIEW_DISABLED,
}
_SAYS = {
    Kind.GONE: "is gone: nobody has the name any more",
    Kind.PRIVATE: "can be seen only by those who were let in",
    Kind.RESTRICTED: "is restricted by Telegram",
    Kind.PREVIEW_DISABLED: "has its public preview switched off; its posts cannot be seen here",
}


@dataclass(frozen=True, slots=True)
class Absence:
    """A stretch in which the channel could not be had, in one state, as probes met it."""

    state: Availability
    start: datetime
    confirmed: datetime | None
    end: datetime | None
    evidence: int | None = None

    @property
    def certain(self) -> bool:
        """Whether it may be told: `not_found` needs two probes at least an hour apart."""
        return self.state is not Availability.NOT_FOUND or self.confirmed is not None


def absences(probes: Sequence[Probe], routes: frozenset[str]) -> list[Absence]:
    """Return the stretches of unavailability, oldest first.

    Args:
        probes: oldest first.
        routes: the routes by which the channel is asked after; `not_found` must be met on each.
    """
    found: list[Absence] = []
    run: list[Probe] = []
    for probe in probes:
        if probe.state is None or probe.state is Availability.UNREACHABLE:
            continue
        if run and probe.state is not run[0].state:
            if run[0].state in _KINDS:
                found.append(_absence(run, routes, probe.at))
            run = []
        run.append(probe)
    if run and run[0].state in _KINDS:
        found.append(_absence(run, routes, None))
    return found


def _absence(run: Sequence[Probe], routes: frozenset[str], end: datetime | None) -> Absence:
    first = run[0]
    return Absence(
        state=first.state or Availability.NOT_FOUND,
        start=first.at,
        confirmed=_confirmed(run, routes),
        end=end,
        evidence=first.evidence,
    )


def _confirmed(run: Sequence[Probe], routes: frozenset[str]) -> datetime | None:
    """Return when every route had met it twice, far enough apart; None while one has not."""
    latest = run[0].at
    for route in routes:
        times_met = [p.at for p in run if p.route == route]
        twice = next((at for at in times_met if at - times_met[0] >= APART), None)
        if twice is None:
            return None
        latest = max(latest, twice)
    return latest


def availability(probes: Sequence[Probe]) -> Availability | None:
    """Return what the newest probe met; None if none met anything."""
    return next((p.state for p in reversed(probes) if p.state is not None), None)


def availability_findings(writer: Writer, found: Sequence[Absence]) -> list[Finding]:
    """Write each certain absence, and its end."""
    written = []
    for absence in found:
        if not absence.certain:
            continue
        kind = _KINDS[absence.state]
        written.append(
            writer.write(
                kind,
                absence.start,
                first=absence.start.isoformat(),
                confidence=0.9,
                rule=f"lifecycle.{absence.state}",
                summary=_SAYS[kind],
                evidence=(Evidence(url=f"https://t.me/{writer.channel.username}"),),
                details=times(confirmed_at=absence.confirmed, ended_at=absence.end),
            )
        )
        if absence.end is not None:
            written.append(
                writer.write(
                    Kind.AVAILABLE_AGAIN,
                    absence.end,
                    first=absence.start.isoformat(),
                    confidence=0.9,
                    rule="lifecycle.available_again",
                    summary=f"can be seen again after it was {absence.state.replace('_', ' ')}",
                    evidence=(Evidence(url=f"https://t.me/{writer.channel.username}"),),
                    details={"was": str(absence.state), **times(since=absence.start)},
                )
            )
    return written


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
