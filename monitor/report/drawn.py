"""What a drawn figure is; kept apart from the drawing, which loads matplotlib."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure on disk: which part of the report it belongs to, its title and its text for ears."""

    path: Path
    part: str
    title: str
    alt: str
