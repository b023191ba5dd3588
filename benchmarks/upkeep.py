"""Export, back up and pack databases of different sizes by the command line.

`python -m benchmarks.upkeep [POSTS...]`; memory that does not grow with the size is the point.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.importing import Run, run
from monitor.store import schema_version

SIZES = (50_000, 200_000)
CHANNELS = 50
EVERY_S = 8 * 3600
START_S = 1_420_070_400
WORDS = "متن ساختگی composed words "
"""A post has these thirty times: about a kilobyte."""
COMMANDS = (
    ("export", "--format", "parquet", "--out", "parquet"),
    ("export", "--format", "csv", "--out", "csv"),
    ("export", "--format", "jsonl", "--out", "jsonl"),
    ("backup", "copy.db"),
    ("vacuum",),
)


def fill(path: Path, size: int) -> None:
    """Make a database of composed posts, each with its views, three a day and channel."""
    schema_version.migrate(path)

    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(size):
            channel, post = number % CHANNELS + 1, number // CHANNELS + 1
            at = START_S + post * EVERY_S
            yield channel, post, at, WORDS * 30 + str(number), at, at, 5000, 5100, at

    with closing(sqlite3.connect(path)) as raw, raw:
        raw.executemany(
            "INSERT INTO channel (key, telegram_id, username, folded, holds_name, named_at)"
            " VALUES (?1, ?1, 'composed_' || ?1, 'composed_' || ?1, 1, 0)",
            ((key + 1,) for key in range(CHANNELS)),
        )
        raw.executemany(
            "INSERT INTO post (channel, id, at, text, edited, first_seen, observed_at, views_low,"
            " views_high, views_at) VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
            rows(),
        )


def measure(size: int) -> tuple[float, list[Run]]:
    """Return the database's MB, and what each command cost on it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fill(folder / "monitor.db", size)
        run("-m", "monitor", "detect", cwd=folder)  # so that judging is no part of what follows
        size_mb = (folder / "monitor.db").stat().st_size / 1e6
        return size_mb, [run("-m", "monitor", *words, cwd=folder) for words in COMMANDS]


def main() -> None:
    """Write Markdown to standard output."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    print("\n## Upkeep\n")
    print(
        "Composed posts of a kilobyte, each with one figure of views, judged before: whole"
        " processes, start included.\n"
    )
    print("| posts | database, MB | command | s | processor s | peak, MB |")
    print("|--:|--:|---|--:|--:|--:|")
    for size in sizes:
        size_mb, runs = measure(size)
        for words, cost in zip(COMMANDS, runs, strict=True):
            name = " ".join(words[:3])
            print(
                f"| {size:,} | {size_mb:.0f} | {name} | {cost.seconds:.1f} | {cost.cpu_s:.1f} |"
                f" {cost.peak_mb:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
