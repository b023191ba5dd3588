"""`doctor`: what is wrong here, and what to do about it."""

from typing import Annotated

import typer

from monitor.cli.context import Invocation, result, result_json, run
from monitor.cli.program import app, asked
from monitor.jobs import doctor as job
from monitor.log import redacted
from monitor.store.database import sqlite_path

_MARKS = {"ok": "ok  ", "warn": "WARN", "fail": "FAIL"}


@app.command()
def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    network: Annotated[
        bool, typer.Option("--network", help="Ask the public pages' server once, too.")
    ] = False,
) -> None:
    """Check everything that is needed, and say what to do about what is wrong."""
    invoked = asked(context)
    checks = run(job.examine(_patient(invoked), network=network))
    if as_json:
        result_json(
            [
                {
                    "name": check.name,
                    "state": check.state,
                    "says": redacted(check.says),
                    "remedy": check.remedy,
                }
                for check in checks
            ]
        )
    else:
        for check in checks:
            result(f"{_MARKS[check.state]}  {check.name}: {redacted(check.says)}")
            if check.remedy:
                result(f"      {check.remedy}")
    if any(check.person for check in checks):
        raise typer.Exit(3)
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(1)


def _patient(invoked: Invocation) -> job.Patient:
    return job.Patient(
        database=invoked.database,
        path=sqlite_path(invoked.database),
        archive=invoked.archive(),
        clock=invoked.clock,
        settings=invoked.settings,
        config=invoked.config,
    )
