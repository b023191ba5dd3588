"""Detect over many channels: the first time, with nothing new, and after one new day.

`python -m benchmarks.detecting [CHANNELS [DAYS]]`; posts are composed, ten a channel and day.
"""

import asyncio
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from benchmarks import composed_channels as composed
from benchmarks.importing import Run, run
from monitor.model import Availability, Count, Interval, Probe, Profile
from monitor.store import channels, evidence, observations, posts
from monitor.store.database import Database, facts_changed

CHANNELS, DAYS = 1000, 100
URL = "sqlite:///./monitor.db"


async def fill(folder: Path, count: int, days: range) -> None:
    """Store posts, and a daily count and probe of each channel, as if collected on those days."""
    async with Database(f"sqlite:///{folder / 'monitor.db'}", writes="benchmark") as database:
        for channel in composed.channels(count):
            async with database.begin() as connection:
                start = composed.START
                key = await channels.resolve(connection, channel.username, channel.number + 1)
                proof = await evidence.add(
                    connection, sha256=f"{channel.number:064}", source="benchmark", at=start
                )
                given = [(post, post.at) for post in channel.posts(days)]
                await posts.write(connection, key, given, proof)
                for day in days:
                    at = start + timedelta(days=day + 1)
                    members = Interval(20_000 + day, 20_000 + day)
                    await observations.add_counts(connection, key, [Count(at, members, "landing")])
                    probe = Probe(at, "preview", Availability.OK, at - timedelta(days=1), at)
                    await observations.add_probe(connection, key, probe)
                profile = Profile(start, channel.username, channel.title)
                await observations.add_profile(connection, key, profile)
                await facts_changed(connection)


def detect(folder: Path) -> Run:
    """Run `channel-monitor detect` as a process of its own."""
    return run("-m", "monitor", "detect", "--database", URL, cwd=folder)


def measure(count: int, days: int) -> str:
    """Return the rows of the table for one size."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(fill(folder, count, range(days)))
        a_day = count * composed.A_DAY
        total = a_day * days
        whole, nothing = detect(folder), detect(folder)
        asyncio.run(fill(folder, count, range(days, days + 1)))
        new = detect(folder)
    for what, fresh, taken in (
        ("all, for the first time", total, whole), ("nothing new", 0, nothing),
        ("one new day", a_day, new),
    ):  # fmt: skip
        speed = f"{fresh / taken.cpu_s:,.0f}" if fresh else ""
        rows.append(
            f"| {total:,} | {what} | {fresh:,} | {taken.seconds:.1f} | {taken.cpu_s:.1f} |"
            f" {speed} | {taken.peak_mb:.0f} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Write Markdown to standard output, rows as soon as they are measured."""
    given = [int(word) for word in sys.argv[1:]]
    count, days = (*given, *(CHANNELS, DAYS)[len(given) :])[:2]
    print("\n## Detecting\n")
    print(
        f"{count:,} composed channels of ten posts a day in Persian, Russian, Arabic or English,"
        f" {composed.FOOTERS:.0%} with a link to an own presence, {composed.NOTICES:.1%} worded"
        " like a notice; a count and a probe a day. `channel-monitor detect` as whole processes,"
        " start included; posts a second of processor time, which is what one core does.\n"
    )
    print("| posts stored | what | posts to judge | s | processor, s | posts/s | peak, MB |")
    print("|--:|:--|--:|--:|--:|--:|--:|", flush=True)
    for part in sorted({max(1, days // 4), days}):
        print(measure(count, part), flush=True)


if __name__ == "__main__":
    main()
