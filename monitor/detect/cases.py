"""One channel's findings joined into a state. The table of DESIGN.md section 2, as a fold.

Everything that happened is put in the order of its time and read once; each event may move the
state. What an event meant is said in `why`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.detect.lifecycle import Absence
from monitor.detect.silence import Silence, limit_at
from monitor.model import Availability, Coverage, Finding, Kind, State, Timeline

BLIND = timedelta(days=30)
"""After so long without sight a channel is no longer called active: the first pass reads back as
far (`sources.preview.first`). Uncalibrated."""

_LEFT = (State.LEFT, State.GONE)
_LEAVING = (State.ANNOUNCED, State.ANNOUNCED_NOT_DONE)


@dataclass(slots=True)
class Standing:
    """Where a case stands while its events are read."""

    state: State = State.UNKNOWN
    since: datetime | None = None
    why: str = "nothing of it was ever seen"
    notice: Finding | None = None
    confidence: float = 0.0
    moves: list[tuple[datetime, State]] = field(default_factory=list)

    def move(self, state: State, since: datetime, why: str, confidence: float) -> None:
        """Enter a state."""
        self.state, self.since, self.why, self.confidence = state, since, why, confidence
        self.moves.append((since, state))


@dataclass(frozen=True, slots=True)
class Events:
    """What the fold reads: all of one channel, up to `now`."""

    notices: Sequence[Finding]
    posts: Timeline
    announcing: frozenset[int]
    silences: Sequence[Silence]
    absences: Sequence[Absence]
    coverage: Coverage
    now: datetime


def stand(events: Events) -> Standing:
    """Read a channel's events in their order and return where it stands."""
    standing = Standing()
    if len(events.posts):
        standing.move(State.ACTIVE, events.posts[0][1], "it posts, and announced nothing", 0.8)
    cursor = 0
    for at, _order, event in sorted(_in_order(events), key=lambda item: item[:2]):
        cursor = _read_posts(standing, events, cursor, at)
        if isinstance(event, Finding):
            _read_notice(standing, event)
        elif isinstance(event, Silence):
            _read_silence(standing, event)
        else:
            _read_absence(standing, event, at)
    _read_posts(standing, events, cursor, None)
    _read_blindness(standing, events)
    return standing


def _in_order(events: Events) -> list[tuple[datetime, int, Finding | Silence | Absence]]:
    """Return what may move a state, beside posts, with its time and its rank among equals."""
    found: list[tuple[datetime, int, Finding | Silence | Absence]] = []
    for absence in events.absences:
        if absence.certain and absence.state is Availability.NOT_FOUND:
            found.append((absence.start, 1, absence))
            if absence.end is not None:
                found.append((absence.end, 1, absence))
    found += [(n.at, 2, n) for n in events.notices]
    found += [(s.known_at, 3, s) for s in events.silences]
    return found


def _read_notice(standing: Standing, notice: Finding) -> None:
    sure = notice.confidence
    match notice.kind:
        case Kind.CLOSURE_NOTICE:
            if standing.state not in (*_LEFT, *_LEAVING):
                standing.notice = notice
                standing.move(State.ANNOUNCED, notice.at, "it announced that it leaves", sure)
        case Kind.RETURN_NOTICE:
            if standing.state in (*_LEFT, *_LEAVING, State.PARTIAL):
                standing.move(State.RETURNED, notice.at, "it announced that it is back", sure)
        case Kind.PARTIAL_MOVE:
            if standing.state in (State.UNKNOWN, State.ACTIVE, State.PARALLEL, State.RETURNED):
                standing.notice = notice
                standing.move(State.PARTIAL, notice.at, "it moved part of its posts", sure)
        case Kind.INVITATION:
            if standing.state in (State.UNKNOWN, State.ACTIVE):
                standing.notice = notice
                standing.move(State.PARALLEL, notice.at, "it invites elsewhere, and stays", sure)


def _read_silence(standing: Standing, silence: Silence) -> None:
    notice = standing.notice
    if standing.state in _LEAVING and notice is not None and silence.start >= notice.at:
        days = silence.limit / timedelta(days=1)
        standing.move(
            State.LEFT,
            silence.start,
            f"it announced that it leaves and then posted nothing for more than {days:.0f} days "
            "that we saw",
            min(0.95, standing.confidence),
        )


def _read_absence(standing: Standing, absence: Absence, at: datetime) -> None:
    if at == absence.start:
        standing.move(State.GONE, at, "nobody has its name any more, seen twice", 0.9)
    elif standing.state is State.GONE:
        standing.move(State.RETURNED, at, "it can be seen again", 0.9)


def _read_posts(standing: Standing, events: Events, cursor: int, until: datetime | None) -> int:
    """Read the posts before a moment (all, for None) from `cursor` on; return the new cursor."""
    posts = events.posts
    while cursor < len(posts):
        threshold = _posts_matter_after(standing, events)
        if threshold is None:
            break  # no post moves this state; a later event may change that
        cursor = posts.first_after(cursor, threshold)
        if cursor == len(posts) or (until is not None and posts[cursor][1] >= until):
            break
        post_id, at = posts[cursor]
        if post_id not in events.announcing:
            if standing.state is State.ANNOUNCED:
                words = "it announced that it leaves, and posts on"
                standing.move(State.ANNOUNCED_NOT_DONE, at, words, 0.9)
            else:
                standing.move(State.RETURNED, at, "it posts again", 0.85)
        cursor += 1
    return cursor


def _posts_matter_after(standing: Standing, events: Events) -> datetime | None:
    """Return the moment after which a post moves the state; None where none does."""
    if standing.since is not None and standing.state in _LEFT:
        return standing.since
    if standing.state is State.ANNOUNCED and standing.notice is not None:
        start = standing.notice.at
        effective = standing.notice.details.get("effective_at")
        if isinstance(effective, str):
            start = max(start, datetime.fromisoformat(effective))
        # The rhythm is that before the notice: what came after it may be a winding down.
        index = max(0, events.posts.first_after(0, standing.notice.at) - 1)
        return start + limit_at(events.posts, index)
    return None


def _read_blindness(standing: Standing, events: Events) -> None:
    """Call nothing active that was not seen for long."""
    seen = events.coverage.end
    if standing.state in (State.ACTIVE, State.PARALLEL) and seen is not None:
        blind = events.now - min(seen, events.now)
        if blind > BLIND:
            standing.move(
                State.UNKNOWN,
                seen,
                f"it was {standing.state} when last seen, {blind.days} days ago",
                0.0,
            )
