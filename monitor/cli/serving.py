"""`serve`: the local pages, over a database that is only read."""

import asyncio
import signal
import sys
from typing import Annotated

import typer

from monitor.cli.context import Invocation, result, run, say
from monitor.cli.program import app, asked
from monitor.jobs.showing import Subject, pages
from monitor.pages.guarding import is_loopback
from monitor.store.database import sqlite_path


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The port; 0 takes any that is free.")
    ] = 8080,
) -> None:
    """Serve the local pages until stopped: reports, status, cases, feed, metrics."""
    run(_serve(asked(context), host, port))


async def _serve(invoked: Invocation, host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    settings = invoked.settings()
    path = sqlite_path(invoked.database)
    subject = Subject(
        database=invoked.database,
        settings=lambda: settings,
        clock=invoked.clock,
        evidence=path.with_name(f"{path.stem}-evidence"),
        reports=invoked.reports(settings),
    )
    if not is_loopback(host):
        say(
            f"warning: {host} can be reached from other machines; these pages have no password: "
            "put a server with one in front of them, or listen on 127.0.0.1"
        )
    async with pages(subject, host, port) as address:
        if not invoked.quiet:
            say("serving; stop with Ctrl-C or SIGTERM")
        result(address)
        sys.stdout.flush()  # whoever started us reads it while we run
        await stop.wait()
