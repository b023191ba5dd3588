"""What a trouble is to the world that it befalls."""

from typing import Protocol


class Trouble(Protocol):
    """Something that goes wrong for a while."""

    def begin(self) -> None:
        """Let it go wrong."""

    def met(self) -> bool:
        """Return whether the service has come across it since."""

    def end(self) -> None:
        """Let it go well again."""
