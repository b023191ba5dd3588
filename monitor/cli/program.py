"""The program: its global options, its commands, and how it ends."""

import gc
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Annotated, cast

import typer

from monitor import __version__, log, secrets
from monitor.cli.context import Invocation, invocation, say, with_globals_first
from monitor.errors import MonitorError

app = typer.Typer(
    name="channel-monitor",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Watch official Telegram channels: who announces to leave, who does, and where to.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"channel-monitor {__version__}")
        raise typer.Exit


@app.callback()
def _globals(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="The configuration file.", show_default="channels.toml")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="Where facts are kept; also MONITOR_DATABASE.",
            show_default="sqlite:///./monitor.db",
        ),
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="Take this ISO time, with its zone, as the present.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say only what went wrong.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say everything.")] = False,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    log.configure(quiet=quiet, verbose=verbose)
    made = invocation(config, database, now, quiet=quiet, verbose=verbose)
    context.obj = made.named(context.invoked_subcommand or "")


def asked(context: typer.Context) -> Invocation:
    """Return the global options of the command that is running."""
    return cast("Invocation", context.obj)


COMMANDS = {
    "reporting": ("report", "demo"),
    "collecting": ("check", "collect", "backfill", "migrate"),
    "login": ("login",),
    "importing": ("import",),
    "judging": ("detect", "findings", "cases", "classify", "evaluate"),
    "reviewing": ("review",),
    "service": ("run",),
    "standing": ("status",),
    "serving": ("serve",),
    "alerting": ("test-alert",),
    "doctor": ("doctor",),
    "maintaining": ("backup", "vacuum"),
    "exporting": ("export",),
}
"""The modules of this folder, and the commands that importing each of them registers."""


def _register(arguments: Sequence[str]) -> None:
    """Import the module of the command that is asked for, or all where none is named.

    All of them take most of a second. A word that only looks like a command costs its module.
    """
    named = [m for m, commands in COMMANDS.items() if not set(commands).isdisjoint(arguments)]
    for module in named or COMMANDS:
        import_module(f"monitor.cli.{module}")
    if not gc.get_freeze_count():
        # What was imported stays: looked through by each collection and again at the end, it
        # costs a fifth of a second at the least. A batch of posts is some ten thousand objects.
        gc.freeze()
        gc.set_threshold(10_000, 10, 10)


def run_program() -> None:
    """Run the program; never returns. Exit codes: see errors.py."""
    arguments = with_globals_first(sys.argv[1:])
    _register(arguments)
    # Broken secrets are said by the command that needs them.
    with suppress(MonitorError):
        log.hide(secrets.values())
    log.take_over("telethon")
    verbose = "--verbose" in arguments
    try:
        # A wrong usage ends here with exit code 2, said by typer itself.
        app(args=arguments, prog_name="channel-monitor")
        code = 0  # pragma: no cover - typer always leaves by SystemExit
    except MonitorError as error:
        if verbose:
            say(log.redacted(traceback.format_exc()))
        say(log.redacted(f"error: {error}"))
        code = error.exit_code
    except OSError as error:
        if verbose:
            say(log.redacted(traceback.format_exc()))
        say(log.redacted(f"error: {error}; check the file, its folder and the disk"))
        code = 1
    except Exception as error:  # noqa: BLE001 - the last net: say what happened, never a traceback
        if verbose:
            say(log.redacted(traceback.format_exc()))
        say(
            log.redacted(
                f"error: a fault of this program: {type(error).__name__}: {error}; please report "
                "it, with what --verbose prints"
            )
        )
        code = 1
    sys.exit(code)
