"""When one account may ask what: spacing, resolves a minute, flood waits; asks nothing itself.

Telegram remembers floods by request type, so a hold belongs to a method, not to a channel. Holds
outlive the process: whoever owns the pace keeps those that it tells of, and gives them back.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.clock import Clock

RESOLVE = "contacts.ResolveUsername"
"""The call that gets accounts banned when it is asked too often (FACTS.md)."""


class Timer(Protocol):
    """Something that counts seconds and lets them pass: the event loop, or a simulation."""

    def time(self) -> float:
        """Return a count of seconds that never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let seconds pass."""
        ...


class LoopTimer:
    """The running event loop's own time."""

    def time(self) -> float:
        """Return the loop's time."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Held:
    """A method that must not be asked before a time, and why: `flood` or `spacing`."""

    method: str
    until: datetime
    reason: str


class Pace:
    """One account's pace over all its requests.

    Args:
        requests_per_second: starts a second in the long run, over all methods.
        resolves_per_minute: how many usernames may be resolved a minute, evenly spaced.
        clock: dates the holds that are kept.
        on_hold: keeps every hold as it begins; awaited before anything else is asked.
        timer: lets time pass; the event loop's where none is given.
        burst: how many requests an account that rested may start at once. Spacing is that of the
            generic cell rate algorithm (ITU-T I.371, annex A).
    """

    def __init__(
        self,
        requests_per_second: float,
        resolves_per_minute: int,
        clock: Clock,
        *,
        on_hold: Callable[[Held], Awaitable[None]] | None = None,
        timer: Timer | None = None,
        burst: int = 1,
    ) -> None:
        self._gap_s = 1 / requests_per_second
        self._ahead_s = (burst - 1) * self._gap_s
        self._resolve_gap_s = 60 / resolves_per_minute
        self._clock = clock
        self._on_hold = on_hold
        self._timer = timer or LoopTimer()
        self._gate = asyncio.Lock()
        self._next = float("-inf")
        self._until: dict[str, float] = {}
        self.requests: Counter[str] = Counter()
        self.floods: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()

    def wait_s(self, method: str) -> float:
        """Return how many seconds a method must still wait because of a hold; 0 if none."""
        return max(0.0, self._until.get(method, 0.0) - self._timer.time())

    def restore(self, method: str, until: datetime) -> None:
        """Take back a hold that was kept by an earlier process."""
        left = (until - self._clock.now()).total_seconds()
        if left > 0:
            self._hold(method, left)

    async def flood(self, method: str, seconds: float) -> None:
        """Obey a flood wait: nobody asks this before it ends."""
        self.floods[method] += 1
        await self._begin(method, seconds, "flood")

    async def _begin(self, method: str, seconds: float, reason: str) -> None:
        self._hold(method, seconds)
        if self._on_hold is not None:
            until = self._clock.now() + timedelta(seconds=seconds)
            await self._on_hold(Held(method, until, reason))

    def _hold(self, method: str, seconds: float) -> None:
        self._until[method] = max(
            self._until.get(method, float("-inf")), self._timer.time() + seconds
        )

    @asynccontextmanager
    async def turn(self, method: str) -> AsyncIterator[None]:
        """Wait for a method's turn, first come first served, and count the request."""
        while True:
            await self._pass(lambda: self.wait_s(method))
            async with self._gate:
                if self.wait_s(method) > 0:
                    continue  # a flood answered somebody else meanwhile
                await self._pass(lambda: self._next - self._ahead_s - self._timer.time())
                self._next = max(self._next, self._timer.time()) + self._gap_s
                if method == RESOLVE:
                    await self._begin(method, self._resolve_gap_s, "spacing")
            break
        self.requests[method] += 1
        yield

    async def _pass(self, left: Callable[[], float]) -> None:
        while (wait_s := left()) > 0:
            await self._timer.sleep(wait_s)

    def taken(self) -> dict[str, tuple[int, int, int]]:
        """Return requests, floods and failures by method since the last call, and begin anew."""
        methods = {*self.requests, *self.floods, *self.failures}
        counts = {m: (self.requests[m], self.floods[m], self.failures[m]) for m in methods}
        for counter in (self.requests, self.floods, self.failures):
            counter.clear()
        return counts
