"""What turns texts into vectors of their meaning; which one does is chosen outside the judges."""

from collections.abc import Sequence
from typing import Protocol


class Encoder(Protocol):
    """Texts in, vectors out: like meanings give near vectors, whatever the language.

    The same text gives the same vector, alone or among others, on any number of threads. Any text
    is taken: an empty one, one of a megabyte, one that UTF-8 cannot hold.
    """

    @property
    def name(self) -> str:
        """What gives the vectors, and which version of it: another name, other vectors."""
        ...

    def vectors(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """Return a vector for each text, all of one length.

        Raises:
            ModelFailed: the model gave none.
        """
        ...
