"""Rows of a table in; files of one format out, a row at a time, so that memory stays flat.

Parquet is written by DuckDB from JSON lines, one file a week and without a network. CSV is for
spreadsheets: what they would run as formulas is disarmed. All three can be read back.
"""

import csv
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Protocol

import duckdb

from monitor.clock import iso_week_of
from monitor.errors import MonitorError
from monitor.report.exported import Column, Form, Table
from monitor.report.tables import disarmed

Row = Mapping[str, Any]

FORMATS = ("parquet", "csv", "jsonl")

MEMORY = "256MB"
"""What DuckDB may take: twice the largest row group of posts of 1 kB. Uncalibrated."""
ROW_GROUP = 50_000
"""Rows that are packed together; posts of a week seldom are more. Uncalibrated."""
OPEN = 64
"""Weeks written to at once; a channel's posts come in order, so that few change. Uncalibrated."""
_OBJECT = 16_777_216
"""Bytes of one row that DuckDB reads by itself (its `maximum_object_size`)."""

_TYPES: Mapping[Form, str] = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
    "time": "BIGINT",
    "texts": "VARCHAR[]",
    "ints": "BIGINT[]",
    "links": "STRUCT(url VARCHAR, shown VARCHAR, words VARCHAR)[]",
    "cited": "STRUCT(post_id BIGINT, url VARCHAR, quote VARCHAR, sha256 VARCHAR)[]",
    "json": "VARCHAR",
}
"""How DuckDB reads each form; a `time` becomes a TIMESTAMP WITH TIME ZONE after that."""


class Writer(Protocol):
    """Takes the rows of one table."""

    def add(self, row: Row) -> None:
        """Write one more row; columns that the table does not have are passed over."""
        ...

    def close(self) -> None:
        """Finish the files."""
        ...

    def abandon(self) -> None:
        """Let go of the files as they are; they are thrown away."""
        ...


def open_writer(kind: str, table: Table, folder: Path, scratch: Path) -> Writer:
    """Open what writes a table into a folder; `scratch` is for what is thrown away again.

    Raises:
        KeyError: the format is unknown.
    """
    makers: dict[str, Callable[[], Writer]] = {
        "jsonl": lambda: Lines(table, folder / f"{table.name}.jsonl"),
        "csv": lambda: Cells(table, folder / f"{table.name}.csv"),
        "parquet": lambda: Weeks(table, folder / table.name, scratch / table.name),
    }
    return makers[kind]()


@lru_cache(8192)
def _moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class _Shape:
    """What of a table's rows has to be changed before JSON can hold it, looked up once."""

    def __init__(self, table: Table) -> None:
        self.names = tuple(column.name for column in table.columns)
        self._changed: list[tuple[str, Callable[[Any], Any]]] = [
            (column.name, _moment if column.form == "time" else bool)
            for column in table.columns
            if column.form in {"time", "bool"}
        ]

    def plain(self, row: Row) -> dict[str, Any]:
        """Return a row's columns as JSON lines hold them."""
        told = {name: row.get(name) for name in self.names}
        for name, change in self._changed:
            if (value := told[name]) is not None:
                told[name] = change(value)
        return told


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _json(value: object) -> str:
    """Write JSON on one line; what UTF-8 cannot hold is escaped."""
    text = _ENCODER.encode(value)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


class Lines:
    """JSON lines: one object a row, lists and objects as such."""

    def __init__(self, table: Table, path: Path) -> None:
        self._shape = _Shape(table)
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def add(self, row: Row) -> None:
        """Write one row."""
        self._file.write(f"{_json(self._shape.plain(row))}\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    abandon = close


class Cells:
    """CSV (RFC 4180) with a header row; lists and objects as JSON in a cell."""

    def __init__(self, table: Table, path: Path) -> None:
        self._shape = _Shape(table)
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow(self._shape.names)

    def add(self, row: Row) -> None:
        """Write one row."""
        self._writer.writerow([_cell(value) for value in self._shape.plain(row).values()])

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    abandon = close


def _cell(plain: object) -> object:
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, list | dict):
        plain = _json(plain)
    # An apostrophe of their own is doubled, so that taking one off gives back what was there.
    return f"'{plain}" if isinstance(plain, str) and plain.startswith("'") else disarmed(plain)


class Weeks:
    """Parquet in Hive layout, `year=2018/week=16/part-0.parquet`, or one file without a time."""

    def __init__(self, table: Table, folder: Path, scratch: Path) -> None:
        self._table = table
        self._folder = folder
        self._scratch = scratch
        self._open: OrderedDict[str, IO[str]] = OrderedDict()
        self._longest = 0
        folder.mkdir()
        scratch.mkdir()

    def add(self, row: Row) -> None:
        """Set one row aside with those of its week."""
        told = {c.name: self._staged(c, row.get(c.name)) for c in self._table.columns}
        line = f"{_json(told)}\n"
        self._longest = max(self._longest, 4 * len(line))
        self._of(row[self._table.by] if self._table.by else None).write(line)

    @staticmethod
    def _staged(column: Column, value: Any) -> Any:  # noqa: ANN401 - any column's value
        if value is None:
            return None
        if column.form == "json":
            return _json(value)
        return bool(value) if column.form == "bool" else value

    def _of(self, seconds: int | None) -> IO[str]:
        name = "all" if seconds is None else iso_week_of(seconds)
        file = self._open.pop(name, None)
        if file is None:
            if len(self._open) >= OPEN:
                self._open.popitem(last=False)[1].close()
            file = (self._scratch / f"{name}.jsonl").open("a", encoding="utf-8", newline="\n")
        self._open[name] = file
        return file

    def close(self) -> None:
        """Pack every week.

        Raises:
            MonitorError: DuckDB could not, for want of memory or room.
        """
        self.abandon()
        try:
            # Nothing is loaded from outside: there may be no network, or a hostile one.
            with duckdb.connect(
                config={
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "memory_limit": MEMORY,
                    "threads": 1,
                    "temp_directory": str(self._scratch),
                }
            ) as packer:
                packer.execute("SET enable_progress_bar = false")
                for staged in sorted(self._scratch.glob("*.jsonl")):
                    self._pack(packer, staged)
                    staged.unlink()
        except duckdb.Error as error:
            raise MonitorError(
                f"{self._table.name} cannot be written as Parquet: {error}; make room, or take "
                "--format jsonl"
            ) from error

    def abandon(self) -> None:
        """Close what was set aside."""
        for file in self._open.values():
            file.close()

    def _pack(self, packer: duckdb.DuckDBPyConnection, staged: Path) -> None:
        target = self._folder
        if self._table.by:
            year, week = staged.stem.split("-W")
            target = target / f"year={int(year)}" / f"week={int(week)}"
            target.mkdir(parents=True)
        columns = self._table.columns
        read = ", ".join(f"{_text(c.name)}: {_text(_TYPES[c.form])}" for c in columns)
        shown = ", ".join(
            f'to_timestamp("{c.name}") AS "{c.name}"' if c.form == "time" else f'"{c.name}"'
            for c in columns
        )
        packer.execute(
            f"COPY (SELECT {shown} FROM read_json({_text(str(staged))}, columns={{{read}}}, "  # noqa: S608 - our own names, quoted
            "format='newline_delimited', compression='uncompressed', "
            f"maximum_object_size={max(_OBJECT, self._longest)})) "
            f"TO {_text(str(target / 'part-0.parquet'))} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )


def _text(value: str) -> str:
    """Quote a text for SQL: paths may hold apostrophes."""
    return "'" + value.replace("'", "''") + "'"
