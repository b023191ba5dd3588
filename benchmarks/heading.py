"""Print the heading of docs/benchmarks.md: what machine and when, but not whose."""

import os
import platform
from datetime import UTC, datetime


def main() -> None:
    """Write Markdown to standard output."""
    now = datetime.now(UTC)
    print("# Benchmarks\n")
    print("Written by `make bench`; numbers of one machine, to be compared with each other only.\n")
    print(
        f"{now:%Y-%m-%d} on {os.cpu_count()} cores ({platform.machine()}, {platform.system()}),"
        f" {platform.python_implementation()} {platform.python_version()}."
    )


if __name__ == "__main__":
    main()
