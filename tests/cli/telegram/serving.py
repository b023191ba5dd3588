"""What the tests of this folder share: settings that lead to the server, and what was stored."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.cli.running import Terminal
from tests.telegram_server import TelegramServer

HASH = "0123456789abcdef0123456789abcdef"
PHONE = "+9891234567"
CLOSURE = "این کانال از امروز فعالیت نمی‌کند. ما را در سروش دنبال کنید: https://splus.ir/farsna"
START = datetime(2026, 9, 1, tzinfo=UTC)


def configure(
    terminal: Terminal, server: TelegramServer, *names: str, more: str = "", pages: str = ""
) -> None:
    channels = "".join(
        f'[[channel]]\nusername = "{n}"\nsource = "telegram"\n' for n in names or ("farsna",)
    )
    (terminal.folder / "channels.toml").write_text(
        f'{channels}[sources.preview]\nbase_url = "{pages or "http://127.0.0.1:9"}"\n'
        'attempts = 1\ntimeout = "1s"\nrequests_per_second = 500\n'
        f'[sources.telegram]\nrequests_per_second = 1000\ntimeout = "2s"\n{more}\n'
        f'[sources.telegram.server]\nhost = "{server.host}"\nport = {server.port}\n'
        f'public_key = """{server.public_key}"""\n'
        # Any free port: several services run at once in tests.
        '[service]\nlisten = "127.0.0.1:0"\n',
        encoding="utf-8",
    )


def rows(terminal: Terminal, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(terminal.folder / "monitor.db")) as raw:
        return raw.execute(query).fetchall()


def stored(terminal: Terminal) -> list[int]:
    """Return the ids of all stored posts; none where there is no database yet."""
    try:
        return [int(str(i)) for (i,) in rows(terminal, "SELECT id FROM post ORDER BY id")]
    except sqlite3.OperationalError:
        return []


def typed(terminal: Terminal, lines: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *words],
        cwd=terminal.folder, env=environment(), input=lines, capture_output=True, text=True,
        timeout=50, check=False,
    )  # fmt: skip


ROOT = Path(__file__).resolve().parents[3]


def environment() -> dict[str, str]:
    """Return this process's, with the sources that are tested in front of what is installed."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


def one(terminal: Terminal, query: str) -> object:
    """Return the one value of a query, None where there is none yet."""
    try:
        return rows(terminal, query)[0][0]
    except (IndexError, sqlite3.OperationalError):
        return None


@contextmanager
def running(terminal: Terminal) -> Iterator[subprocess.Popen[bytes]]:
    with (terminal.folder / "run.err").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run", "--verbose"],
            cwd=terminal.folder, stdout=said, stderr=said, env=environment(),
        )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()
