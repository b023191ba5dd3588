"""Names of bundled samples in; what a report says of a database that they were replayed into."""

from collections.abc import Iterable

from monitor.report.contents import Conflict, Reconstruction, Source
from monitor.samples import loading


def reconstruction(names: Iterable[str]) -> Reconstruction | None:
    """Return that it is a reconstruction, with its sources and their conflicts; None for none."""
    told = [loading.read_sources(name) for name in names if name in loading.names()]
    if not told:
        return None
    return Reconstruction(
        notice=" ".join(info.notice for info in told),
        sources=tuple(
            Source(f"{s.publisher}: {s.title} ({s.date})", s.url) for i in told for s in i.sources
        ),
        conflicts=tuple(
            Conflict(
                channel=fact.channel,
                fact=fact.note,
                earliest=fact.earliest,
                latest=fact.latest,
                sources="; ".join(s.publisher for s in info.cited(fact)),
            )
            for info in told
            for fact in info.facts
            if fact.conflict and fact.channel is not None
        ),
    )
