"""`backup` and `vacuum`: looking after the database and the evidence beside it."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import Invocation, result, run, say
from monitor.cli.program import app, asked
from monitor.jobs import maintaining
from monitor.store.database import sqlite_path
from monitor.store.maintenance import Packed


@app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The new file; nothing is overwritten.")],
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Copy the archive of pages beside it, too.")
    ] = False,
) -> None:
    """Copy the database to a file while it is in use, and verify the copy."""
    invoked = asked(context)
    source, archive = sqlite_path(invoked.database), invoked.archive()
    done = run(maintaining.backup(source, file, archive, evidence=evidence))
    if not invoked.quiet:
        say(
            f"{done.bytes / 1e6:.1f} MB, {done.rows} rows, schema {done.schema}: read back whole; "
            "to restore, see docs/upkeep.md"
        )
        if done.evidence is not None:
            say(f"{done.evidence_bytes / 1e6:.1f} MB of evidence in {done.evidence}")
        elif archive.folder.is_dir():
            say(f"the evidence in {archive.folder} is not in it; --evidence copies it too")
    result(str(done.database))


@app.command()
def vacuum(context: typer.Context) -> None:
    """Let old evidence go as channels.toml says, then rebuild the database without holes."""
    invoked = asked(context)
    packed = run(_vacuum(invoked))
    result(f"{packed.before} bytes before, {packed.after} after")


async def _vacuum(invoked: Invocation) -> Packed:
    settings = invoked.settings()
    path = sqlite_path(invoked.database)
    if settings.retention.evidence is not None and path.exists():
        async with invoked.writing() as database:
            gone = await maintaining.let_go(
                database,
                invoked.archive(),
                older_than=settings.retention.evidence,
                now=invoked.clock.now(),
                reports=invoked.reports(settings),
            )
        for problem in gone.problems:
            say(f"warning: {problem}")
        result(
            f"{gone.bodies} bodies of evidence let go, {gone.bytes} bytes; {gone.cited} of those "
            "months stay because something rests on them"
        )
    return await maintaining.vacuum(path)
