"""Judge simulated years of subscriber counts: false alarms, recall, delay, and speed.

`python -m benchmarks.counting [SERIES]`, seeded; SERIES years of each sort. All of it is composed.
A year is read once a day at about the same hour, 15 % of the readings are missing, and so are two
to four outages of 3 to 14 days. The logarithm of the count grows by a drift of 0 to 0.08 % a day,
with a weekly cycle and Student's t noise of 3 degrees of freedom, whose scaled median deviation of
0.02 to 0.09 % a day is what the 12 exact Russian series of 2024-25 show; their tails are lighter.
A year has up to three campaigns (1 to 5 % within days; none amid what happens or in the fortnight
before, for a loss that a campaign makes up for cannot be seen) and up to two misread pages, which
go back. Counts are of 2,000 to 2,000,000, shown exactly, or with three or two digits.
"""

import math
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.detect.subscribers.changes import Change, Way, changes
from monitor.model import Count, Interval

START = datetime(2025, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = 365
TOLD = frozenset({Way.DROP, Way.DECLINE, Way.GAP, Way.STALL})
STEPS = (1, 2, 3, 5, 8)
DECLINES = ((0.05, 90), (0.1, 60), (0.2, 40), (0.5, 30), (1.0, 15))
"""Percent a day, and days."""
STALLS = ((0.1, 90), (0.2, 60), (0.3, 60))
"""Percent a day that the growth was before, and days of the stall."""
DIGITS = {"exact": 0, "3 digits": 3, "2 digits": 2}


@dataclass(frozen=True)
class Year:
    """The true counts that were read, and when the one thing that happened began and ended."""

    read: list[tuple[datetime, int]]
    began: datetime | None = None
    ended: datetime | None = None

    def shown(self, digits: int) -> list[Count]:
        """Return the readings as a page shows them."""
        return [Count(at, rounded(value, digits), "composed") for at, value in self.read]


def rounded(value: int, digits: int) -> Interval:
    """Return what a count shown with so many digits may be; 0 shows it exactly."""
    size = len(str(value))
    if not digits or size <= digits:
        return Interval(value, value)
    unit = 10 ** (size - digits)
    middle = (value + unit // 2) // unit * unit
    return Interval(middle - unit // 2, middle + unit // 2)


def year(
    draw: random.Random,
    happens: Callable[[int, float], float] | None = None,
    calm: range = range(0),
) -> Year:
    """Compose a year; `happens` gives the change of a day in place of its drift, by day.

    No campaign begins within the days of `calm`.
    """
    scale = math.exp(draw.uniform(math.log(0.0002), math.log(0.0009))) / 1.134
    drift = draw.uniform(0, 0.0008)
    weekly = [draw.gauss(0, scale) for _ in range(7)]
    mean = statistics.fmean(weekly)
    bursts = {draw.randrange(DAYS): draw.uniform(0.01, 0.05) for _ in range(draw.randrange(4))}
    bursts = {d: size for d, size in bursts.items() if d not in calm}
    missing = {d for d in range(DAYS) if draw.random() < 0.15}
    for _ in range(draw.randint(2, 4)):
        first = draw.randrange(DAYS)
        missing |= set(range(first, first + draw.randint(3, 14)))
    misread = set(draw.sample(range(DAYS), draw.randrange(3)))
    level = math.exp(draw.uniform(math.log(2_000), math.log(2_000_000)))
    burst = 0.0
    read = []
    for day in range(DAYS):
        burst = 0.5 * burst + bursts.get(day, 0.0)
        t = draw.gauss(0, 1) / math.sqrt(draw.gammavariate(1.5, 2) / 3)
        step = happens(day, drift) if happens else drift
        level *= math.exp(step + weekly[day % 7] - mean + 0.5 * burst + scale * t)
        at = START + day * DAY + timedelta(minutes=draw.uniform(-60, 60))
        factor = draw.choice((0.1, 0.5, 0.9, 1.2, 10.0)) if day in misread else 1.0
        if day not in missing:
            read.append((at.replace(microsecond=0), max(1, round(factor * level))))
    return Year(read)


def with_step(draw: random.Random, percent: float) -> Year:
    """Compose a year with one sudden fall."""
    when = draw.randint(60, 300)
    fall = math.log1p(-percent / 100)
    calm = range(when - 14, when + 15)
    made = year(draw, lambda d, drift: drift + (fall if d == when else 0), calm)
    return Year(made.read, START + (when - 1) * DAY, START + when * DAY)


def with_decline(draw: random.Random, percent: float, days: int) -> Year:
    """Compose a year in which the channel loses subscribers for a while, at an even pace."""
    when = draw.randint(60, 260)
    calm = range(when - 14, when + days)
    made = year(draw, lambda d, drift: -percent / 100 if d in calm[14:] else drift, calm)
    return Year(made.read, START + when * DAY, START + (when + days) * DAY)


def with_stall(draw: random.Random, percent: float, days: int) -> Year:
    """Compose a year of growth that stops for a while."""
    when = draw.randint(90, 260)
    calm = range(when - 14, when + days)
    made = year(draw, lambda d, _: 0.0 if d in calm[14:] else percent / 100, calm)
    return Year(made.read, START + when * DAY, START + (when + days) * DAY)


def met(change: Change, composed: Year) -> bool:
    """Return whether a change overlaps what truly happened, to within two days."""
    assert composed.began is not None  # noqa: S101 - asked only of a year in which something did
    assert composed.ended is not None  # noqa: S101
    return (
        change.before.at <= composed.ended + 2 * DAY and change.after.at >= composed.began - 2 * DAY
    )


def told(counts: list[Count]) -> list[Change]:
    """Return what is stated; what is called undetermined is not."""
    return [c for c in changes(counts) if c.way in TOLD]


def delay(composed: Year, most: int = 15) -> float | None:
    """Return the days from the first reading after a step to the daily run that tells it."""
    counts = composed.shown(0)
    assert composed.ended is not None  # noqa: S101 - asked only of a year in which something did
    seen = next(c.at for c in counts if c.at >= composed.ended - DAY / 4)
    for day in range(most):
        now = seen + day * DAY
        if any(met(c, composed) for c in told([c for c in counts if c.at <= now + DAY / 4])):
            return float(day)
    return None


def recall(name: str, years: list[Year], quiet: dict[str, int]) -> Iterator[str]:
    """Yield a row: found by display, false alarms beside, and the delay with exact counts."""
    cells = []
    for shown, digits in DIGITS.items():
        found = unsure = 0
        for composed in years:
            said = changes(composed.shown(digits))
            ways = {c.way for c in said if met(c, composed)}
            found += bool(ways & TOLD)
            unsure += ways == {Way.UNDETERMINED}
            quiet[shown] += sum(c.way in TOLD and not met(c, composed) for c in said)
        cells.append(f"{found}/{len(years)}" + (f" (+{unsure})" if unsure else ""))
    yield f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Write Markdown to standard output."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    few = many // 4
    draw = random.Random(20_261_125)  # noqa: S311 - a simulation, and seeded
    print("\n## Judging subscriber counts\n")
    print(
        f"Simulated years (`benchmarks/counting.py` says how; seeded): {many} in which nothing"
        f" happens, {few} of each sort in which one thing does. In brackets: told as undetermined."
    )
    _nothing([year(draw) for _ in range(many)])
    print("\n| found | exact | 3 digits | 2 digits |\n|---|--:|--:|--:|")
    quiet = dict.fromkeys(DIGITS, 0)
    stepped = {p: [with_step(draw, p) for _ in range(few)] for p in STEPS}
    for percent, years in stepped.items():
        print(*recall(f"step of {percent} %", years, quiet), sep="\n")
    for pace, days in DECLINES:
        years = [with_decline(draw, pace, days) for _ in range(few)]
        print(*recall(f"decline of {pace} % a day for {days} days", years, quiet), sep="\n")
    for pace, days in STALLS:
        years = [with_stall(draw, pace, days) for _ in range(few)]
        print(*recall(f"stall of {days} days after {pace} % a day", years, quiet), sep="\n")
    years_in_all = few * (len(STEPS) + len(DECLINES) + len(STALLS))
    rates = " | ".join(f"{n / years_in_all:.3f}" for n in quiet.values())
    print(f"| false alarms beside, a series and year | {rates} |")

    print(
        "\n| days from the first reading after a step to the run that tells it | median | longest |"
    )
    print("|---|--:|--:|")
    for percent, years in stepped.items():
        waits = [delay(y) for y in years]
        known = sorted(w for w in waits if w is not None)
        print(
            f"| {percent} % | {statistics.median(known) if known else 0:.0f}"
            f" | {max(known, default=0):.0f} |"
        )
    _speed(draw)


def _nothing(still: list[Year]) -> None:
    """Print what is told of years in which nothing happens."""
    print("\n| nothing happens | exact | 3 digits | 2 digits |\n|---|--:|--:|--:|")
    lines: dict[str, list[str]] = {}
    for digits in DIGITS.values():
        said = [c.way for y in still for c in changes(y.shown(digits))]
        for way in Way:
            lines.setdefault(f"false: {way}", []).append(str(said.count(way)))
        false = len(said) - said.count(Way.UNDETERMINED)
        lines.setdefault("false alarms a series and year", []).append(f"{false / len(still):.3f}")
    lines["undetermined, not a false alarm"] = lines.pop(f"false: {Way.UNDETERMINED}")
    for name, cells in lines.items():
        print(f"| {name} | {' | '.join(cells)} |")
    runs = still[: len(still) // 20]
    ever = {True: 0, False: 0}
    for composed in runs:
        counts = composed.shown(0)
        daily = [told(counts[:n]) for n in range(len(counts))]
        for _, _, sure in {(c.way, c.before.at.date(), c.sure) for said in daily for c in said}:
            ever[sure] += 1
    for sure, name in ((True, "stated"), (False, "told as not yet confirmed")):
        share = ever[sure] / len(runs)
        print(f"| {name} in any of the daily runs of {len(runs)} years | {share:.2f} | | |")


def _speed(draw: random.Random) -> None:
    """Print how long 1,000 points take, one a day and many a day."""
    level = 100_000.0
    daily, hourly = [], []
    for n in range(1000):
        level *= math.exp(draw.gauss(0.0003, 0.0005))
        daily.append(Count(START + n * DAY, rounded(round(level), 0)))
        hourly.append(Count(START + n * DAY / 24, rounded(round(level), 0)))
    vague = [Count(c.at, rounded(c.subscribers.low, 3)) for c in daily]
    print("\n| 1,000 points | ms of processor time |\n|---|--:|")
    for name, counts in (
        ("one a day, exact", daily), ("one a day, 3 digits", vague), ("one an hour", hourly)
    ):  # fmt: skip
        changes(counts)
        times = []
        for _ in range(15):
            start = time.process_time()
            changes(counts)
            times.append(time.process_time() - start)
        print(f"| {name} | {1000 * statistics.median(times):.1f} |")


if __name__ == "__main__":
    main()
