"""Is the clock to be believed? What hangs on the date waits until it is steady."""

from datetime import datetime, timedelta

from monitor.clock import Clock, as_rfc3339
from monitor.log import logger

JUMP = timedelta(minutes=1)
"""What the clock moves against the time that went by before it counts as set. Uncalibrated: time
servers correct by seconds."""
STEADY = timedelta(minutes=10)
"""How long a clock that was set must go evenly before anything is concluded from the date: a false
time from a time server was corrected within minutes where it was seen. Uncalibrated."""


class ClockWatch:
    """Compares a clock with the time that goes by."""

    def __init__(self, clock: Clock, newest: datetime | None = None) -> None:
        """Begin; `newest` is what was last observed, which the clock cannot be behind."""
        self._clock = clock
        self._ahead = clock.now().timestamp() - clock.elapsed().total_seconds()
        self._steady_from = timedelta()
        if newest is not None and clock.now() < newest - JUMP:
            # A machine without a clock of its own has a false date until a time server is asked.
            self._steady_from = clock.elapsed() + STEADY
            logger().warning(
                "the clock is behind what was observed; nothing is judged until it may be set",
                now=as_rfc3339(clock.now()), observed=as_rfc3339(newest),
            )  # fmt: skip

    def look(self) -> timedelta | None:
        """Return by how much the clock was set since the last look, None if it was not."""
        ahead = self._clock.now().timestamp() - self._clock.elapsed().total_seconds()
        jump = timedelta(seconds=ahead - self._ahead)
        self._ahead = ahead
        if abs(jump) < JUMP:
            return None
        self._steady_from = self._clock.elapsed() + STEADY
        logger().warning(
            "the clock was set; nothing is judged or reported until it is steady",
            by_s=round(jump.total_seconds()), wait_s=round(STEADY.total_seconds()),
        )  # fmt: skip
        return jump

    @property
    def steady(self) -> bool:
        """Whether the clock has gone evenly for long enough."""
        return self._clock.elapsed() >= self._steady_from
