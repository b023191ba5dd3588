"""`status`: how things stand, from the store alone."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from monitor.cli.context import Invocation, result_json, run
from monitor.cli.program import app, asked
from monitor.jobs.status import status as how_it_stands
from monitor.log import harmless


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
