"""Nothing that we do beside an open database takes its locks away.

POSIX drops all of a process's locks on a file when it closes any descriptor of that file
(sqlite.org/howtocorrupt.html, 2.2). Another process then takes itself for the last one, and removes
the write-ahead log under the service's feet.
"""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.store import channels
from monitor.store.database import Database

pytestmark = pytest.mark.asyncio

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = """
import sqlite3, sys
raw = sqlite3.connect(sys.argv[1])
print(raw.execute("SELECT count(*) FROM channel").fetchone()[0])
raw.close()
"""


def seen_by_another(path: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-c", COUNT, path], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


async def test_a_page_that_is_shown_meanwhile_loses_nothing_that_is_written_after(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/m.db"
    async with Database(url, writes="channel-monitor run", by_turns=True) as service:
        async with service.begin() as connection:
            await channels.resolve(connection, "composed_office", at=NOW)
        async with Database(url):  # as every page, status and metric does, in this process
            pass
        assert seen_by_another(service.path) == 1
        assert service.path.with_name("m.db-wal").exists(), "it belongs to who is still writing"
        async with service.begin() as connection:
            await channels.resolve(connection, "composed_other_office", at=NOW)
        assert seen_by_another(service.path) == 2
    assert seen_by_another(service.path) == 2
