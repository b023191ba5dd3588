"""Waves: many channels of a country, or of one category in it, that announce within days.

Seven days from a notice on are a wave where at least three channels announce in them and chance
would bring so many together less than once in twenty years. The notices are taken to come at
random at the rate of the group's own past, as far as that is known, and each may open such a week
(the scan statistic in its simplest form; Naus 1965, J. Am. Stat. Assoc. 60, section 1, has it for
a known number of events). Weeks that overlap are one wave. Where a category's wave is its
country's, it is told as the category's; where the country's is larger, as the country's. Findings
of all channels in, findings about none of them alone out.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import prod

from monitor.detect.findings import times
from monitor.model import ChannelView, Evidence, Finding, Kind

WITHIN = timedelta(days=7)
"""How near to each other. Uncalibrated: the waves of April 2018 and January 2026 took 3 and 5."""
LEAST = 3
"""Fewer are no wave: two offices may agree, or meet by chance. Uncalibrated."""
BY_CHANCE = 0.05
"""How many such weeks a year chance may bring to a country, shared among its groups that are large
enough. On 40 simulated years each (2026-11-25, 8 categories, notices at random) 0 to 0.1 a year
were told with up to 100 notices a year, and 0.2 with one a day."""
YEAR = timedelta(days=365)
PAST = YEAR
"""What is usual is counted over so long before, or as long as the group was seen. What is
known of the rate is then little: a group that never announced has a wave with three channels
after two months of watching, with four after four weeks."""
NONE_SEEN = 0.5
"""Where nobody announced before, half a notice is supposed (Jeffreys' prior for a Poisson rate,
Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.8)."""
ONE_DEPARTURE = timedelta(days=30)
"""A channel's notices that follow each other so closely are one. Uncalibrated."""
LEAST_SURE = 0.7
"""A verdict below this is for review, and so would be its wave."""
TERMS = 100
"""Terms of the tail: the last is below a millionth of the first while fewer than 40 are usual."""

_ANNOUNCES = (Kind.CLOSURE_NOTICE, Kind.PARTIAL_MOVE)
Group = tuple[str, str | None]
"""A country, and a category in it or None for all of the country's channels."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Notices of one group, one a channel, oldest first."""

    group: Group
    notices: tuple[Finding, ...]
    expected: float
    """How many channels of the group were to be expected to announce within seven days."""
    by_chance: float
    """How many weeks a year like its first chance would bring."""

    @property
    def ids(self) -> frozenset[str]:
        """The ids of its notices."""
        return frozenset(notice.id for notice in self.notices)


def waves(views: Sequence[ChannelView], findings: Sequence[Finding]) -> list[Wave]:
    """Return the waves among the watched channels, oldest first."""
    groups = _groups(views)
    notices = _departures(findings)
    found: list[Wave] = []
    for country in sorted({country for country, _ in groups}):
        of_all = _of_group((country, None), groups, notices, views)
        for group in sorted(g for g in groups if g[0] == country and g[1] is not None):
            for wave in _of_group(group, groups, notices, views):
                within = [w for w in of_all if wave.ids <= w.ids]
                if any(len(w.notices) > len(wave.notices) for w in within):
                    continue
                of_all = [w for w in of_all if not wave.ids <= w.ids]
                found.append(wave)
        found += of_all
    return sorted(found, key=lambda wave: (wave.notices[0].at, wave.group[0], wave.group[1] or ""))


def _groups(views: Sequence[ChannelView]) -> Mapping[Group, list[str]]:
    groups: dict[Group, list[str]] = defaultdict(list)
    for view in views:
        channel = view.channel
        if channel.country is not None:
            for category in {None, channel.category}:
                groups[channel.country, category].append(channel.username)
    return groups


def _departures(findings: Sequence[Finding]) -> Mapping[str, list[Finding]]:
    """Return each channel's notices, those that follow each other closely taken as the first."""
    found: dict[str, list[Finding]] = defaultdict(list)
    latest: dict[str, datetime] = {}
    for notice in sorted(findings, key=lambda f: (f.at, f.id)):
        if notice.kind in _ANNOUNCES and notice.confidence >= LEAST_SURE:
            name = notice.channel or ""
            if name not in latest or notice.at - latest[name] > ONE_DEPARTURE:
                found[name].append(notice)
            latest[name] = notice.at
    return found


