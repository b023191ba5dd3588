"""What became of the channel itself: gone, private, restricted, and back. Probes in, findings out.

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
    Evidence,
    Finding,
    Json,
    Kind,
    Probe,
)

APART = timedelta(hours=1)
"""How far apart two probes must be before `not_found` counts (DESIGN.md section 2)."""

PAGES = "preview"
"""The route of the public pages; the others are accounts."""

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
