"""A clock for tests that goes as fast as it is told, and can be set."""

import time
from datetime import datetime, timedelta


class FastClock:
    """Goes `speed` times as fast as time does, from `at` on; `set_by` moves it."""

    shifted = True

    def __init__(self, at: datetime, speed: float = 1.0) -> None:
        self._at = at
        self._speed = speed
        self._begun = time.monotonic()
        self._by = timedelta()

    def elapsed(self) -> timedelta:
        return timedelta(seconds=(time.monotonic() - self._begun) * self._speed)

    def now(self) -> datetime:
        return (self._at + self.elapsed() + self._by).replace(microsecond=0)

    def set_by(self, length: timedelta) -> None:
        """Set it forward, or back."""
        self._by += length


class SteppedClock:
    """Stands still but for the steps that it is told to go."""

    shifted = True

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._passed = timedelta()

    def elapsed(self) -> timedelta:
        return self._passed

    def now(self) -> datetime:
        return self._at

    def go(self, length: timedelta) -> None:
        """Let time pass."""
        self._at += length
        self._passed += length

    def set_by(self, length: timedelta) -> None:
        """Set it forward, or back: no time passes."""
        self._at += length
