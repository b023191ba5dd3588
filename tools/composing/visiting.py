"""A plan and its wording in; every page that a daily collector would have recorded out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tools.composing.archive import Recorded
from tools.composing.pages import absent_page, feed_page, landing_page, oldest_shown
from tools.composing.plan import ChannelPlan, Plan, Wording
from tools.composing.posting import Posted, days, posts_of

BASE = "https://t.me"

_STEP = timedelta(seconds=2)
"""Between two requests, as the monitor's own default pace of 0.5 a second."""


def visit_times(plan: Plan) -> tuple[tuple[datetime, bool], ...]:
    """Return when the collector set out, outages left away, and whether it read the feeds."""
    return tuple(
        (datetime.combine(day, visits.at, UTC), number % visits.feed_every == 0)
        for visits in plan.visits
        for number, day in enumerate(days(visits.first, visits.last, visits.every_days))
        if day not in visits.outage
    )


def fetches(plan: Plan, wordings: dict[str, Wording]) -> Iterator[Recorded]:
    """Yield what each visit recorded, channel by channel; the first one reads the history too.

    Args:
        plan: the sample.
        wordings: the bland lines by language.
    """
    posts = {
        channel.username: posts_of(channel, plan.start, plan.end, wordings[channel.language])
        for channel in plan.channels
    }
    for number, (start, feed) in enumerate(visit_times(plan)):
        at = start
        for channel in plan.channels:
            recorded = list(
                _visit(channel, posts[channel.username], at, feed=feed, history=number == 0)
            )
            yield from recorded
            at = recorded[-1].at + _STEP


def _visit(
    channel: ChannelPlan, posts: tuple[Posted, ...], at: datetime, *, feed: bool, history: bool
) -> Iterator[Recorded]:
    landing, wall = f"{BASE}/{channel.username}", f"{BASE}/s/{channel.username}"
    absent = any(begin <= at < stop for begin, stop in channel.absent)
    if feed and absent:
        # The feed of a name that nobody has leads to its landing page; a collector keeps that.
        yield Recorded(landing, at, absent_page(channel.username))
    elif feed:
        yield Recorded(wall, at, feed_page(channel, posts, at))
    at += _STEP
    page = absent_page(channel.username) if absent else landing_page(channel, at)
    yield Recorded(landing, at, page)
    before = oldest_shown(posts, at) if history else None
    while before is not None:
        at += _STEP
        yield Recorded(f"{wall}?before={before}", at, feed_page(channel, posts, at, before))
        before = oldest_shown(posts, at, before)
