"""Watch without end: ask what is due, store what is pushed, rebuild what broke; until told to stop.

The same passes as the one-shot commands, once a second. A push is a hint: it is stored at once,
and the timer reads on from the highest stored id all the same.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import BadInput, MonitorError, NeedsPerson, Retryable
from monitor.jobs.keeping_told import ROUTE, keep_deleted, keep_posts
from monitor.jobs.passes import Means, Sources, sources
from monitor.log import logger
from monitor.model import Pushed
from monitor.secrets import AccountSecrets
from monitor.store import accounts, channels, visits

TICK_S = 1.0
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
"""Between two attempts to bring an account back; doubled each time."""

CANCEL_AGAIN_S = 0.5
"""Seconds after which a task that goes on is cancelled again."""


@dataclass(slots=True)
class _Account:
    """One account's life in the service: how often it was tried, and when next."""

    secret: AccountSecrets
    pause: timedelta = FIRST_PAUSE
    next_try: float = 0.0
    session_at: int | None = None
    """When its session file was written, as it was seen after the account was lost, in ns."""
    said: str = ""
    """Why its session file could not be used, as it was last said."""

    def signed_in_again(self) -> bool:
        """Return whether a person's `login` wrote the session file since the account was lost."""
        try:
            at = self.secret.session.stat().st_mtime_ns
        except OSError:
            return False
        before, self.session_at = self.session_at, at
        return before is not None and at != before


