"""Who may ask a web server next, and when: one pace for everybody; asks nobody anything itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random  # noqa: TID251 - the type of the seeded source that is handed in


class Pace:
    """One central pace: starts of requests are spaced, open requests are few.

    The gap between two starts is `1 / requests_per_second`, lengthened at random by up to the
    fraction `jitter` so that many monitors do not beat in time; it is never shortened.

    Args:
        requests_per_second: starts a second, over all who share this pace.
        jitter: largest lengthening of a gap, as a fraction of it.
        max_connections: how many turns may be open at once.
        rng: source of the jitter; seeded by the system where none is given.

    Raises:
        ValueError: a rate that is not above 0, a negative jitter, no connection at all.
    """

    def __init__(
        self,
        requests_per_second: float,
        jitter: float = 0.2,
        max_connections: int = 3,
        *,
        rng: Random | None = None,
    ) -> None:
        if not 0 < requests_per_second < float("inf"):
            raise ValueError(f"requests_per_second is {requests_per_second}; it must be above 0")
        if not 0 <= jitter < float("inf"):
            raise ValueError(f"jitter is {jitter}; it must be 0 or more")
        if max_connections < 1:
            raise ValueError(f"max_connections is {max_connections}; it must be at least 1")
        self._gap_s = 1 / requests_per_second
        self._jitter = jitter
        self._rng = rng or Random()  # noqa: S311 - spreads requests, guards nothing
        self._slots = asyncio.Semaphore(max_connections)
        self._gate = asyncio.Lock()
        self._next = float("-inf")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn, first come first served, and keep a connection while inside."""
        async with self._slots:
            # The gate stays closed while one waits, so that after a hold those behind go on one
            # gap apart; reserving start times ahead let all of them go at once.
            async with self._gate:
                clock = asyncio.get_running_loop().time
                # An event cannot stand for this: a hold moves the end while one sleeps.
                while (wait_s := self._next - clock()) > 0:  # noqa: ASYNC110 - see above
                    await asyncio.sleep(wait_s)
                self._next = clock() + self._gap_s * (1 + self._rng.uniform(0, self._jitter))
            yield

    def hold(self, seconds: float) -> None:
        """Let nobody start for this many seconds, as after a 429; a longer hold stays."""
        until = asyncio.get_running_loop().time() + seconds
        self._next = max(self._next, until)
