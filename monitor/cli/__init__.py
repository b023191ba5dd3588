"""The command line: parse, call a job, print. Results to standard output, all else to error."""

import signal
import sys

SERVICE = "run"


def main() -> None:
    """Run the program; never returns. Exit codes: see errors.py.

    Nothing heavy is imported before the signals are seen to: a service manager may stop the
    service in the second that it takes to start, and that is no failure.
    """
    serving = SERVICE in sys.argv[1:]
    if serving:
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    try:
        from monitor.cli.program import run_program  # noqa: PLC0415 - see above

        run_program()
    except KeyboardInterrupt:
        # Before or after the work itself, which says more (`context.run`).
        if not serving:
            print("error: stopped", file=sys.stderr)  # noqa: T201 - a voice of the command line
        sys.exit(0 if serving else 130)


__all__ = ["main"]
