"""Structured logs to standard error; results go to standard output and never pass here."""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

_hidden: set[str] = set()
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
# What a terminal obeys instead of showing it: C0 and C1 but tab and newline, and the overrides of
# direction (UAX #9), which show a line in another order than it has.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def hide(values: Iterable[str]) -> None:
    """Keep strings out of everything that is said from now on; very short ones hide nothing."""
    _hidden.update(value for value in values if len(value) > 3)


def redacted(text: str) -> str:
    """Return a text with hidden strings and the credentials of addresses blanked."""
    for value in sorted(_hidden, key=len, reverse=True):
        text = text.replace(value, "***")
    return _CREDENTIALS.sub("***@", text)


def harmless(text: str) -> str:
    """Return a text that others wrote fit for a terminal: nothing in it is a command."""
    return _COMMANDS.sub("\N{REPLACEMENT CHARACTER}", text)


def _without_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank secrets, and the credentials of any address, before a line is written."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = harmless(redacted(value))
    return event


def configure(*, quiet: bool = False, verbose: bool = False, as_json: bool = False) -> None:
    """Set how much is said: warnings only, what happens, or every request; and in which form."""
    level = logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO
    written: list[structlog.typing.Processor] = (
        [
            structlog.processors.TimeStamper("iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)]
    )
    structlog.configure(
        processors=[structlog.processors.add_log_level, _without_secrets, *written],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Passed(logging.Handler):
    """Hands a library's log lines on to ours."""

    def emit(self, record: logging.LogRecord) -> None:  # type: ignore[explicit-override]  # typing.override is of Python 3.12
        """Say one line."""
        level = logging.WARNING if record.levelno >= logging.WARNING else logging.DEBUG
        logger().log(level, record.getMessage(), by=record.name)


def take_over(library: str) -> None:
    """Let a library's logger speak through ours: the same levels, the same blanks."""
    theirs = logging.getLogger(library)
    theirs.handlers = [_Passed()]
    theirs.propagate = False
    theirs.setLevel(logging.DEBUG)


def logger() -> structlog.typing.FilteringBoundLogger:
    """Return the logger that `configure` set up."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return bound
