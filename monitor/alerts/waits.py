"""How long is waited before a message is tried again, and when it is given up."""

from datetime import datetime, timedelta
from random import Random  # noqa: TID251 - seeded with the message: the same waits every time

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=1)
"""Doubled from the first to the longest: a mail server's own restart is short, an outage is not.
Uncalibrated."""
GIVE_UP = timedelta(days=3)
"""After its first attempt a message is given up: a long weekend of an unreachable server. Mail
servers return mail after four to five days (RFC 5321, 4.5.4.1)."""


def pause(message: str, attempts: int, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after an attempt that failed, the `attempts`-th.

    Between half and all of the doubled wait, so that many messages do not come back at once; at
    least what the other side `asked` for. Never longer than LONGEST.
    """
    whole = min(LONGEST, FIRST * 2.0 ** min(attempts - 1, 20))
    share = Random(f"{message} {attempts}").uniform(0.5, 1)  # noqa: S311 - spreads, guards nothing
    return min(LONGEST, max(whole * share, asked or timedelta(0)))


def given_up(first_tried: datetime, now: datetime) -> bool:
    """Return whether a message that failed again is not tried any more."""
    return now - first_tried >= GIVE_UP
