"""One channel's findings joined into a state. The table of DESIGN.md section 2, as a fold.

Everything that happened is put in the order of its time and read once; each event may move the
state. What an event meant is said in `why`, a code, and what it was in `because`. What posts mean
for a state stands in `posting.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.detect.lifecycle import Absence
from monitor.detect.silence import Silence, limit_at
from monitor.model import Availability, Coverage, Finding, Kind, Reason, State, Timeline, Why

BLIND = timedelta(days=30)
"""After so long without sight a channel is no longer called active: the first pass reads back as
far (`sources.preview.first`). Uncalibrated."""

DEPARTED = (State.LEFT, State.GONE)
LEAVING = (State.ANNOUNCED, State.ANNOUNCED_NOT_DONE)
_STAYING = (State.UNKNOWN, State.ACTIVE, State.PARALLEL, State.RETURNED)

Event = Finding | Silence | Absence


@dataclass(slots=True)
class Tentative:
    """A return that only posts speak for: what it would fall back to, and the posts so far."""

    since: datetime
    why: tuple[Reason, ...]
    confidence: float
    because: tuple[Event, ...]
    posts: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Standing:
    """Where a case stands while its events are read."""

    state: State = State.UNKNOWN
    since: datetime | None = None
    why: tuple[Reason, ...] = (Reason(Why.NEVER_SEEN),)
    notice: Finding | None = None
    confidence: float = 0.0
    moves: list[tuple[datetime, State]] = field(default_factory=list)
    because: tuple[Event, ...] = ()
    """What made the state, oldest first; empty where nothing but its posts did."""
    deadline: datetime | None = None
    """Until when a channel that announced may post before that counts as not doing it."""
    before: State = State.ACTIVE
    """What it was before it announced."""
    stands: set[int | None] = field(default_factory=set)
    """Posts whose notices of closure are still there."""
    taken_back: Finding | None = None
    strays: list[datetime] = field(default_factory=list)
    """Posts of one that left which do not yet make a return."""
    tentative: Tentative | None = None
    silences: list[Silence] = field(default_factory=list)
    """Those that moved a state."""

    def move(
        self,
        state: State,
        since: datetime,
        why: Reason | tuple[Reason, ...],
        confidence: float,
        *because: Event,
    ) -> None:
        """Enter a state."""
        self.state, self.since, self.confidence = state, since, confidence
        self.why = why if isinstance(why, tuple) else (why,)
        self.because = because
        self.taken_back, self.tentative = None, None
        self.strays = []
        self.moves.append((since, state))


@dataclass(frozen=True, slots=True)
class Events:
    """What the fold reads: all of one channel, up to `now`.

    `announcing` are posts that announce a closure, `pointing` those that carry an address or are
    forwards: a reminder or an advertisement may be one, so it alone is no return. `changed` are
    the findings of notices that were deleted or edited.
    """

    notices: Sequence[Finding]
    posts: Timeline
    announcing: frozenset[int]
    silences: Sequence[Silence]
    absences: Sequence[Absence]
    coverage: Coverage
    now: datetime
    pointing: frozenset[int] = frozenset()
    changed: Sequence[Finding] = ()


def effective_at(notice: Finding) -> datetime:
    """Return when a notice takes effect: the day that it names, else its own time."""
    named = notice.details.get("effective_at")
    return max(notice.at, datetime.fromisoformat(named)) if isinstance(named, str) else notice.at


def in_order(events: Events) -> list[tuple[datetime, int, Event]]:
    """Return what may move a state, beside posts, with its time and its rank among equals."""
    found: list[tuple[datetime, int, Event]] = []
    for absence in events.absences:
        if absence.certain and absence.state is Availability.NOT_FOUND:
            found.append((absence.start, 1, absence))
            if absence.end is not None:
                found.append((absence.end, 1, absence))
    found += [(n.at, 2, n) for n in (*events.notices, *events.changed)]
    closures = [n for n in events.notices if n.kind is Kind.CLOSURE_NOTICE]
    for silence in events.silences:
        # One that stops before the day that it named has left only once that day is past too.
        named = [effective_at(n) for n in closures if n.at <= silence.start]
        known = max([silence.start, *named[-1:]]) + silence.limit
        if known <= silence.seen_until:
            found.append((known, 3, silence))
    return sorted(found, key=lambda item: item[:2])


def read_notice(standing: Standing, notice: Finding, events: Events) -> None:
    """Read what a channel says of its own place, or took back."""
    sure = notice.confidence
    match notice.kind:
        case Kind.CLOSURE_NOTICE:
            standing.stands.add(_post_of(notice))
            if standing.state not in (*DEPARTED, *LEAVING):
                standing.notice = notice
                standing.before = standing.state
                standing.stands = {_post_of(notice)}
                # The rhythm is that before the notice: what came after may be a winding down.
                index = max(0, events.posts.first_after(0, notice.at) - 1)
                standing.deadline = effective_at(notice) + limit_at(events.posts, index)
                why = Reason(Why.ANNOUNCED)
                standing.move(State.ANNOUNCED, notice.at, why, sure, notice)
        case Kind.RETURN_NOTICE:
            _read_return(standing, notice)
        case Kind.PARTIAL_MOVE:
            if standing.state in _STAYING:
                standing.notice = notice
                why = Reason(Why.MOVED_PART)
                standing.move(State.PARTIAL, notice.at, why, sure, notice)
        case Kind.INVITATION:
            if standing.state in (State.UNKNOWN, State.ACTIVE):
                standing.notice = notice
                why = Reason(Why.INVITES)
                standing.move(State.PARALLEL, notice.at, why, sure, notice)
        case Kind.POST_DELETED | Kind.POST_EDITED:
            _read_taken_back(standing, notice)


def _read_return(standing: Standing, notice: Finding) -> None:
    if standing.state in (*DEPARTED, *LEAVING, State.PARTIAL):
        why = Reason(Why.ANNOUNCED_RETURN)
        standing.move(State.RETURNED, notice.at, why, notice.confidence, notice)
    elif standing.tentative is not None:
        standing.tentative, standing.confidence = None, notice.confidence
        standing.because = (*standing.because, notice)


def _post_of(notice: Finding) -> int | None:
    return notice.evidence[0].post_id if notice.evidence else None


def _read_taken_back(standing: Standing, change: Finding) -> None:
    """Read that a notice of closure was deleted, or edited into something else."""
    if change.details.get("from_label") != "closure" or change.details.get("to_label") == "closure":
        return
    standing.stands.discard(_post_of(change))
    if standing.state is State.ANNOUNCED and not standing.stands:
        # Those who leave tidy up as well: only posting on shows that it stays.
        standing.taken_back = change
        standing.because = (*standing.because, change)
        standing.why = (Reason(Why.TOOK_BACK, day=change.at.date()),)
    elif standing.state in (State.ACTIVE, State.PARALLEL) and change.kind is Kind.POST_EDITED:
        # The post reads otherwise by now, so that it moved no state when it was read.
        standing.why += (Reason(Why.EDITED_AWAY, day=change.at.date()),)
        standing.because = (*standing.because, change)


def read_silence(standing: Standing, silence: Silence) -> None:
    """Read a covered silence: it completes a departure, or shows that a return was none."""
    notice, tentative = standing.notice, standing.tentative
    before = len(standing.moves)
    if standing.state in LEAVING and notice is not None and silence.start >= notice.at:
        days = silence.limit / timedelta(days=1)
        standing.move(
            State.LEFT,
            silence.start,
            Reason(Why.SILENT, days=days),
            min(0.95, standing.confidence),
            notice,
            silence,
        )
    elif tentative is not None:
        earlier = (reason for reason in tentative.why if reason.why is not Why.SILENT_AGAIN)
        first, number = tentative.posts[0].date(), len(tentative.posts)
        standing.move(
            State.LEFT,
            tentative.since,
            (*earlier, Reason(Why.SILENT_AGAIN, day=first, count=number)),
            tentative.confidence,
            *tentative.because,
            silence,
        )
    if len(standing.moves) > before:
        standing.silences.append(silence)


def read_absence(standing: Standing, absence: Absence, at: datetime) -> None:
    """Read that a channel was not found, or is there again."""
    if at == absence.start:
        standing.move(State.GONE, at, Reason(Why.NAME_FREE), 0.9, absence)
    elif standing.state is State.GONE:
        standing.move(State.RETURNED, at, Reason(Why.SEEN_AGAIN), 0.9, absence)


def read_blindness(standing: Standing, events: Events) -> None:
    """Call nothing active that was not seen for long."""
    seen = events.coverage.end
    if standing.state in (State.ACTIVE, State.PARALLEL) and seen is not None:
        blind = events.now - min(seen, events.now)
        if blind > BLIND:
            standing.move(
                State.UNKNOWN,
                seen,
                Reason(Why.LAST_SEEN, state=standing.state, days=blind.days),
                0.0,
                *standing.because,
            )
