"""`detect`, `findings`, `cases`, `classify`, `evaluate`: conclusions from facts."""

import gzip
import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from monitor.cli.context import (
    Invocation,
    end_of,
    result,
    result_json,
    run,
    say,
    start_of,
)
from monitor.cli.context import (
    as_json as json_of,
)
from monitor.cli.program import app, asked
from monitor.cli.reviewing import HOW, as_task, decided, uncertainty, waits
from monitor.errors import BadInput, BadUsage, MonitorError
from monitor.jobs import classifying, judging, meaning
from monitor.log import harmless
from monitor.model import Json, Kind

Channel = Annotated[str | None, typer.Option("--channel", help="Only this username.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for machines.")]
Lines = Annotated[str, typer.Argument(help="A file of JSON lines (.gz is read), or - for input.")]
AskedForMeaning = Annotated[
    bool,
    typer.Option("--semantic", help="Ask a model of meaning too; needs the extra semantic."),
]

WIDE = 160
"""Columns of a terminal from which on `cases` has room for what would change a state."""


@app.command()
def detect(context: typer.Context) -> None:
    """Judge all facts anew: findings and cases."""
    invoked = asked(context)
    run(_detect(invoked))


async def _detect(invoked: Invocation) -> None:
    from monitor.jobs.publishing import publish  # noqa: PLC0415 - `classify` needs no templates

    settings = invoked.settings()
    async with invoked.writing() as database:
        judgement = await judging.detect(
            database, settings, invoked.clock.now(), asked_for_now=invoked.now is not None
        )
    folder = invoked.reports(settings)
    # Where nobody keeps reports, none are begun.
    if folder.is_dir():
        try:
            publish(judgement, folder, settings.report.language)
        except MonitorError as error:
            say(f"note: the findings are kept, but not their front page: {error}")
    result(f"{len(judgement.findings)} findings, {len(judgement.views)} cases")


