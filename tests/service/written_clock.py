"""A fast clock that stands in a file: several processes read it, one sets it, kills leave it alone.

`Hand` is the one that sets it; a `WrittenClock` reads it. Time goes by with the machine's monotonic
clock, which all processes share.
"""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the file: `passed_s` had gone by at `since_s`, from then on times `speed`."""

    start: float
    since_s: float
    passed_s: float = 0.0
    speed: float = 1.0
    set_by_s: float = 0.0

    def passed(self) -> float:
        """Return the seconds that went by, whatever the clock was set to."""
        return self.passed_s + (time.monotonic() - self.since_s) * self.speed


class WrittenClock:
    """Reads the file whenever `look` is called; between, it stands.

    A process that reads date and elapsed time one after the other must not see the clock move
    between: at this speed a moment is minutes.
    """

    shifted = True

    def __init__(self, file: Path) -> None:
        self._file = file
        self._text = ""
        self.look()

    def look(self) -> None:
        """Let the clock go on to the present."""
        with suppress(ValueError, OSError):
            text = self._file.read_text(encoding="ascii")
            if text != self._text:
                self._text, self.written = text, Written(**json.loads(text))
        self._passed = self.written.passed()

    def elapsed(self) -> timedelta:
        return timedelta(seconds=self._passed)

    def now(self) -> datetime:
        seconds = self.written.start + self._passed + self.written.set_by_s
        return datetime.fromtimestamp(int(seconds), UTC)


class WrittenTimer:
    """Lets the seconds of a written clock pass."""

    def __init__(self, clock: WrittenClock) -> None:
        self._clock = clock

    def time(self) -> float:
        return self._clock.elapsed().total_seconds()

    async def sleep(self, seconds: float) -> None:
        end = self.time() + seconds
        while (left := end - self.time()) > 0:  # noqa: ASYNC110 - another process sets the speed
            await asyncio.sleep(min(max(left / self._clock.written.speed, 0.002), 0.1))


class Hand:
    """Sets the clock in the file; `true` is the time that nobody set."""

    def __init__(self, file: Path, start: datetime, speed: float) -> None:
        self._file = file
        self._keep(Written(start.timestamp(), time.monotonic(), speed=speed))

    @property
    def true(self) -> datetime:
        """The time that the servers go by."""
        return datetime.fromtimestamp(int(self._now.start + self._now.passed()), UTC)

    @property
    def shown(self) -> datetime:
        """The time that the service's machine shows."""
        return self.true + timedelta(seconds=self._now.set_by_s)

    def speed(self, speed: float) -> None:
        """Go faster or slower from now on."""
        self._go_on(speed=speed)

    def advance(self, length: timedelta) -> None:
        """Let time go by at once: the machine is off meanwhile."""
        self._keep(replace(self._now, passed_s=self._now.passed_s + length.total_seconds()))

    def set_by(self, length: timedelta) -> None:
        """Set the machine's clock ahead, or back, of the true time."""
        self._go_on(set_by_s=length.total_seconds())

    def _go_on(self, **changes: float) -> None:
        now = replace(self._now, passed_s=self._now.passed(), since_s=time.monotonic())
        self._keep(replace(now, **changes))

    def _keep(self, written: Written) -> None:
        self._now = written
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(asdict(written)), encoding="ascii")
        new.replace(self._file)
