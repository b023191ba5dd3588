"""From probes, counts and posts to what of a channel was seen whole. No conclusions."""

from collections.abc import Sequence

from monitor.model import Count, Coverage, Probe, Timeline


def observe(
    probes: Sequence[Probe],
    counts: Sequence[Count],
    posts: Timeline,
) -> Coverage:
    """Return the stretches in which no post can have been missed.

    A probe says itself what it saw. A count that came with the channel's highest post id shows
    that nothing was posted since that post, if the post is one that we have; an older highest
    id says the same of the time up to the count.

    Args:
        probes: in any order; those that saw no posts carry no stretch.
        counts: in any order.
        posts: the stored posts.
    """
    spans = [
        (p.covers_from, p.covers_to)
        for p in probes
        if p.covers_from is not None and p.covers_to is not None
    ]
    for count in counts:
        last = posts.at(count.max_post_id) if count.max_post_id is not None else None
        if last is not None:
            spans.append((last, count.at))
    return Coverage.of(spans)
