"""`check`, `collect`, `backfill`, `migrate`: from the configuration to facts in the store."""

from datetime import datetime
from typing import Annotated

import typer

from monitor import secrets
from monitor.catalog import platforms
from monitor.cli.context import Invocation, end_of, result, run, say, start_of
from monitor.cli.program import app, asked
from monitor.cli.progress import Progress
from monitor.config import ChannelSettings, Settings
from monitor.errors import BadConfiguration, BadUsage, MonitorError, Retryable
from monitor.jobs.collecting import Visited
from monitor.jobs.passes import Means, sources
from monitor.store import schema_version
from monitor.store.database import sqlite_path
from monitor.store.writer_lock import writing

Channel = Annotated[str | None, typer.Option("--channel", help="Only this username.")]


@app.command()
def check(context: typer.Context) -> None:
    """Validate the configuration and print what would be watched."""
    invoked = asked(context)
    settings = checked(invoked)
    preview = settings.sources.preview
    for entry in settings.channel:
        about = ", ".join(x for x in (entry.title, entry.category, entry.country) if x)
        result(f"@{entry.username}\t{entry.source}\t{about}")
    through = sum(entry.source == "telegram" for entry in settings.channel)
    say(f"{invoked.config}: {len(settings.channel)} channels")
    if settings.alert:
        say(f"alerts go to: {', '.join(dict.fromkeys(one.target for one in settings.alert))}")
    if through < len(settings.channel):
        say(
            f"{len(settings.channel) - through} by public pages: each is asked after every "
            f"{preview.poll}, at {preview.requests_per_second:g} requests a second over all, "
            f"from {preview.base_url}"
        )
    if through:
        telegram = settings.sources.telegram
        say(
            f"{through} through an account: each is asked after every {telegram.poll} to "
            f"{telegram.slowest}, at {telegram.requests_per_second:g} requests a second an account"
        )


def checked(invoked: Invocation) -> Settings:
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
        str | None, typer.Option(help="Only channels read from this source: preview or telegram.")
    ] = None,
) -> None:
    """Ask once after every channel that is due, and keep what is new."""
    if source not in (None, "preview", "telegram"):
        msg = f"--source: {source!r} is no source; take preview or telegram"
        raise BadUsage(msg)
    invoked = asked(context)
    settings = checked(invoked)
    chosen = _chosen(invoked, settings, channel)
    if source is not None:
        chosen = tuple(entry for entry in chosen if entry.source == source)
        if not chosen:
            msg = f"--source: {invoked.config} has no channel with source = {source!r}"
            raise BadUsage(msg)
    _tell(*run(_collect(invoked, settings, chosen, fall_back=source is None)))


@app.command()
def backfill(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="The first day, such as 2018-03-01.")],
    until: Annotated[str | None, typer.Option(help="The last day, included.")] = None,
    channel: Channel = None,
) -> None:
    """Read history back to a day; stopped, it goes on where it was."""
    invoked = asked(context)
    start = start_of(since, "--since")
    end = end_of(until, "--until") if until else None
    if end is not None and end <= start:
        msg = f"--until: {until} lies before --since {since}"
        raise BadUsage(msg)
    settings = checked(invoked)
    chosen = _chosen(invoked, settings, channel)
    _tell(*run(_collect(invoked, settings, chosen, back_to=start, until=end)))


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
    fall_back: bool = True,
    back_to: datetime | None = None,
    until: datetime | None = None,
) -> tuple[list[Visited], MonitorError | None]:
    clock = invoked.clock
    if clock.shifted:
        say(f"note: --now is given; what is fetched is stamped {clock.now().isoformat()}")
    with_accounts = any(entry.source == "telegram" for entry in entries)
    accounts = secrets.accounts() if with_accounts else ()
    shown = Progress(invoked, entries, clock.now(), back_to)
    async with invoked.writing() as database:
        means = Means(
            settings, database, invoked.archive(), clock, secrets.proxy(), accounts,
            invoked.config.parent, shown.on_page, shown.on_posts,
        )  # fmt: skip
        with shown:
            async with sources(means, with_accounts=with_accounts) as asked_by:
                if back_to is None:
                    visited = await asked_by.collect(entries, fall_back=fall_back)
                else:
                    visited = await asked_by.backfill(entries, back_to, until)
                return visited, asked_by.need()


def _tell(visited: list[Visited], need: MonitorError | None) -> None:
    """Print how each visit ended; fail if any channel could not be seen."""
    for visit in visited:
        if visit.outcome == "not_due":
            say(f"@{visit.username}: not due yet")
        elif visit.outcome == "held":
            say(f"@{visit.username}: held: {visit.error}")
        elif visit.outcome == "failed":
            say(f"@{visit.username}: unreachable: {visit.error}")
        else:
            drift = "; a page told us nothing: layout drift, no state changed" * visit.drift
            result(
                f"@{visit.username}\t{visit.state or 'not told'}\t{visit.new_posts} new posts, "
                f"{visit.pages} pages{drift}"
            )
    if need is not None:
        raise need
    failed = [v for v in visited if v.outcome == "failed"]
    held = [v for v in visited if v.outcome == "held"]
    if held:
        msg = (
            f"{len(held)} of {len(visited)} channels must wait, because Telegram asked us to; "
            "`channel-monitor status` shows how long; then run the command again"
        )
        raise Retryable(msg)
    if failed:
        names = ", ".join(f"@{v.username}" for v in failed[:5])
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        msg = (
            f"{len(failed)} of {len(visited)} channels could not be reached ({names}{more}); "
            "nothing was concluded from that; check the network and run the command again"
        )
        raise Retryable(msg)
