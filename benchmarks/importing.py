"""Import and judge many posts by the command line, beside bare sqlite3 inserting the same rows.

`python -m benchmarks.importing [SIZE...]`; every size is a fresh database in a temporary folder.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import data

SIZES = (50_000, 250_000, 500_000)


@dataclass(frozen=True, slots=True)
class Run:
    """What a process cost: wall-clock and processor seconds, and its peak memory in MB."""

    seconds: float
    peak_mb: float
    cpu_s: float


def run(*words: str, cwd: Path) -> Run:
    """Run this Python with the words after it, to its end; its output goes to standard error.

    Raises:
        RuntimeError: it failed.
    """
    environment = os.environ | {"PYTHONPATH": str(data.ROOT)}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *words], cwd=cwd, env=environment, stdout=sys.stderr
    )
    # Of this child alone; getrusage(RUSAGE_CHILDREN) would give the largest of all.
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}")
    per_mb = 1e6 if sys.platform == "darwin" else 1e3  # macOS counts bytes, Linux kB
    return Run(seconds, usage.ru_maxrss / per_mb, usage.ru_utime + usage.ru_stime)


def bare(source: Path, target: Path) -> tuple[float, int]:
    """Insert all rows of one database into a new one of the same schema.

    Returns the seconds of inserting alone - reading them was before - and the number of rows.
    """
    with sqlite3.connect(source) as old:
        schema = old.execute(
            "SELECT type, name, sql FROM sqlite_master"
            " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type = 'index'"
        ).fetchall()
        names = [name for kind, name, _ in schema if kind == "table"]
        rows = {name: old.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}  # noqa: S608  # names of our own schema
    with sqlite3.connect(target, isolation_level=None) as new:
        new.execute("PRAGMA journal_mode = WAL")
        new.execute("PRAGMA synchronous = FULL")
        for _, _, sql in schema:
            new.execute(sql)
        start = time.perf_counter()
        new.execute("BEGIN IMMEDIATE")
        for name, content in rows.items():
            if content:
                marks = ", ".join("?" * len(content[0]))
                new.executemany(f'INSERT INTO "{name}" VALUES ({marks})', content)  # noqa: S608  # as above
        new.execute("COMMIT")
        return time.perf_counter() - start, sum(map(len, rows.values()))


def measure(size: int) -> str:
    """Return one row of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines, _ = data.posts(size)
        with (folder / "posts.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        database = ("--database", "sqlite:///./monitor.db")
        taken = run("-m", "monitor", "import", "posts.jsonl", *database, cwd=folder)
        judged = run("-m", "monitor", "detect", *database, cwd=folder)
        with sqlite3.connect(folder / "monitor.db") as stored:
            posts = stored.execute("SELECT count(*) FROM post").fetchone()[0]
        if posts != size:
            raise RuntimeError(f"{posts} posts of {size} arrived")
        seconds, rows = bare(folder / "monitor.db", folder / "bare.db")
    both = taken.seconds + judged.seconds
    return (
        f"| {size:,} | {taken.seconds:.1f} | {judged.seconds:.1f} | {size / both:,.0f} |"
        f" {taken.peak_mb:.0f} | {judged.peak_mb:.0f} | {rows:,} | {seconds:.2f} |"
        f" {both / seconds:.1f} |"
    )


def main() -> None:
    """Write Markdown to standard output, a row as soon as it is measured."""
    if sys.argv[1:2] == ["--row"]:
        print(measure(int(sys.argv[2])))
        return
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    _, what = data.posts(0)
    print("\n## Importing and judging posts\n")
    print(
        f"{what[0].upper()}{what[1:]}: `channel-monitor import` and `detect` as whole processes,"
        " start included, into SQLite. Beside them sqlite3's bare `executemany` of all rows that"
        " resulted, into the same schema with its indexes, in one transaction.\n"
    )
    print(
        "| posts | import, s | detect, s | posts/s of both | peak of import, MB |"
        " peak of detect, MB | rows | bare insert, s | both / bare |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for size in sizes:
        # A process each: a child's peak begins at its parent's, which therefore must be small.
        row = subprocess.run(
            [sys.executable, "-m", "benchmarks.importing", "--row", str(size)],
            cwd=data.ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        print(row.stdout.strip(), flush=True)


if __name__ == "__main__":
    main()
