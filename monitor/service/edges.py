"""What is said of troubles that repeat: their beginning, their change and their end."""

from collections import Counter

from monitor.log import logger


class Edges:
    """The troubles that last at present, by what they befall; `failures` counts all, by class."""

    def __init__(self) -> None:
        self._now: dict[str, tuple[str, int]] = {}
        self.failures: Counter[str] = Counter()

    def failed(self, what: str, error: BaseException) -> None:
        """Take note of a failure; it is said where it is new, or another than before."""
        kind = type(error).__name__
        self.failures[kind] += 1
        before, times = self._now.get(what, ("", 0))
        self._now[what] = (kind, times + 1)
        if before != kind:
            logger().warning("failed; it is tried again", what=what, kind=kind, error=str(error))

    def succeeded(self, what: str) -> None:
        """Take note of a success; it is said where it ends a trouble."""
        if (ended := self._now.pop(what, None)) is not None:
            logger().info("works again", what=what, failures=ended[1])

    def lasting(self) -> dict[str, str]:
        """Return what fails at present, and with which class of error."""
        return {what: kind for what, (kind, _) in self._now.items()}
