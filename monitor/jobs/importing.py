"""Read files into the store: each fact once, each bad row named, everything else kept."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config import USERNAME
from monitor.errors import BadInput
from monitor.jobs.keeping import keep_page
from monitor.jobs.keeping_told import keep_recorded
from monitor.model import Count, Post, Probe
from monitor.sources import imports
from monitor.sources.items import CountItem, Item, PageItem, PostItem, Skipped, SourceFile, ToldItem
from monitor.store import channels, evidence, observations, posts
from monitor.store.archive import Archive
from monitor.store.database import Connection, Database, facts_changed

TOGETHER = 2000
"""Items a transaction; a kill loses at most these, and the next import brings them again."""

UNDATED = datetime.fromtimestamp(0, UTC)
"""The evidence time of a file of rows: nobody knows when it was made."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to read files. `now` stands in for a page's missing time, and only if it was given."""

    kind: str = "auto"
    channel: str | None = None
    timezone: str | None = None
    now: datetime | None = None


@dataclass(slots=True)
class Imported:
    """What an import came to."""

    files: int = 0
    posts: int = 0
    new_posts: int = 0
    counts: int = 0
    new_counts: int = 0
    pages: int = 0
    new_pages: int = 0
    skipped: int = 0
    channels: set[str] = field(default_factory=set)


async def import_files(
    database: Database,
    archive: Archive,
    paths: Iterable[Path],
    *,
    options: Options,
    on_skip: Callable[[Skipped], None] = lambda _: None,
    on_progress: Callable[[Imported], None] = lambda _: None,
) -> Imported:
    """Import files in order; `on_skip` hears of every row that was left out."""
    work = _Import(archive, on_skip)
    for path in paths:
        items = imports.read(
            path,
            kind=options.kind,
            channel=options.channel,
            timezone=options.timezone,
            now=options.now,
        )
        for batch in _batches(items):
            async with database.begin() as connection:
                await work.keep(connection, batch)
                archive.sync()  # a row must not outlive the body that it points to
            on_progress(work.done)
        async with database.begin() as connection:
            await work.close_file(connection)
    return work.done


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == TOGETHER:
                yield batch
                batch = []
    except BadInput:
        # What was read before the file turned out bad is kept, and its bad rows are heard of.
        yield batch
        raise
    yield batch


@dataclass(slots=True)
class _Import:
    """The import under way, and what is known of the file that is open."""

    archive: Archive
    on_skip: Callable[[Skipped], None]
    done: Imported = field(default_factory=Imported)
    proof: int | None = None
    spans: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)
    keys: dict[tuple[str, int | None], int] = field(default_factory=dict)

    async def keep(self, connection: Connection, batch: Iterable[Item]) -> None:
        """Store a batch: pages one by one, rows by channel."""
        found_posts: dict[int, list[tuple[Post, datetime]]] = {}
        found_counts: dict[int, list[Count]] = {}
        for item in batch:
            match item:
                case SourceFile():
                    await self._open_file(connection, item)
                case PostItem():
                    key = await self._key(connection, item.channel, item.telegram_id)
                    found_posts.setdefault(key, []).append((item.post, item.observed_at))
                case CountItem():
                    key = await self._key(connection, item.channel, None)
                    count = replace(item.count, evidence=self.proof)
                    found_counts.setdefault(key, []).append(count)
                case PageItem():
                    await self._keep_page(connection, item)
                case ToldItem():
                    await self._keep_told(connection, item)
                case Skipped():
                    self._skip(item)
        for key, rows in found_posts.items():
            await self._keep_posts(connection, key, rows)
        for key, counts in found_counts.items():
            await self._keep_counts(connection, key, counts)

    async def _open_file(self, connection: Connection, file: SourceFile) -> None:
        await self.close_file(connection)
        self.done.files += 1
        self.proof = None
        if file.kind not in ("page", "warc"):  # those bring the evidence of each page
            self.proof = await evidence.add(
                connection, sha256=file.sha256, source=file.name, at=UNDATED
            )

    async def close_file(self, connection: Connection) -> None:
        """Write down the stretch that a file of posts vouches for, of each channel in it.

        Such a file is taken at its word: it holds what was posted between its first and its last
        post. Of what came after it says nothing.
        """
        for key, (start, end) in self.spans.items():
            probe = Probe(at=start, route="import", state=None, covers_from=start, covers_to=end)
            if await observations.add_probe(connection, key, probe):
                await facts_changed(connection)
        self.spans.clear()

    async def _key(self, connection: Connection, channel: str, telegram_id: int | None) -> int:
        known = self.keys.get((channel, telegram_id))
        if known is None:
            known = await channels.resolve(connection, channel, telegram_id)
            self.keys[channel, telegram_id] = known
            self.done.channels.add(channel.casefold())
        return known

    async def _keep_posts(
        self, connection: Connection, key: int, rows: list[tuple[Post, datetime]]
    ) -> None:
        written = await posts.write(connection, key, rows, self.proof)
        self.done.posts += len(rows)
        self.done.new_posts += written.new
        if written.new or written.edited:
            await facts_changed(connection)
        times = [post.at for post, _ in rows]
        low, high = self.spans.get(key, (times[0], times[0]))
        self.spans[key] = (min(low, *times), max(high, *times))

    async def _keep_counts(self, connection: Connection, key: int, counts: list[Count]) -> None:
        new = await observations.add_counts(connection, key, counts)
        self.done.counts += len(counts)
        self.done.new_counts += new
        if new:
            await facts_changed(connection)

    async def _keep_page(self, connection: Connection, item: PageItem) -> None:
        self.done.pages += 1
        page, url = item.page, item.fetched.url
        username = page.username or _username_of(url)
        problems = "; ".join(page.problems)
        if username is None:
            self._skip(Skipped(url, None, problems or "the page names no channel"))
            return
        kept = await keep_page(
            connection, self.archive, item.fetched, page, username=username, at=item.observed_at
        )
        self.done.new_pages += not kept.repeated
        self.done.posts += len(page.posts)
        self.done.new_posts += kept.new_posts
        self.done.channels.add(username.casefold())
        if kept.drift:
            self._skip(Skipped(url, None, f"layout drift: {problems or 'no posts on the page'}"))

    async def _keep_told(self, connection: Connection, item: ToldItem) -> None:
        written = await keep_recorded(connection, self.archive, item)
        self.done.pages += 1
        self.done.posts += len(item.posts)
        if written is not None:
            self.done.new_pages += 1
            self.done.new_posts += written.new
        self.done.channels.add((item.username or str(item.telegram_id)).casefold())

    def _skip(self, skipped: Skipped) -> None:
        self.done.skipped += 1
        self.on_skip(skipped)


def _username_of(url: str) -> str | None:
    """Return the username that a page's address names: `t.me/NAME` or `t.me/s/NAME`."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    name = parts[1] if len(parts) > 1 and parts[0] == "s" else parts[0] if parts else ""
    return name if USERNAME.fullmatch(name) else None
