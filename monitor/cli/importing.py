"""`import`: files into the store."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import Invocation, result, run, say
from monitor.cli.program import app, asked
from monitor.cli.progress import progress_bar
from monitor.errors import BadInput, BadUsage
from monitor.jobs.importing import Imported, Options, import_files
from monitor.jobs.passes import recover
from monitor.sources.items import Skipped

KINDS = ("auto", "telethon", "posts-jsonl", "posts-csv", "counts-csv", "page", "warc")

SHOWN = 50
"""How many bad rows are named one by one before only their number is told."""


@app.command("import")
def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files or folders; .gz is read.")],
    channel: Annotated[
        str | None, typer.Option("--channel", help="The channel of files that name none.")
    ] = None,
    kind: Annotated[str, typer.Option("--as", help=f"One of {', '.join(KINDS)}.")] = "auto",
    strict: Annotated[bool, typer.Option("--strict", help="Fail if anything was skipped.")] = False,
    timezone: Annotated[
        str | None, typer.Option(help="The zone of times that name none, such as Asia/Tehran.")
    ] = None,
) -> None:
    """Read saved pages, web archives, exports and tables; importing twice changes nothing."""
    if kind not in (*KINDS, "telegram-desktop"):
        msg = f"--as: {kind!r} is no kind of file; take one of {', '.join(KINDS)}"
        raise BadUsage(msg)
    invoked = asked(context)
    options = Options(
        kind=kind,
        channel=channel.removeprefix("@") if channel else None,
        timezone=timezone,
        now=invoked.now,
    )
    done = run(_import(invoked, paths, options))
    result(
        f"{done.files} files, {len(done.channels)} channels: "
        f"{done.posts} posts ({done.new_posts} new), {done.counts} counts ({done.new_counts} new), "
        f"{done.pages} pages ({done.new_pages} new), {done.skipped} skipped"
    )
    if strict and done.skipped:
        msg = f"{done.skipped} rows were skipped, and --strict was given; the rest was kept"
        raise BadInput(msg)


async def _import(invoked: Invocation, paths: list[Path], options: Options) -> Imported:
    archive = invoked.archive()
    skipped = 0

    def on_skip(what: Skipped) -> None:
        nonlocal skipped
        # That a whole file is cut short must not drown in its bad rows.
        whole = what.line is None
        skipped += not whole
        if whole or skipped <= SHOWN:
            place = what.file if what.line is None else f"{what.file}: line {what.line}"
            say(f"skipped: {place}: {what.reason}")
        elif skipped == SHOWN + 1:
            say("skipped: more, which are counted only")

    async with invoked.writing() as database:
        await recover(database, archive)
        with progress_bar(quiet=invoked.quiet) as bar:
            task = bar.add_task("importing", total=None)

            def on_progress(done: Imported) -> None:
                words = f"{done.posts} posts, {done.counts} counts, {done.pages} pages"
                bar.update(task, description=words)

            return await import_files(
                database,
                archive,
                paths,
                options=options,
                on_skip=on_skip,
                on_progress=on_progress,
            )
