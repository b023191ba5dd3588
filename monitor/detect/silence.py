"""Silences that we really saw: gaps longer than the channel's own rhythm, covered throughout."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from monitor.detect.findings import Writer, times
from monitor.model import Coverage, Evidence, Finding, Kind, Timeline

SHORTEST = timedelta(hours=72)
"""No shorter gap is a silence (DESIGN.md section 2)."""
USUAL_TIMES = 5
"""... nor one shorter than this many of the channel's usual gaps (DESIGN.md section 2)."""
RHYTHM = 50
"""How many gaps before a moment make the usual one, their median. Uncalibrated."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch without posts that was seen from `start`, the last post, for at least `limit`.

    `seen_until` is the last moment known to be silent, `ended` the next post if there is one.
    """

    post_id: int
    start: datetime
    limit: timedelta
    seen_until: datetime
    ended: datetime | None

    @property
    def known_at(self) -> datetime:
        """When it became longer than the limit."""
        return self.start + self.limit


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
            found.append(Silence(post_id, start, limit, seen, after))
    return found


def findings(writer: Writer, found: Sequence[Silence]) -> list[Finding]:
    """Write each silence, and the post that ended it."""
    written = []
    for silence in found:
        days = (silence.seen_until - silence.start) / timedelta(days=1)
        link = writer.address(silence.post_id)
        written.append(
            writer.write(
                Kind.SILENCE,
                silence.start,
                first=silence.post_id,
                confidence=0.9,
                rule="silence.longer_than_rhythm",
                summary=f"posted nothing for {days:.1f} days that we saw",
                evidence=(Evidence(silence.post_id, link),),
                details={
                    **times(
                        last_post_at=silence.start,
                        seen_until=silence.seen_until,
                        ended_at=silence.ended,
                    ),
                    "limit_hours": round(silence.limit / timedelta(hours=1), 1),
                    "days": round(days, 2),
                },
            )
        )
        if silence.ended is not None:
            written.append(
                writer.write(
                    Kind.RESUMED,
                    silence.ended,
                    first=f"after {silence.post_id}",
                    confidence=0.9,
                    rule="silence.ended",
                    summary=f"posts again after {days:.1f} silent days",
                    evidence=(Evidence(silence.post_id, link),),
                    details=times(silent_since=silence.start),
                )
            )
    return written
