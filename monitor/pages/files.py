"""A path asked for in; a file below the folder of reports out, or nothing. Never one outside."""

import re
from dataclasses import dataclass
from pathlib import Path

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
}
"""The kinds of file that reports are made of; nothing else is given."""

LARGEST = 256_000_000
"""Bytes of a file that is given; a report has one or two million (uncalibrated)."""
DEEPEST = 4
"""Parts of a path: a report, a revision in it, a file (one to spare)."""

# No leading dot: half-written folders and files begin with one. ASCII alone: no look-alikes.
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Given:
    """A file that may be given, and as what; `tag` differs when the file does."""

    path: Path
    kind: str
    tag: str


def find(folder: Path, asked: str) -> Given | None:
    """Return the file that a path below `/reports/` means, None where none may be given.

    `asked` is already decoded; what is still encoded in it is part of a name, and refused.
    """
    parts = asked.split("/") if asked else ["index.html"]
    if parts[-1] == "":
        parts[-1] = "report.html" if len(parts) > 1 else "index.html"
    if len(parts) > DEEPEST or not all(_PART.fullmatch(part) for part in parts):
        return None
    kind = KINDS.get(Path(parts[-1]).suffix)
    if kind is None:
        return None
    try:
        root = folder.resolve(strict=True)
        path = root.joinpath(*parts)
        # A link anywhere below the folder makes these differ, wherever it leads.
        if path.resolve(strict=True) != path or not path.is_file():
            return None
        about = path.stat()
    except (OSError, ValueError):
        return None
    if about.st_size > LARGEST:
        return None
    return Given(path, kind, f"{about.st_mtime_ns:x}-{about.st_size:x}-{about.st_ino:x}")
