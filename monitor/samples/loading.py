"""A bundled sample's name in; its folder and its sourced facts out. Reads no archive.

Every sample is a reconstruction: dates as sourced, wording and counts composed by us. What is
sourced, and where the sources differ, stands in each sample's `sources.toml`.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from monitor.errors import BadInput

_STRICT = ConfigDict(extra="forbid", str_min_length=1, str_max_length=2000)

_LARGEST = 1_000_000
"""Bytes of a sources.toml that are read; ours have about 10 000 (uncalibrated)."""

What = Literal[
    "announced", "left", "announced_not_done", "partial", "parallel", "stays", "returned", "context"
]  # fmt: skip
"""What a fact says: the channel announced that it leaves, left, and so on; `context` is a fact
about the country, such as a court's order, and the only one without a channel."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was published; `url` is None where we know of no lasting address.

    `date` is as exact as we know it: `2018-04-20`, `2018-04` or `2018`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: str
    title: str
    publisher: str
    date: Annotated[str, Field(pattern=r"^\d{4}(-\d\d){0,2}$")]
    url: Annotated[str, Field(pattern=r"^https?://[^\s<>\"]+$")] | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated fact: it happened between `earliest` and `latest`, both days included.

    `conflict` is True where sources contradict each other, not where one is merely vague; `note`
    says what each of them says. `sources` are ids of `Source`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    what: What
    earliest: date
    latest: date
    sources: tuple[str, ...]
    conflict: bool
    note: str
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class SampleInfo:
    """What a sample is: its notice (to be shown with everything made from it), span and facts.

    `start` and `end` are the first and the last day of its span, UTC, both included.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    title: str
    notice: str
    start: date
    end: date
    sources: Annotated[tuple[Source, ...], Field(validation_alias="source")]
    facts: Annotated[tuple[Fact, ...], Field(validation_alias="fact")]

    def cited(self, fact: Fact) -> tuple[Source, ...]:
        """Return the sources of one of this sample's facts, in the order that it names them."""
        by_id = {source.id: source for source in self.sources}
        return tuple(by_id[name] for name in fact.sources)


_READER = TypeAdapter(SampleInfo)


def names() -> tuple[str, ...]:
    """Name the bundled samples, in alphabetical order."""
    here = _here()
    return tuple(sorted(path.parent.name for path in here.glob("*/sources.toml")))


def folder(name: str) -> Path:
    """Return a sample's folder: pages.warc.gz, channels.toml, sources.toml and README.md.

    Raises:
        BadInput: there is no such sample.
    """
    if name not in names():
        msg = f"there is no sample {name!r}; there are: {', '.join(names()) or 'none'}"
        raise BadInput(msg)
    return _here() / name


def read_sources(name: str) -> SampleInfo:
    """Read and check a bundled sample's `sources.toml`.

    Raises:
        BadInput: there is no such sample, or its file is damaged.
    """
    return read_sources_file(folder(name) / "sources.toml")


def read_sources_file(path: Path) -> SampleInfo:
    """Read and check one `sources.toml`.

    Raises:
        BadInput: it cannot be read, has a wrong or unknown key, a fact that cites no known source,
            that ends before it begins, or that lacks its channel.
    """
    try:
        with path.open("rb") as file:
            body = file.read(_LARGEST + 1)
        if len(body) > _LARGEST:
            msg = f"{path}: is larger than {_LARGEST} bytes; this is no sources.toml of ours"
            raise BadInput(msg)
        info = _READER.validate_python(tomllib.loads(body.decode()))
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}); install the package again"
        raise BadInput(msg) from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        msg = f"{path}: {where}: {fault['msg']}"
        raise BadInput(msg) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, or not TOML
        msg = f"{path}: is no valid TOML: {error}"
        raise BadInput(msg) from error
    faults = _faults(info)
    if faults:
        msg = "\n".join(f"{path}: {fault}" for fault in faults)
        raise BadInput(msg)
    return info


def _faults(info: SampleInfo) -> list[str]:
    known = [source.id for source in info.sources]
    faults = [f"source {name!r} is there twice" for name in set(known) if known.count(name) > 1]
    if info.end < info.start:
        faults.append(f"end {info.end} is before start {info.start}")
    for number, fact in enumerate(info.facts, 1):
        place = f"fact {number} ({fact.channel or 'context'}, {fact.what})"
        if fact.latest < fact.earliest:
            faults.append(f"{place}: latest {fact.latest} is before earliest {fact.earliest}")
        missing = [name for name in fact.sources if name not in known]
        if missing or not fact.sources:
            faults.append(f"{place}: cites no known source: {', '.join(missing) or 'none given'}")
        if (fact.channel is None) != (fact.what == "context"):
            faults.append(f"{place}: every fact but context names its channel")
    return faults


def _here() -> Path:
    return Path(str(files("monitor.samples")))
