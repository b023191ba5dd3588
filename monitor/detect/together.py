"""What only all channels together show: waves, and what notices changed.

Views in; the same views out, with these findings in their cases.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.detect import effect, reviewing, waves
from monitor.detect.findings import owner
from monitor.model import Case, ChannelView, Finding, Review, Subject, Viewed


def conclude_all(
    views: Sequence[ChannelView],
    findings: Sequence[Finding],
    viewed: Mapping[int, Sequence[Viewed]],
    decisions: Mapping[int | None, Mapping[Subject, Review]] | None = None,
) -> tuple[list[Finding], list[ChannelView]]:
    """Return the findings that all channels together bear, and the views with them.

    A wave stands in the case of each member, an effect in its channel's. Neither rests on a notice
    that people rejected, or that still waits for them. `decisions` are by the channel's key, None
    for what is of no one channel.
    """
    decided = decisions or {}
    sure = reviewing.movers(findings)
    of_all = reviewing.marked(waves.findings(views, sure), decided.get(None, {}))
    keys = {owner(view.channel): view.channel.key for view in views}
    of_notices = [
        marked
        for found in effect.findings(views, sure, viewed)
        for marked in reviewing.marked([found], decided.get(keys[found.owner], {}))
    ]
    new: dict[str | None, list[Finding]] = defaultdict(list)
    for finding in of_notices:
        new[finding.channel].append(finding)
    for wave in of_all:
        for name in waves.members(wave):
            new[name].append(wave)
    joined = [
        replace(view, case=_with(view, new[view.channel.username]))
        if view.channel.username in new
        else view
        for view in views
    ]
    return [*of_all, *of_notices], joined


def _with(view: ChannelView, found: Sequence[Finding]) -> Case:
    timeline = sorted((*view.case.timeline, *found), key=lambda f: (f.at, f.kind, f.id))
    return replace(view.case, timeline=tuple(timeline))
