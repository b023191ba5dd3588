"""JSON files as streams of objects: one a line, or one long list. Memory stays flat for both."""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path

from monitor.sources.fields import BadRow
from monitor.sources.files import DAMAGE, MAX_LINE, OVERLONG, Lines, look, open_bytes

Object = dict[str, object]

_PIECE = 1 << 18
_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[\s,]*")
_TOKEN = re.compile(r'[{}\[\],]|"(?>[^"\\]+|\\.)*+("?)', re.DOTALL)


def objects(path: Path) -> Iterator[tuple[int, Object | BadRow]]:
    """Yield each object with the line it starts on; a reason in place of one that is broken.

    Raises:
        BadInput: the file cannot be opened.
    """
    is_list = look(path).removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"[")
    return _of_list(path) if is_list else _of_lines(path)


def _of_lines(path: Path) -> Iterator[tuple[int, Object | BadRow]]:
    lines = Lines(path)
    for line in lines:
        if line is OVERLONG:
            yield lines.number, BadRow(f"the line is longer than {MAX_LINE} bytes")
        elif line and not line.isspace():
            yield lines.number, _parsed(line)
    if lines.damage:
        yield lines.number + 1, BadRow(lines.damage)


def _parsed(text: str) -> Object | BadRow:
    try:
        return _as_object(json.loads(text))
    except RecursionError:
        return BadRow("the JSON is nested too deeply")
    except ValueError as error:
        return BadRow(f"is not JSON: {_reason(error)}")


def _as_object(value: object) -> Object | BadRow:
    return value if isinstance(value, dict) else BadRow("is JSON, but not an object")


def _reason(error: ValueError) -> str:
    # Other ValueErrors are of numbers with thousands of digits, and name Python's settings.
    return error.msg if isinstance(error, json.JSONDecodeError) else "a number is too long"


class _Window:
    """The part of a long text that is being read; what lies before `at` is let go."""

    def __init__(self, path: Path) -> None:
        self.text = ""
        self.at = 0
        self.line = 1
        self.ended = False
        self.damage: str | None = None
        self._file = open_bytes(path)
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode

    def close(self) -> None:
        self._file.close()

    def go(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to

    def fill(self) -> None:
        try:
            piece = self._file.read(_PIECE)
        except DAMAGE as error:
            piece, self.damage = b"", str(error) or type(error).__name__
        self.ended = not piece
        self.text = self.text[self.at :] + self._decode(piece, self.ended)
        self.at = 0

    def give_up(self, why: str) -> None:
        self.text, self.at, self.ended, self.damage = "", 0, True, why

    def skip_blank(self) -> str:
        """Move to the next character that is neither blank nor a comma; empty at the end."""
        while True:
            blank = _BLANK.match(self.text, self.at)
            self.go(blank.end() if blank else self.at)
            if self.at < len(self.text) or self.ended:
                return self.text[self.at : self.at + 1]
            self.fill()


def _of_list(path: Path) -> Iterator[tuple[int, Object | BadRow]]:
    window = _Window(path)
    try:
        window.skip_blank()
        window.go(window.at + 1)  # the opening bracket
        while (first := window.skip_blank()) != "]":
            if not first:
                why = f" ({window.damage})" if window.damage else ""
                yield window.line, BadRow(f"the list is torn here{why}; the rest is lost")
                return
            line = window.line
            value = _next(window)
            if value is not None:
                yield line, value
    finally:
        window.close()


def _next(window: _Window) -> Object | BadRow | None:
    """Read the item at the window's start, or say why it is none; None at a torn end."""
    while True:
        try:
            value, end = _DECODER.raw_decode(window.text, window.at)
            # A number may go on beyond the window; an object or a string cannot.
            if end < len(window.text) or window.ended:
                window.go(end)
                return _as_object(value)
            failed: BadRow | None = None
        except RecursionError:
            failed = BadRow("the JSON is nested too deeply")
        except ValueError as error:
            failed = BadRow(f"is not JSON: {_reason(error)}")
        if failed and (stop := _end_of_item(window)) is not None:
            window.go(stop)
            return failed
        if window.ended:
            window.go(len(window.text))
            return None
        if len(window.text) - window.at > MAX_LINE:
            window.give_up(f"an item is longer than {MAX_LINE} characters or never ends")
            return None
        window.fill()


def _end_of_item(window: _Window) -> int | None:
    """Find where a broken item ends: at the comma or bracket outside of it; None if not in sight.

    An item begins with neither, so at least one character is passed and reading always goes on.
    """
    braces = brackets = 0
    for token in _TOKEN.finditer(window.text, window.at):
        mark = token[0]
        if mark[0] == '"':
            if not token[1]:
                return None
        elif mark == "{":
            braces += 1
        elif mark == "[":
            brackets += 1
        elif mark == "}":
            braces = max(0, braces - 1)  # one too many is part of what is broken
        elif not braces and not brackets:
            return token.start()
        elif mark == "]":
            brackets = max(0, brackets - 1)
    return None
