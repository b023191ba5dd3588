"""Time from a post in a joined channel to its row in the database, under `run`.

`python -m benchmarks.pushing [POSTS]`; the service is a process of its own, the MTProto server
of the tests runs in this one, on loopback. The goal of issue 3 is within a second.
"""

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks import data
from tests.telegram_server import TelegramServer

LONGEST_S = 30.0


def until(seen: sqlite3.Connection, query: str, *values: int) -> float:
    """Wait until a query gives a row that is true. Returns the seconds that took.

    Raises:
        TimeoutError: it took longer than `LONGEST_S`.
    """
    start = time.perf_counter()
    while time.perf_counter() - start < LONGEST_S:
        if (row := seen.execute(query, values).fetchone()) and row[0]:
            return time.perf_counter() - start
        time.sleep(0.001)
    raise TimeoutError(query)


def latencies(folder: Path, posts: int) -> list[float]:
    """Return the seconds from each post to its row; the posts come one after the other."""
    with TelegramServer() as server:
        session = server.authorise(folder / "private" / "ours.session")
        channel = server.add_channel(1001, "Composed", username="composed")
        (folder / "channels.toml").write_text(
            '[[channel]]\nusername = "composed"\nsource = "telegram"\n'
            "[sources.telegram]\njoin = true\n[sources.telegram.server]\n"
            f'host = "{server.host}"\nport = {server.port}\n'
            f'public_key = """{server.public_key}"""\n'
        )
        environment = os.environ | {
            "PYTHONPATH": str(data.ROOT), "MONITOR_API_ID": "12345",
            "MONITOR_API_HASH": "0" * 32, "MONITOR_SESSION": str(session),
        }  # fmt: skip
        words = [sys.executable, "-m", "monitor", "--quiet", "run"]
        service = subprocess.Popen(words, cwd=folder, env=environment)
        try:
            server.wait_until(lambda: channel.members)
            with closing(sqlite3.connect(folder / "monitor.db", isolation_level=None)) as seen:
                until(seen, "SELECT count(*) FROM request_count")
                found = []
                for number in range(posts):
                    post = server.post(channel, f"Composed post {number}")
                    found.append(until(seen, "SELECT count(*) FROM post WHERE id = ?", post))
                return found
        finally:
            service.terminate()
            service.wait(20)


def main() -> None:
    """Write Markdown to standard output."""
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as temporary:
        found = latencies(Path(temporary), posts)
    print("\n## A pushed post\n")
    print(
        f"From the server's sending to the row in the database, {posts} posts one after the"
        f" other under `run`: median {1000 * statistics.median(found):.0f} ms, longest"
        f" {1000 * max(found):.0f} ms. The goal is one second."
    )


if __name__ == "__main__":
    main()
