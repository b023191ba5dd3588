"""By what posts are judged, as one short text: it differs wherever a verdict could."""

import hashlib
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable

from monitor.model import Encoder, Speaker

_ROOMS = ("catalog", "detect", "model")
"""Where rules, lexicons and the form of a verdict are; any change of a file there counts."""


@cache
def of_rules() -> str:
    """Return a digest of the rules, the lexicons, the catalogue and what they are matched with."""
    digest = hashlib.sha256()
    for part in (unicodedata.unidata_version, metadata.version("ahocorasick_rs")):
        digest.update(f"{part}\n".encode())
    for room in _ROOMS:
        for name, file in _files(resources.files("monitor").joinpath(room), room):
            digest.update(f"{name}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:32]


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.is_dir():
            if file.name != "__pycache__":
                yield from _files(file, f"{name}/{file.name}")
        else:
            yield f"{name}/{file.name}", file


def of(speaker: Speaker, encoder: Encoder | None = None) -> str:
    """Return by what the posts of one speaker are judged, the model of meaning included."""
    model = f"\n{encoder.name}" if encoder else ""
    return hashlib.sha256(f"{of_rules()}\n{speaker!r}{model}".encode()).hexdigest()[:32]
