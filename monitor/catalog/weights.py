"""Read weights.json and semantic.json: how much each feature of a post speaks for each label.

The files are fitted by `tools/fit_weights.py` on the labelled posts of `tests/data`, and written by
it alone; they hold names of features and numbers, no text. The second weighs the same features
together with the vector of a post's meaning, and is read only where a model gives vectors.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from monitor.model import Label

PROBE = "This channel moves to another messenger."


@dataclass(frozen=True, slots=True)
class Weights:
    """Logistic regression over named features: a row of numbers for each, one a label in order."""

    labels: tuple[Label, ...]
    bias: tuple[float, ...]
    features: Mapping[str, tuple[float, ...]]
    fitted_on: Mapping[str, str]
    """SHA-256 of each file of labelled posts that they were fitted on."""
    vector: tuple[tuple[float, ...], ...] = ()
    """A row of numbers for each place of a vector of meaning, one a label in order."""
    probe: tuple[float, ...] = ()
    """How the vector of `PROBE` began when they were fitted: another model gives another one."""


@cache
def load() -> Weights:
    """Return the weights; they are read once and never change."""
    return _read("weights.json")


@cache
def semantic() -> Weights:
    """Return the weights of features and vectors together."""
    return _read("semantic.json")


def _read(name: str) -> Weights:
    table = json.loads(files("monitor.catalog").joinpath(name).read_text("utf-8"))
    return Weights(
        labels=tuple(Label(label) for label in table["labels"]),
        bias=tuple(table["bias"]),
        features={name: tuple(row) for name, row in table["features"].items()},
        fitted_on=table["fitted_on"],
        vector=tuple(tuple(row) for row in table.get("vector", ())),
        probe=tuple(table.get("probe", ())),
    )
