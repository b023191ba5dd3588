"""`status`: how things stand, from the store alone."""

from collections.abc import Iterable, Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from monitor.cli.context import Invocation, result_json, run
from monitor.cli.program import app, asked
from monitor.jobs.status import status as how_it_stands
from monitor.log import harmless
from monitor.model import Json
from monitor.pages.lengths import as_count, as_length, as_moment, as_size
from monitor.store.database import sqlite_path

BESIDE, LEAST = 115, 30
"""Columns that a channel takes beside its last error, and what the error has at the least; it is
cut there, `--json` has all of it."""
WIDTH = 160
"""Columns where the output is a file or a pipe, which has no width that words would have to fit."""


@app.command()
def status(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say how things stand: judgement, reports, accounts, waits, requests, channels."""
    invoked = asked(context)
    told = run(_status(invoked))
    if json:
        result_json(told)
        return
    console = Console(soft_wrap=True, markup=False, highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    for name, words in _summary(told):
        console.print(f"{name + ':':<20}{harmless(words)}")
    for title, rows in _tables(told, max(LEAST, console.width - BESIDE)):
        console.print()
        if not rows:
            console.print(f"{title}: none")
            continue
        table = Table(*rows[0], title=title, title_justify="left", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(harmless(cell) for cell in row.values()))
        console.print(table)


async def _status(invoked: Invocation) -> dict[str, Json]:
    path = sqlite_path(invoked.database)
    settings = invoked.settings()
    async with invoked.reading() as database:
        return await how_it_stands(
            database,
            settings,
            invoked.clock.now(),
            reports=invoked.reports(settings),
            evidence=path.with_name(f"{path.stem}-evidence"),
        )


def _summary(told: Mapping[str, Json]) -> Iterable[tuple[str, str]]:
    judged, report = _part(told["judged"]), _part(told["report"])
    totals, sizes = _part(told["totals"]), _part(told["database"])
    yield "as of", as_moment(str(told["at"]))
    behind = f"; facts have come since, posts that wait: {judged['waiting_posts']}"
    yield "last judged", _moment(judged["at"]) + (behind if judged["behind"] else "")
    yield (
        "last weekly report",
        f"{report['week']}, revision {report['revision']}, {report['path']}" if report else "none",
    )
    counted = {
        name: as_count(round(_number(totals[key])), name)
        for name, key in (
            ("post", "posts"), ("channel", "channels_stored"), ("page", "pages"),
            ("finding", "findings"),
        )
    }  # fmt: skip
    kept = "{post} of {channel}, {page} of evidence, {finding}".format(**counted)
    yield "kept", kept
    database, evidence = (as_size(_number(sizes[k])) for k in ("bytes", "evidence_bytes"))
    yield "on the disk", f"database {database}, evidence {evidence}"
    channels = _rows(told["channels"])
    failing, due = (
        sum(bool(c["last_error"]) for c in channels),
        sum(bool(c["due"]) for c in channels),
    )
    yield "watched", f"{as_count(len(channels), 'channel')}; due {due}, last visit failed {failing}"


def _tables(told: Mapping[str, Json], room: int) -> Iterable[tuple[str, list[dict[str, str]]]]:
    yield (
        "accounts",
        [
            {"account": str(a["account"]), "state": str(a["state"]), "at": _moment(a["at"]),
             "detail": str(a["detail"])}
            for a in _rows(told["accounts"])
        ],
    )  # fmt: skip
    yield (
        "floods",
        [
            {"account": str(f["account"]), "method": str(f["method"]),
             "until": _moment(f["until"]), "left": as_length(_number(f["left_s"]))}
            for f in _rows(told["floods"])
        ],
    )  # fmt: skip
    yield "requests", [{k: str(v) for k, v in r.items()} for r in _rows(told["requests"])]
    yield (
        "alerts",
        [
            {
                "target": str(a["target"]),
                **{state: str(a[state]) for state in ("waiting", "failed", "delivered")},
                "last delivered": _moment(a["last_delivered"]),
                "error": _brief(str(a["error"] or ""), room),
            }
            for a in _rows(told["alerts"])
        ],
    )
    yield (
        "duties",
        [
            {
                "duty": str(d["duty"]),
                "done": str(d["done"] or ""),
                "last": _moment(d["last_success"]),
                "errors": str(d["errors"] or ""),
                "last error": _brief(str(d["last_error"] or ""), room),
            }
            for d in _rows(told["duties"])
        ],
    )
    # Those that are in trouble stand first, then those that waited longest.
    ranked = sorted(
        _rows(told["channels"]),
        key=lambda c: (not c["last_error"], c["lag_s"] is not None, -_number(c["lag_s"])),
    )
    yield (
        "channels",
        [
            {
                "channel": str(c["channel"]),
                "source": str(c["source"]),
                "account": str(c["account"] or ""),
                "last seen well": _moment(c["last_success"]),
                "lag": "" if c["lag_s"] is None else as_length(_number(c["lag_s"])),
                "due": "now" if c["due"] else "",
                "errors": str(c["errors"] or ""),
                "last error": _brief(f"{c['error_class']}: {c['last_error']}", room)
                if c["last_error"]
                else "",
            }
            for c in ranked
        ],
    )


def _brief(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _moment(value: Json) -> str:
    return as_moment(value) if isinstance(value, str) else "never"


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _part(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _rows(value: Json) -> list[dict[str, Json]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
