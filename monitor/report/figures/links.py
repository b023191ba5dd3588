"""Links to destinations by ISO week and platform, as stacked bars."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from monitor.report.contents import Summary, WeekLinks
from monitor.report.drawn import Drawn
from monitor.report.figures.style import (
    BLIND,
    COLOURS,
    OTHER,
    canvas,
    save,
    short,
    titles,
    whole,
)
from monitor.report.headline import platform_name
from monitor.report.trend import APPS


def links(summary: Summary, out: Path) -> Drawn:
    """Draw a bar a week of `summary.links`; weeks of which nothing was seen are hatched."""
    words = summary.words
    totals: dict[str, int] = {}
    for week in summary.links:
        for app, posts in week.posts.items():
            totals[app] = totals.get(app, 0) + posts
    ranked = sorted(totals, key=lambda app: (-totals[app], app))
    figure = canvas(9, 4.4)
    axes = figure.subplots()
    _stack(axes, summary.links, ranked, summary)
    axes.set_xlabel(whole(words, words.say("figure.week_axis")))
    axes.set_ylabel(words.say("figure.links_axis"))
    top = [a for a in ranked if totals[a] == totals[ranked[0]]][:3]
    names = [platform_name(words, app, summary.platforms) for app in ranked]
    title = words.say("figure.links_none")
    if ranked:
        key = "figure.links" if len(top) == 1 else "figure.links_tie"
        title = words.say(key, app=names[0], apps=words.listing(names[: len(top)]))
    titles(figure, summary, title, words.say("figure.links_note"))
    path = out / "links.png"
    save(figure, path)
    said = words.comma.join(
        f"{name} {words.number(totals[app])}" for name, app in zip(names, ranked, strict=True)
    )
    return Drawn(
        path, "links", title, words.say("figure.links_alt", totals=said or words.number(0))
    )


def _stack(axes: Axes, weeks: Sequence[WeekLinks], ranked: list[str], summary: Summary) -> None:
    """Stack each week's posts, the most-linked app at the foot; the ninth and later are one."""
    words = summary.words
    at = np.arange(len(weeks))
    foot = np.zeros(len(weeks))
    shown = ranked[:APPS]
    groups = [([app], platform_name(words, app, summary.platforms)) for app in shown]
    if ranked[APPS:]:
        groups.append((ranked[APPS:], words.say("page.other_platforms")))
    for (apps, name), colour in zip(groups, (*COLOURS[: len(shown)], OTHER), strict=False):
        posts = np.array([sum(week.posts.get(app, 0) for app in apps) for week in weeks], float)
        axes.bar(at, posts, 0.78, bottom=foot, color=colour, edgecolor="white", label=name)
        foot += posts
    for n, week in enumerate(weeks):
        if not week.coverage_pct:
            axes.axvspan(n - 0.5, n + 0.5, facecolor="#eef0f2", edgecolor=BLIND, hatch="////")
    step = max(1, -(-len(weeks) // 12))
    ticks = list(at[::step])
    axes.set_xticks(
        ticks, [words.digits(f"{weeks[n].week[0]:%G-W%V}") for n in ticks], fontsize=7.5
    )
    axes.set_xlim(-0.6, len(weeks) - 0.4)
    axes.set_ylim(0, max(1.0, float(foot.max(initial=0)) * 1.08))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(short(words)))
    axes.grid(visible=False, axis="x")
    if groups:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, fontsize=8.5)
