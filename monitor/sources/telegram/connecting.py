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
    """Waits where a connection broke soon after it was made, longer each time."""

    _made = False  # not _connected, which is Telethon's
    _made_at = 0.0
    _pause_s = 0.0

    async def connect(self, timeout: float | None = None, ssl: Any = None) -> None:  # noqa: ANN401, ASYNC109 - Telethon's signature
        """Connect when it is time to; Telethon keeps one object and connects it anew."""
        clock = asyncio.get_running_loop().time
        broke, self._made = self._made, False
        if broke and clock() - self._made_at > STABLE_S:
            self._pause_s = 0.0
        elif broke:
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(max(2 * self._pause_s, FIRST_PAUSE_S), LONGEST_PAUSE_S)
        # After a connect that fails Telethon pauses by itself, and gives up in the end.
        await super().connect(timeout, ssl)  # type: ignore[misc]  # the mixed-in connection's
        self._made, self._made_at = True, clock()


class PatientTcp(_Patient, ConnectionTcpFull):  # type: ignore[misc]  # telethon ships no types
    """Straight, or through a SOCKS or HTTP proxy."""


class PatientMTProxy(_Patient, ConnectionTcpMTProxyRandomizedIntermediate):  # type: ignore[misc]
    """Through an MTProxy."""
