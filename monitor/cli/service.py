"""`run` and `status`: the background service, and how things stand."""

import asyncio
import signal
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from monitor import secrets
from monitor.cli.collecting import checked
from monitor.cli.context import Invocation, result_json, run, say
from monitor.cli.program import app, asked
from monitor.config import Settings
from monitor.errors import MonitorError
from monitor.jobs.passes import Means
from monitor.jobs.status import status as how_it_stands
from monitor.jobs.watching import Watcher
from monitor.log import harmless


@app.command("run")
def run_service(context: typer.Context) -> None:
    """Watch all channels until stopped: the background service."""
    invoked = asked(context)
    settings = checked(invoked)
    need = run(_watch(invoked, settings))
    if need is not None:
        raise need


async def _watch(invoked: Invocation, settings: Settings) -> MonitorError | None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with_accounts = any(entry.source == "telegram" for entry in settings.channel)
    async with invoked.writing() as database:
        means = Means(
            settings, database, invoked.archive(), invoked.clock, secrets.proxy(),
            secrets.accounts() if with_accounts else (), invoked.config.parent,
        )  # fmt: skip
        tell = (lambda _line: None) if invoked.quiet else say
        return await Watcher(means, tell).watch(stop)


@app.command()
def status(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say how things stand: accounts, waits that Telegram asked for, requests, channels."""
    invoked = asked(context)
    told = run(_status(invoked))
    if json:
        result_json(told)
        return
    console = Console(soft_wrap=True, markup=False)
    for title, rows in told.items():
        if not isinstance(rows, list):
            continue
        if not rows:
            console.print(f"{title}: none")
            continue
        table = Table(title=title, title_justify="left", box=None)
        columns = list(rows[0]) if isinstance(rows[0], dict) else []
        for column in columns:
            table.add_column(column)
        for row in rows:
            if isinstance(row, dict):
                table.add_row(*("" if row[c] is None else harmless(str(row[c])) for c in columns))
        console.print(table)


async def _status(invoked: Invocation) -> dict[str, object]:
    async with invoked.reading() as database:
        settings = invoked.settings()
        return dict(await how_it_stands(database, settings, invoked.clock.now()))
