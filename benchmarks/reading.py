"""Read a channel's history by the command line, beside bare Telethon reading it into nothing.

`python -m benchmarks.reading [POSTS]`; both speak to the same MTProto server of the tests, in a
process of its own on loopback, one after the other, several times: once with POSTS, once with a
quarter of them, so that the difference shows the speed without start-up.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import data

ROUNDS = 2
COMMANDS = ("--help", "status")
OURS = (sys.executable, "-m", "monitor")
_TRIED = """\
Where ours goes, microseconds of a core for a composed post, each part measured alone on
2026-11-25: Telethon's reading of the answer 13, our words 9, JSON 1.6, rows 2.7, SQLite 5,
packing 1; the rest is SQLAlchemy, the event loop and threads that wait for Python's lock. What
helped: asking `GetHistory` itself, without what `iter_messages` adds to each message; taking only
the parts of a message that a post is made of; 250 rows a statement; a compiled JSON serialiser;
zlib's level 6 for 9; freezing what was imported, and fewer rounds of garbage collection;
importing only what a command needs, and Alembic and HTTP clients only when they are used. What
made no difference beyond this machine's noise: another switch interval, no garbage collection at
all, preparing posts in a thread or not (it stays in one, so that a service answers meanwhile).
Weighed and left: a second process for storing. It could take over rows and SQLite alone, for what
holds Python's lock longest, Telethon's reading and our words, would stay in the first, which
would have to hand every post over. Against Telegram itself the waiting between answers decides,
not this."""
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


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process cost, start included."""

    wall_s: float
    processor_s: float


def timed(words: list[str], folder: Path) -> tuple[Spent, str]:
    """Run a process to its end. Returns what it cost and what it printed.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    environment = os.environ | {
        "PYTHONPATH": str(data.ROOT), "MONITOR_API_ID": "12345", "MONITOR_API_HASH": "0" * 32,
        "MONITOR_SESSION": str(folder / "private" / "ours.session"),
    }  # fmt: skip
    before, start = _processor_s(), time.perf_counter()
    done = subprocess.run(
        words, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return Spent(time.perf_counter() - start, _processor_s() - before), done.stdout


def _processor_s() -> float:
    """Return what the children that ended so far used: the server has not ended yet."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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


def measured(posts: int) -> tuple[list[Spent], list[Spent]]:
    """Read so many posts, bare and ours in turns. Returns what each round of each cost."""
    bare, ours = [], []
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
                spent, said = timed(words, folder)
                if int(said) != posts:
                    raise RuntimeError(f"bare Telethon read {said}")
                bare.append(spent)
                timed([*OURS, "migrate"], folder)
                spent, said = timed([*OURS, "backfill", "--since", "2000-01-01"], folder)
                if f"\t{posts} new posts" not in said:
                    raise RuntimeError(f"ours read {said}")
                ours.append(spent)
                (folder / "monitor.db").unlink()
                shutil.rmtree(folder / "monitor-evidence")
        finally:
            server.communicate("")
    return bare, ours


def started() -> None:
    """Write how long commands take that do next to nothing."""
    with tempfile.TemporaryDirectory() as temporary:
        timed([*OURS, "migrate"], Path(temporary))
        told = []
        for command in COMMANDS:
            rounds = [timed([*OURS, command], Path(temporary))[0] for _ in range(ROUNDS)]
            told.append(f"`{command}` {min(r.wall_s for r in rounds):.2f} s")
    print(f"\nStart to end of commands that do next to nothing: {', '.join(told)}.")


def main() -> None:
    """Write Markdown to standard output."""
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 80_000
    first = posts // 4
    few, many = measured(first), measured(posts)
    print("\n## Reading history through an account\n")
    print(
        f"Composed posts over MTProto on loopback, bare and ours in turns; the least of {ROUNDS}"
        " each. Bare is `iter_messages(wait_time=0)` into nothing; ours stores posts, evidence and"
        " state, in a database that `migrate` made beforehand. *Reading alone* is what the last"
        f" {posts - first:,} posts took, without any start. Processor time leaves the server's out,"
        " and with it bare's waiting for answers. The goal is 0.7 of bare's speed. Load of the"
        f" machine by others at the end, of {os.cpu_count()} cores: {os.getloadavg()[0]:.1f}.\n"
    )
    print("| | bare, s | ours, s | bare, posts/s | ours, posts/s | ours of bare |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, of in (("time", "wall_s"), ("processor time", "processor_s")):
        (bare_few, ours_few), (bare, ours) = (
            [min(getattr(r, of) for r in reader) for reader in readers] for readers in (few, many)
        )
        for label, one, other, count in (
            (f"whole process, {first:,} posts", bare_few, ours_few, first),
            (f"whole process, {posts:,} posts", bare, ours, posts),
            ("reading alone", bare - bare_few, ours - ours_few, posts - first),
        ):
            print(
                f"| {label}: {name} | {one:.2f} | {other:.2f} | {count / one:,.0f} |"
                f" {count / other:,.0f} | {one / other:.2f} |"
            )
    started()
    print(f"\n{_TRIED}")


if __name__ == "__main__":
    main()
