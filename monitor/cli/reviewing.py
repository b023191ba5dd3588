"""`review`, and how findings that wait for a decision are listed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

import typer

from monitor.cli.context import Invocation, result, run
from monitor.cli.program import app, asked
from monitor.clock import as_rfc3339
from monitor.errors import BadUsage
from monitor.jobs import reviewing
from monitor.model import SURE, Decision, Json

HOW = '`channel-monitor review accept|reject ID --note "why"` decides one'
NOTE = 2000
"""The longest note, in characters: an argument, not a paper. Uncalibrated."""
QUOTE = 300
"""Characters of a quote in a listing; findings hold no more."""

_JOINERS = "\u200c\u200d"
"""Unprintable by name, but Persian is misspelt without them."""

review = typer.Typer(
    help="Decide about an uncertain finding.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(review, name="review")

Id = Annotated[str, typer.Argument(help="The finding's id, or its first digits.", metavar="ID")]
Note = Annotated[str, typer.Option("--note", help="Why; it is kept and shown in reports.")]


@review.command()
def accept(context: typer.Context, finding: Id, note: Note) -> None:
    """Say that a finding is right: it counts as certain."""
    run(_decide(asked(context), finding, Decision.ACCEPTED, note))


@review.command()
def reject(context: typer.Context, finding: Id, note: Note) -> None:
    """Say that a finding is wrong: it stays listed and moves no case."""
    run(_decide(asked(context), finding, Decision.REJECTED, note))


async def _decide(invoked: Invocation, wanted: str, decision: Decision, note: str) -> None:
    said = note.strip()
    if not 0 < len(said) <= NOTE:
        msg = f"--note: {len(said)} characters; say why, in 1 to {NOTE}"
        raise BadUsage(msg)
    async with invoked.writing() as database:
        made = await reviewing.decide(
            database,
            invoked.settings(),
            invoked.clock.now(),
            wanted=wanted,
            decision=decision,
            note=said,
            asked_for_now=invoked.now is not None,
        )
    result(f"{made.finding.id} {made.review.decision}: {plain(made.finding.summary)}")
    if (before := made.replaced) is not None:
        at = as_rfc3339(before.decided_at)
        result(f"    in place of: {before.decision} at {at}, {plain(before.note)}")


def waits(form: Mapping[str, Json]) -> bool:
    """Return whether a finding, in its JSON form, waits for a decision; as `Finding.waits`."""
    details = form["details"]
    marked = isinstance(details, dict) and details.get("review") is True
    return form["review"] is None and (_confidence(form) < SURE or marked)


def uncertainty(form: Mapping[str, Json]) -> tuple[float, str, str]:
    """Return a key that puts the least certain first."""
    return _confidence(form), str(form["at"]), str(form["id"])


def as_task(forms: Iterable[Mapping[str, Json]]) -> Iterator[str]:
    """Write findings with what one needs to decide: quotes, address, rule, what speaks against."""
    for form in forms:
        yield (
            f"{_confidence(form):.2f}  {form['at']}  {form['kind']}  {plain(form['summary'])}"
            f"  [{form['id']}]"
        )
        evidence = form["evidence"]
        shown = [e for e in evidence if isinstance(e, dict)] if isinstance(evidence, list) else []
        for address in dict.fromkeys(str(e["url"]) for e in shown if e.get("url")):
            yield f"    {plain(address)}"
        for quote in dict.fromkeys(plain(e["quote"]) for e in shown if e.get("quote")):
            yield f"    “{quote[:QUOTE]}”"
        details = form["details"]
        against = details.get("against") if isinstance(details, dict) else None
        reasons = ", ".join(plain(r) for r in against) if isinstance(against, list) else ""
        yield f"    rule {plain(form['rule'])}; against it: {reasons or 'nothing is named'}"


def decided(form: Mapping[str, Json]) -> Iterator[str]:
    """Write the decision on a finding, where there is one."""
    made = form["review"]
    if isinstance(made, dict):
        yield f"    {made['decision']} by review at {made['decided_at']}: {plain(made['note'])}"


def plain(text: Json) -> str:
    """Return a text on one line, without what a terminal would obey."""
    return " ".join(
        "".join(c if c.isprintable() or c in _JOINERS else " " for c in str(text)).split()
    )


def _confidence(form: Mapping[str, Json]) -> float:
    value = form["confidence"]
    return float(value) if isinstance(value, int | float) else 0.0