class Watcher:
    """Everything that goes on while the service runs."""

    def __init__(self, means: Means, tell: Callable[[str], None] = lambda _line: None) -> None:
        self._means = means
        self._tell = tell
        self._pushed: asyncio.Queue[Pushed] = asyncio.Queue(maxsize=10_000)
        self._lives: dict[str, _Account] = {}
        self._begun = False
        self._names = {e.username.casefold() for e in means.settings.channel}

    async def watch(self, stop: asyncio.Event) -> MonitorError | None:
        """Run until `stop` is set. Returns what a person must do, if no account is left."""
        watching = asyncio.create_task(self._watch(stop))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([watching, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not watching.done() and not self._begun:
                # Connecting may take minutes: nothing has begun that would have to be ended.
                # Telethon may swallow a cancellation that meets it in the middle of a handshake.
                while not watching.done():
                    watching.cancel()
                    await asyncio.wait([watching], timeout=CANCEL_AGAIN_S)
                return None
            return await watching
        finally:
            for task in (watching, stopping):
                task.cancel()
            await asyncio.gather(watching, stopping, return_exceptions=True)

    async def _watch(self, stop: asyncio.Event) -> MonitorError | None:
        entries = self._means.settings.channel
        needed = any(e.source == "telegram" for e in entries)
        async with sources(self._means, with_accounts=needed) as opened:
            for secret in self._means.accounts if needed else ():
                self._lives[secret.name] = _Account(secret)
            if opened.asker is not None:
                for account in opened.asker.open.values():
                    self._listen(opened, account.name)
                    await self._read_on(account.name)
            self._begun = True
            self._tell("watching; stop with Ctrl-C or SIGTERM")
            work = [
                asyncio.create_task(self._tick(opened)),
                asyncio.create_task(self._store_pushes()),
            ]
            waiting = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait([waiting, *work], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (waiting, *work):
                    task.cancel()
                ends = await asyncio.gather(waiting, *work, return_exceptions=True)
            for end in ends:
                if isinstance(end, Exception):
                    raise end
            return opened.need()

    async def _tick(self, opened: Sources) -> None:
        """Ask what is due, again and again; one channel's trouble stops nobody."""
        while True:
            await self._revive(opened)
            try:
                await opened.collect(self._means.settings.channel)
            except (Retryable, BadInput) as error:
                logger().warning("a pass failed; it is repeated", error=str(error))
            if opened.asker is not None:
                await opened.asker.flush()
            await asyncio.sleep(TICK_S)

    def _listen(self, opened: Sources, name: str) -> None:
        """Take an account's pushes; after a reconnect all of its channels are due at once."""
        assert opened.asker is not None  # noqa: S101 - for the type checker
        account = opened.asker.open[name]

        def on_push(pushed: Pushed) -> None:
            try:
                self._pushed.put_nowait(pushed)
            except asyncio.QueueFull:  # what is dropped here is read
                on_reconnect()

        reading_on: set[asyncio.Task[None]] = set()

        def on_reconnect() -> None:
            task = asyncio.create_task(self._read_on(name))
            reading_on.add(task)
            task.add_done_callback(reading_on.discard)

        account.on_push = on_push
        account.on_reconnect = on_reconnect

    async def _read_on(self, name: str) -> None:
        """Make an account's channels due: pushes may have been missed."""
        now = self._means.clock.now()
        async with self._means.database.begin() as connection:
            for folded, plan in (await visits.plans(connection, ROUTE)).items():
                if plan.account == name:
                    await visits.record_plan(connection, folded, ROUTE, due_at=now)

    async def _revive(self, opened: Sources) -> None:
        """Bring accounts back that Telethon has given up on, with growing pauses."""
        asker = opened.asker
        if asker is None:
            return
        clock = asyncio.get_running_loop().time
        for name, life in self._lives.items():
            account = asker.open.get(name)
            if account is not None and account.connected:
                life.pause, life.session_at = FIRST_PAUSE, None
                continue
            if account is not None:
                logger().warning("the connection was given up; it is made anew", account=name)
                asker.part(name)
                await asker.flush()
            elif isinstance(asker.lost.get(name), NeedsPerson) and not life.signed_in_again():
                continue
            if clock() < life.next_try:
                continue
            try:
                taken = await asker.take(life.secret, wait_s=0)
            except MonitorError as error:
                # `login` holds the file while a person types: it is tried until that is done.
                if str(error) != life.said:
                    logger().warning("account must wait", account=name, why=str(error))
                life.said, life.session_at = str(error), 0
                life.next_try = clock() + FIRST_PAUSE.total_seconds()
                continue
            if taken is not None:
                life.said = ""
                self._listen(opened, name)
                await self._read_on(name)
                opened.lost.clear()
            life.next_try = clock() + life.pause.total_seconds()
            life.pause = min(2 * life.pause, LONGEST_PAUSE)

    async def _store_pushes(self) -> None:
        """Store pushed posts, edits and deletions as they come, many in one transaction."""
        while True:
            batch = [await self._pushed.get()]
            while not self._pushed.empty() and len(batch) < 200:
                batch.append(self._pushed.get_nowait())
            now = self._means.clock.now()
            for pushed in batch:
                await self._store(pushed, now)

    async def _store(self, pushed: Pushed, now: datetime) -> None:
        async with self._means.database.begin() as connection:
            # Asked each time: a push may come in the middle of the pass that first met its channel.
            names = self._names.intersection(
                await accounts.names_of(connection, pushed.telegram_id)
            )
            if not names:
                return  # a channel that the account joined, but nobody watches
            stored = await channels.by_telegram_id(connection, pushed.telegram_id)
            if stored is None:
                return
            if pushed.posts:
                await keep_posts(
                    connection, self._means.archive, stored.key, pushed.posts,
                    telegram_id=pushed.telegram_id, at=now,
                )  # fmt: skip
            await keep_deleted(
                connection, self._means.archive, stored.key, pushed.deleted,
                telegram_id=pushed.telegram_id, at=now,
            )  # fmt: skip
            if not pushed.posts and not pushed.deleted:
                # Something changed that the push does not tell: ask again, fully.
                for name in names:
                    await visits.record_plan(connection, name, ROUTE, due_at=now, full_at=None)
        if pushed.posts:
            logger().info("pushed", channel=stored.username, posts=[p.id for p in pushed.posts])
