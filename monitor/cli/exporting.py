"""`export`: everything that is kept, as tables for other tools."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Invocation, end_of, result, run, say, start_of
from monitor.cli.program import app, asked
from monitor.errors import BadUsage

if TYPE_CHECKING:
    from monitor.jobs.exporting import Exported, Wanted

FORMATS = ("parquet", "csv", "jsonl")


@app.command()
def export(
    context: typer.Context,
    kind: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")],
    out: Annotated[Path, typer.Option(help="The folder to write into.")],
    channel: Annotated[str | None, typer.Option("--channel", help="Only this username.")] = None,
    since: Annotated[str | None, typer.Option(help="The first day, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="The last day, included, UTC.")] = None,
) -> None:
    """Write observations and findings as tables: Parquet by week, CSV or JSON lines."""
    from monitor.jobs.exporting import Wanted  # noqa: PLC0415 - DuckDB takes a while to load

    if kind not in FORMATS:
        msg = f"--format: {kind!r}; take one of {', '.join(FORMATS)}"
        raise BadUsage(msg)
    start = start_of(since, "--since") if since else None
    end = end_of(until, "--until") if until else None
    if start is not None and end is not None and end <= start:
        msg = f"--until: {until} lies before --since {since}"
        raise BadUsage(msg)
    invoked = asked(context)
    done = run(_export(invoked, out, Wanted(kind, channel, start, end)))
    for warning in done.warnings:
        say(f"warning: {warning}")
    if not invoked.quiet:
        say(", ".join(f"{count} {name}" for name, count in done.rows.items()))
    result(str(done.manifest))


async def _export(invoked: Invocation, out: Path, wanted: "Wanted") -> "Exported":
    from monitor.jobs.exporting import export as job  # noqa: PLC0415 - as above

    async with invoked.reading() as database:
        return await job(
            database,
            invoked.settings(),
            out,
            wanted,
            now=invoked.clock.now(),
            asked_for_now=invoked.now is not None,
        )
