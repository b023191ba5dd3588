"""Read a channel's history into the store, oldest first, so that what is read has no gap.

What is stored is a stretch of ids that grows at its end; a kill costs at most the batch that was
on its way, which is asked for again.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.clock import Clock
from monitor.config import TelegramSettings
from monitor.jobs.batches import gathered
from monitor.jobs.collecting import Visited
from monitor.jobs.keeping_told import ROUTE, Proof, keep_posts, keep_probe, prove_posts, public_name
from monitor.model import Availability, Peer, Post
from monitor.sources.telegram import Account, Told
from monitor.store import observations, posts, ranges
from monitor.store.archive import Archive
from monitor.store.database import Connection, Database, finished


@dataclass(slots=True)
class Reader:
    """Reads on, or back; `on_posts` hears of every stored batch."""

    database: Database
    archive: Archive
    settings: TelegramSettings
    clock: Clock
    on_posts: Callable[[str, list[Post]], None] = lambda _name, _posts: None

    async def read_on(self, name: str, account: Account, peer: Peer, key: int) -> Visited:
        """Read what is newer than the highest stored id; the first time, some days back."""
        async with self.database.begin() as connection:
            stretches = await ranges.read(connection, key)
        top = stretches[-1][1] if stretches else 0
        first = self.clock.now() - self.settings.first
        visited = await self._read(name, account, peer, key, after=top, since=first)
        now = self.clock.now()
        async with self.database.begin() as connection:
            state, detail = await self._met(connection, key)
            stretches = await ranges.read(connection, key)
            last = await posts.time_of(connection, key, stretches[-1][1]) if stretches else None
            await keep_probe(
                connection, key, state, at=now, detail=detail,
                covers=(min(last or first, now), now),
            )  # fmt: skip
        return replace(visited, state=state)

    @staticmethod
    async def _met(connection: Connection, key: int) -> tuple[Availability, str]:
        """Return what reading posts shows: the channel is there, and still restricted if it was."""
        last = await observations.last_met(connection, key, ROUTE)
        return last if last and last[0] is Availability.RESTRICTED else (Availability.OK, "")

    async def fill(
        self, name: str, account: Account, peer: Peer, key: int,
        *, since: datetime, until: datetime | None,
    ) -> Visited:  # fmt: skip
        """Read every stretch from a time on that is not stored yet, oldest first."""
        whole = Visited(name, "read", Availability.OK)
        after = 0
        while True:
            async with self.database.begin() as connection:
                stretches = await ranges.read(connection, key)
                times = [
                    (low, high, await posts.time_of(connection, key, low))
                    for low, high in stretches
                ]
            nexts = [t for t in times if t[0] > after]
            if after == 0:
                # What is stored already from the time on, or from before it, is not asked again.
                begun = [t for t in times if t[2] is not None and t[2] <= since]
                if begun:
                    after = begun[-1][1]
                    nexts = [t for t in times if t[0] > after]
            before = nexts[0][0] if nexts else 0
            visited = await self._read(
                name, account, peer, key, after=after, since=since, before=before, until=until
            )
            whole = replace(
                whole,
                new_posts=whole.new_posts + visited.new_posts,
                pages=whole.pages + visited.pages,
            )
            if not nexts or (until is not None and nexts[0][2] and nexts[0][2] >= until):
                break
            async with self.database.begin() as connection:
                if after or visited.pages:
                    # Telegram had nothing more in between: the stretches touch.
                    low = next((a for a, b in stretches if b == after), nexts[0][0])
                    await ranges.add(connection, key, low, nexts[0][1])
            after = nexts[0][1]
        return whole

    async def _read(
        self, name: str, account: Account, peer: Peer, key: int, *,
        after: int, since: datetime, before: int = 0, until: datetime | None = None,
    ) -> Visited:  # fmt: skip
        """Read a stretch and keep it batch by batch, each with how far the reading came."""
        new = pages = 0
        low = after + 1 if after else 0
        async with self.database.begin() as connection:
            # Nothing lay between the post that is stored already and the first new one.
            covered = await posts.time_of(connection, key, after) if after else None
            public = await public_name(connection, peer.telegram_id)
        history = account.history(peer, after=after, before=before, since=since)
        async with aclosing(gathered(history)) as batches:
            async for batch in batches:
                now = self.clock.now()
                # In a thread: packing and the disk do not keep the next pages from coming.
                told, beyond, proof = await finished(
                    asyncio.to_thread(self._prepare, batch, peer, public, until, now)
                )
                if proof is not None:
                    ids = [p.id for p in told]
                    low = low or min(ids)
                    start = covered or min(p.at for p in told)
                    covered = max(p.at for p in told)
                    async with self.database.begin() as connection:
                        written = await keep_posts(
                            connection, self.archive, key, told,
                            telegram_id=peer.telegram_id, at=now, proof=proof,
                        )  # fmt: skip
                        await ranges.add(connection, key, low, max(ids))
                        if start <= covered:
                            state, detail = await self._met(connection, key)
                            await keep_probe(
                                connection, key, state, at=now, detail=detail,
                                covers=(start, covered),
                            )  # fmt: skip
                    new += written.new
                    self.on_posts(name, told)
                pages += len(batch)
                if beyond:
                    break
        return Visited(name, "read", Availability.OK, new_posts=new, pages=pages)

    def _prepare(
        self, batch: Sequence[Told], peer: Peer, name: str | None, until: datetime | None,
        now: datetime,
    ) -> tuple[list[Post], bool, Proof | None]:  # fmt: skip
        """Put a batch into our words and archive it, the half of keeping it that needs no rows.

        Returns its posts before `until`, whether there were later ones, and where they now lie.
        """
        come = [p for page in batch for p in page.posts()]
        told = [p for p in come if until is None or p.at < until]
        proof = None
        if told:
            proof = prove_posts(self.archive, told, telegram_id=peer.telegram_id, at=now, name=name)
        return told, len(told) < len(come), proof
