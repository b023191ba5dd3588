"""The page that lists a demo's reports: titles, notes and addresses in, one HTML file out."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined


@dataclass(frozen=True, slots=True)
class Entry:
    """One report: its title, a sentence about it, and its file."""

    title: str
    note: str
    path: Path


def write(folder: Path, entries: Sequence[Entry]) -> Path:
    """Write `index.html` into a folder, all at once, with addresses relative to it."""
    environment = Environment(
        loader=PackageLoader("monitor.report"), autoescape=True, undefined=StrictUndefined
    )
    rows = [
        {
            "title": entry.title,
            "note": entry.note,
            "address": quote(Path(os.path.relpath(entry.path, folder)).as_posix()),
        }
        for entry in entries
    ]
    page = environment.get_template("samples.html").render(entries=rows)
    target = folder / "index.html"
    made = target.with_suffix(".html.new")
    made.write_text(page, encoding="utf-8")
    made.replace(target)
    return target
