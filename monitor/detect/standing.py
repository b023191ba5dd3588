"""Tell a channel's standing footer, and when it changes.

Posts enter in the order of their ids, each with its links; changes of the block of own places that
recurs leave. When a place was first shown is not told here: that is a finding of its own.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.detect.whose import PRESENCES
from monitor.model import DestinationLink

WINDOW = 20
"""Posts that are remembered; `RECURS` of them make a block a footer: research/notices.md, E5."""
RECURS = 3
SETTLED = 10
"""Posts with places of the channel's own that must pass without the old block before a new one is
a change: a footer that is shortened now and then stays what it was. Uncalibrated."""
VANISHED = 60
"""Posts without any place of the channel's own after which its footer is gone; uncalibrated."""
MOST_CHANGES = 200
"""Changes that are kept of one channel."""

Place = tuple[str, str]
"""A platform and a handle, as shown."""


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A change of the standing footer, at the first post that showed it."""

    post_id: int
    at: datetime
    added: tuple[Place, ...]
    removed: tuple[Place, ...]
    sha256: str | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A post with its block; two blocks are one where they fold alike."""

    post_id: int
    at: datetime
    sha256: str | None
    places: tuple[Place, ...]

    @property
    def key(self) -> frozenset[Place]:
        return frozenset((platform, handle.casefold()) for platform, handle in self.places)


@dataclass(slots=True)
class Footer:
    """A channel's standing footer so far; add the posts in the order of their ids."""

    _window: deque[_Seen] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _first: dict[frozenset[Place], _Seen] = field(default_factory=dict)
    """Since when each block of the window has been shown."""
    _standing: _Seen | None = None
    _without: int = 0
    """Posts with places since the standing block was last seen."""
    _silent: list[_Seen] = field(default_factory=list)
    """The first post without places, while none has any."""
    _silent_for: int = 0
    _changes: list[BlockChange] = field(default_factory=list)

    @property
    def places(self) -> tuple[Place, ...]:
        """The footer that stands, sorted; none before one recurs."""
        return self._standing.places if self._standing is not None else ()

    @property
    def changes(self) -> tuple[BlockChange, ...]:
        """The changes so far, oldest first; the first footer is none."""
        return tuple(self._changes)

    def add(
        self,
        post_id: int,
        at: datetime,
        links: Sequence[DestinationLink],
        sha256: str | None = None,
    ) -> None:
        """Read one post's links, `own` decided."""
        own = {
            (link.platform, link.handle.casefold()): (link.platform, link.handle)
            for link in reversed(links)
            if link.own and link.handle and link.kind in PRESENCES
        }
        seen = _Seen(post_id, at, sha256, tuple(sorted(own.values())))
        self._remember(seen)
        if seen.places:
            self._silent_for = 0
            self._silent.clear()
            known = self._standing is not None and seen.key == self._standing.key
            self._without = 0 if known else self._without + 1
            self._settle()
        else:
            self._silent_for += 1
            self._silent = self._silent or [seen]
            if self.places and self._silent_for >= VANISHED:
                self._change(self._silent[0])

    def _remember(self, seen: _Seen) -> None:
        if len(self._window) == WINDOW:
            old = self._window.popleft()
            if all(other.key != old.key for other in self._window):
                self._first.pop(old.key, None)
        self._window.append(seen)
        if seen.places:
            self._first.setdefault(seen.key, seen)

    def _settle(self) -> None:
        """Let a block stand that recurs, where none does or the old one is not seen any more."""
        if self._standing is not None and self._without < SETTLED:
            if not self._standing.places:
                self._adopt()
            return
        self._adopt()

    def _adopt(self) -> None:
        counts = Counter(seen.key for seen in self._window if seen.places)
        recurring = [key for key, n in counts.items() if n >= RECURS]
        if not recurring:
            return
        key = max(recurring, key=lambda key: (counts[key], self._first[key].post_id))
        if self._standing is None:
            self._standing = self._first[key]
        elif key != self._standing.key:
            self._change(self._first[key])

    def _change(self, new: _Seen) -> None:
        old = self._standing
        before = old.places if old is not None else ()
        kept, now = (old.key if old is not None else frozenset()), new.key
        change = BlockChange(
            new.post_id,
            new.at,
            added=tuple(p for p in new.places if (p[0], p[1].casefold()) not in kept),
            removed=tuple(p for p in before if (p[0], p[1].casefold()) not in now),
            sha256=new.sha256,
        )
        if len(self._changes) < MOST_CHANGES:
            self._changes.append(change)
        self._standing = new
        self._without = 0
