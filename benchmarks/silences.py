"""Count false silences of composed channels that never stopped, and how soon a real stop is told.

Seeded, a year a channel, everything seen: the rule that the states use beside the one that a
finding without a notice needs. Prints a section of docs/benchmarks.md.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median

from monitor.detect.days_off import is_off
from monitor.detect.findings import Writer
from monitor.detect.silence import findings, pauses, silences
from monitor.model import Channel, Coverage, Kind, Timeline

START = datetime(2024, 6, 1, tzinfo=UTC)
DAYS = 365
CHANNELS = 40
STOP = timedelta(days=60)
"""How long the channel is watched after its last post, for the real stop."""
WRITER = Writer(Channel(1, "composed"))

Poster = Callable[[Random, str], Iterator[datetime]]


def _days() -> Iterator[tuple[datetime, date]]:
    for n in range(DAYS):
        at = START + timedelta(days=n)
        yield at, at.date()


def _at(chance: Random, day: datetime, first: float, last: float) -> datetime:
    return day + timedelta(hours=chance.uniform(first, last))


def office(chance: Random, country: str) -> Iterator[datetime]:
    """Post on working days, in working hours; rest on weekends and days off."""
    rest = (4,) if country == "IR" else (5, 6)
    for day, on in _days():
        if on.weekday() not in rest and not is_off(country, on):
            yield from (_at(chance, day, 5, 14) for _ in range(chance.randint(1, 6)))


def agency(chance: Random, _country: str) -> Iterator[datetime]:
    """Post many times a day, every day."""
    for day, _ in _days():
        yield from (_at(chance, day, 0, 24) for _ in range(chance.randint(10, 30)))


def weekly(chance: Random, _country: str) -> Iterator[datetime]:
    """Post once a week; one week in eight is left out."""
    for day, on in _days():
        if on.weekday() == 2 and chance.random() > 1 / 8:
            yield _at(chance, day, 6, 15)


def nightly(chance: Random, _country: str) -> Iterator[datetime]:
    """Post late in the evening; one night in ten is left out."""
    for day, _ in _days():
        if chance.random() > 0.1:
            yield from (_at(chance, day, 19, 24) for _ in range(chance.randint(1, 4)))


def bursts(chance: Random, _country: str) -> Iterator[datetime]:
    """Post in bursts of a day, with pauses of five days on average (exponential)."""
    at = START
    while at < START + timedelta(days=DAYS):
        yield from (
            at + timedelta(hours=chance.uniform(0, 12)) for _ in range(chance.randint(5, 20))
        )
        at += timedelta(days=1 + chance.expovariate(1 / 5))


def rare(chance: Random, _country: str) -> Iterator[datetime]:
    """Post at any time, twice a week on average (exponential)."""
    at = START
    while at < START + timedelta(days=DAYS):
        yield at
        at += timedelta(days=chance.expovariate(2 / 7))


POSTERS: dict[str, tuple[Poster, str]] = {
    "office in Iran": (office, "IR"),
    "office in Russia": (office, "RU"),
    "agency": (agency, "IR"),
    "once a week": (weekly, "IR"),
    "at night": (nightly, "RU"),
    "bursts": (bursts, "RU"),
    "twice a week, at random": (rare, "IR"),
}


def main() -> None:
    """Write Markdown to standard output."""
    print("\n## Silences without a notice\n")
    print(
        f"{CHANNELS} composed channels a row, a year each (seeded), everything seen. False is what "
        "is told of a channel that goes on. Then each stops for good: of how many that is told "
        f"within {STOP.days} days, and after how many days in the median.\n"
    )
    print(
        "| channel | false a year by the states' limit | false a year as told | stops told "
        "| after |"
    )
    print("|---|--:|--:|--:|--:|")
    for name, (poster, country) in POSTERS.items():
        limit = told = stops = 0
        after = []
        for seed in range(CHANNELS):
            times = sorted(poster(Random(f"{name} {seed}"), country))  # noqa: S311  # a simulation
            posts = Timeline(enumerate(times, 1))
            end = times[-1] + STOP
            coverage = Coverage.of([(times[0], end)])
            found = silences(posts, coverage, end)
            measured = pauses(posts, coverage, country)
            limit += sum(s.ended is not None for s in found)
            written = findings(WRITER, found, measured)
            told += sum(f.kind is Kind.RESUMED for f in written)
            last = [s for s in found if s.ended is None]
            if any(measured(s).unusual for s in last):
                stops += 1
                after.append(_delay(posts, country))
        print(
            f"| {name} | {limit / CHANNELS:.2f} | {told / CHANNELS:.2f} | {stops} of {CHANNELS} "
            f"| {f'{median(after):.0f} d' if after else '-'} |"
        )


def _delay(posts: Timeline, country: str) -> float:
    """Return after how many days a stop after the last post would have been told."""
    first, last = posts[0][1], posts[-1][1]
    for days in range(1, STOP.days + 1):
        now = last + timedelta(days=days)
        coverage = Coverage.of([(first, now)])
        found = [s for s in silences(posts, coverage, now) if s.ended is None]
        if any(pauses(posts, coverage, country)(s).unusual for s in found):
            return days
    return float("inf")


if __name__ == "__main__":
    main()
