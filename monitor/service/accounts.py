"""The accounts while the service runs: their pushes are kept, their connections made anew."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.errors import MonitorError, NeedsPerson
from monitor.jobs.asking import Asker
from monitor.jobs.keeping_told import ROUTE, keep_deleted, keep_posts
from monitor.jobs.passes import Means
from monitor.log import logger
from monitor.model import Pushed
from monitor.secrets import AccountSecrets
from monitor.store import accounts, channels, visits

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
"""Between two attempts to bring an account back; doubled each time."""


@dataclass(slots=True)
class _Life:
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


class Accounts:
    """The open accounts' pushes and reconnects."""

    def __init__(self, means: Means, asker: Asker) -> None:
        self._means = means
        self._asker = asker
        self._pushed: asyncio.Queue[Pushed] = asyncio.Queue(maxsize=10_000)
        self._names = {e.username.casefold() for e in means.settings.channel}
        self._lives = {secret.name: _Life(secret) for secret in means.accounts}
        self._missed: set[str] = set()
        """Accounts whose channels are to be read on at once, because pushes may be lost."""

    @property
    def able(self) -> bool:
        """Whether any account can ask."""
        return bool(self._asker.open)

    async def begin(self) -> None:
        """Listen to every open account, and read on where its channels were left."""
        for name in self._asker.open:
            self._listen(name)
        await self._read_on()

    def missed(self) -> None:
        """Let every account's channels be read on: pushes were dropped."""
        self._missed |= set(self._asker.open)

    def _listen(self, name: str) -> None:
        """Take an account's pushes; after a reconnect all of its channels are due at once."""
        account = self._asker.open[name]

        def on_push(pushed: Pushed) -> None:
            try:
                self._pushed.put_nowait(pushed)
            except asyncio.QueueFull:  # what is dropped here is read
                on_reconnect()

        def on_reconnect() -> None:
            self._missed.add(name)

        account.on_push = on_push
        account.on_reconnect = on_reconnect
        on_reconnect()

    async def _read_on(self) -> None:
        """Make the channels due of accounts whose pushes may have been missed."""
        if not self._missed:
            return
        names, now = set(self._missed), self._means.clock.now()
        async with self._means.database.begin() as connection:
            for folded, plan in (await visits.plans(connection, ROUTE)).items():
                if plan.account in names:
                    await visits.record_plan(connection, folded, ROUTE, due_at=now)
        self._missed -= names

    async def revive(self) -> None:
        """Bring accounts back that Telethon has given up on, with growing pauses."""
        await self._read_on()
        clock = asyncio.get_running_loop().time
        for name, life in self._lives.items():
            account = self._asker.open.get(name)
            if account is not None and account.connected:
                life.pause, life.session_at = FIRST_PAUSE, None
                continue
            if account is not None:
                logger().warning("the connection was given up; it is made anew", account=name)
                self._asker.part(name)
                await self._asker.flush()
            elif isinstance(self._asker.lost.get(name), NeedsPerson) and not life.signed_in_again():
                continue
            if clock() < life.next_try:
                continue
            await self._bring_back(name, life, clock())

    async def _bring_back(self, name: str, life: _Life, now: float) -> None:
        try:
            taken = await self._asker.take(life.secret, wait_s=0)
        except MonitorError as error:
            # `login` holds the file while a person types: it is tried until that is done.
            if str(error) != life.said:
                logger().warning("account must wait", account=name, why=str(error))
            life.said, life.session_at = str(error), 0
            life.next_try = now + FIRST_PAUSE.total_seconds()
            return
        if taken is not None:
            life.said = ""
            self._listen(name)
        life.next_try = now + life.pause.total_seconds()
        life.pause = min(2 * life.pause, LONGEST_PAUSE)

    async def store_pushes(self) -> None:
        """Store what is pushed, as it comes, without end; what fails is read on instead."""
        while True:
            pushed = await self._pushed.get()
            try:
                await self._store(pushed, self._means.clock.now())
            except Exception:
                self.missed()
                raise
            finally:
                self._pushed.task_done()

    async def stored(self) -> None:
        """Wait until all that was pushed is stored."""
        await self._pushed.join()

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
            self._means.on_posts(stored.username, list(pushed.posts))
            logger().info("pushed", channel=stored.username, posts=[p.id for p in pushed.posts])
