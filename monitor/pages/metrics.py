"""Series in; the text that Prometheus scrapes out. A registry of its own for each scrape."""

import unicodedata
from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.pages.content import Series

PREFIX = "channel_monitor_"
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

MOST = 2000
"""Labellings of one metric, the first: twice the channels that we are made for (uncalibrated)."""
LABEL = 80
"""Characters of a label's value; usernames have 32, methods of Telegram 50."""


class Snapshot(Collector):
    """The series of one moment, as metric families."""

    def __init__(self, series: Iterable[Series]) -> None:
        self._series = tuple(series)

    def collect(self) -> Iterable[Metric]:  # type: ignore[explicit-override]  # typing.override is of Python 3.12
        """Yield a family for each series, one without values too: absent is not zero."""
        for one in self._series:
            maker = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
            family = maker(PREFIX + one.name, one.help, labels=one.labels)
            seen: set[tuple[str, ...]] = set()
            for values, number in one.values:
                labels = tuple(bounded(value) for value in values)
                # Two that differ only where they were cut would spoil the whole scrape.
                if labels in seen or len(seen) >= MOST:
                    continue
                seen.add(labels)
                family.add_metric(labels, number)
            yield family


def bounded(value: str) -> str:
    """Return a label's value, short and without control characters; escaping is the format's."""
    return "".join(
        "\ufffd" if unicodedata.category(c) in {"Cc", "Cs", "Cn"} else c for c in value[:LABEL]
    )


def exposition(series: Sequence[Series]) -> bytes:
    """Write series in the text format 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Snapshot(series))
    return generate_latest(registry)
