"""A folder of reports in; which ones lie there, newest first, out. Writes nothing."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from monitor.clock import as_utc
from monitor.report.words import LANGUAGES

FILES = ("report.html", "report.pdf", "channels.csv", "findings.csv", "summary.json")
"""What a report's folder holds that a reader may open, the main file first."""
MOST = 520
"""Reports that are listed, the newest: ten years of weeks (uncalibrated)."""
LARGEST = 64_000_000
"""Bytes of a summary.json that is read; one of 1,000 channels has a few (uncalibrated)."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_WEEK = re.compile(r"\d{4}-W\d{2}")


@dataclass(frozen=True, slots=True)
class Shelved:
    """One report: its folder's name, what it is about, and which of `FILES` are there."""

    name: str
    language: str
    revision: int
    start: datetime
    end: datetime
    judged_at: datetime
    headline: str
    files: tuple[str, ...]

    @property
    def weekly(self) -> bool:
        """Whether it is the report of an ISO week."""
        return _WEEK.fullmatch(self.name) is not None


def reports(folder: Path) -> list[Shelved]:
    """Return the reports in a folder, the newest window first; what is none is passed over."""
    try:
        inside = [p for p in folder.iterdir() if _NAME.fullmatch(p.name) and not p.is_symlink()]
    except OSError:
        return []
    found = [report for path in inside if (report := _shelved(path)) is not None]
    return sorted(found, key=lambda r: (r.end, r.start, r.name), reverse=True)[:MOST]


def _shelved(folder: Path) -> Shelved | None:
    summary = folder / "summary.json"
    try:
        if summary.is_symlink() or not summary.is_file():
            return None
        about = summary.stat()
        if about.st_size > LARGEST:
            return None
        # Written files are never changed, only replaced: a second look costs a few stats.
        told = _read(summary, about.st_mtime_ns, about.st_size, about.st_ino)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Shelved(
        folder.name,
        *told,
        files=tuple(name for name in FILES if (folder / name).is_file()),
    )


@lru_cache(maxsize=2 * MOST)
def _read(
    path: Path,
    _changed: int,
    _size: int,
    _number: int,
) -> tuple[str, int, datetime, datetime, datetime, str]:
    """Read what a summary says of its report; the other arguments say which writing it is."""
    told = json.loads(path.read_bytes())
    language = told["language"]
    if language not in LANGUAGES:
        msg = f"{path}: no report of ours is in the language {language!r}"
        raise ValueError(msg)
    window = told["window"]
    return (
        language,
        int(told.get("revision", 1)),
        as_utc(str(window["from"])),
        as_utc(str(window["to"])),
        as_utc(str(told["judged_at"])),
        str(told.get("headline", "")),
    )
