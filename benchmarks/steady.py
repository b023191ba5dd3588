"""Count what following 200 unjoined channels costs in requests, over simulated days.

`python -m benchmarks.steady`; against the MTProto server of the tests. Time is simulated for
everything that waits in the service: a pass is asked for whenever a channel is due, and the
account's own pauses pass at once.
"""

import asyncio
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import log
from monitor.config import ChannelSettings, Settings, SourcesSettings, TelegramSettings
from monitor.jobs.passes import Means, Sources, sources
from monitor.secrets import AccountSecrets
from monitor.store import visits
from monitor.store.archive import Archive
from monitor.store.database import Database
from tests.telegram_server import TelegramServer

CHANNELS = 200
DAY = timedelta(days=1)
START = datetime.now(UTC).replace(microsecond=0)


class Simulated:
    """A clock, and a timer whose seconds pass at once."""

    shifted = True

    def __init__(self) -> None:
        self._passed = timedelta()

    def now(self) -> datetime:
        """Return the time, to the second."""
        return (START + self._passed).replace(microsecond=0)

    def elapsed(self) -> timedelta:
        """Return the time that passed."""
        return self._passed

    def time(self) -> float:
        """Return the seconds that passed."""
        return self._passed.total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Let seconds pass for everybody."""
        self._passed += timedelta(seconds=seconds)
        await asyncio.sleep(0)


async def follow(means: Means, opened: Sources, time: Simulated, until: datetime) -> int:
    """Ask for what is due, pass after pass, until a time. Returns how often a channel was read."""
    polls = 0
    while time.now() < until:
        visited = await opened.collect(means.settings.channel)
        failed = [v for v in visited if v.outcome not in {"read", "not_due"}]
        if failed:
            raise RuntimeError(f"{failed[0]}")
        polls += sum(v.outcome == "read" for v in visited)
        async with means.database.begin() as connection:
            plans = await visits.plans(connection, "telegram")
        due = min(p.due_at for p in plans.values() if p.due_at is not None)
        await time.sleep(max(1.0, (due - time.now()).total_seconds()))
    return polls


async def measure(server: TelegramServer, folder: Path) -> list[tuple[int, Counter[str]]]:
    """Return polls and requests by method, of the first day and of the second."""
    key = folder / "server.pem"
    key.write_text(server.public_key)
    session = server.authorise(folder / "private" / "account.session")
    names = [f"composed_{n}" for n in range(1, CHANNELS + 1)]
    for number, name in enumerate(names, 1):
        channel = server.add_channel(1000 + number, name, username=name)
        server.fill(channel, 20, start=START - timedelta(days=28), every=DAY)
    telegram = TelegramSettings.model_validate(
        {"server": {"host": server.host, "port": server.port, "public_key": key.name}}
    )
    settings = Settings(
        channel=tuple(ChannelSettings(username=n, source="telegram") for n in names),
        sources=SourcesSettings(telegram=telegram),
    )
    account = AccountSecrets("1", 12345, "0" * 32, None, session, None, None)
    time = Simulated()
    days = []
    async with Database(f"sqlite:///{folder}/monitor.db", writes="steady") as database:
        means = Means(
            settings, database, Archive(folder / "evidence"), time, None, (account,), folder,
            timer=time,
        )  # fmt: skip
        async with sources(means, with_accounts=True) as opened:
            before: Counter[str] = Counter()
            for day in (1, 2):
                polls = await follow(means, opened, time, START + day * DAY)
                counts = server.counts()
                days.append((polls, counts - before))
                before = counts
    return days


def main() -> None:
    """Write Markdown to standard output."""
    log.configure(quiet=True)
    with tempfile.TemporaryDirectory() as temporary, TelegramServer() as server:
        days = asyncio.run(measure(server, Path(temporary)))
    print("\n## Requests of an account's steady state\n")
    print(
        f"{CHANNELS} composed, unjoined channels in which nothing happens, the default settings,"
        " simulated days, against the MTProto server of the tests. The first day resolves every"
        " name and reads 30 days back. The goal is fewer than 1.1 requests a channel and poll, and"
        " no resolve after the first day.\n"
    )
    print("| request | first day | second day |\n|---|--:|--:|")
    (first_polls, first), (polls, second) = days
    for method in sorted({*first, *second}):
        print(f"| `{method}` | {first[method]:,} | {second[method]:,} |")
    print(f"| all | {first.total():,} | {second.total():,} |")
    print(f"| polls of a channel | {first_polls:,} | {polls:,} |")
    print(
        f"| requests a channel and poll | {first.total() / first_polls:.2f}"
        f" | {second.total() / polls:.2f} |"
    )


if __name__ == "__main__":
    main()
