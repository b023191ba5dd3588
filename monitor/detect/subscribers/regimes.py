"""A series and its rates enter; where the growth changed, and what it was in between, leaves.

The change points are those of a kernel method with the linear kernel (Arlot, Celisse & Harchaoui
2019, J. Mach. Learn. Res. 20, section 3.2) over the clipped daily rates, as ruptures has it.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from monitor.detect.subscribers.rates import Rates, spread
from monitor.detect.subscribers.series import Floats

CLIP = 6.0
"""Rates are clipped at this many times the noise (FACTS.md, Subscriber counts)."""
PENALTY = 8.0
"""... and each change point costs this times the logarithm of their number (FACTS.md)."""
SHORTEST = 10
"""The fewest points between two changes (FACTS.md)."""
OWN_NOISE = 20
"""A stretch of fewer points is not believed to be noisier than the whole: more likely it holds a
change that is too short to be parted. Uncalibrated."""
MOVING = 4.0
"""A stretch grows or declines when it moved this many times the noise. Uncalibrated."""


@dataclass(frozen=True, slots=True)
class Regime:
    """A stretch of even growth from one point to another: its median day, and the noise of one."""

    start: int
    end: int
    rate: float
    noise: float
    way: int
    """1 where it grows, -1 where it declines, 0 where noise explains it."""


def regimes(found: Rates, level: float) -> list[Regime]:
    """Return the stretches of even growth, oldest first."""
    edges = [0, *_changes(found.rate, level), len(found.rate)]
    spans = list(itertools.pairwise(edges))
    medians = [float(np.median(found.rate[start:end])) for start, end in spans]
    about = found.rate - np.repeat(medians, [end - start for start, end in spans])
    usual = spread(about, level)
    even = []
    for (start, end), rate in zip(spans, medians, strict=True):
        noise = spread(about[start:end], level)
        if end - start < OWN_NOISE:
            noise = min(noise, usual)
        even.append(Regime(start, end, rate, noise, _way(found, start, end, rate, noise)))
    return even


def _changes(rate: Floats, level: float) -> list[int]:
    """Return the indices at which the mean of the rates changes."""
    size = len(rate)
    if size < 2 * SHORTEST:
        return []
    # From step to step, so that a change of growth does not count as noise.
    noise = spread(np.diff(rate) / np.sqrt(2), level)
    scaled = np.clip((rate - np.median(rate)) / noise, -CLIP, CLIP)
    from ruptures import KernelCPD  # noqa: PLC0415 - a second and more to import: only where used

    model = KernelCPD(kernel="linear", min_size=SHORTEST).fit(scaled.reshape(-1, 1))
    ends: list[int] = model.predict(pen=PENALTY * float(np.log(size)))
    return ends[:-1]


def _way(found: Rates, start: int, end: int, rate: float, noise: float) -> int:
    """Return which way a stretch moves, from its clipped rates, so that one step is none."""
    days = found.days[start:end]
    near = np.clip(found.rate[start:end], rate - CLIP * noise, rate + CLIP * noise)
    moved = float(np.sum(near * days))
    if end - start < SHORTEST or abs(moved) <= MOVING * noise * float(np.sqrt(np.sum(days))):
        return 0
    return 1 if moved > 0 else -1
