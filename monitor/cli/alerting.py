"""`test-alert`: whether alerts arrive."""

from typing import Annotated

import typer

from monitor.cli.context import Invocation, result, run
from monitor.cli.program import app, asked
from monitor.jobs import delivering


@app.command("test-alert")
def try_alerts(
    context: typer.Context,
    target: Annotated[str | None, typer.Option("--target", help="Only this target.")] = None,
) -> None:
    """Send a test through every target of channels.toml, and say which took it."""
    if not run(_test(asked(context), target)):
        raise typer.Exit(1)


async def _test(invoked: Invocation, target: str | None) -> bool:
    to = delivering.addresses(invoked.settings(needed=True))
    sent = await delivering.try_out(to, invoked.clock.now(), only=target)
    for one in sent:
        result(f"{one.target}: {'taken' if one.error is None else f'failed: {one.error}'}")
    return all(one.error is None for one in sent)
