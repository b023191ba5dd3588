"""Turn posts with Jalali `date_text` (a scraper's JSON lines) into the contract's posts-jsonl.

    python tools/convert_dated_posts.py --channel NAME posts.jsonl.gz > posts.jsonl

A line in: {"id", "date_text": "21:29 · 21 Ordibehesht 1405", "text", "forwarded", "views_last"},
the time being Tehran's; other keys are passed over. A line out: {"channel", "id", "date", "text",
"urls", "views", "forwarded_from"}. Lines that cannot be converted go to standard error with their
number and the reason, and make the exit status 1. Iran has had no summer time since 2022; for
earlier years the zone's own rules hold.
"""

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDateTime

TEHRAN = ZoneInfo("Asia/Tehran")
MONTHS = (
    "farvardin",
    "ordibehesht",
    "khordad",
    "tir",
    "mordad",
    "shahrivar",
    "mehr",
    "aban",
    "azar",
    "dey",
    "bahman",
    "esfand",
)
_DATED = re.compile(r"(\d{1,2}):(\d{2})\s*·\s*(\d{1,2})\s+([A-Za-z]+)\s+(\d{4})")


def as_utc(date_text: str) -> datetime:
    """Return the UTC time of a Tehran time such as `21:29 · 21 Ordibehesht 1405`.

    Raises:
        ValueError: it is not written so, or there is no such day.
    """
    dated = _DATED.fullmatch(date_text.strip())
    if dated is None or dated[4].lower() not in MONTHS:
        raise ValueError(f"date_text {date_text!r} is not like '21:29 · 21 Ordibehesht 1405'")
    hour, minute, day, year = (int(dated[group]) for group in (1, 2, 3, 5))
    month = MONTHS.index(dated[4].lower()) + 1
    jalali = JalaliDateTime(year, month, day, hour, minute)  # type: ignore[no-untyped-call]  # persiantools has no types
    naive: datetime = jalali.to_gregorian()  # type: ignore[no-untyped-call]  # as above
    return naive.replace(tzinfo=TEHRAN).astimezone(UTC)


def converted(row: object, channel: str) -> dict[str, object]:
    """Return one post in the contract's keys.

    Raises:
        TypeError: the row is no object, or a key is missing or of another type.
        ValueError: its time cannot be read.
    """
    if not isinstance(row, dict):
        raise TypeError("the line is not a JSON object")
    for name, kind in (("id", int), ("date_text", str), ("text", str)):
        if not isinstance(row.get(name), kind):
            raise TypeError(f"the key {name!r} is missing or no {kind.__name__}")
    out: dict[str, object] = {
        "channel": channel,
        "id": row["id"],
        "date": f"{as_utc(str(row['date_text'])):%Y-%m-%dT%H:%M:%SZ}",
        "text": row["text"],
        "urls": [],
    }
    if row.get("views_last"):
        out["views"] = row["views_last"]
    if row.get("forwarded"):
        out["forwarded_from"] = row["forwarded"]
    return out


def lines_of(lines: Iterable[str], channel: str) -> Iterator[tuple[str | None, str | None]]:
    """Yield for each line the converted one, or None and the reason."""
    for number, line in enumerate(lines, 1):
        try:
            yield json.dumps(converted(json.loads(line), channel), ensure_ascii=False), None
        except (ValueError, TypeError, RecursionError) as error:
            yield None, f"line {number}: {error}"


def main() -> int:
    """Convert the file named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--channel", required=True, help="the username all posts are of")
    options = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a real stream here
    status = 0
    opened = gzip.open if options.file.name.endswith(".gz") else open
    with opened(options.file, "rt", encoding="utf-8") as lines:
        for line, reason in lines_of(lines, options.channel):
            print(line or f"{options.file.name}, {reason}", file=sys.stdout if line else sys.stderr)
            status |= line is None
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
