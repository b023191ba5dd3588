"""Time from a closure notice on the server to the alert at a webhook, under `run`.

`python -m benchmarks.alerting [NOTICES]`; each notice is another channel's, one after the other, at
random moments of the poll. The service is a process of its own; the MTProto server, the page server
and the webhook run in this one, on loopback. Goals: 3 s where the notice is pushed, the poll and
3 s where it is polled.
"""

import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.data import ROOT
from tests.alerts.receivers import WebReceiver
from tests.page_server import PageServer, ServedChannel, ServedPost
from tests.telegram_server import TelegramServer

POLL_S = 10
LONGEST_S = 400.0
NOTICE = "This channel stops its work in Telegram from today. Follow us: ble.ir/{}"
KEY = "whsec_Y29tcG9zZWQga2V5IG9mIHRoaXJ0eS10d28gYnl0ZXM="


def now() -> datetime:
    """Return the time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def latencies(
    folder: Path, names: list[str], channels: str, post: Callable[[str], None], session: Path | None
) -> list[float]:
    """Return the seconds from each channel's notice to its alert."""
    draw = random.Random(3)  # noqa: S311 - spreads moments, guards nothing
    with WebReceiver() as web:
        entries = '[[alert]]\ntarget = "desk"\nkinds = ["closure_notice"]\n'
        (folder / "channels.toml").write_text(f'{channels}{entries}[service]\nlisten = "off"\n')
        environment = os.environ | {
            "PYTHONPATH": str(ROOT), "MONITOR_API_ID": "12345", "MONITOR_API_HASH": "0" * 32,
            "MONITOR_SESSION": str(session or ""), "MONITOR_ALERT_DESK_KEY": KEY,
            "MONITOR_ALERT_DESK": f"webhook+http://{web.host}/desk",
        }  # fmt: skip
        words = [sys.executable, "-m", "monitor", "--quiet", "run"]
        service = subprocess.Popen(words, cwd=folder, env=environment)
        try:
            until(lambda: visited(folder) >= len(names))
            time.sleep(5)
            found = []
            for name in names:
                time.sleep(draw.uniform(0, 3))
                begun = time.perf_counter()
                post(name)
                until(lambda n=name: any(n.encode() in got.body for got in web.got))  # type: ignore[misc]  # mypy and defaults
                found.append(time.perf_counter() - begun)
            return found
        finally:
            service.terminate()
            service.wait(30)


def until(true: Callable[[], object]) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it took longer than `LONGEST_S`.
    """
    start = time.perf_counter()
    while not true():
        if time.perf_counter() - start > LONGEST_S:
            raise TimeoutError
        time.sleep(0.002)


def visited(folder: Path) -> int:
    """Return how many channels were read once."""
    try:
        # Not to make the file that the service is about to make.
        with closing(sqlite3.connect(f"file:{folder}/monitor.db?mode=ro", uri=True)) as raw:
            query = "SELECT count(*) FROM visit WHERE last_success IS NOT NULL"
            return int(raw.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def pushed(folder: Path, names: list[str]) -> list[float]:
    """Measure through an account that joined the channels."""
    with TelegramServer() as server:
        session = server.authorise(folder / "private" / "one.session")
        made = {
            name: server.add_channel(1000 + n, f"Composed {n}", username=name)
            for n, name in enumerate(names)
        }
        for channel in made.values():
            server.fill(channel, 5, start=now() - timedelta(days=2), every=timedelta(hours=6))
        channels = "".join(f'[[channel]]\nusername = "{n}"\nsource = "telegram"\n' for n in names)
        channels += (
            "[sources.telegram]\njoin = true\nrequests_per_second = 1000\n"
            "resolves_per_minute = 20\n[sources.telegram.server]\n"
            f'host = "{server.host}"\nport = {server.port}\n'
            f'public_key = """{server.public_key}"""\n'
        )
        return latencies(
            folder, names, channels, lambda name: _post(server, made[name], name), session
        )


def _post(server: TelegramServer, channel: object, name: str) -> None:
    server.post(channel, NOTICE.format(name))  # type: ignore[arg-type]  # its class is the server's


def polled(folder: Path, names: list[str]) -> list[float]:
    """Measure over pages that are asked for every `POLL_S` seconds."""
    served = [
        ServedChannel(
            name, [ServedPost(1, now() - timedelta(days=1), "Composed")], telegram_id=1000 + n
        )
        for n, name in enumerate(names)
    ]
    with PageServer(served, now=now()) as pages:
        channels = "".join(f'[[channel]]\nusername = "{name}"\n' for name in names)
        channels += (
            f'[sources.preview]\nbase_url = "{pages.base_url}"\npoll = "{POLL_S}s"\n'
            "requests_per_second = 100\n"
        )

        def post(name: str) -> None:
            pages.now = now()
            pages.channels[name].posts.append(ServedPost(2, now(), NOTICE.format(name)))

        return latencies(folder, names, channels, post, None)


def main() -> None:
    """Write Markdown to standard output."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    names = [f"composed_office_{n:03}" for n in range(count)]
    print("\n## From a notice to the alert\n")
    print(
        f"A composed closure notice in each of {count} channels, one after the other, to a signed"
        f" webhook on loopback, under `run`; polled: every {POLL_S} s.\n"
    )
    print("| | median, s | longest, s | goal, s |\n|---|--:|--:|--:|")
    for what, measure, goal in (("pushed", pushed, 3), ("polled", polled, POLL_S + 3)):
        with tempfile.TemporaryDirectory() as temporary:
            found = measure(Path(temporary), names)
        print(f"| {what} | {statistics.median(found):.2f} | {max(found):.2f} | {goal} |")


if __name__ == "__main__":
    main()
