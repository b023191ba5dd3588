"""The command line: parse, call a job, print. Results to standard output, all else to error."""

from monitor.cli.program import main

__all__ = ["main"]
