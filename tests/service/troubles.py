"""What befalls the service in the simulated month: each a way to begin it and a way to end it."""

import itertools
import os
import sqlite3
import subprocess
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Literal

from monitor.store.writer_lock import writing
from tests.service.world import World

RESET: Literal["reset"] = "reset"


class Unseen:
    """A trouble of which the service gives no sign while it lasts."""

    def met(self) -> bool:
        return True


class PagesDown:
    """Every page is answered by a reset connection."""

    def __init__(self, world: World) -> None:
        self._pages = world.pages
        self._asked = 0

    def begin(self) -> None:
        self._asked = len(self._pages.log)
        self._pages.fail("*", *itertools.repeat(RESET, 100_000))

    def met(self) -> bool:
        return len(self._pages.log) > self._asked

    def end(self) -> None:
        self._pages.mend()


class TelegramDown(Unseen):
    """Telegram takes no connection, and drops those it has."""

    def __init__(self, world: World) -> None:
        self._server = world.server

    def begin(self) -> None:
        self._server.stop_listening()

    def end(self) -> None:
        self._server.listen_again()


class Flood:
    """The account is told to wait before it reads on."""

    def __init__(self, world: World, wait: timedelta) -> None:
        self._world = world
        self._error = f"FLOOD_WAIT_{round(wait.total_seconds())}"

    def begin(self) -> None:
        # More than once: an answer may be lost with a connection that is just being made anew.
        self._world.server.fail("messages.GetHistory", "error", 420, self._error, times=5)

    def met(self) -> bool:
        return bool(self._world.rows("SELECT 1 FROM request_hold WHERE reason = 'flood'"))

    def end(self) -> None:
        self._world.server.mend()


class OtherWriter(Unseen):
    """Another command of ours writes the database."""

    def __init__(self, world: World) -> None:
        self._database = world.folder / "monitor.db"
        self._held = ExitStack()

    def begin(self) -> None:
        self._held.enter_context(writing(self._database, "channel-monitor import", wait_s=60))

    def end(self) -> None:
        self._held.close()


class Locked(Unseen):
    """A program that knows nothing of our lock holds SQLite's own."""

    def __init__(self, world: World) -> None:
        self._path = world.folder / "monitor.db"
        self._raw: sqlite3.Connection | None = None

    def begin(self) -> None:
        self._raw = sqlite3.connect(self._path, isolation_level=None, timeout=60)
        self._raw.execute("BEGIN IMMEDIATE")

    def end(self) -> None:
        assert self._raw is not None
        self._raw.execute("ROLLBACK")
        self._raw.close()


class AlertsRefused:
    """The target of the alerts answers that it cannot take them."""

    def __init__(self, world: World) -> None:
        self._web = world.web
        self._refused = world.refused
        self._begun = 0

    def begin(self) -> None:
        self._begun = len(self._web.got)
        self._web.answers.extend([503] * 100_000)

    def met(self) -> bool:
        return len(self._web.got) > self._begun

    def end(self) -> None:
        self._web.answers.clear()
        self._refused += range(self._begun, len(self._web.got))


class FullDisk(Unseen):
    """Not a byte is left on the disk that the service keeps everything on."""

    def __init__(self, world: World) -> None:
        self._ballast = world.folder / "ballast"

    def begin(self) -> None:
        self._fill(b"\0" * 65_536)
        self._fill(b"\0" * 512)

    def _fill(self, piece: bytes) -> None:
        with suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            while True:
                file.write(piece)

    def end(self) -> None:
        self._ballast.unlink()


class WrongClock(Unseen):
    """The machine's clock is wrong by some time, and is set right again."""

    def __init__(self, world: World, by: timedelta) -> None:
        self._hand = world.hand
        self._by = by

    def begin(self) -> None:
        self._hand.set_by(self._by)

    def end(self) -> None:
        self._hand.set_by(timedelta())


def small_disk(folder: Path, megabytes: int) -> str | None:
    """Mount a small disk on a folder; return why that cannot be done here, None if it was."""
    if os.name != "posix" or os.geteuid() != 0:
        return "only root may mount a small disk"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return None if done.returncode == 0 else f"no small disk can be mounted: {done.stderr.strip()}"


def without_disk(folder: Path) -> None:
    """Take the small disk away again."""
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
