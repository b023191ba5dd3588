"""Weigh a post's features: a probability for each label, and what spoke for and against one.

Features enter, `Weighed` leaves. The weights are the catalogue's, fitted by multinomial logistic
regression (Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd edition,
section 4.4) with ridge penalty on the labelled posts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from monitor.catalog import weights
from monitor.model import Label


@dataclass(frozen=True, slots=True)
class Weighed:
    """Probabilities of all labels, summing to 1, and the features that they were made of."""

    chances: Mapping[Label, float]
    features: Mapping[str, float]

    def speaking(self, label: Label, against: Label) -> list[tuple[str, float]]:
        """Return what speaks for one label rather than another: features and weights, most first.

        Weights are differences of log-odds; negative ones speak against.
        """
        table = weights.load()
        one, other = table.labels.index(label), table.labels.index(against)
        found = [
            (name, value * (row[one] - row[other]))
            for name, value in self.features.items()
            if (row := table.features.get(name)) is not None
        ]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def weigh(
    features: Mapping[str, float],
    vector: Sequence[float] = (),
    table: weights.Weights | None = None,
) -> Weighed:
    """Return how likely each label is for a post of these features; unknown ones count nothing.

    A `vector` of the post's meaning counts too where the `table` has weights for it.
    """
    table = weights.load() if table is None else table
    sums = list(table.bias)
    for value, of_place in zip(vector, table.vector, strict=True):
        for place, weight in enumerate(of_place):
            sums[place] += value * weight
    for name, value in features.items():
        row = table.features.get(name)
        if row is not None:
            sums = [known + value * weight for known, weight in zip(sums, row, strict=True)]
    most = max(sums)
    powers = [exp(value - most) for value in sums]
    total = sum(powers)
    return Weighed(
        dict(zip(table.labels, (power / total for power in powers), strict=True)), features
    )
