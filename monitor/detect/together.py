"""What only all channels together show: waves, and what notices changed.

Views in; the same views out, with these findings in their cases.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.detect import effect, waves
from monitor.model import Case, ChannelView, Finding, Viewed


def conclude_all(
    views: Sequence[ChannelView],
    findings: Sequence[Finding],
    viewed: Mapping[int, Sequence[Viewed]],
) -> tuple[list[Finding], list[ChannelView]]:
    """Return the findings that all channels together bear, and the views with them.

    A wave stands in the case of each member, an effect in its channel's.
    """
    of_all = waves.findings(views, findings)
    of_notices = effect.findings(views, findings, viewed)
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
