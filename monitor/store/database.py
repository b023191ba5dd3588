"""The open database: one writer, any number of readers, SQLite in write-ahead mode."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable
from contextlib import ExitStack, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from monitor.errors import BadUsage, StoreError
from monitor.store import schema_version
from monitor.store.schema import fact
from monitor.store.writer_lock import Turns, writing

T = TypeVar("T")

_CACHE_KB = 16_000
_CACHE_BY_TURNS_KB = 4_000
"""Of each connection: a service keeps half a dozen open for months, and each fills its own. Chosen
on a soak of 300 channels, 2026-11-25, whose memory grew with the database by 16 MB times that."""


async def finished(work: Awaitable[T]) -> T:
    """Await something to its end; a cancellation that comes meanwhile is raised after it.

    SQLite works on in its thread whoever stops waiting: given up half-way, a transaction stays
    open and nobody else can write.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.cancelled() or task.exception()  # said by the cancellation
        raise cancelled
    return task.result()


def sqlite_path(url: str) -> Path:
    """Return the file of a `sqlite:///` address.

    Raises:
        BadUsage: the address is of another database, or of none.
    """
    for prefix in ("sqlite+aiosqlite:///", "sqlite:///"):
        if url.startswith(prefix) and len(url) > len(prefix):
            name = url.removeprefix(prefix)
            if name == ":memory:":
                break
            return Path(name)
    shown = url.rsplit("@", maxsplit=1)[-1]  # what stands before @ may be a password
    msg = f"{shown!r}: this version stores in SQLite files; write --database sqlite:///./monitor.db"
    raise BadUsage(msg)


class Connection(AsyncConnection):
    """An open transaction; other rooms hand it on and never look inside."""

    async def execute(self, *words: Any, **more: Any) -> sa.CursorResult[Any]:  # type: ignore[explicit-override]  # noqa: ANN401 - SQLAlchemy's own words; typing.override is of Python 3.12
        """Run a statement, as SQLAlchemy's does, to its end."""
        return await finished(super().execute(*words, **more))


class Database:
    """A database file, opened to read or to write.

    Use as an async context manager. Opening to write takes the writer's lock, and makes the
    database when there is none; opening to read needs one that is there. With `by_turns` the
    lock is taken for each transaction instead, however long that waits: other commands may write
    between.
    """

    def __init__(
        self, url: str, *, writes: str | None = None, wait_s: float = 30.0, by_turns: bool = False
    ) -> None:
        """Prepare; `writes` names the command that will write, None opens to read."""
        self.path = sqlite_path(url)
        self._writes = writes
        self._wait_s = wait_s
        self._turns = Turns(self.path, writes) if by_turns and writes is not None else None
        self._held = ExitStack()
        self._engine: AsyncEngine | None = None

    async def __aenter__(self) -> Self:
        """Open; see the class for what is refused."""
        with ExitStack() as opening:
            if self._writes is not None:
                opening.enter_context(writing(self.path, self._writes, wait_s=self._wait_s))
                if schema_version.check(self.path) is None:
                    schema_version.migrate(self.path)
            schema_version.require_current(self.path)
            if self._turns is None:
                self._held = opening.pop_all()
        self._engine = create_async_engine(
            sa.URL.create("sqlite+aiosqlite", database=str(self.path))
        )
        cache_kb = _CACHE_KB if self._turns is None else _CACHE_BY_TURNS_KB
        sa.event.listen(self._engine.sync_engine, "connect", partial(_prepare, cache_kb))
        sa.event.listen(
            self._engine.sync_engine, "begin", _begin_immediate if self._writes else _begin
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close, and let the next writer in."""
        try:
            if self._engine is not None:
                await self._engine.dispose()
        finally:
            self._held.close()

    @property
    def waiting_for(self) -> str | None:
        """Who holds the write lock that a transaction waits for, None while none does."""
        return None if self._turns is None else self._turns.waiting_for

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Connection]:
        """Open a transaction: committed when the block ends, rolled back when it raises.

        Raises:
            StoreError: the disk is full, the file is read-only or damaged.
        """
        turn = nullcontext() if self._turns is None else self._turns.turn()
        async with turn, self._transaction() as connection:
            yield connection

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Connection]:
        """Open a transaction that only reads: it waits for no writer and holds none up.

        Raises:
            StoreError: as `begin`; also where the block tries to write.
        """
        async with self._transaction(reads=True) as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(self, *, reads: bool = False) -> AsyncIterator[Connection]:
        if self._engine is None:
            msg = "the database is not open"
            raise StoreError(msg)
        try:
            connection = Connection(self._engine)
            try:
                await finished(connection.start())
                await connection.execution_options(only_reads=reads)
                await finished(connection.begin().start())
                yield connection
                await finished(connection.commit())
            finally:
                # What was not committed is rolled back; what was never opened cannot be closed.
                if connection.sync_connection is not None:
                    await finished(connection.close())
        except (sa.exc.DatabaseError, sa.exc.TimeoutError) as error:
            cause = getattr(error, "orig", None) or error
            msg = (
                f"the database {self.path} cannot be used: {cause}; nothing of this step was "
                "kept; check disk space and permissions, then run the command again"
            )
            raise StoreError(msg) from error


def _prepare(cache_kb: int, connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy's own begin would be deferred and could fail half-way with "locked".
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA cache_size=-{cache_kb}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: sa.Connection) -> None:
    reads = connection.get_execution_options().get("only_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


async def facts_changed(connection: AsyncConnection) -> None:
    """Count a change of the facts, so that a stored judgement is seen to be old."""
    statement = insert(fact).values(name="version", value=1)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": fact.c.value + 1})
    )