@app.command()
def findings(
    context: typer.Context,
    as_json: AsJson = False,
    review: Annotated[
        bool,
        typer.Option("--review", help="Only what waits for a decision, the least certain first."),
    ] = False,
    channel: Channel = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    since: Annotated[str | None, typer.Option(help="The first day, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="The last day, included, UTC.")] = None,
) -> None:
    """List what was concluded, oldest first."""
    if kind is not None and kind not in set(Kind):
        msg = f"--kind: {kind!r} is no kind of finding; take one of {', '.join(Kind)}"
        raise BadUsage(msg)
    start = start_of(since, "--since") if since else None
    end = end_of(until, "--until") if until else None
    if start is not None and end is not None and end <= start:
        msg = f"--until: {until} lies before --since {since}"
        raise BadUsage(msg)
    found, _ = _concluded(asked(context))
    chosen = [
        f
        for f in found
        if (channel is None or _is(f["channel"], channel))
        and (kind is None or f["kind"] == kind)
        and (not review or waits(f))
        and (start is None or datetime.fromisoformat(str(f["at"])) >= start)
        and (end is None or datetime.fromisoformat(str(f["at"])) < end)
    ]
    if review:
        chosen.sort(key=uncertainty)
    if as_json:
        result_json(chosen)
        return
    if review:
        result(*as_task(chosen))
        say(f"{len(chosen)} findings wait; {HOW}" if chosen else "nothing waits for review")
        return
    for f in chosen:
        result(
            f"{f['at']}  {f['kind']:<20} {_number(f['confidence']):.2f}  {f['summary']}"
            f"  [{f['id']}]"
        )
        for evidence in _list(f["evidence"])[:1]:
            quote = " ".join(str(evidence.get("quote") or "").split())[:160]
            result(f"    {evidence.get('url') or ''}  {quote}".rstrip())
        result(*decided(f))
    say(f"{len(chosen)} findings")


@app.command()
def cases(
    context: typer.Context,
    as_json: AsJson = False,
    channel: Channel = None,
) -> None:
    """List where each channel stands."""
    _, found = _concluded(asked(context))
    chosen = [c for c in found if channel is None or _is(c["channel"], channel)]
    if as_json:
        result_json(chosen)
        return
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 400  # a file or a pipe has no width that words would have to fit
    wide = console.width >= WIDE
    head = ["channel", "state", "since", "availability", "elsewhere", "why"]
    table = Table(*head, *["would change"] * wide, box=None)
    for case in chosen:
        elsewhere = ", ".join(
            f"{d.get('platform')}:{d.get('handle')}" for d in _list(case["destinations"])
        )
        table.add_row(
            *(harmless(str(x or "-")) for x in (
                case["channel"], case["state"], str(case["since"] or "-")[:10],
                case["availability"], elsewhere, case["why"],
                *["; ".join(_texts(case.get("would_change")))] * wide,
            ))
        )  # fmt: skip
    console.print(table)
    for case in chosen if channel is not None else []:
        for name in _texts(case.get("because")):
            result(f"because of finding {name}")
        for change in _texts(case.get("would_change")):
            result(f"would be {change}")


@app.command()
def classify(context: typer.Context, file: Lines = "-", semantic: AskedForMeaning = False) -> None:
    """Say what each post says about its channel's place, and why; JSON lines in and out."""
    del context  # needs neither database nor configuration
    encoder = meaning.encoder() if semantic else None
    bad = 0
    with _opened(file) as lines:
        for line in classifying.classify(lines, encoder):
            bad += line.verdict is None
            result(json_of(line.as_form()))
    if bad:
        msg = f"{bad} lines could not be read; each is answered with its error"
        raise BadInput(msg)


@app.command()
def evaluate(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A labelled file of JSON lines, or -.")],
    as_json: AsJson = False,
    semantic: AskedForMeaning = False,
) -> None:
    """Score `classify` on a labelled file: precision, recall and F1 of each label."""
    del context
    encoder = meaning.encoder() if semantic else None
    with _opened(file) as lines:
        scores, missed, bad = classifying.evaluate(lines, encoder)
    if not scores.total and not bad:
        msg = f"{file}: holds no labelled line; there is nothing to score"
        raise BadInput(msg)
    if as_json:
        result_json(
            scores.as_json()
            | {
                "missed": [
                    {
                        "id": m.id,
                        "gold": str(m.gold),
                        "predicted": str(m.verdict and m.verdict.label),
                    }
                    for m in missed
                ]
            }
        )
    else:
        result(scores.as_text())
        for m in missed:
            if m.verdict is not None:
                result(f"missed {m.id}: {m.gold} taken for {m.verdict.label} ({m.verdict.rule})")
    if bad:
        for line in bad[:20]:
            say(f"{file}: line {line.number}: {line.error or 'has no label of ours'}")
        msg = f"{file}: {len(bad)} lines were not scored; mend them"
        raise BadInput(msg)


def _concluded(invoked: Invocation) -> tuple[list[dict[str, Json]], list[dict[str, Json]]]:
    found, known, at = run(_read(invoked))
    if not invoked.quiet:
        say(f"as of {at.isoformat()}")
    return found, known


async def _read(
    invoked: Invocation,
) -> tuple[list[dict[str, Json]], list[dict[str, Json]], datetime]:
    async with invoked.reading() as database:
        return await judging.concluded(
            database,
            invoked.settings(),
            invoked.clock.now(),
            asked_for_now=invoked.now is not None,
        )


@contextmanager
def _opened(file: str) -> Iterator[Iterator[str]]:
    """Open a file of lines; bytes that are no UTF-8 become U+FFFD and are judged as they are."""
    if file == "-":
        yield io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="replace")
        return
    path = Path(file)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as raw:
            yield io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace")
    except BrokenPipeError:
        raise  # whoever read our results has gone; the file is not to blame
    except FileNotFoundError as error:
        msg = f"{path}: there is no such file"
        raise BadInput(msg) from error
    except (OSError, EOFError) as error:
        msg = f"{path}: cannot be read: {error}"
        raise BadInput(msg) from error


def _is(name: Json, wanted: str) -> bool:
    return isinstance(name, str) and name.casefold() == wanted.removeprefix("@").casefold()


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _texts(value: Json) -> list[str]:
    return [str(x) for x in value] if isinstance(value, list) else []


def _list(value: Json) -> list[Mapping[str, Json]]:
    return [x for x in value if isinstance(x, dict)] if isinstance(value, list) else []
