"""Read platforms.toml into a `Catalogue`: names, hosts and the address forms in force."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from monitor.catalog.text import fold
from monitor.model import LinkKind

IN_FORCE = frozenset({"high", "medium"})
"""Seen in real posts, app code or vendors' documents (high), or in a third-party list (medium)."""


@dataclass(frozen=True, slots=True)
class AddressRule:
    """One form of address: a path (whole, without outer slashes) on named hosts, and its kind."""

    hosts: tuple[str, ...]
    path: re.Pattern[str]
    kind: LinkKind
    example: str
    note: str


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform. `names` are folded spellings; `group` is domestic, foreign, origin or client.

    An ambiguous name is also an ordinary word ("yes", "chat", a person's name); `doubtful` are
    the names of which that is true where the others are plain.
    """

    id: str
    name: str
    names: tuple[str, ...]
    ambiguous: bool
    doubtful: frozenset[str]
    country: str
    group: str
    hosts: tuple[str, ...]
    schemes: tuple[str, ...]
    rules: tuple[AddressRule, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All platforms by id, by host, by scheme and by folded name."""

    platforms: Mapping[str, Platform]
    by_host: Mapping[str, Platform]
    by_scheme: Mapping[str, Platform]
    by_name: Mapping[str, Platform]


def spellings(name: str) -> set[str]:
    """Return a name folded: a zero-width joiner as space and joined, MAX in mixed scripts."""
    forms = {fold(name), fold(name.replace("\u200c", ""))}
    if fold(name) in {"max", "мах"}:
        # Latin MAX, Cyrillic МАХ and mixtures occur in the same week of Russian news.
        forms |= {m + a + x for m in "mм" for a in "aа" for x in "xх"}
    return forms


def _platform(row: Mapping[str, Any]) -> Platform:
    names = {form for group in row["names"].values() for name in group for form in spellings(name)}
    rules = tuple(
        AddressRule(
            tuple(link["hosts"]),
            re.compile(link["path"], re.IGNORECASE | re.ASCII),
            cast("LinkKind", link["kind"]),
            link["example"],
            link["note"],
        )
        for link in row.get("link", ())
        if link["sure"] in IN_FORCE
    )
    return Platform(
        id=row["id"],
        name=row["name"],
        names=tuple(sorted(names)),
        ambiguous=row["ambiguous"],
        doubtful=frozenset(fold(name) for name in row.get("doubtful", ())),
        country=row["country"],
        group=row["group"],
        hosts=tuple(row["hosts"]),
        schemes=tuple(row.get("schemes", ())),
        rules=rules,
        note=row["note"],
    )


@cache
def load() -> Catalogue:
    """Return the catalogue; it is read once and never changes."""
    text = files("monitor.catalog").joinpath("platforms.toml").read_text("utf-8")
    platforms = [_platform(row) for row in tomllib.loads(text)["platform"]]
    return Catalogue(
        platforms={p.id: p for p in platforms},
        by_host={host: p for p in platforms for host in p.hosts},
        by_scheme={scheme: p for p in platforms for scheme in p.schemes},
        by_name={name: p for p in platforms for name in p.names},
    )
