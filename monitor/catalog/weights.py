"""Read weights.json: how much each feature of a post speaks for each label.

The file is fitted by `tools/fit_weights.py` on the labelled posts of `tests/data`, and written by
it alone; it holds names of features and numbers, no text.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from monitor.model import Label


@dataclass(frozen=True, slots=True)
class Weights:
    """Logistic regression over named features: a row of numbers for each, one a label in order."""

    labels: tuple[Label, ...]
    bias: tuple[float, ...]
    features: Mapping[str, tuple[float, ...]]
    fitted_on: Mapping[str, str]
    """SHA-256 of each file of labelled posts that they were fitted on."""


@cache
def load() -> Weights:
    """Return the weights; they are read once and never change."""
    table = json.loads(files("monitor.catalog").joinpath("weights.json").read_text("utf-8"))
    return Weights(
        labels=tuple(Label(label) for label in table["labels"]),
        bias=tuple(table["bias"]),
        features={name: tuple(row) for name, row in table["features"].items()},
        fitted_on=table["fitted_on"],
    )
