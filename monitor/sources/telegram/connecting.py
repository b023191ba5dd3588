"""Connections that do not hurry: Telethon connects again at once, each time one breaks.

A server (or a middlebox) that takes connections and breaks them at the first request would be
connected to thousands of times a second, and every pending request sent again each time.
"""

import asyncio
from typing import Any

from telethon.network import (
    ConnectionTcpFull,
    ConnectionTcpMTProxyRandomizedIntermediate,
)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
STABLE_S = 60.0
"""A connection that lived this long was a good one: the next is made at once."""


class _Patient:
    """Waits before a connect that follows too soon on the one before, longer each time."""

    _began = float("-inf")
    _pause_s = 0.0

    async def connect(self, timeout: float | None = None, ssl: Any = None) -> None:  # noqa: ANN401, ASYNC109 - Telethon's signature
        """Connect when it is time to; Telethon keeps one object and connects it anew."""
        clock = asyncio.get_running_loop().time
        if clock() - self._began > STABLE_S:
            self._pause_s = 0.0
        else:
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(max(2 * self._pause_s, FIRST_PAUSE_S), LONGEST_PAUSE_S)
        self._began = clock()
        await super().connect(timeout, ssl)  # type: ignore[misc]  # the mixed-in connection's


class PatientTcp(_Patient, ConnectionTcpFull):  # type: ignore[misc]  # telethon ships no types
    """Straight, or through a SOCKS or HTTP proxy."""


class PatientMTProxy(_Patient, ConnectionTcpMTProxyRandomizedIntermediate):  # type: ignore[misc]
    """Through an MTProxy."""
