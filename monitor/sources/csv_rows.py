"""CSV files as streams of rows by column name, each with the line it starts on."""

import csv
from collections.abc import Iterator
from pathlib import Path

from monitor.errors import BadInput
from monitor.sources.fields import BadRow
from monitor.sources.files import MAX_LINE, OVERLONG, Lines, named

Row = dict[str, str]


def csv_rows(path: Path) -> tuple[tuple[str, ...], Iterator[tuple[int, Row | BadRow]]]:
    """Return the column names of a comma-separated file, and its rows as they are asked for.

    Raises:
        BadInput: the file cannot be opened, or has no line with column names.
    """
    lines = Lines(path)
    # The reader needs line ends, or it would join the lines of a quoted text.
    # Strict, so that a quotation mark left open does not swallow the rest unsaid.
    reader = csv.reader((f"{line}\n" for line in lines), strict=True)
    try:
        columns = tuple(name.strip() for name in next(reader))
    except (StopIteration, csv.Error) as error:
        why = lines.damage or str(error) or "it is empty"
        raise BadInput(f"{named(path)}: has no line with column names ({why})") from error
    return columns, _rows(reader, lines, columns)


def _rows(
    reader: Iterator[list[str]], lines: Lines, columns: tuple[str, ...]
) -> Iterator[tuple[int, Row | BadRow]]:
    while True:
        line = lines.number + 1
        try:
            values = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            # The reader forgets the broken row and goes on with the next line.
            yield line, BadRow(f"is not CSV ({error}); is a quotation mark left open?")
            continue
        if any(OVERLONG in value for value in values):
            yield line, BadRow(f"the line is longer than {MAX_LINE} bytes")
        elif len(values) == len(columns):
            yield line, dict(zip(columns, values, strict=True))
        elif values:
            yield line, BadRow(f"has {len(values)} values for {len(columns)} columns")
    if lines.damage:
        yield lines.number + 1, BadRow(lines.damage)
