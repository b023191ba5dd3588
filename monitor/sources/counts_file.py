"""Files of subscriber counts, counts-csv, as count items: exact or as shown, never guessed."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from monitor.errors import BadInput
from monitor.model import Count
from monitor.sources.csv_rows import csv_rows
from monitor.sources.fields import MAX_ID, BadRow, as_name, as_time, as_views, as_whole
from monitor.sources.files import named
from monitor.sources.items import CountItem, Item
from monitor.sources.rows import Reading, read_rows

NEEDS = ("observed_at", "subscribers")


def read_counts(path: Path, reading: Reading) -> Iterator[Item]:
    """Yield the counts of a file with the columns `observed_at,channel,subscribers`.

    `subscribers` is exact (`1819223`) or as shown (`1.82M`, in Persian too), which makes it an
    interval; zeros at the end of an exact number are no sign of rounding. Optional are `title`
    and `max_post_id`, which tell a reassigned username from a drop; `min_post_id` is checked and
    not kept. Without a channel column every row is of `--channel`.

    Raises:
        BadInput: a needed column is missing, or all rows lack a channel or a time zone.
    """
    columns, rows = csv_rows(path)
    missing = [name for name in NEEDS if name not in columns]
    if missing:
        raise BadInput(
            f"{named(path)}: lacks the column {', '.join(missing)}; a file of counts has"
            " observed_at,channel,subscribers and optional min_post_id,max_post_id,title"
        )

    def read(row: Mapping[str, str]) -> Item:
        subscribers = as_views("subscribers", row["subscribers"].strip())
        if subscribers is None:
            raise BadRow("subscribers is empty")
        _post_id("min_post_id", row)
        count = Count(
            at=as_time("observed_at", row["observed_at"], reading.zone),
            subscribers=subscribers,
            source="counts-csv",
            max_post_id=_post_id("max_post_id", row),
            title=as_name("title", row.get("title")),
        )
        return CountItem(reading.channel_of(row.get("channel")), count)

    return read_rows(reading.name, rows, read)


def _post_id(name: str, row: Mapping[str, str]) -> int | None:
    """Return a post id; None where the column is missing or empty, or 0 for a channel of none."""
    value = row.get(name)
    return as_whole(name, value, high=MAX_ID) or None if value else None
