"""A day of the service with 300 channels at a hundred times its speed: does anything grow?

`python -m benchmarks.soaking [HOURS [CHANNELS [SPEED]]]`; the service is a process of its own whose
clock goes faster, the page server of the tests runs in this one, on loopback. It starts on a Monday
so that the weekly report, which loads matplotlib, comes after two hours.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.composed_channels import START as COMPOSED_START
from benchmarks.composed_channels import ComposedChannel, channels
from benchmarks.data import ROOT
from tests.page_server import PageServer, ServedChannel, ServedPost
from tests.service.written_clock import Hand

START = datetime(2026, 2, 2, 4, tzinfo=UTC)
SETTLED_H = 4
"""Hours that are left out of the comparison: the first reading and the report are in them."""
BEFORE = timedelta(days=2)


def offices(count: int) -> list[ComposedChannel]:
    """Return the channels that are watched."""
    return channels(count)


def serve(made: Sequence[ComposedChannel], until: datetime) -> dict[str, list[ServedPost]]:
    """Return what every channel posts from two days before the start to the end, in order."""
    first = (START - BEFORE - COMPOSED_START).days
    last = (until - COMPOSED_START).days + 1
    return {
        one.username: [
            ServedPost(post.id, post.at, post.text) for post in one.posts(range(first, last))
        ]
        for one in made
    }


def configure(folder: Path, names: Sequence[str], base_url: str, speed: float) -> None:
    """Write channels.toml: the default settings, but for a pace as much faster as the clock."""
    text = "".join(f'[[channel]]\nusername = "{name}"\n' for name in names)
    (folder / "channels.toml").write_text(
        f'{text}[service]\nlisten = "127.0.0.1:0"\n[sources.preview]\nbase_url = "{base_url}"\n'
        f"requests_per_second = {0.5 * speed:g}\n"
    )


def soak(folder: Path, hours: float, count: int, speed: float) -> list[dict[str, Any]]:
    """Return what the service weighed, once a second."""
    beside = folder / "beside"
    beside.mkdir()
    end = START + timedelta(hours=hours)
    made = offices(count)
    waiting = serve(made, end)
    pages = PageServer(
        [ServedChannel(o.username, title=o.title, telegram_id=10**9 + o.number) for o in made],
        now=START,
    )
    with pages, (beside / "run.log").open("wb") as said:
        configure(folder, list(pages.channels), pages.base_url, speed)
        hand = Hand(beside / "clock.json", START, speed)
        service = subprocess.Popen(
            [sys.executable, "-m", "tests.service.simulated", str(beside)], cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=said, stderr=said,
        )  # fmt: skip
        try:
            while hand.true < end:
                pages.now = hand.true
                for name, posts in waiting.items():
                    while posts and posts[0].at <= pages.now:
                        pages.channels[name].posts.append(posts.pop(0))
                if service.poll() is not None:
                    raise RuntimeError((beside / "run.log").read_text()[-3000:])
                time.sleep(0.5)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(60)
    lines = (beside / "run.log").read_text(encoding="utf-8").splitlines()
    troubles = [line for line in lines if '"level": "warning"' in line or "Traceback" in line]
    print(*troubles[:20], sep="\n", file=sys.stderr)
    samples = (beside / "samples.jsonl").read_text(encoding="ascii").splitlines()
    return [json.loads(line) for line in samples]


def rows(samples: Sequence[dict[str, Any]], hours: float) -> list[str]:
    """Return a table of a dozen moments."""
    step = max(1.0, hours / 12)
    found = []
    for number in range(1, round(hours / step) + 1):
        span = (3600 * step * (number - 1), 3600 * step * number)
        here = [s for s in samples if span[0] <= s["passed_s"] < span[1]]
        if here:
            rss = median(s["rss_kb"] for s in here) / 1024
            files = (min(s["files"] for s in here), max(s["files"] for s in here))
            tasks = (min(s["tasks"] for s in here), max(s["tasks"] for s in here))
            found.append(
                f"| {step * number:g} | {rss:.0f} | {files[0]} to {files[1]} |"
                f" {tasks[0]} to {tasks[1]} | {here[-1]['database_kb'] / 1024:.1f} |"
            )
    return found


def growth(samples: Sequence[dict[str, Any]], what: str) -> tuple[float, float]:
    """Return the medians of the first and the second half of the time after it settled."""
    late = [s[what] for s in samples if s["passed_s"] > SETTLED_H * 3600]
    half = len(late) // 2
    return median(late[:half]), median(late[half:])


def main() -> None:
    """Write Markdown to standard output."""
    words = [float(word) for word in sys.argv[1:]]
    hours, count, speed = (*words, *(24.0, 300.0, 100.0)[len(words) :])
    with tempfile.TemporaryDirectory() as temporary:
        samples = soak(Path(temporary), hours, int(count), speed)
    print("\n## A soak of the service\n")
    print(
        f"{int(count)} composed channels of ten posts a day on the page server, the default"
        f" settings, {hours:g} hours at {speed:g} times the speed; sampled once a second.\n"
    )
    print("| hours | memory, MB | open files | tasks | database, MB |\n|--:|--:|--:|--:|--:|")
    print("\n".join(rows(samples, hours)))
    if hours > 2 * SETTLED_H:
        said = [
            f"{name} {before:.{digits}f} and {after:.{digits}f}"
            for name, (before, after), digits in (
                ("memory", [x / 1024 for x in growth(samples, "rss_kb")], 1),
                ("files", growth(samples, "files"), 0),
                ("tasks", growth(samples, "tasks"), 0),
            )
        ]
        print(
            f"\nMedians of the first and the second half after hour {SETTLED_H}: {'; '.join(said)}."
        )


if __name__ == "__main__":
    main()
