"""`report` and `demo`: conclusions told."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.context import Invocation, end_of, result, run, say, start_of
from monitor.cli.program import app, asked
from monitor.cli.progress import progress_bar
from monitor.errors import BadUsage
from monitor.jobs.importing import Imported
from monitor.jobs.windows import Window, days, last_week
from monitor.jobs.windows import week as week_of

if TYPE_CHECKING:
    from monitor.report.render import Written

FORMATS = ("html", "pdf", "json", "csv")
LANGUAGES = ("en", "fa", "ru")


@app.command()
def report(
    context: typer.Context,
    week: Annotated[
        str | None, typer.Option(help="An ISO week; without it, the last that ended.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", help="The first day, UTC.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last day, included.")] = None,
    language: Annotated[str | None, typer.Option(help=f"One of {', '.join(LANGUAGES)}.")] = None,
    formats: Annotated[
        str, typer.Option("--format", help=f"Any of {','.join(FORMATS)}, with commas.")
    ] = "html",
    out: Annotated[Path, typer.Option(help="The folder of reports.")] = Path("reports"),
) -> None:
    """Write the trend report of a week, or of a stretch of days."""
    invoked = asked(context)
    window = _window(invoked, week, first, last)
    wanted = [x.strip() for x in formats.split(",") if x.strip()]
    unknown = [x for x in wanted if x not in FORMATS]
    if unknown or not wanted:
        msg = f"--format: {formats!r}; take any of {', '.join(FORMATS)}, with commas between"
        raise BadUsage(msg)
    if language is not None and language not in LANGUAGES:
        msg = f"--language: {language!r}; take one of {', '.join(LANGUAGES)}"
        raise BadUsage(msg)
    written = run(_report(invoked, window, language, wanted, out))
    if written.unchanged:
        say("the same had been written before; nothing was changed")
    elif written.revision > 1:
        say(f"revision {written.revision}:", *(f"  {change}" for change in written.changes))
    result(str(written.path))


def _window(invoked: Invocation, week: str | None, first: str | None, last: str | None) -> Window:
    if week is not None:
        if first or last:
            msg = "--week stands alone: --from and --to name another window"
            raise BadUsage(msg)
        try:
            return week_of(week)
        except ValueError as error:
            msg = f"--week: {error}"
            raise BadUsage(msg) from error
    if first is None and last is None:
        return last_week(invoked.clock.now())
    if first is None or last is None:
        msg = "--from and --to belong together: name the first day and the last"
        raise BadUsage(msg)
    start, end = start_of(first, "--from"), end_of(last, "--to")
    if end <= start:
        msg = f"--to: {last} lies before --from {first}"
        raise BadUsage(msg)
    try:
        return days(start, end)
    except ValueError as error:
        msg = f"--from, --to: {error}"
        raise BadUsage(msg) from error


async def _report(
    invoked: Invocation, window: Window, language: str | None, formats: list[str], out: Path
) -> "Written":
    from monitor.jobs.reporting import report as job  # noqa: PLC0415 - matplotlib takes a second

    settings = invoked.settings()
    async with invoked.reading() as database:
        return await job(
            database,
            settings,
            window,
            now=invoked.clock.now(),
            out=out,
            language=language or settings.report.language,
            formats=formats,
        )


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Where to write it.")] = Path("demo-output"),
) -> None:
    """Replay the bundled reconstructions of Iran 2018 and Russia 2025-26, without a network."""
    from monitor.jobs import demo as job  # noqa: PLC0415 - as above

    invoked = asked(context)
    with progress_bar(quiet=invoked.quiet) as bar:
        task = bar.add_task("replaying", total=None)

        def on_progress(done: Imported) -> None:
            bar.update(task, description=f"{done.pages} pages, {done.new_posts} posts")

        def told(line: str) -> None:
            if not invoked.quiet:
                say(line)

        main_report = run(job.demo(out, say=told, on_progress=on_progress))
    result(str(main_report))
