"""Follow one channel through one account: read on, look again at recent posts, know its state."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from monitor.clock import Clock
from monitor.config import ChannelSettings, TelegramSettings
from monitor.jobs.collecting import Visited
from monitor.jobs.history import Reader
from monitor.jobs.keeping_told import ROUTE, keep_deleted, keep_info, keep_posts, keep_probe
from monitor.log import logger
from monitor.model import Availability, ChannelInfo, Peer
from monitor.sources.telegram import Account, StaleAccess, Unavailable
from monitor.store import accounts, channels, posts, visits
from monitor.store.archive import Archive
from monitor.store.database import Connection, Database
from monitor.store.visits import Plan

REREADS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=7))
"""Ages at which a post is looked at again: views settle fast at first. Chosen by the plan of
issue 3, uncalibrated."""

ABSENT_AGAIN = timedelta(hours=1)
"""How soon a channel that could not be had is asked after again: two probes an hour apart are
what makes it gone (DESIGN.md section 2)."""

SecondLook = Callable[[ChannelSettings], Awaitable[None]]
"""Asks the public page after a channel that the account could not have."""


@dataclass(slots=True)
class Follower:
    """What following needs."""

    database: Database
    archive: Archive
    settings: TelegramSettings
    clock: Clock
    reader: Reader
    second_look: SecondLook | None = None
    _keys: dict[int, int] = field(default_factory=dict)

    async def visit(self, entry: ChannelSettings, account: Account, plan: Plan) -> Visited:
        """Ask after one channel: all that is due of it."""
        return await self._guarded(entry, account, lambda peer: self._visit(entry, account, peer,
                                                                            plan))  # fmt: skip

    async def backfill(
        self, entry: ChannelSettings, account: Account, since: datetime, until: datetime | None
    ) -> Visited:
        """Read history from a time on, up to a time if one is given; skips what is stored."""
        name = entry.username

        async def fill(peer: Peer) -> Visited:
            key = await self._key(name, peer)
            return await self.reader.fill(name, account, peer, key, since=since, until=until)

        return await self._guarded(entry, account, fill)

    async def _guarded(
        self, entry: ChannelSettings, account: Account, work: Callable[[Peer], Awaitable[Visited]]
    ) -> Visited:
        """Do a channel's work; what cannot be had becomes a state, after the name was asked."""
        name = entry.username
        async with self.database.begin() as connection:
            peer = await accounts.peer(connection, account.name, name)
        try:
            if peer is None:
                peer = await self._resolve(name, account)
            try:
                return await work(peer)
            except StaleAccess:
                return await work(await self._resolve(name, account))
        except Unavailable as error:
            state = error.state
            if peer is not None and state is Availability.PRIVATE:
                state = await self._whose(name, account, peer)
            return await self._absent(entry, peer, state, str(error))

    async def _current(self, name: str, telegram_id: int | None) -> str:
        """Return what a channel of channels.toml is called now; its old name may be another's."""
        if telegram_id is None:
            return name
        async with self.database.begin() as connection:
            stored = await channels.by_telegram_id(connection, telegram_id)
        return stored.username if stored and stored.holds_name else name

    async def _resolve(self, name: str, account: Account) -> Peer:
        async with self.database.begin() as connection:
            known = await accounts.telegram_id(connection, name)
        info = await account.resolve(await self._current(name, known))
        at = self.clock.now()
        if known is not None and info.telegram_id != known:
            await self._other(name, info)
            raise Unavailable(Availability.NOT_FOUND, f"@{name} is another channel now")
        if info.state is Availability.WRONG_KIND or info.access_hash is None:
            raise Unavailable(Availability.WRONG_KIND, f"@{name} is no broadcast channel")
        peer = Peer(info.telegram_id, info.access_hash, joined=info.joined)
        async with self.database.begin() as connection:
            await accounts.keep_peer(connection, account.name, name, peer, at)
            await keep_info(connection, self.archive, name, info, at=at, whole=False)
        return peer

    async def _whose(self, name: str, account: Account, peer: Peer) -> Availability:
        """Ask whose the name is now: of a deleted channel nobody's, of a closed one still its."""
        try:
            info = await account.resolve(await self._current(name, peer.telegram_id))
        except Unavailable as error:
            return error.state
        if info.telegram_id == peer.telegram_id:
            return Availability.PRIVATE
        await self._other(name, info)
        return Availability.NOT_FOUND

    async def _other(self, name: str, info: ChannelInfo) -> None:
        """Keep that a name of channels.toml means another channel, whose posts are not read."""
        if info.state is Availability.WRONG_KIND:
            return  # a person or a group: nothing of it is kept
        logger().warning("the name is another channel's now", channel=name)
        async with self.database.begin() as connection:
            await keep_info(connection, self.archive, name, info, at=self.clock.now(), whole=False)

    async def _who_took(self, name: str, account: Account, peer: Peer) -> None:
        """Ask who has a name that its channel gave up; nobody is an answer too."""
        with suppress(Unavailable):
            info = await account.resolve(name)
            if info.telegram_id != peer.telegram_id:
                await self._other(name, info)

    async def _absent(
        self, entry: ChannelSettings, peer: Peer | None, state: Availability, why: str
    ) -> Visited:
        now, name = self.clock.now(), entry.username
        async with self.database.begin() as connection:
            stored = peer and await channels.by_telegram_id(connection, peer.telegram_id)
            key = stored.key if stored else await channels.resolve(connection, name)
            await keep_probe(connection, key, state, at=now, detail=why)
            await visits.record(connection, name, ROUTE, at=now, error=None)
            await visits.record_plan(connection, name, ROUTE, due_at=now + ABSENT_AGAIN)
        logger().info("not to be had", channel=name, state=str(state))
        if self.second_look is not None:
            # The page goes by the name that the channel has now, not by that in channels.toml.
            current = stored.username if stored and stored.holds_name else name
            await self.second_look(entry.model_copy(update={"username": current}))
        return Visited(name, "read", state)

    async def _visit(
        self, entry: ChannelSettings, account: Account, peer: Peer, plan: Plan
    ) -> Visited:
        name, now = entry.username, self.clock.now()
        if plan.full_at is None or now - plan.full_at >= self.settings.full:
            if self.settings.join and not peer.joined:
                await account.join(peer)
                peer = replace(peer, joined=True)
            info = await account.full(peer)
            await self._keep_full(name, account, peer, info)
            if (info.username or "").casefold() != name.casefold():
                await self._who_took(name, account, peer)
        key = await self._key(name, peer)
        visited = await self.reader.read_on(name, account, peer, key)
        looked = await self._look_again(account, peer, key, plan.reread_at or now)
        async with self.database.begin() as connection:
            await visits.record(connection, name, ROUTE, at=now, error=None)
            due_at = now + await self._interval(connection, key, joined=peer.joined)
            later = await visits.plan(connection, name, ROUTE)
            if later.full_at is None or (later.due_at and later.due_at != plan.due_at):
                due_at = now  # something was pushed, or missed, while this visit was under way
            await visits.record_plan(
                connection, name, ROUTE, due_at=due_at, reread_at=now, account=account.name
            )
        if plan.errors:
            logger().info("reachable again", channel=name, failures=plan.errors)
        say = logger().info if visited.new_posts else logger().debug
        say("visited", channel=name, new_posts=visited.new_posts, looked_again=looked)
        return visited

    async def _keep_full(self, name: str, account: Account, peer: Peer, info: ChannelInfo) -> None:
        now = self.clock.now()
        async with self.database.begin() as connection:
            key = await keep_info(connection, self.archive, name, info, at=now, whole=True)
            await keep_probe(connection, key, info.state, at=now, detail=info.restriction or "")
            known = replace(peer, joined=info.joined)
            await accounts.keep_peer(connection, account.name, name, known, now)
            await visits.record_plan(connection, name, ROUTE, full_at=now)

    async def _key(self, name: str, peer: Peer) -> int:
        if peer.telegram_id not in self._keys:
            async with self.database.begin() as connection:
                stored = await channels.by_telegram_id(connection, peer.telegram_id)
                self._keys[peer.telegram_id] = (
                    stored.key
                    if stored
                    else await channels.resolve(
                        connection, name, peer.telegram_id, at=self.clock.now()
                    )
                )
        return self._keys[peer.telegram_id]

    async def _look_again(self, account: Account, peer: Peer, key: int, since: datetime) -> int:
        """Ask again for the posts that came of an age to be looked at since the last time."""
        now = self.clock.now()
        ids: set[int] = set()
        async with self.database.begin() as connection:
            for age in REREADS:
                found = await posts.written_between(connection, key, since - age, now - age)
                ids |= {i for i, _ in found}
        if ids:
            await self.look_at(account, peer, key, sorted(ids))
        return len(ids)

    async def look_at(self, account: Account, peer: Peer, key: int, ids: list[int]) -> None:
        """Ask for posts by id: their views and words now, and whether they are there at all."""
        found, missing = await account.posts(peer, ids)
        now = self.clock.now()
        async with self.database.begin() as connection:
            await keep_posts(
                connection, self.archive, key, found, telegram_id=peer.telegram_id, at=now
            )
            await keep_deleted(
                connection, self.archive, key, missing, telegram_id=peer.telegram_id, at=now
            )

    async def _interval(self, connection: Connection, key: int, *, joined: bool) -> timedelta:
        """Return how long to wait until the next poll: half the usual gap, within bounds."""
        if joined:
            return self.settings.slowest
        times = await posts.last_times(connection, key, 20)
        if len(times) < 2:
            return self.settings.slowest
        gaps = [(b - a).total_seconds() for a, b in pairwise(times)]
        half = timedelta(seconds=max(0, median(gaps)) / 2)
        return min(max(half, self.settings.poll), self.settings.slowest)
