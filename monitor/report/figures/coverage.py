"""What was seen of each channel in each ISO week, as a heat strip; unseen weeks are hatched."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.patches import Rectangle

from monitor.report.contents import Line, Summary
from monitor.report.drawn import Drawn
from monitor.report.figures.style import (
    BLIND,
    FAINT,
    canvas,
    face,
    label,
    save,
    titles,
    whole,
)
from monitor.report.measures import channel_share
from monitor.report.trend import weeks_of


def coverage(summary: Summary, lines: Sequence[Line], out: Path, part: int, parts: int) -> Drawn:
    """Draw one strip of channels (rows) by ISO weeks (columns), light to dark for 0 to 100 %."""
    words = summary.words
    weeks = weeks_of(summary.chart)
    start, end = summary.chart
    cut = [(max(week[0], start), min(week[1], end)) for week in weeks]
    share = np.array(
        [[100 * channel_share(line.view, week, summary.at) for week in cut] for line in lines]
    )
    figure = canvas(9, 2.0 + 0.26 * len(lines))
    axes = figure.subplots()
    image = axes.imshow(
        np.ma.masked_equal(share, 0), aspect="auto", cmap=colormaps["Blues"], vmin=0, vmax=100
    )
    for row, column in zip(*np.where(share == 0), strict=True):
        place = (float(column) - 0.5, float(row) - 0.5)
        axes.add_patch(Rectangle(place, 1, 1, facecolor="#eef0f2", edgecolor=BLIND, hatch="////"))
    names = [label(line, 34) for line in lines]
    axes.set_yticks(range(len(lines)), names, fontsize=8)
    for tick, name in zip(axes.get_yticklabels(), names, strict=True):
        tick.set_fontfamily(face(name))
    step = max(1, -(-len(weeks) // 10))
    ticks = list(range(0, len(weeks), step))
    weekly = [words.digits(f"{weeks[n][0]:%G-W%V}") for n in ticks]
    axes.set_xticks(ticks, weekly, fontsize=7.5)
    axes.set_xticks(np.arange(-0.5, len(weeks)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(lines)), minor=True)
    axes.grid(visible=False)
    axes.grid(visible=True, which="minor", color="white", linewidth=1)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel(whole(words, words.say("figure.week_axis")))
    bar = figure.colorbar(image, ax=axes, pad=0.02, fraction=0.04)
    bar.set_label(words.say("figure.coverage_axis"), fontsize=8)
    bar.set_ticks([0, 50, 100], labels=[words.number(value) for value in (0, 50, 100)])
    bar.outline.set_edgecolor(FAINT)
    overall = words.percent(summary.coverage_pct)
    key = "figure.coverage" if parts == 1 else "figure.coverage_part"
    title = words.say(key, share=overall, part=part, parts=parts)
    titles(figure, summary, title, words.say("figure.coverage_note"))
    path = out / (f"coverage-{part}.png" if parts > 1 else "coverage.png")
    save(figure, path)
    return Drawn(path, "coverage", title, words.say("figure.coverage_alt", share=overall))
