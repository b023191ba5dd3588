"""What happened to real channels is found, and where nothing did, nothing is."""

import csv
import gzip
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor.detect.subscribers.changes import Change, Way, changes
from monitor.detect.subscribers.series import of_one_channel
from monitor.model import Count
from monitor.sources.display_counts import read_count


def _read(path: Path, name: str, shown: str) -> dict[str, list[Change]]:
    series: dict[str, list[Count]] = defaultdict(list)
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["observed_at"])
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            title = row.get("title")
            series[row[name]].append(Count(at.astimezone(UTC), read_count(row[shown]), title=title))
    return {
        channel: [c for part in of_one_channel(counts, [], []) for c in changes(part)]
        for channel, counts in series.items()
    }


@pytest.fixture(scope="module")
def persian(shared: Path) -> dict[str, list[Change]]:
    path = shared / "data" / "subscribers" / "fa_2026_rounded.csv.gz"
    return _read(path, "username", "subs_text")


@pytest.mark.parametrize(
    ("channel", "start", "end", "before", "after"),
    [
        ("news_hut", date(2026, 5, 12), date(2026, 5, 28), 148_000, 132_000),
        ("news_hut", date(2026, 6, 3), date(2026, 8, 21), 229_000, 118_000),
        ("Futball180TV", date(2026, 6, 22), date(2026, 8, 22), 724_000, 449_000),
        ("akhbarefori", date(2026, 6, 10), date(2026, 8, 8), 4_610_000, 4_000_000),
        ("persiana_Soccer", date(2026, 5, 12), date(2026, 6, 9), 215_000, 168_000),
    ],
)
def test_the_known_falls_are_found_with_dates_and_bounds(
    persian: dict[str, list[Change]],
    channel: str,
    start: date,
    end: date,
    before: int,
    after: int,
) -> None:
    found = [
        c for c in persian[channel]
        if c.way is Way.DECLINE
        and abs((c.before.at.date() - start).days) <= 1
        and abs((c.after.at.date() - end).days) <= 1
    ]  # fmt: skip
    (fall,) = found
    assert fall.before.subscribers.middle == pytest.approx(before, rel=0.01)
    assert fall.after.subscribers.middle == pytest.approx(after, rel=0.01)
    low, high = fall.bounds_pct
    assert low <= 100 * (after / before - 1) + 0.5
    assert high >= 100 * (after / before - 1) - 0.5


def test_channels_that_only_rose_have_no_findings(persian: dict[str, list[Change]]) -> None:
    assert persian["mohsentavoosiseo"] == []
    assert persian["SBoxxx"] == []


def test_the_collectors_failure_of_13_july_2026_is_no_finding(
    persian: dict[str, list[Change]],
) -> None:
    edges = {date(2026, 7, 13), date(2026, 7, 14)}
    for found in persian.values():
        assert not [c for c in found if {c.before.at.date(), c.after.at.date()} & edges]


def test_exact_russian_series_have_no_falls_and_two_stalls(shared: Path) -> None:
    """Plotted and judged, docs/subscriber-counts.md: both stopped growing."""
    path = shared / "data" / "subscribers" / "ru_2025_exact.csv.gz"
    found = _read(path, "channel_name", "subscribers")
    assert len(found) == 12
    told = {name: [c.way for c in those] for name, those in found.items() if those}
    assert told == {"Data Science. SQL hub": [Way.STALL], "Дизраптор": [Way.STALL]}
