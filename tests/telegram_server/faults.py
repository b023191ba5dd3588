"""Faults that meet the next request of a method, once each."""

from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`error` (with code and message), `drop`, `half` a frame, or `hang`."""

    kind: str
    code: int = 0
    message: str = ""
    user: int | None = None


class Faults:
    """What is to go wrong, by method; `*` is any."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)

    def add(self, method: str, fault: Fault, times: int) -> None:
        self._waiting[method].extend([fault] * times)

    def clear(self) -> None:
        self._waiting.clear()

    def next(self, method: str, user: int | None) -> Fault | None:
        for name in (method, "*"):
            for fault in self._waiting[name]:
                if fault.user in (None, user):
                    self._waiting[name].remove(fault)
                    return fault
        return None
