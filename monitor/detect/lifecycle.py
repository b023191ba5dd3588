"""What became of the channel itself: gone, private, back; renamed, re-titled, replaced.

Probes that were `unreachable` are our own failure and are passed over: they neither begin nor end
anything.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.detect.findings import Writer, times
from monitor.model import (
    Availability,
    Count,
    Evidence,
    Finding,
    Json,
    Kind,
    Probe,
    Profile,
)

APART = timedelta(hours=1)
"""How far apart two probes must be before `not_found` counts (DESIGN.md section 2)."""

PAGES = "preview"
"""The route of the public pages; the others are accounts."""

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
_ABSENT = frozenset({Availability.NOT_FOUND, Availability.PRIVATE})
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
    reason: str = ""

    @property
    def certain(self) -> bool:
        """Whether it may be told: absence needs two probes at least an hour apart, everywhere."""
        return self.state not in _ABSENT or self.confirmed is not None


def absences(probes: Sequence[Probe], routes: frozenset[str]) -> list[Absence]:
    """Return the stretches of unavailability, oldest first.

    Each route is read by itself: a page that is switched off says nothing of the account's view.
    That a channel is not there, or closed, counts only when no route sees it.

    Args:
        probes: oldest first.
        routes: the routes by which the channel is asked after.
    """
    by_route: dict[str, list[Probe]] = {}
    for probe in probes:
        if probe.state is not None and probe.state is not Availability.UNREACHABLE:
            by_route.setdefault(probe.route, []).append(probe)
    found = [absence for route, met in by_route.items() for absence in _of_one_route(route, met)]
    found += _of_all_routes(by_route, routes)
    return sorted(found, key=lambda a: (a.start, a.state))


def _of_one_route(route: str, met: Sequence[Probe]) -> list[Absence]:
    """Return what one route alone may say: the preview is off, the channel is restricted."""
    found = []
    for state, group in itertools.groupby(met, key=lambda p: p.state):
        run = list(group)
        after = next((p.at for p in met if p.at > run[-1].at), None)
        if state is Availability.PREVIEW_DISABLED or (
            state is Availability.RESTRICTED and (route == PAGES or _twice(run) is not None)
        ):
            found.append(
                Absence(state, run[0].at, _twice(run), after, run[0].evidence, run[0].detail)
            )
    return found


def _of_all_routes(by_route: dict[str, list[Probe]], routes: frozenset[str]) -> list[Absence]:
    """Return the stretches in which no route saw the channel, told or not yet certain."""
    merged = sorted((p for met in by_route.values() for p in met), key=lambda p: p.at)
    found: list[Absence] = []
    run: list[Probe] = []
    for probe in merged:
        if probe.state in _ABSENT:
            run.append(probe)
            continue
        # Another route that sees it shows that the first one met only its own limits.
        if run and (probe.route in {p.route for p in run} or _confirmed(run, routes) is None):
            found += _absent(run, routes, probe.at)
            run = []
    return found + _absent(run, routes, None)


def _absent(run: Sequence[Probe], routes: frozenset[str], end: datetime | None) -> list[Absence]:
    """Return a stretch of absence; where a page alone tells, each state is its own."""
    if not run:
        return []
    if {p.route for p in run} == {PAGES}:
        groups = [list(g) for _, g in itertools.groupby(run, key=lambda p: p.state)]
    else:
        groups = [list(run)]
    found = []
    for group, after in itertools.zip_longest(groups, groups[1:]):
        first = group[0]
        closed = any(p.state is Availability.PRIVATE for p in group)
        state = Availability.PRIVATE if closed else Availability.NOT_FOUND
        told_at_once = closed and routes == {PAGES} == {p.route for p in group}
        found.append(
            Absence(
                state,
                first.at,
                first.at if told_at_once else _confirmed(group, routes),
                after[0].at if after else end,
                first.evidence,
                first.detail,
            )
        )
    return found


def _twice(run: Sequence[Probe]) -> datetime | None:
    """Return when a state was met a second time, far enough from the first; None if never."""
    return next((p.at for p in run if p.at - run[0].at >= APART), None)


def _confirmed(run: Sequence[Probe], routes: frozenset[str]) -> datetime | None:
    """Return when every route had met it twice, far enough apart; None while one has not."""
    latest = run[0].at
    for route in routes:
        own = [p for p in run if p.route == route]
        twice = _twice(own) if own else None
        if twice is None:
            return None
        latest = max(latest, twice)
    return latest


_BEST = (
    Availability.OK, Availability.PREVIEW_DISABLED, Availability.RESTRICTED,
    Availability.PRIVATE, Availability.NOT_FOUND,
)  # fmt: skip


def availability(probes: Sequence[Probe]) -> Availability | None:
    """Return the best that any route met last; None if none met anything.

    A page that is switched off beside an account that reads on is `ok`.
    """
    newest = {p.route: p.state for p in probes if p.state is not None}
    met = set(newest.values())
    return next((state for state in _BEST if state in met), next(iter(met), None))


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
                details={
                    **times(
                        confirmed_at=None
                        if absence.state is Availability.PREVIEW_DISABLED
                        else absence.confirmed,
                        ended_at=absence.end,
                    ),
                    **_why(absence),
                },
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


def _why(absence: Absence) -> dict[str, Json]:
    """Return Telegram's reason for a restriction, where it gave one."""
    if absence.state is Availability.RESTRICTED and absence.reason:
        return {"reason": absence.reason}
    return {}


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
