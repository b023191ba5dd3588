"""The text that Prometheus scrapes, read back by its own parser."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from monitor.pages.content import Series
from monitor.pages.metrics import LABEL, MOST, bounded, exposition


def read(*series: Series) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(exposition(series).decode())
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_counters_and_gauges_are_named_and_typed_as_prometheus_wants() -> None:
    text = exposition([
        Series("posts", "counter", "Posts kept.", ("channel",), [(("a",), 2)]),
        Series("lag_seconds", "gauge", "Lag.", (), [((), 1.5)]),
    ]).decode()  # fmt: skip
    assert text.splitlines() == [
        "# HELP channel_monitor_posts_total Posts kept.",
        "# TYPE channel_monitor_posts_total counter",
        'channel_monitor_posts_total{channel="a"} 2.0',
        "# HELP channel_monitor_lag_seconds Lag.",
        "# TYPE channel_monitor_lag_seconds gauge",
        "channel_monitor_lag_seconds 1.5",
    ]


@settings(deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5), st.floats(allow_nan=False))
def test_no_label_of_others_breaks_a_scrape(values: list[str], number: float) -> None:
    found = read(Series("x", "gauge", "X.", ("label",), [((v,), number) for v in values]))
    assert {labels[0] for _, labels in found} == {bounded(v) for v in values}
    assert all(v == number or math.isinf(v) for v in found.values())
    assert all(len(labels[0]) <= LABEL for _, labels in found)


def test_labels_that_are_the_same_once_cut_are_told_once() -> None:
    long = "a" * LABEL
    found = read(Series("x", "gauge", "X.", ("l",), [((long + "1",), 1), ((long + "2",), 2)]))
    assert found == {("channel_monitor_x", (long,)): 1.0}


def test_labellings_are_bounded() -> None:
    many = [((str(n),), float(n)) for n in range(MOST + 10)]
    assert len(read(Series("x", "gauge", "X.", ("l",), many))) == MOST


def test_a_series_without_values_is_absent_not_zero() -> None:
    assert read(Series("x", "gauge", "X.")) == {}
