"""What all figures share: fonts, colours, time axis, title and note. Draws no data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from textwrap import wrap

import matplotlib as mpl
from matplotlib import dates, font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from monitor.report.contents import Line, Summary
from monitor.report.fetched import one_line, script
from monitor.report.words import Words

DPI = 150
LONG = timedelta(days=150)
"""From here on the time axis names months: days would not fit beside each other."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Okabe and Ito, "Color Universal Design" (2008), without black; then a grey for the rest.
COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#7A5195",
)
OTHER = "#9A9A9A"
INK, FAINT, BLIND = "#1b2733", "#5d6975", "#c9ced4"


@cache
def _fonts() -> None:
    for font in ("Vazirmatn-Regular.ttf", "Vazirmatn-Bold.ttf"):
        with as_file(files("monitor.report") / "fonts" / font) as path:
            font_manager.fontManager.addfont(path)


@contextmanager
def style(words: Words) -> Iterator[None]:
    """Set what every figure shares, whatever the user's own matplotlibrc says."""
    _fonts()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "font.family": face("ж") if words.language == "ru" else face(""),
                "font.size": 9,
                "axes.edgecolor": FAINT,
                "axes.labelcolor": INK,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "axes.grid": True,
                "axes.axisbelow": True,
                "grid.color": "#e6e9ec",
                "grid.linewidth": 0.7,
                "text.color": INK,
                "text.parse_math": False,  # a dollar sign in a title is not a formula
                "xtick.color": FAINT,
                "ytick.color": FAINT,
                "hatch.linewidth": 0.5,
                "hatch.color": "#8a939c",
            }
        )
        yield


def face(text: str) -> list[str]:
    """Return the fonts for a text: Vazirmatn has no Cyrillic, and mixing two in a word is ugly."""
    both = ["Vazirmatn", "DejaVu Sans"]
    return both[::-1] if script(text) == "cyrl" else both


def whole(words: Words, text: str) -> str:
    """Keep a right-to-left sentence whole where it begins with a number or a Latin letter."""
    return f"\u200f{text}" if words.rtl else text


def titles(figure: Figure, summary: Summary, title: str, note: str) -> None:
    """Write title and note above and below, wrapped to the width; the layout keeps them room."""
    words, width = summary.words, figure.get_figwidth()
    # Letters to the inch at these sizes, measured on DejaVu Sans, the widest of our fonts.
    for text, letters, write, more in (
        (title, 7.5, figure.suptitle, {"fontsize": 12, "fontweight": "bold"}),
        (note, 13, figure.supxlabel, {"fontsize": 7.5, "color": FAINT}),
    ):
        lines = wrap(text, int(width * letters), break_long_words=True)
        shown = "\n".join(whole(words, line) for line in lines)
        write(shown, family=face(text), **more)


def as_days(at: datetime) -> float:
    """Return a moment as matplotlib counts time: days since 1970 (its default epoch)."""
    return (at - _EPOCH) / timedelta(days=1)


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG without a time or a program's name in it."""
    FigureCanvasAgg(figure)
    figure.savefig(path, dpi=DPI, facecolor="white", metadata={"Software": None})


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure, in inches, that makes room for its labels by itself."""
    return Figure(figsize=(width, height), layout="constrained")


def time_axis(axes: Axes, summary: Summary, ticks: int) -> None:
    """Span the chart's time; mark days as `18 Apr`, and months where it spans many."""
    start, end = summary.chart
    words = summary.words
    axes.set_xlim(as_days(start), as_days(end))
    long = end - start > LONG
    locator = dates.AutoDateLocator(minticks=2, maxticks=ticks)  # type: ignore[no-untyped-call]  # typed in part
    axes.xaxis.set_major_locator(locator)

    def written(value: float, _position: int | None = None) -> str:
        at = _EPOCH + timedelta(days=value)
        if long:
            return words.digits(f"{words.table['short_months'][at.month - 1]} {at.year}")
        return words.digits(f"{at.day} {words.table['months'][at.month - 1]}")

    axes.xaxis.set_major_formatter(FuncFormatter(written))


def short(words: Words) -> Callable[[float, int | None], str]:
    """Return a writer of large numbers for an axis: 950k, 1.82M."""

    def label(value: float, _position: int | None = None) -> str:
        for unit, size in (("million", 1e6), ("thousand", 1e3)):
            if abs(value) >= size:
                places = next(
                    p for p in range(4) if p == 3 or round(value / size, p) == value / size
                )
                return words.say(f"figure.{unit}", n=words.number(value / size, places))
        return words.number(value, 0 if value == int(value) else 1)

    return label


def label(line: Line, limit: int) -> str:
    """Return a channel's title, else its name, short enough for a small chart."""
    channel = line.view.channel
    return one_line(channel.title or "", limit) or f"@{one_line(channel.username, limit)}"


def blind(axes: Axes, start: datetime, end: datetime) -> None:
    """Hatch a stretch of time that was not seen."""
    left, right = as_days(start), as_days(end)
    axes.axvspan(left, right, facecolor="#eef0f2", edgecolor=BLIND, hatch="////", zorder=0.5)
