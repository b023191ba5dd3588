"""A small world for the service to watch: composed channels on real servers, and its troubles.

Everything happens in the order of an agenda, at times of the world's own clock; the service is a
process beside it. Where nothing is broken, the world waits for a service that falls behind, so that
a busy machine changes how long a month takes and not what is seen of it.
"""

import heapq
import itertools
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.alerts.receivers import WebReceiver
from tests.page_server import PageServer, ServedChannel, ServedPost
from tests.service.trouble import Trouble
from tests.service.written_clock import Hand
from tests.telegram_server import Channel, TelegramServer

ROOT = Path(__file__).resolve().parents[2]
KEY = "whsec_Y29tcG9zZWQga2V5IG9mIHRoaXJ0eS10d28gYnl0ZXM="
SLOW = 60.0
HOUR = timedelta(hours=1)
EVERY = timedelta(hours=6)
BEHIND = timedelta(hours=3)
"""How far the last look at a page may lie back before the world waits."""


class World:
    """Servers, a clock, an agenda, and the process that watches; `folder` is the service's own."""

    def __init__(
        self, beside: Path, folder: Path, pages: PageServer, server: TelegramServer,
        web: WebReceiver, *, start: datetime, speed: float,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.pages = pages
        self.server = server
        self.web = web
        self.refused: list[int] = []
        """Which of the alerts that came were not taken, by their place among all."""
        self.start = start
        self.hand = Hand(beside / "clock.json", start, SLOW)
        self.broken: dict[str, float] = {}
        """The troubles that last, and how fast time may go in them."""
        self.states: dict[str, set[str]] = defaultdict(set)
        """Every state that a channel was seen in."""
        self.pids: list[int] = []
        self._beside = beside
        self._speed = speed
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._told: dict[str, Channel] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._kept_up = start
        self._session = server.authorise(folder / "private" / "one.session")

    def configure(self, zone: str) -> None:
        """Write channels.toml: every channel so far, the weekly report for readers in a zone."""
        channels = "".join(
            f'[[channel]]\nusername = "{name}"\ncountry = "IR"\nsource = "{source}"\n'
            for source, names in (("preview", self.pages.channels), ("telegram", self._told))
            for name in names
        )
        (self.folder / "channels.toml").write_text(
            f'{channels}[[alert]]\ntarget = "desk"\n[report]\ntimezone = "{zone}"\n'
            '[service]\nlisten = "off"\n'
            f'[sources.preview]\nbase_url = "{self.pages.base_url}"\nattempts = 1\n'
            'timeout = "2s"\nrequests_per_second = 1000\nconnections = 8\n'
            '[sources.telegram]\njoin = true\nrequests_per_second = 1000\ntimeout = "2s"\n'
            f'[sources.telegram.server]\nhost = "{self.server.host}"\n'
            f'port = {self.server.port}\npublic_key = """{self.server.public_key}"""\n',
            encoding="utf-8",
        )

    # -- what there is to see -----------------------------------------------------------------

    def office(self, name: str, *, by_account: bool, since: datetime) -> None:
        """Add a channel that has posted every six hours since a time."""
        number = 2_000_000 + len(self.posts())
        if by_account:
            self._told[name] = self.server.add_channel(
                number, f"Composed {name}", username=name, participants=5000, date=since
            )
        else:
            self.pages.channels[name] = ServedChannel(name, telegram_id=number)
        at = since
        while at < self.start:
            self._write(name, f"خبر ساختگی {at:%d %H}", at, push=False)
            at += EVERY

    def goes_on(
        self, name: str, since: datetime, until: datetime, every: timedelta = EVERY
    ) -> None:
        """Let a channel post evenly between two times."""
        at = since
        while at < until:
            self.post(name, f"خبر ساختگی {at:%d %H}", at)
            at += every

    def post(self, name: str, text: str, at: datetime) -> None:
        """Let a channel post something at a time."""
        self.on(at, lambda: self._write(name, text, at, push=True))

    def _write(self, name: str, text: str, at: datetime, *, push: bool) -> None:
        if (told := self._told.get(name)) is not None:
            self.server.post(told, text, at=at, push=push)
        else:
            posts = self.pages.channels[name].posts
            posts.append(ServedPost(len(posts) + 1, at, text))

    def posts(self) -> dict[str, list[int]]:
        """Return the ids of all posts on the servers, by channel."""
        on_pages = {n: [p.id for p in c.posts] for n, c in self.pages.channels.items()}
        return on_pages | {n: list(c.ids) for n, c in self._told.items()}

    # -- what happens --------------------------------------------------------------------------

    def on(self, at: datetime, work: Callable[[], None]) -> None:
        """Put something on the agenda."""
        heapq.heappush(self._agenda, (at, next(self._count), work))

    def no_more(self) -> None:
        """Let nothing else happen."""
        self._agenda.clear()

    def between(self, at: datetime, length: timedelta, trouble: Trouble, speed: float = 0) -> None:
        """Put a trouble on the agenda: for so long, or longer if the service is slow to meet it.

        The world waits for nobody while it lasts; `speed` is how fast time may go in it.
        """
        name = type(trouble).__name__

        def begins() -> None:
            self.broken[name] = speed or self._speed
            self.hand.speed(min(self.broken.values()))
            trouble.begin()

        def ends() -> None:
            if not trouble.met():
                self.on(self.hand.true + HOUR, ends)
                return
            trouble.end()
            del self.broken[name]
            self.hand.speed(min(self.broken.values(), default=self._speed))

        self.on(at, begins)
        self.on(at + length, ends)

    def cut_power(self, off: timedelta) -> None:
        """Kill the service as a power cut does; start it anew so much later."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self.hand.advance(off)
        self._do_what_is_due()
        self._begin()

    def go(self, until: datetime) -> None:
        """Let time pass."""
        while self.hand.true < until:
            self._do_what_is_due()
            assert self._process is not None
            assert self._process.poll() is None, self.said()
            if not self.broken and self.hand.true - self._kept_up > EVERY:
                self._wait_for_the_service()
            time.sleep(0.005)

    def _do_what_is_due(self) -> None:
        now = self.hand.true
        self.pages.now = now
        while self._agenda and self._agenda[0][0] <= now:
            heapq.heappop(self._agenda)[2]()

    def _wait_for_the_service(self) -> None:
        self.hand.speed(SLOW)
        self.until(lambda: self._behind() <= BEHIND, "the pages are read")
        for channel, body in self.rows("SELECT channel, body FROM case_state"):
            self.states[str(channel)].add(json.loads(str(body))["state"])
        self.hand.speed(self._speed)
        self._kept_up = self.hand.true

    def _behind(self) -> timedelta:
        rows = self.rows("SELECT last_at FROM visit WHERE route = 'preview'")
        seen = [abs(self.hand.shown.timestamp() - int(str(at))) for (at,) in rows if at]
        return timedelta(seconds=max(seen, default=10**9))

    # -- the process ---------------------------------------------------------------------------

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Let the service run while inside; in the end it is gone, however that came."""
        try:
            self._begin()
            yield
        finally:
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def _begin(self) -> None:
        self.hand.speed(SLOW)
        before = self._said("watching;")
        self._start()
        self.until(lambda: self._said("watching;") > before, "it starts")
        self.hand.speed(self._speed)

    def _said(self, words: str) -> int:
        """Return how often it was said; nothing, where nothing was said yet."""
        log = self._beside / "run.log"
        return log.read_text(encoding="utf-8").count(words) if log.exists() else 0

    def _start(self) -> None:
        variables = {
            "PYTHONPATH": str(ROOT), "MONITOR_API_ID": "12345", "MONITOR_API_HASH": "0" * 32,
            "MONITOR_PHONE": "+1007", "MONITOR_SESSION": str(self._session),
            "MONITOR_ALERT_DESK": f"webhook+http://{self.web.host}/desk",
            "MONITOR_ALERT_DESK_KEY": KEY,
        }  # fmt: skip
        with (self._beside / "run.log").open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.service.simulated", str(self._beside)],
                cwd=self.folder, env=os.environ | variables, stdout=said, stderr=said,
            )  # fmt: skip
        self.pids.append(self._process.pid)

    def lives(self, seconds: float, *, begun: bool) -> None:
        """Kill the service after so much real time: since it watches, or since it was started."""
        if begun:
            self._begin()
        else:
            self._start()
        assert self._process is not None
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._do_what_is_due()
            assert self._process.poll() is None, self.said()
            time.sleep(0.005)
        self._process.kill()
        self._process.wait()
        self.hand.speed(SLOW)

    def stop(self) -> int:
        """Stop the service as a service manager does; return its exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(30)

    def until(self, true: Callable[[], object], what: str, seconds: float = 60) -> None:
        """Wait for the service; fails with what it said where that does not come."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"not in time: {what}\n{self.said()}"
            assert self._process is None or self._process.poll() is None, self.said()
            time.sleep(0.02)

    def said(self) -> str:
        """Return the end of what the service said."""
        return (self._beside / "run.log").read_text(encoding="utf-8")[-4000:]

    def log(self) -> list[dict[str, Any]]:
        """Return what the services said, but for what they said to people."""
        lines = (self._beside / "run.log").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if not line.startswith(("note:", "watching;"))]

    def samples(self) -> list[dict[str, Any]]:
        """Return what the services weighed, once a second of real time."""
        lines = (self._beside / "samples.jsonl").read_text(encoding="ascii").splitlines()
        return [json.loads(line) for line in lines]

    def catch_up(self) -> None:
        """Give the service time to come to what happened last."""
        self.hand.speed(20 * SLOW)
        count = sum(len(ids) for ids in self.posts().values())
        self.until(lambda: len(self.stored()) >= count, "every post is kept", 90)

    def stored(self) -> list[tuple[object, ...]]:
        """Return the names and ids of all posts in the database, each as often as it is there."""
        return self.rows(
            "SELECT channel.username, post.id FROM post JOIN channel ON channel.key = post.channel"
            " ORDER BY 1, 2"
        )

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask the database, as another process does."""
        with closing(sqlite3.connect(self.folder / "monitor.db", timeout=60)) as raw:
            return raw.execute(query).fetchall()
