"""Numbers as people read them."""

from datetime import UTC, datetime

import pytest

from monitor.pages.lengths import as_count, as_length, as_moment, as_size


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.6, "1 min"), (3600, "1 h"), (3725, "1 h 2 min"), (90, "1 min 30 s"),
     (2 * 86_400 + 59, "2 d"), (-45, "-45 s")],
)  # fmt: skip
def test_lengths_of_time_in_their_two_largest_units(seconds: float, said: str) -> None:
    assert as_length(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (1400, "1.4 kB"), (229_376, "229 kB"),
     (5_000_000_000, "5.0 GB"), (7.2e15, "7200.0 TB")],
)  # fmt: skip
def test_sizes_in_decimal_units(count: float, said: str) -> None:
    assert as_size(count) == said


def test_moments_and_counts() -> None:
    at = datetime(2026, 1, 2, 3, 4, 59, tzinfo=UTC)
    assert as_moment(at) == as_moment("2026-01-02T06:34:59+03:30") == "2026-01-02 03:04 UTC"
    assert (as_count(1, "post"), as_count(1200, "post")) == ("1 post", "1,200 posts")
