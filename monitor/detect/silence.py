"""Silences that we really saw: covered throughout, and long by the channel's own rhythm.

Two measures. The limit of the states is simple and the same for all (DESIGN.md section 2): a
channel that announced that it leaves is silent after 72 hours and five usual gaps. A silence
without a notice is told only where it is unusual for this channel in this season: `rhythm.py`.
"""

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from monitor.detect import rhythm
from monitor.detect.findings import Writer, times
from monitor.model import Coverage, Evidence, Finding, Json, Kind, Timeline

SHORTEST = timedelta(hours=72)
"""No shorter gap is a silence (DESIGN.md section 2)."""
USUAL_TIMES = 5
"""... nor one shorter than this many of the channel's usual gaps (DESIGN.md section 2)."""
RHYTHM = 50
"""How many gaps before a moment make the usual one, their median. Uncalibrated."""

LONGEST_TIMES = 2.0
"""An unusual silence is so many times the longest covered pause of the year before. Chosen on
benchmarks/silences.py, 2026-11-25: with 1.5 composed channels that post in bursts had 0.9 false
silences a year, with 2 they had 0.4, and their stops were told a week later."""
LEAST_DAYS = 5
"""Of a channel that posted on fewer days than this nothing is known to be unusual. Uncalibrated."""
SUREST = 0.95
REVIEW = 0.5
"""The confidence of what a person should look at: below the bound of `findings --review`."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch without posts that was seen from `start`, the last post, for at least `limit`.

    `seen_until` is the last moment known to be silent, `ended` the next post if there is one.
    `index` is the last post's place in its timeline.
    """

    post_id: int
    start: datetime
    limit: timedelta
    seen_until: datetime
    ended: datetime | None
    index: int = 0

    @property
    def known_at(self) -> datetime:
        """When it became longer than the limit."""
        return self.start + self.limit


@dataclass(frozen=True, slots=True)
class Ending:
    """A channel's last post, where it is a pinned one without words."""

    post_id: int


@dataclass(frozen=True, slots=True)
class Pause:
    """How unusual a silence is: its own days, the usual ones, the longest before, days known."""

    own_days: float
    usual: float
    longest: float
    days_posted: int

    @property
    def limit(self) -> float:
        """The own days above which it is unusual."""
        shortest = SHORTEST / timedelta(days=1)
        return max(shortest, USUAL_TIMES * self.usual, LONGEST_TIMES * self.longest)

    @property
    def unusual(self) -> bool:
        """Whether it is to be told though nothing announced it."""
        return self.days_posted >= LEAST_DAYS and self.own_days > self.limit

    @property
    def confidence(self) -> float:
        """How sure: of n + 1 alike pauses the last is the longest once in n + 1 times.

        Distribution-free, as for a prediction interval from ranks (Hahn & Meeker 1991,
        Statistical Intervals, section 5.4), with days of posting for n, since the gaps within a
        burst are not alike.
        """
        return min(SUREST, 1 - 1 / (self.days_posted + 1))


def limit_at(posts: Timeline, index: int) -> timedelta:
    """Return how long a gap after `posts[index]` must be to be a silence."""
    gaps = [gap.total_seconds() for gap in posts.gaps_before(index, RHYTHM)]
    return max(SHORTEST, USUAL_TIMES * timedelta(seconds=median(gaps))) if gaps else SHORTEST


def silences(posts: Timeline, coverage: Coverage, now: datetime) -> list[Silence]:
    """Return the covered silences of a channel, oldest first; nothing after `now` is judged."""
    found = []
    for index in posts.after_long_gaps(SHORTEST):
        post_id, start = posts[index]
        after = posts[index + 1][1] if index + 1 < len(posts) else None
        limit = limit_at(posts, index)
        seen = min(coverage.until(start), after or now)
        if seen - start > limit:
            found.append(Silence(post_id, start, limit, seen, after, index))
    return found


def pauses(posts: Timeline, coverage: Coverage, country: str | None) -> Callable[[Silence], Pause]:
    """Return the question how unusual a silence is for this channel."""
    long = list(posts.after_long_gaps(SHORTEST))[:-1]

    def measured(silence: Silence) -> Pause:
        own = rhythm.learn(posts, silence.index, country)
        first = max(0, silence.index - RHYTHM)
        at = [posts[i][1] for i in range(first, silence.index + 1)]
        gaps = [own.pause(a, b) for a, b in itertools.pairwise(at)]
        earlier = [
            own.pause(start, end)
            for i in long
            if i < silence.index and (start := posts[i][1]) >= silence.start - rhythm.YEAR
            # What was not seen through may have been no pause at all.
            if coverage.until(start) >= (end := posts[i + 1][1])
        ]
        return Pause(
            own_days=own.missed(silence.start, silence.seen_until),
            usual=median(gaps) if gaps else 0.0,
            longest=max(earlier, default=0.0),
            days_posted=own.days_posted,
        )

    return measured


def findings(
    writer: Writer,
    found: Sequence[Silence],
    measured: Callable[[Silence], Pause],
    *,
    after_notice: Collection[Silence] = (),
    ending: Ending | None = None,
) -> list[Finding]:
    """Write the silences that say something, and the posts that ended them.

    Args:
        writer: of this channel.
        found: its covered silences.
        measured: how unusual each is.
        after_notice: those that made a state, told whatever the rhythm.
        ending: a last post that is for review when a silence follows it.
    """
    written = []
    for silence in found:
        pause = measured(silence)
        pinned = ending is not None and ending.post_id == silence.post_id
        if silence in after_notice:
            rule, confidence = "silence.after_notice", 0.9
        elif pinned:
            rule, confidence = "silence.after_wordless_pin", REVIEW
        elif pause.unusual:
            rule, confidence = "silence.unusual", pause.confidence
        else:
            continue
        written.append(_written(writer, silence, pause, rule, confidence))
        if silence.ended is not None:
            written.append(_resumed(writer, silence))
    return written


def _days(silence: Silence) -> float:
    return (silence.seen_until - silence.start) / timedelta(days=1)


def _written(
    writer: Writer, silence: Silence, pause: Pause, rule: str, confidence: float
) -> Finding:
    days = _days(silence)
    details: dict[str, Json] = {
        **times(last_post_at=silence.start, seen_until=silence.seen_until, ended_at=silence.ended),
        "limit_hours": round(silence.limit / timedelta(hours=1), 1),
        "days": round(days, 2),
        "own_days": round(pause.own_days, 2),
        "own_limit_days": round(pause.limit, 2),
        "longest_before_own_days": round(pause.longest, 2),
    }
    summary = f"posted nothing for {days:.1f} days that we saw"
    if rule == "silence.after_wordless_pin":
        summary += ", after a pinned post without words: for review"
    return writer.write(
        Kind.SILENCE,
        silence.start,
        first=silence.post_id,
        confidence=confidence,
        rule=rule,
        summary=summary,
        evidence=(Evidence(silence.post_id, writer.address(silence.post_id)),),
        details=details,
    )


def _resumed(writer: Writer, silence: Silence) -> Finding:
    return writer.write(
        Kind.RESUMED,
        silence.ended or silence.seen_until,
        first=f"after {silence.post_id}",
        confidence=0.9,
        rule="silence.ended",
        summary=f"posts again after {_days(silence):.1f} silent days",
        evidence=(Evidence(silence.post_id, writer.address(silence.post_id)),),
        details=times(silent_since=silence.start),
    )
