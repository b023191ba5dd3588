"""Structured logs to standard error; results go to standard output and never pass here."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def _without_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank the credentials of any address, such as a proxy's, before a line is written."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _CREDENTIALS.sub("***@", value)
    return event


def configure(*, quiet: bool = False, verbose: bool = False) -> None:
    """Set how much is said: warnings only, what happens, or every request."""
    level = logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _without_secrets,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger() -> structlog.typing.FilteringBoundLogger:
    """Return the logger that `configure` set up."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return bound
