"""`check`, `collect`, `backfill`, `migrate`: from the configuration to facts in the store."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from monitor.catalog import platforms
from monitor.cli.context import Invocation, end_of, progress_bar, result, run, say, start_of
from monitor.cli.program import app, asked
from monitor.config import ChannelSettings, Settings
from monitor.errors import BadConfiguration, BadUsage, Retryable
from monitor.jobs.collecting import Collector, Visited
from monitor.model import Page
from monitor.secrets import proxy
from monitor.sources.fetching import Fetcher
from monitor.sources.pacing import Pace
from monitor.store import evidence, schema_version
from monitor.store.archive import Archive
from monitor.store.database import Database, sqlite_path
from monitor.store.writer_lock import writing

Channel = Annotated[str | None, typer.Option("--channel", help="Only this username.")]


@app.command()
def check(context: typer.Context) -> None:
    """Validate the configuration and print what would be watched."""
    invoked = asked(context)
    settings = _checked(invoked)
    preview = settings.sources.preview
    for entry in settings.channel:
        about = ", ".join(x for x in (entry.title, entry.category, entry.country) if x)
        result(f"@{entry.username}\t{entry.source}\t{about}")
    say(
        f"{invoked.config}: {len(settings.channel)} channels; each is asked after every "
        f"{preview.poll}, at {preview.requests_per_second:g} requests a second over all, "
        f"from {preview.base_url}"
    )


def _checked(invoked: Invocation) -> Settings:
    """Read the configuration; every destination must be of a platform that we know."""
    settings = invoked.settings(needed=True)
    known = set(platforms.load().platforms)
    for number, entry in enumerate(settings.channel, 1):
        for destination in entry.destinations:
            platform = destination.partition(":")[0]
            if platform not in known:
                msg = (
                    f"{invoked.config}: channel {number}, destinations: {platform!r} is no "
                    f"platform of the catalogue; take one of {', '.join(sorted(known))}"
                )
                raise BadConfiguration(msg)
    return settings


@app.command()
def collect(
    context: typer.Context,
    channel: Channel = None,
    source: Annotated[
        str | None, typer.Option(help="Only channels read from this source: preview.")
    ] = None,
) -> None:
    """Ask once after every channel that is due, and keep what is new."""
    if source not in (None, "preview"):
        msg = f"--source: {source!r} is not built; take preview"
        raise BadUsage(msg)
    invoked = asked(context)
    settings = _checked(invoked)
    visited = run(_collect(invoked, settings, _chosen(invoked, settings, channel)))
    _tell(visited)


@app.command()
def backfill(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="The first day, such as 2018-03-01.")],
    until: Annotated[str | None, typer.Option(help="The last day, included.")] = None,
    channel: Channel = None,
) -> None:
    """Read history back to a day, newest first; stopped, it goes on where it was."""
    invoked = asked(context)
    start = start_of(since, "--since")
    end = end_of(until, "--until") if until else None
    if end is not None and end <= start:
        msg = f"--until: {until} lies before --since {since}"
        raise BadUsage(msg)
    settings = _checked(invoked)
    chosen = _chosen(invoked, settings, channel)
    _tell(run(_collect(invoked, settings, chosen, back_to=start, until=end)))


@app.command()
def migrate(context: typer.Context) -> None:
    """Make the database, or bring an older one up to date."""
    path = sqlite_path(asked(context).database)
    with writing(path, "channel-monitor migrate"):
        schema_version.migrate(path)
    result(f"{path}: schema {schema_version.head()}")


def _chosen(
    invoked: Invocation, settings: Settings, channel: str | None
) -> tuple[ChannelSettings, ...]:
    if channel is None:
        if not settings.channel:
            msg = f"{invoked.config}: names no [[channel]]; add one with its username"
            raise BadConfiguration(msg)
        return settings.channel
    entry = settings.named(channel.removeprefix("@"))
    if entry is None:
        msg = f"--channel: @{channel.removeprefix('@')} is not in {invoked.config}; add it there"
        raise BadUsage(msg)
    return (entry,)


async def _collect(
    invoked: Invocation,
    settings: Settings,
    entries: tuple[ChannelSettings, ...],
    *,
    back_to: datetime | None = None,
    until: datetime | None = None,
) -> list[Visited]:
    clock, preview = invoked.clock, settings.sources.preview
    if clock.shifted:
        say(f"note: --now is given; what is fetched is stamped {clock.now().isoformat()}")
    pace = Pace(preview.requests_per_second, max_connections=preview.connections)
    fetcher = Fetcher(
        preview.base_url,
        user_agent=preview.user_agent,
        pace=pace,
        clock=clock,
        proxy=proxy(),
        timeout_s=preview.timeout.total_seconds(),
        attempts=preview.attempts,
        wait_initial_s=min(2.0, 1 / preview.requests_per_second),
    )
    archive = invoked.archive()
    timed = back_to is not None
    async with invoked.writing() as database, fetcher:
        await recover(database, archive)
        with progress_bar(quiet=invoked.quiet, known_total=timed) as bar:
            span = (clock.now() - back_to) / timedelta(days=1) if back_to else None
            tasks = {
                e.username: bar.add_task(f"@{e.username}", total=span and round(span), start=True)
                for e in entries
            }

            def on_page(name: str, page: Page) -> None:
                oldest = min((p.at for p in page.posts), default=None)
                if oldest is not None and span is not None:
                    done = (clock.now() - oldest) / timedelta(days=1)
                    bar.update(tasks[name], completed=min(round(done), round(span)))
                else:
                    bar.advance(tasks[name], 1)

            collector = Collector(database, archive, fetcher, settings, clock, on_page)
            if back_to is None:
                return await collector.collect(entries)
            return await collector.backfill(entries, since=back_to, until=until)


async def recover(database: Database, archive: Archive) -> None:
    """Cut off what a kill left torn at the end of the archive's files, and say so."""
    async with database.begin() as connection:
        ends = await evidence.committed_ends(connection)
    for line in archive.recover(ends):
        say(f"note: {line}")


def _tell(visited: list[Visited]) -> None:
    """Print how each visit ended; fail if any channel could not be seen."""
    for visit in visited:
        if visit.outcome == "not_due":
            say(f"@{visit.username}: not due yet")
        elif visit.outcome == "failed":
            say(f"@{visit.username}: unreachable: {visit.error}")
        else:
            drift = "; a page told us nothing: layout drift, no state changed" * visit.drift
            result(
                f"@{visit.username}\t{visit.state or 'not told'}\t{visit.new_posts} new posts, "
                f"{visit.pages} pages{drift}"
            )
    failed = [v for v in visited if v.outcome == "failed"]
    if failed:
        names = ", ".join(f"@{v.username}" for v in failed[:5])
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        msg = (
            f"{len(failed)} of {len(visited)} channels could not be reached ({names}{more}); "
            "nothing was concluded from that; check the network and run the command again"
        )
        raise Retryable(msg)
