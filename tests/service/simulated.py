"""The real service on a clock that stands in a file: `python -m tests.service.simulated WORLD`.

Run in the folder that channels.toml and the database are in. WORLD is another folder, in which the
test that drives this keeps `clock.json` and finds `samples.jsonl`, what the process weighs.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from monitor import log
from monitor.cli.context import DEFAULT_CONFIG, DEFAULT_DATABASE, Invocation
from monitor.cli.service import serve
from monitor.config import load
from monitor.errors import MonitorError
from tests.service.written_clock import WrittenClock, WrittenTimer

TICK_S = 0.05
STEP_S = 0.005
SAMPLE_S = 1.0


async def _go(clock: WrittenClock) -> None:
    while True:
        clock.look()
        await asyncio.sleep(STEP_S)


async def _weigh(clock: WrittenClock, file: Path) -> None:
    with file.open("a", encoding="ascii") as samples:
        while True:
            samples.write(json.dumps(weight(clock)) + "\n")
            samples.flush()
            await asyncio.sleep(SAMPLE_S)


def _made() -> bool:
    return Path("monitor.db").exists()


def weight(clock: WrittenClock) -> dict[str, float]:
    """Return what this process takes of the machine just now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return {
        "pid": os.getpid(),
        "passed_s": clock.elapsed().total_seconds(),
        "rss_kb": pages * os.sysconf("SC_PAGE_SIZE") // 1024,
        "files": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        "tasks": len(asyncio.all_tasks()),
        "database_kb": Path("monitor.db").stat().st_size // 1024 if _made() else 0,
    }


async def main(world: Path) -> None:
    """Serve until SIGTERM, as `channel-monitor run` does."""
    invoked = Invocation(DEFAULT_CONFIG, DEFAULT_DATABASE, None, quiet=False, verbose=False)
    log.configure(as_json=True)
    log.take_over("telethon")
    clock = WrittenClock(world / "clock.json")
    beside = [
        asyncio.create_task(_go(clock)),
        asyncio.create_task(_weigh(clock, world / "samples.jsonl")),
    ]
    settings = load(invoked.config)
    await serve(invoked, settings, clock, timer=WrittenTimer(clock), tick_s=TICK_S)
    for task in beside:
        task.cancel()


if __name__ == "__main__":
    try:
        asyncio.run(main(Path(sys.argv[1])))
    except MonitorError as error:
        sys.exit(f"{type(error).__name__}: {error}")
