"""Ask the public pages after every channel that is due, and read history further back.

A pass over one channel: the landing page (is it there, how many subscribers), then the feed from
the newest post down to the highest one that was read without a gap. Each page is committed with
how far the reading has come, so that a kill at any moment costs at most one page.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.clock import Clock
from monitor.config import ChannelSettings, Settings
from monitor.errors import BadInput, Retryable
from monitor.jobs.keeping import ROUTE, Kept, keep_page
from monitor.jobs.side_by_side import side_by_side
from monitor.log import logger
from monitor.model import Availability, Page, Probe
from monitor.sources.fetching import Fetcher
from monitor.sources.reading import Seen, read_feed, read_landing
from monitor.store import channels, observations, posts, visits
from monitor.store.archive import Archive
from monitor.store.database import Database
from monitor.store.visits import Progress

_READABLE = (Availability.OK, None)


@dataclass(frozen=True, slots=True)
class Visited:
    """How the visit of one channel ended."""

    username: str
    outcome: Literal["read", "not_due", "held", "failed"]
    state: Availability | None = None
    new_posts: int = 0
    pages: int = 0
    drift: bool = False
    error: str | None = None


def say_unreachable(name: str, errors_before: int, error: Exception) -> None:
    """Say that a channel could not be reached: loudly when that begins, softly while it lasts."""
    say = logger().debug if errors_before else logger().warning
    say("unreachable", channel=name, error=str(error))


@dataclass(slots=True)
class Collector:
    """What a pass needs; `on_page` hears of every page, with the oldest post's time."""

    database: Database
    archive: Archive
    fetcher: Fetcher
    settings: Settings
    clock: Clock
    on_page: Callable[[str, Page], None] = lambda _name, _page: None
    _held: dict[str, Seen] = field(default_factory=dict)
    """Landing pages that wait for the feed to say whose they are: they carry no numeric id, and
    the name may have passed to another channel."""

    async def collect(self, entries: Sequence[ChannelSettings]) -> list[Visited]:
        """Visit the channels that are due, a few at a time, in the order given."""
        return await self._each(entries, self._visit)

    async def backfill(
        self, entries: Sequence[ChannelSettings], *, since: datetime, until: datetime | None
    ) -> list[Visited]:
        """Read history back to `since`, newest first, from where the last reading stopped.

        `until` leaves alone what is newer, if no reading has come down that far yet.
        """

        async def one(entry: ChannelSettings) -> Visited:
            return await self._backfill(entry, since, until)

        return await self._each(entries, one)

    async def _each(
        self,
        entries: Sequence[ChannelSettings],
        work: Callable[[ChannelSettings], Awaitable[Visited]],
    ) -> list[Visited]:
        few = asyncio.Semaphore(self.settings.sources.preview.connections)

        async def guarded(entry: ChannelSettings) -> Visited:
            async with few:
                try:
                    return await work(entry)
                except (Retryable, BadInput) as error:
                    return await self._failed(entry, error)

        return await side_by_side([guarded(entry) for entry in entries])

    async def look(self, entry: ChannelSettings) -> None:
        """Ask the landing page alone: is the channel there, as the public sees it?"""
        try:
            landing = await read_landing(self.fetcher, entry.username)
        except (Retryable, BadInput) as error:
            await self._failed(entry, error)
            return
        # Nothing said whose count and title these are.
        page = replace(landing.page, subscribers=None, title=None)
        await self._keep(entry.username, replace(landing, page=page), None)

    async def _failed(self, entry: ChannelSettings, error: Exception) -> Visited:
        """Write down that we could not see the channel: our failure, never its state."""
        name, at = entry.username, self.clock.now()
        async with self.database.begin() as connection:
            plan = await visits.plan(connection, name, ROUTE)
            key = await channels.resolve(connection, name)
            probe = Probe(at, ROUTE, Availability.UNREACHABLE, detail=str(error)[:500])
            await observations.add_probe(connection, key, probe)
            await visits.record(connection, name, ROUTE, at=at, error=str(error))
        say_unreachable(name, plan.errors, error)
        return Visited(name, "failed", Availability.UNREACHABLE, error=str(error))

    async def _visit(self, entry: ChannelSettings) -> Visited:
        name, now = entry.username, self.clock.now()
        async with self.database.begin() as connection:
            last = await visits.last_success(connection, name, ROUTE)
            before = await visits.progress(connection, name, ROUTE)
            errors = (await visits.plan(connection, name, ROUTE)).errors
        # A clock that was set back must not silence a channel for as long as it was ahead.
        if last is not None and timedelta() <= now - last < self.settings.sources.preview.poll:
            return Visited(name, "not_due")
        landing = await read_landing(self.fetcher, name)
        visited = Visited(
            name, "read", landing.page.state, pages=1, drift=landing.page.kind == "unknown"
        )
        self._held[name] = landing
        try:
            if landing.page.state in _READABLE:
                visited = await self._read(name, before, visited)
        except (Retryable, BadInput):
            # Nothing said whose count and title these are.
            page = replace(landing.page, subscribers=None, title=None)
            self._held[name] = replace(landing, page=page)
            raise
        finally:
            await self._keep_landing(name, None)
        async with self.database.begin() as connection:
            await visits.record(connection, name, ROUTE, at=now, error=None)
        if errors:
            logger().info("reachable again", channel=name, failures=errors)
        # What happens is said; that nothing did, a hundred times an hour, only to who asks.
        say = logger().info if visited.new_posts else logger().debug
        say("visited", channel=name, state=str(visited.state), new_posts=visited.new_posts)
        return visited

    async def _read(self, name: str, progress: Progress, visited: Visited) -> Visited:
        """Read what is new, and what an interrupted reading left open."""
        now = self.clock.now()
        if progress.top is None:
            first = now - self.settings.sources.preview.first
            progress = Progress(back_until=first)
            return await self._walk_down(name, progress, visited, before=None, since=first)
        if progress.pending_low is not None:
            progress, visited = await self._walk_up(name, progress, visited, progress.pending_low)
        progress, visited = await self._walk_up(name, progress, visited, None)
        if progress.back_until is not None:
            visited = await self._walk_down(
                name, progress, visited, before=progress.bottom, since=progress.back_until
            )
        return visited

    async def _walk_up(
        self, name: str, progress: Progress, visited: Visited, before: int | None
    ) -> tuple[Progress, Visited]:
        """Read from the newest post, or from `before`, down to the top of what is whole."""
        broken = False
        walk = read_feed(self.fetcher, name, until_id=progress.top, since=None, before=before)
        async with aclosing(walk) as pages:
            async for seen in pages:
                if None not in (seen.page.telegram_id, progress.telegram_id) and (
                    seen.page.telegram_id != progress.telegram_id
                ):
                    return await self._start_anew(name, visited)
                ids = [post.id for post in seen.page.posts]
                now = progress
                if ids:
                    pending_top = max(progress.pending_top or 0, *ids)
                    now = replace(progress, pending_top=pending_top, pending_low=min(ids))
                    if progress.top is not None and min(ids) <= progress.top:
                        top = max(pending_top, progress.top)
                        now = replace(progress, top=top, pending_top=None, pending_low=None)
                visited = await self._keep_seen(name, seen, now, visited)
                progress = now
                broken = not seen.page.posts and bool(seen.page.problems)
        if progress.pending_top is not None and not broken:
            # The walk ended above the old top, unbroken: there was nothing in between.
            top = max(progress.pending_top, progress.top or 0)
            progress = replace(progress, top=top, pending_top=None, pending_low=None)
            await self._record(name, progress)
        return progress, visited

    async def _start_anew(self, name: str, visited: Visited) -> tuple[Progress, Visited]:
        """Read another channel's pages from the beginning: the name has passed to it."""
        first = self.clock.now() - self.settings.sources.preview.first
        progress = Progress(back_until=first)
        return progress, await self._walk_down(name, progress, visited, before=None, since=first)

    async def _walk_down(
        self,
        name: str,
        progress: Progress,
        visited: Visited,
        *,
        before: int | None,
        since: datetime,
    ) -> Visited:
        """Read from the newest post, or from `before`, down to a time."""
        broken = False
        walk = read_feed(self.fetcher, name, until_id=None, since=since, before=before)
        async with aclosing(walk) as pages:
            async for seen in pages:
                ids = [post.id for post in seen.page.posts]
                if ids:
                    progress = replace(
                        progress,
                        telegram_id=seen.page.telegram_id or progress.telegram_id,
                        bottom=min(ids if progress.bottom is None else [progress.bottom, *ids]),
                        top=max(ids if progress.top is None else [progress.top, *ids]),
                    )
                visited = await self._keep_seen(name, seen, progress, visited)
                broken = not seen.page.posts and bool(seen.page.problems)
        if progress.back_until is not None and since <= progress.back_until and not broken:
            await self._record(name, replace(progress, back_until=None))
        return visited

    async def _backfill(
        self, entry: ChannelSettings, since: datetime, until: datetime | None
    ) -> Visited:
        name = entry.username
        async with self.database.begin() as connection:
            progress = await visits.progress(connection, name, ROUTE)
        before = progress.bottom
        if before is None and until is not None:
            before = await self._first_id_after(name, until)
        visited = Visited(name, "read", Availability.OK)
        return await self._walk_down(name, progress, visited, before=before, since=since)

    async def _first_id_after(self, name: str, until: datetime) -> int | None:
        """Return the id of the first stored post after a time, None if there is none."""
        async with self.database.begin() as connection:
            key = await channels.resolve(connection, name)
            return await posts.first_id_after(connection, key, until)

    async def _keep_landing(self, name: str, telegram_id: int | None) -> None:
        landing = self._held.pop(name, None)
        if landing is not None:
            page = replace(landing.page, telegram_id=telegram_id)
            await self._keep(name, replace(landing, page=page), None)

    async def _keep(self, name: str, seen: Seen, progress: Progress | None) -> Kept:
        async with self.database.begin() as connection:
            kept = await keep_page(
                connection, self.archive, seen.fetched, seen.page, username=name,
                at=seen.fetched.at,
            )  # fmt: skip
            if progress is not None:
                await visits.record_progress(connection, name, ROUTE, progress)
            self.archive.sync()  # a row must not outlive the body that it points to
        self.on_page(name, seen.page)
        return kept

    async def _keep_seen(
        self, name: str, seen: Seen, progress: Progress, visited: Visited
    ) -> Visited:
        await self._keep_landing(name, seen.page.telegram_id)
        kept = await self._keep(name, seen, progress)
        if kept.drift:
            logger().warning(
                "layout drift: a page told nothing; no state was changed",
                channel=name,
                problems="; ".join(seen.page.problems)[:300],
            )
        redirected = seen.page.state not in _READABLE
        return replace(
            visited,
            state=seen.page.state if redirected else visited.state,
            new_posts=visited.new_posts + kept.new_posts,
            pages=visited.pages + 1,
            drift=visited.drift or kept.drift,
        )

    async def _record(self, name: str, progress: Progress) -> None:
        async with self.database.begin() as connection:
            await visits.record_progress(connection, name, ROUTE, progress)
