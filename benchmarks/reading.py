"""Read a channel's history by the command line, beside bare Telethon reading it into nothing.

`python -m benchmarks.reading [POSTS]`; both speak to the same MTProto server of the tests, in a
process of its own on loopback, one after the other, three times.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import data

ROUNDS = 3
_BARE = """
import asyncio, sys
from telethon import TelegramClient
from telethon.tl.types import InputPeerChannel
from monitor.sources.telegram.session import install_key
from pathlib import Path
install_key(sys.argv[2], Path())
async def main():
    async with TelegramClient(sys.argv[1], 12345, "0" * 32) as client:
        peer = await client.get_input_entity("composed")
        count = 0
        async for message in client.iter_messages(peer, reverse=True, wait_time=0):
            count += 1
        print(count)
asyncio.run(main())
"""


def timed(words: list[str], folder: Path) -> tuple[float, str]:
    """Run a process to its end. Returns its seconds, start included, and what it printed.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    environment = os.environ | {
        "PYTHONPATH": str(data.ROOT), "MONITOR_API_ID": "12345", "MONITOR_API_HASH": "0" * 32,
        "MONITOR_SESSION": str(folder / "private" / "ours.session"),
    }  # fmt: skip
    start = time.perf_counter()
    done = subprocess.run(
        words, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return time.perf_counter() - start, done.stdout


def serve(folder: Path, posts: int) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Start the server with a channel of so many posts."""
    session = folder / "private" / "ours.session"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.telegram_server", "--session", session,
         "--posts", str(posts)],
        cwd=data.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None  # noqa: S101 - it was asked for
    where = json.loads(server.stdout.readline())
    bare = session.with_name("bare.session")
    bare.write_bytes(session.read_bytes())
    return server, where


def main() -> None:
    """Write Markdown to standard output."""
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        server, where = serve(folder, posts)
        try:
            (folder / "channels.toml").write_text(
                '[[channel]]\nusername = "composed"\nsource = "telegram"\n'
                "[sources.telegram]\nrequests_per_second = 1000\n[sources.telegram.server]\n"
                + "".join(f"{k} = {json.dumps(v)}\n" for k, v in where.items())
            )
            for _ in range(ROUNDS):
                words = [sys.executable, "-c", _BARE, "private/bare", where["public_key"]]
                seconds, said = timed(words, folder)
                if int(said) != posts:
                    raise RuntimeError(f"bare Telethon read {said}")
                bare.append(seconds)
                words = [sys.executable, "-m", "monitor", "backfill", "--since", "2000-01-01"]
                seconds, _ = timed(words, folder)
                ours.append(seconds)
                (folder / "monitor.db").unlink()
        finally:
            server.communicate("")
    one, other = statistics.median(ours), statistics.median(bare)
    print("\n## Reading history through an account\n")
    print(
        f"{posts:,} composed posts over MTProto on loopback, as whole processes, start included;"
        f" median of {ROUNDS}. Bare is `iter_messages(wait_time=0)` into nothing; ours stores"
        " posts, evidence and state. The goal is 0.7 of its speed.\n"
    )
    print("| reader | s | posts/s | of bare |\n|---|--:|--:|--:|")
    print(f"| bare Telethon | {other:.1f} | {posts / other:,.0f} | 1.00 |")
    print(f"| channel-monitor backfill | {one:.1f} | {posts / one:,.0f} | {other / one:.2f} |")


if __name__ == "__main__":
    main()
