"""`run`: the background service."""

import asyncio
import signal

import typer

from monitor import secrets
from monitor.cli.collecting import checked
from monitor.cli.context import Invocation, run, say
from monitor.cli.program import app, asked
from monitor.config import Settings
from monitor.errors import MonitorError
from monitor.jobs.passes import Means
from monitor.jobs.watching import Watcher


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
