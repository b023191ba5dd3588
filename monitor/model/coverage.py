"""Which stretches of a channel's life were seen whole: merged spans and questions to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

Span = tuple[datetime, datetime]
"""A stretch `[start, end)`, in UTC."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Spans in order that neither touch nor overlap; make one with `of`."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Self:
        """Join spans that touch or overlap; empty ones fall away."""
        merged: list[Span] = []
        for start, end in sorted(span for span in spans if span[0] < span[1]):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        return cls(tuple(merged))

    def until(self, start: datetime) -> datetime:
        """Return how far from `start` on nothing was missed; `start` itself where we were blind."""
        return next((end for begin, end in self.spans if begin <= start <= end), start)

    @property
    def end(self) -> datetime | None:
        """Return the last moment that was seen, None if nothing ever was."""
        return self.spans[-1][1] if self.spans else None

    def share(self, window: Span) -> float:
        """Return which part of a window, 0 to 1, was seen; an empty window was."""
        length = window[1] - window[0]
        if length <= timedelta():
            return 1.0
        inside = (min(end, window[1]) - max(start, window[0]) for start, end in self.spans)
        return sum((max(timedelta(), part) for part in inside), timedelta()) / length

    def gaps(self, window: Span) -> tuple[Span, ...]:
        """Return the stretches of a window that were not seen."""
        missing: list[Span] = []
        at = window[0]
        for start, end in self.spans:
            if end > window[0] and start < window[1]:
                if start > at:
                    missing.append((at, start))
                at = max(at, end)
        if at < window[1]:
            missing.append((at, window[1]))
        return tuple(missing)
