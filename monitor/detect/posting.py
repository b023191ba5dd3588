"""What posts mean for a state, and the fold itself: a channel's events in, where it stands out.

Hysteresis. A post after a departure is a return only if it is an ordinary one: a notice repeated
is none, and one that carries an address or is a forward may be a reminder or an advertisement
that was scheduled, so it takes a second post on another day. A return that only few posts speak
for is taken back when a covered silence follows it. `announced_not_done` needs no such care: the
next silence makes it `left`.
"""

from datetime import datetime, timedelta

from monitor.detect.cases import (
    DEPARTED,
    Events,
    Standing,
    Tentative,
    effective_at,
    in_order,
    read_absence,
    read_blindness,
    read_notice,
    read_silence,
)
from monitor.detect.silence import Silence
from monitor.model import Finding, Reason, State, Why

SECOND = timedelta(seconds=1)
"""Times of posts are whole seconds."""
AGAIN_WITHIN = timedelta(days=14)
"""Two posts with an address, on two days no further apart, are a return. Uncalibrated."""
TAKES_HOLD = 3
"""So many posts, on two days at least, make a return that a silence no longer takes back: a
weekend's holiday greeting is two. Uncalibrated."""


def stand(events: Events) -> Standing:
    """Read a channel's events in their order and return where it stands."""
    standing = Standing()
    if len(events.posts):
        standing.move(State.ACTIVE, events.posts[0][1], Reason(Why.POSTS), 0.8)
    cursor = 0
    for at, _order, event in in_order(events):
        cursor = _read_posts(standing, events, cursor, at)
        if isinstance(event, Finding):
            read_notice(standing, event, events)
        elif isinstance(event, Silence):
            read_silence(standing, event)
        else:
            read_absence(standing, event, at)
    _read_posts(standing, events, cursor, None)
    read_blindness(standing, events)
    return standing


def _read_posts(standing: Standing, events: Events, cursor: int, until: datetime | None) -> int:
    """Read the posts before a moment (all, for None) from `cursor` on; return the new cursor."""
    posts = events.posts
    while cursor < len(posts):
        threshold = _posts_matter_after(standing)
        if threshold is None:
            break  # no post moves this state; a later event may change that
        found = posts.first_after(cursor, threshold)
        if found == len(posts) or (until is not None and posts[found][1] >= until):
            # What lies beyond `until` may matter to the state that comes then.
            return found if until is None else min(found, posts.first_after(cursor, until - SECOND))
        cursor = found
        post_id, at = posts[cursor]
        if post_id not in events.announcing:
            _read_post(standing, events, post_id, at)
        cursor += 1
    return cursor


def _posts_matter_after(standing: Standing) -> datetime | None:
    """Return the moment after which a post moves the state; None where none does."""
    if standing.state in DEPARTED or standing.tentative is not None:
        return standing.since
    if standing.taken_back is not None:
        return standing.taken_back.at
    return standing.deadline if standing.state is State.ANNOUNCED else None


def _read_post(standing: Standing, events: Events, post_id: int, at: datetime) -> None:
    """Read an ordinary post that comes when posts matter."""
    if standing.state is State.ANNOUNCED:
        _read_posting_on(standing, events, at)
    elif standing.tentative is not None:
        _settle(standing, standing.tentative, at)
    elif standing.state is State.GONE:
        # Whoever posts is there: no hysteresis.
        standing.move(State.RETURNED, at, Reason(Why.POSTS_AGAIN), 0.85)
    elif post_id not in events.pointing:
        _come_back(standing, [at])
    else:
        near = [stray for stray in standing.strays if at - stray <= AGAIN_WITHIN]
        standing.strays = [*near, at]
        if len({stray.date() for stray in standing.strays}) > 1:
            _come_back(standing, standing.strays)


def _read_posting_on(standing: Standing, events: Events, at: datetime) -> None:
    change, notice = standing.taken_back, standing.notice
    if change is not None:
        why = Reason(Why.TOOK_BACK_AND_POSTS)
        standing.move(standing.before, change.at, why, 0.85, *standing.because)
        return
    since = at
    if notice is not None and (day := effective_at(notice)) > notice.at:
        # It named the day itself: from the first ordinary post after that it did not do it.
        posts = events.posts
        index = posts.first_after(0, day)
        since = next(
            posts[i][1]
            for i in range(index, len(posts))
            if posts[i][0] not in events.announcing or posts[i][1] == at
        )
    why = Reason(Why.POSTS_ON)
    standing.move(State.ANNOUNCED_NOT_DONE, since, why, 0.9, *standing.because)


def _come_back(standing: Standing, posts: list[datetime]) -> None:
    """Enter a return that its posts alone speak for; a silence soon after takes it back."""
    left = Tentative(
        standing.since or posts[0], standing.why, standing.confidence, standing.because
    )
    standing.move(State.RETURNED, posts[0], Reason(Why.POSTS_AGAIN), 0.7)
    standing.tentative = left
    for at in posts:
        _settle(standing, left, at)


def _settle(standing: Standing, left: Tentative, at: datetime) -> None:
    left.posts.append(at)
    if len(left.posts) >= TAKES_HOLD and len({post.date() for post in left.posts}) > 1:
        standing.tentative, standing.confidence = None, 0.85
