"""Repeatable chance: the same words always draw the same number, on every machine and version.

`random.Random` promises this for some of its methods only, and the committed archives have to
come out the same for ever.
"""

import hashlib


def draw(*key: object) -> float:
    """Return a number in [0, 1) that depends on nothing but the key."""
    text = "\x1f".join(str(part) for part in key)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def draw_int(low: int, high: int, *key: object) -> int:
    """Return a whole number from `low` to `high`, both included."""
    return low + int(draw(*key) * (high - low + 1))