def _of_group(
    group: Group,
    groups: Mapping[Group, list[str]],
    notices: Mapping[str, list[Finding]],
    views: Sequence[ChannelView],
) -> list[Wave]:
    names = groups[group]
    # The more groups are looked at, the more would have a wave by chance (Bonferroni).
    tested = sum(g[0] == group[0] and len(of) >= LEAST for g, of in groups.items())
    said = sorted((n for name in names for n in notices.get(name, [])), key=lambda n: (n.at, n.id))
    begun = min(
        (v.covered[0][0] for v in views if v.channel.username in names and v.covered),
        default=None,
    )
    found: list[Wave] = []
    for first in said:
        inside = [n for n in said if first.at <= n.at < first.at + WITHIN]
        if len(inside) < LEAST:
            continue
        usual, weeks = _usual(said, found, first.at, begun)
        # The first opens the week; the others would have to come by chance.
        chance = usual / weeks * (YEAR / WITHIN) * at_least(len(inside) - 1, usual, weeks)
        if chance >= BY_CHANCE / tested:
            continue
        if found and first.at <= found[-1].notices[-1].at:
            found[-1] = _joined(found[-1], inside)
        else:
            found.append(Wave(group, tuple(inside), usual / weeks, chance))
    return found


def _joined(wave: Wave, inside: Sequence[Finding]) -> Wave:
    once = {n.id: n for n in (*wave.notices, *inside)}
    return Wave(wave.group, tuple(once.values()), wave.expected, wave.by_chance)


def _usual(
    said: Sequence[Finding], waves_before: Sequence[Wave], at: datetime, begun: datetime | None
) -> tuple[float, float]:
    """Return how many notices the time before had, waves left out, and its length in weeks."""
    start = max(at - PAST, begun) if begun is not None else at
    in_waves = {n.id for wave in waves_before for n in wave.notices}
    usual = sum(start <= n.at < at and n.id not in in_waves for n in said)
    return usual + NONE_SEEN, max(1.0, (at - start) / WITHIN)


def at_least(count: int, usual: float, weeks: float) -> float:
    """Return how likely a week has so many, of which `usual` came in some weeks before.

    The rate itself is known from those weeks only, so that this is a negative binomial law: the
    Poisson law averaged over what its rate may be.
    """
    share = weeks / (weeks + 1)
    term = share**usual * prod((usual + n) / (n + 1) * (1 - share) for n in range(count))
    total = 0.0
    # The tail is summed, not taken from 1: what matters here is far below the digits of 1.
    for n in range(count, count + TERMS):
        total += term
        term *= (usual + n) / (n + 1) * (1 - share)
    return total


def findings(views: Sequence[ChannelView], found: Sequence[Finding]) -> list[Finding]:
    """Write the waves; each names its members, and belongs to no channel."""
    watched = {group: len(names) for group, names in _groups(views).items()}
    return [_written(wave, watched[wave.group], views) for wave in waves(views, found)]


def _written(wave: Wave, watched: int, views: Sequence[ChannelView]) -> Finding:
    country, category = wave.group
    first, last = wave.notices[0], wave.notices[-1]
    names = [n.channel or "" for n in wave.notices]
    categories = {v.channel.username: v.channel.category or "" for v in views}
    platforms = Counter(itertools.chain.from_iterable(_platforms(n) for n in wave.notices))
    days = (last.at.date() - first.at.date()).days + 1
    who = f"{category} channels" if category else "channels"
    sure = sorted((n.confidence for n in wave.notices), reverse=True)
    return Finding(
        channel=None,
        kind=Kind.WAVE,
        at=first.at,
        # It stands while three of its notices do.
        confidence=sure[LEAST - 1],
        rule="waves.category" if category else "waves.country",
        summary=f"{len(names)} of {watched} watched {who} of {country} announced within {days} "
        f"day{'s' * (days > 1)}: {', '.join('@' + name for name in names)}",
        evidence=tuple(
            Evidence(e.post_id, e.url, e.quote, e.sha256)
            for n in wave.notices
            for e in n.evidence[:1]
        ),
        details={
            "country": country,
            "category": category,
            "members": [
                {"channel": n.channel, "kind": str(n.kind), **times(at=n.at), "finding": n.id}
                for n in wave.notices
            ],
            "watched": watched,
            "categories": dict(Counter(categories.get(name, "") for name in names)),
            "platforms": dict(platforms.most_common()),
            **times(started_at=first.at, ended_at=last.at),
            "expected": round(wave.expected, 3),
            "by_chance_a_year": float(f"{wave.by_chance:.1e}"),
        },
        key=f"{country}\n{first.id}",
    )


def members(wave: Finding) -> list[str]:
    """Return the channels of a wave's finding."""
    listed = wave.details.get("members")
    return [
        str(m["channel"])
        for m in (listed if isinstance(listed, list) else [])
        if isinstance(m, dict)
    ]


def _platforms(notice: Finding) -> list[str]:
    shown = notice.details.get("own_destinations")
    found = {
        str(d["platform"])
        for d in (shown if isinstance(shown, list) else [])
        if isinstance(d, dict) and "platform" in d
    }
    return sorted(found)  # a set's own order differs from run to run
