r"""Turn a CSV of subscriber counts with other column names into the contract's counts-csv.

    python tools/convert_counts.py --column channel=username --column subscribers=subs_text \
        --column max_post_id=max_msg_id --column min_post_id=min_msg_id counts.csv.gz > counts.csv
    python tools/convert_counts.py --column channel=channel_name --slug counts.csv > counts.csv

`--column CONTRACT=THEIRS` renames; columns of the contract that bear its names already are kept,
all others dropped. The values are not touched: counts stay as shown, times keep their zone or
lack of one (`channel-monitor import --timezone` says which). `--slug` makes a name such as
`Data Science. SQL hub` into `Data_Science_SQL_hub`, because the store keys channels by username;
`--name "DISPLAY NAME=username"` says the real username where it is known. Two display names that
would become one username are refused.
"""

import argparse
import csv
import gzip
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

CONTRACT = ("observed_at", "channel", "subscribers", "min_post_id", "max_post_id", "title")
NEEDED = CONTRACT[:3]


def slug(name: str) -> str:
    """Return a name as at most 32 of the signs a username may have; a hash where none fit."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:32]
    if len(words) < 4 or words.isdigit():
        return f"name_{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    return words


def converted(
    rows: Iterable[Mapping[str, str]],
    columns: Mapping[str, str],
    names: Mapping[str, str],
    *,
    slugs: bool,
) -> Iterator[dict[str, str]]:
    """Yield the rows under the contract's column names.

    Raises:
        ValueError: two display names would become one username.
    """
    taken: dict[str, str] = {}
    for row in rows:
        out = {ours: row[theirs] or "" for ours, theirs in columns.items()}
        shown = out["channel"]
        username = names.get(shown) or (slug(shown) if slugs else shown)
        if taken.setdefault(username.casefold(), shown) != shown:
            raise ValueError(
                f"{shown!r} and {taken[username.casefold()]!r} would both be {username!r};"
                " tell them apart with --name"
            )
        yield out | {"channel": username}


def main() -> int:
    """Convert the file named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--column", action="append", default=[], metavar="CONTRACT=THEIRS")
    parser.add_argument("--name", action="append", default=[], metavar="DISPLAY NAME=username")
    parser.add_argument("--slug", action="store_true", help="make display names into usernames")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]  # a real stream here
    opened = gzip.open if options.file.name.endswith(".gz") else open
    with opened(options.file, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        there = rows.fieldnames or ()
        columns = {name: name for name in CONTRACT if name in there}
        columns |= dict(pair.split("=", 1) for pair in options.column if "=" in pair)
        columns = {ours: columns[ours] for ours in CONTRACT if ours in columns}
        missing = [ours for ours in NEEDED if columns.get(ours) not in there]
        missing += [theirs for theirs in columns.values() if theirs not in there]
        if missing:
            parser.error(f"no column for {', '.join(missing)}; there are {', '.join(there)}")
        out = csv.DictWriter(sys.stdout, list(columns), lineterminator="\n")
        out.writeheader()
        names = dict(pair.rsplit("=", 1) for pair in options.name if "=" in pair)
        try:
            out.writerows(converted(rows, columns, names, slugs=options.slug))
        except ValueError as error:
            print(f"{options.file.name}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
