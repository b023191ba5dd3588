"""Everything known of one channel in; its findings and its case out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.detect import (
    cases,
    explaining,
    identity,
    lifecycle,
    posting,
    reviewing,
    silence,
)
from monitor.detect.changes import Changes, belongs_in_case
from monitor.detect.findings import Writer
from monitor.detect.reading import Reading
from monitor.detect.subscribers import series, writing
from monitor.model import (
    Availability,
    Case,
    CaseDestination,
    Channel,
    ChannelView,
    Count,
    Coverage,
    Finding,
    Interval,
    Kind,
    Probe,
    Profile,
    Review,
    Subject,
    SubscriberChange,
)

_UNSEEN = Availability.UNREACHABLE


@dataclass(frozen=True, slots=True)
class Known:
    """One channel's facts up to `now`, its posts read already.

    `routes` are those by which it is asked after; `taken_at` is when another channel was first
    met under its name. `pointing` are the posts since its first closure notice that carry an
    address or are forwards; `ending` is its last post, where that is a pinned one without words.
    `decisions` are what people decided about its findings by `now`.
    """

    channel: Channel
    reading: Reading
    coverage: Coverage
    counts: Sequence[Count]
    probes: Sequence[Probe]
    profiles: Sequence[Profile]
    routes: frozenset[str]
    taken_at: datetime | None
    now: datetime
    changes: Changes | None = None
    pointing: frozenset[int] = frozenset()
    ending: silence.Ending | None = None
    decisions: Mapping[Subject, Review] = field(default_factory=dict)


def conclude(known: Known) -> tuple[list[Finding], ChannelView]:
    """Return a channel's findings, oldest first, and the channel as a report sees it."""
    writer = Writer(known.channel)
    absences = lifecycle.absences(known.probes, known.routes)
    silences = silence.silences(known.reading.posts, known.coverage, known.now)
    swaps = identity.reassignments(known.counts)
    counted = series.of_one_channel(known.counts, swaps, known.probes)
    said = reviewing.marked((writer.said(s) for s in known.reading.said), known.decisions)
    edits = known.changes.findings(writer) if known.changes else []
    changed = reviewing.marked(edits, known.decisions)
    events = cases.Events(
        notices=reviewing.movers(said),
        posts=known.reading.posts,
        announcing=frozenset(known.reading.announcing) - reviewing.rejected_posts(said),
        silences=[s for s in silences if _stands(known, Kind.SILENCE, s.post_id)],
        absences=[a for a in absences if _stands(known, Kind.GONE, a.start.isoformat())],
        coverage=known.coverage,
        now=known.now,
        pointing=known.pointing,
        changed=[f for f in changed if belongs_in_case(f) and not f.rejected],
    )
    standing = posting.stand(events)
    found = [
        *said,
        *(writer.shown(shown) for shown in known.reading.shown.values()),
        *silence.findings(
            writer,
            silences,
            silence.pauses(known.reading.posts, known.coverage, known.channel.country),
            after_notice=standing.silences,
            ending=known.ending,
        ),
        *lifecycle.availability_findings(writer, absences),
        *identity.profile_findings(writer, known.profiles),
        *identity.reassignment_findings(writer, swaps, known.taken_at),
        *changed,
        *(writer.block_changed(change) for change in known.reading.block_changes()),
        *writing.findings(writer, counted),
    ]
    found = reviewing.marked(found, known.decisions)
    found.sort(key=lambda f: (f.at, f.kind, f.id))
    standing.why += reviewing.waiting(said)
    case = _case(known, counted, standing, [f for f in found if belongs_in_case(f)])
    case = replace(
        case,
        because=explaining.because(standing, found),
        would_change=explaining.outlook(standing, events),
    )
    return found, ChannelView(
        channel=known.channel,
        case=case,
        # A page rounds what the landing page of the same day does not: the sharper one is shown.
        counts=tuple(c for part in counted for c in series.daily(series.credible(part))),
        covered=known.coverage.spans,
        links=known.reading.link_uses(),
        posts_by_day=known.reading.posts_by_day(),
        failures=sum(p.state is _UNSEEN for p in known.probes),
    )


def _stands(known: Known, kind: Kind, first: object) -> bool:
    return not reviewing.rejected(known.decisions, kind, first)


def _case(
    known: Known,
    counted: Sequence[Sequence[Count]],
    standing: cases.Standing,
    found: Sequence[Finding],
) -> Case:
    posts = known.reading.posts
    last = posts[-1][1] if len(posts) else None
    seen = known.coverage.end
    return Case(
        channel=known.channel.username,
        state=standing.state,
        since=standing.since,
        confidence=standing.confidence,
        availability=lifecycle.availability(known.probes)
        if known.channel.holds_name
        else Availability.REASSIGNED,
        notice=standing.notice,
        destinations=tuple(
            CaseDestination(s.platform, s.handle, s.at)
            for (platform, folded), s in known.reading.shown.items()
            if _stands(known, Kind.DESTINATION_LINK, f"{platform}:{folded}")
        ),
        subscribers=_change(counted, standing.notice),
        silence_days=None
        if last is None or seen is None
        else max(0.0, (min(seen, known.now) - last) / timedelta(days=1)),
        last_post_at=last,
        timeline=tuple(found),
        why=standing.why,
    )


def _change(counted: Sequence[Sequence[Count]], notice: Finding | None) -> SubscriberChange | None:
    """Return subscribers at the last count before the notice, and at the last of all.

    Both are of the channel that gave the notice, though its name may have passed to another.
    """
    if notice is None:
        return None
    for part in counted:
        counts = series.credible(part)
        before = [c for c in counts if c.at <= notice.at]
        after = [c for c in counts if c.at > notice.at]
        if before and after:
            old, new = _sharpest(before), _sharpest(after)
            return SubscriberChange(old, new, 100 * (new.middle / old.middle - 1))
    return None


def _sharpest(counts: Sequence[Count]) -> Interval:
    """Return the most precise count of the last day: a page rounds what a landing page does not."""
    last = counts[-1].at
    same = [c.subscribers for c in counts if last - c.at <= timedelta(days=1)]
    return min(reversed(same), key=lambda i: i.high - i.low)
