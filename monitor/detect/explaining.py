"""Why a case stands where it does, and what would change that. A standing in; ids and codes out.

Nothing here is in words: the report has them in its languages.
"""

from collections.abc import Sequence
from datetime import timedelta

from monitor.detect.cases import Event, Events, Standing, effective_at
from monitor.detect.posting import AGAIN_WITHIN
from monitor.detect.silence import SHORTEST, Silence, limit_at
from monitor.model import ChangeBy, Finding, Kind, Outlook, State


def because(standing: Standing, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the ids of the findings that made a state, in the order in which they did."""
    ids = [f.id for event in standing.because for f in _written(event, standing, findings)]
    if standing.state is State.RETURNED:
        ids += [f.id for f in findings if f.kind is Kind.RESUMED and f.at == standing.since]
    return tuple(dict.fromkeys(ids))


def _written(event: Event, standing: Standing, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that an event was written as."""
    if isinstance(event, Finding):
        return [event]
    if isinstance(event, Silence):
        return [
            f for f in findings if f.kind is Kind.SILENCE and f.evidence[0].post_id == event.post_id
        ]
    kinds = {Kind.GONE: event.start}
    if standing.state is State.RETURNED and event.end is not None:
        kinds[Kind.AVAILABLE_AGAIN] = event.end
    return [f for f in findings if kinds.get(f.kind) == f.at]


_NOTICE = Outlook(State.ANNOUNCED, "notice")
_BACK = Outlook(State.RETURNED, "return_notice")
_LOST = Outlook(State.GONE, "not_found")
_ALWAYS = {
    State.UNKNOWN: (Outlook(State.ACTIVE, "sight"),),
    State.ACTIVE: (_NOTICE, _LOST),
    State.PARALLEL: (_NOTICE, _LOST),
    State.PARTIAL: (_NOTICE, _BACK, _LOST),
    State.GONE: (Outlook(State.RETURNED, "seen_again"),),
    State.RETURNED: (_NOTICE, _LOST),
}


def outlook(standing: Standing, events: Events) -> tuple[Outlook, ...]:
    """Return what would change a state, the likeliest first."""
    if standing.state is State.ANNOUNCED:
        return _announced(standing, events)
    if standing.state is State.ANNOUNCED_NOT_DONE:
        return Outlook(State.LEFT, "silence", days=_limit_days(events)), _BACK
    if standing.state is State.LEFT:
        again = Outlook(State.RETURNED, "posts")
        if standing.strays:
            day = (standing.strays[-1] + AGAIN_WITHIN).date()
            again = Outlook(State.RETURNED, "second_post", day=day)
        return _BACK, again, _LOST
    if standing.tentative is not None:
        return Outlook(State.LEFT, "silent_again", days=_limit_days(events)), _NOTICE
    return _ALWAYS[standing.state]


def _limit_days(events: Events) -> float:
    """Return how long a silence after the last post must be, in days."""
    posts = events.posts
    limit = limit_at(posts, len(posts) - 1) if len(posts) else SHORTEST
    return limit / timedelta(days=1)


def _announced(standing: Standing, events: Events) -> tuple[Outlook, ...]:
    last = [events.posts[-1][1]] if len(events.posts) else []
    named = [effective_at(notice) for notice in [standing.notice] if notice is not None]
    silent = max([*last, *named]) + timedelta(days=_limit_days(events))
    deadline = standing.deadline or silent
    back: ChangeBy = "taken_back" if standing.taken_back is None else "posts"
    return (
        Outlook(State.LEFT, "silent_until", day=silent.date()),
        Outlook(State.ANNOUNCED_NOT_DONE, "posts_after", day=deadline.date()),
        Outlook(standing.before, back),
        _BACK,
    )
