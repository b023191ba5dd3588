"""Find out where a phrase may stand at all: the letters that each of its matches must hold.

An expression of `phrases.as_pattern` enters; a few literals leave, of which every match holds at
least one. One automaton over the literals of all phrases says which expressions are worth trying.
"""

import re
from collections import deque

_PART = re.compile(r"\(\?:|[|)?]|\\[swd][+*?]|\\.|.", re.DOTALL)
_COUNTED = re.compile(r"\(\?:\\s\+\[[^\]]*\]\+\)\{[^}]*\}")
"""The gap of `phrases.as_pattern`: any words."""
MOST = 256
"""Spellings that are told apart before an expression counts as free."""
SHORTEST = 3
"""A literal of fewer letters stands in half of all words: it would rule nothing out."""

Tree = tuple[tuple[object, ...], ...]
"""Alternatives, each a sequence of letters, expressions such as `\\w*`, and trees."""


def _tree(tokens: deque[str]) -> Tree:
    """Read alternatives up to a closing bracket; a group is the tuple of its alternatives."""
    found: list[list[object]] = [[]]
    while tokens:
        piece = tokens.popleft()
        if piece == ")":
            break
        if piece == "|":
            found.append([])
        elif piece == "(?:":
            found[-1].append(_tree(tokens))
        elif piece == "?":
            found[-1][-1] = ((found[-1][-1],), ())
        else:
            found[-1].append(piece)
    return tuple(tuple(sequence) for sequence in found)


def _worth(literals: frozenset[str] | None) -> tuple[int, int]:
    """Rate literals: the shortest decides, then how few they are."""
    return (min(map(len, literals)), -len(literals)) if literals else (0, 0)


def _spelled(alternatives: Tree) -> frozenset[str] | None:
    """Return all that a tree may match, where it is letters alone and no more than `MOST`."""
    found: set[str] = set()
    for sequence in alternatives:
        strings = frozenset({""})
        for item in sequence:
            ends = _spelled(item) if isinstance(item, tuple) else _letters(item)
            if ends is None or len(strings) * len(ends) > MOST:
                return None
            strings = frozenset(start + end for start in strings for end in ends)
        found |= strings
    return frozenset(found) if len(found) <= MOST else None


def _of_all(alternatives: Tree) -> frozenset[str] | None:
    """Return literals of which one stands in a match of any alternative; None if one has none."""
    found: set[str] = set()
    for sequence in alternatives:
        literals = _of_one(sequence)
        if literals is None:
            return None
        found |= literals
    return frozenset(found)


def _of_one(sequence: tuple[object, ...]) -> frozenset[str] | None:
    best: frozenset[str] | None = None
    run = frozenset({""})
    for item in (*sequence, r"\s+"):
        ends = _spelled(item) if isinstance(item, tuple) else _letters(item)
        if ends is not None and len(run) * len(ends) <= MOST:
            run = frozenset(start + end for start in run for end in ends)
            continue
        inner = _of_all(item) if isinstance(item, tuple) else None
        best = max(best, run, inner, key=_worth)
        run = frozenset({""})
    return best


def _letters(item: object) -> frozenset[str] | None:
    """Return the one character that an item stands for; None for an expression."""
    text = str(item)
    return None if len(text) > 1 and text[-1] in "+*?" else frozenset({text[-1]})


def anchors(pattern: str) -> frozenset[str] | None:
    """Return literals of which any match of an expression holds at least one.

    None where there are none, or where they are too short to rule anything out.
    """
    found = _of_all(_tree(deque(_PART.findall(_COUNTED.sub("", pattern)))))
    return found if found and min(map(len, found)) >= SHORTEST else None
