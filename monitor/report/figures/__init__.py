"""A summary in, PNG files out: the only room for matplotlib. Counts nothing anew.

matplotlib 3.11 shapes and orders Persian itself; reshaping it before would reverse it. The same
summary gives the same bytes: no time and no program goes into the files.
"""

from pathlib import Path

from monitor.report.contents import Summary
from monitor.report.drawn import Drawn
from monitor.report.figures.coverage import coverage
from monitor.report.figures.departures import departures
from monitor.report.figures.links import links
from monitor.report.figures.style import style
from monitor.report.figures.subscribers import charted, subscribers

__all__ = ["MOST", "Drawn", "draw"]

PANELS = 12
"""Small charts in one figure: four rows of three stay legible in print."""
ROWS = 20
"""Channels in one coverage strip; more would shrink the names below 7 points on a page."""
MOST = 40
"""Channels that the figures show at most; the tables have all."""


def draw(summary: Summary, out: Path) -> list[Drawn]:
    """Draw every figure that has something to show into a folder that exists.

    Args:
        summary: what to show; the figures span `summary.chart`.
        out: where the PNG files go, 150 dots an inch.
    """
    lines = summary.lines[:MOST]
    if not lines:
        return []
    with style(summary.words):
        drawn = []
        counted = [line for line in lines if charted(line, summary)]
        chunks = [counted[n : n + PANELS] for n in range(0, len(counted), PANELS)]
        for part, chunk in enumerate(chunks, 1):
            drawn.append(subscribers(summary, chunk, out, part, len(chunks)))
        drawn += [links(summary, out), departures(summary, out)]
        strips = [lines[n : n + ROWS] for n in range(0, len(lines), ROWS)]
        for part, strip in enumerate(strips, 1):
            drawn.append(coverage(summary, strip, out, part, len(strips)))
    return drawn
