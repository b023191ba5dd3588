"""A summary in; a folder with the report, its figures and tables out. Earlier ones are kept.

Nothing half-written is ever in place: a folder is built beside and then renamed. A report that
says something else than the one before becomes a revision, and the earlier one moves into it.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import BadUsage, MonitorError
from monitor.model import Json, Judgement
from monitor.report import revisions
from monitor.report.contents import Summary
from monitor.report.figures import MOST, draw
from monitor.report.in_place import sync, sync_one
from monitor.report.page import Revision, page
from monitor.report.pdf import as_pdf, require
from monitor.report.tables import channels_csv, findings_csv

FORMATS = ("html", "pdf", "json", "csv")
_NAME = re.compile(r"(?!revision-)[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_KEPT = "revision-"
_LEFT = re.compile(r"\.[A-Za-z0-9][A-Za-z0-9._-]{0,79}\.[a-z0-9_]{8}")
"""What TemporaryDirectory calls the folders that are built beside."""
LEFT_FOR_S = 86_400.0
"""Seconds that a folder being built beside is left alone: whose it is cannot be seen. Writing takes
seconds. Uncalibrated."""


@dataclass(frozen=True, slots=True)
class Written:
    """What writing came to: the file to open, its revision, and what changed since the last.

    `unchanged` is True where the same had been written before; then no file that was there was
    touched, and only files of formats that were missing were added.
    """

    path: Path
    revision: int
    changes: tuple[str, ...]
    unchanged: bool


def write(summary: Summary, judgement: Judgement, out_dir: Path, formats: Collection[str]) -> Path:
    """Write a report and return the path of its main file; see `publish`."""
    return publish(summary, judgement, out_dir, formats).path


def publish(
    summary: Summary, judgement: Judgement, out_dir: Path, formats: Collection[str]
) -> Written:
    """Write a report into `out_dir/<name>/`: summary.json always, and what is asked for.

    Args:
        summary: what the report says.
        judgement: what it was summarised from; refused where the two do not belong together.
        out_dir: made if it is not there.
        formats: of html (with its figures as PNG), pdf, csv and json.

    Raises:
        BadUsage: an unknown format, a name that is no file name, or pdf without WeasyPrint.
        MonitorError: the folder cannot be written.
    """
    _check(summary, judgement, formats)
    folder = out_dir / summary.name
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        _recover(folder)
        with tempfile.TemporaryDirectory(prefix=f".{summary.name}.", dir=out_dir) as made:
            _sweep(out_dir, Path(made))
            new = Path(made) / "new"
            new.mkdir()
            return _publish(summary, folder, frozenset(formats), new)
    except OSError as error:
        raise MonitorError(
            f"the report cannot be written to {folder} ({error.strerror}); "
            "choose another folder with --out or make room"
        ) from error


def _sweep(out_dir: Path, made: Path) -> None:
    """Remove what writers that were killed left half-written, of any week, a day after."""
    old = made.stat().st_mtime - LEFT_FOR_S
    for path in out_dir.iterdir():
        if _LEFT.fullmatch(path.name) and path.is_dir() and path.stat().st_mtime < old:
            shutil.rmtree(path, ignore_errors=True)


def _check(summary: Summary, judgement: Judgement, formats: Collection[str]) -> None:
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        raise BadUsage(f"no report format {', '.join(unknown) or 'given'}; use {','.join(FORMATS)}")
    if not _NAME.fullmatch(summary.name):
        raise BadUsage(
            f"{summary.name!r} cannot name a report: 1 to 80 of A-Z a-z 0-9 . _ -, and not "
            f"beginning with {_KEPT}"
        )
    if judgement.at != summary.at or len(judgement.views) != len(summary.lines):
        raise BadUsage("the summary is of another judgement; summarise the one to be written")
    if "pdf" in formats:
        require()


def _publish(summary: Summary, folder: Path, formats: frozenset[str], made: Path) -> Written:
    record = summary.as_json()
    main = folder / _main(formats)
    earlier: dict[str, Json] | None = None
    number = 1
    changes: tuple[str, ...] = ()
    if folder.exists():
        earlier = revisions.read(folder / "summary.json")
        number = max(revisions.revision(earlier), _kept(folder) + 1)
        if earlier is not None and revisions.same(earlier, record):
            said = earlier.get("changes")
            changes = tuple(str(c) for c in said) if isinstance(said, list) else ()
            _add_missing(summary, folder, formats, made, Revision(number, changes, _last(number)))
            return Written(main, number, changes, unchanged=True)
        changes = tuple(revisions.changes(earlier, record, summary.platforms))
        number += 1
    _fill(summary, formats, made, Revision(number, changes, _last(number)))
    _write_json(made / "summary.json", {**record, "revision": number, "changes": list(changes)})
    if number > 1:
        _keep(folder, made, number - 1)
    sync(made)  # the week is noted as done next, and that outlives a power cut
    _swap(made, folder)
    return Written(main, number, changes, unchanged=False)


def _last(number: int) -> str:
    return f"{_KEPT}{number - 1}/" if number > 1 else ""


def _main(formats: Collection[str]) -> str:
    names = {"html": "report.html", "pdf": "report.pdf", "csv": "channels.csv"}
    return next((name for key, name in names.items() if key in formats), "summary.json")


def _fill(summary: Summary, formats: Collection[str], made: Path, revision: Revision) -> None:
    """Write every file of the formats but summary.json."""
    if {"html", "pdf"} & set(formats):
        drawn = draw(summary, made)
        if "html" in formats:
            html = page(summary, drawn, revision, shown=MOST)
            (made / "report.html").write_text(html, encoding="utf-8", newline="\n")
        if "pdf" in formats:
            paper = page(summary, drawn, revision, shown=MOST, browser=False)
            (made / "report.pdf").write_bytes(as_pdf(paper))
    if "csv" in formats:
        (made / "channels.csv").write_text(channels_csv(summary), encoding="utf-8", newline="")
        (made / "findings.csv").write_text(findings_csv(summary), encoding="utf-8", newline="")


def _write_json(path: Path, record: dict[str, Json]) -> None:
    # A lone surrogate, from a broken page, cannot be UTF-8; as \u it can be JSON.
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
    try:
        body = text.encode()
    except UnicodeEncodeError:
        body = json.dumps(record, ensure_ascii=True, indent=1, sort_keys=True).encode()
    path.write_bytes(body + b"\n")


def _add_missing(
    summary: Summary, folder: Path, formats: frozenset[str], made: Path, revision: Revision
) -> None:
    """Add the files of formats that an earlier, equal writing did not ask for."""
    missing = {kind for kind in formats if not (folder / _main({kind})).exists()}
    if missing - {"json"}:
        _fill(summary, missing, made, revision)
        for path in sorted(made.iterdir()):
            if not (folder / path.name).exists():
                path.replace(folder / path.name)


def _kept(folder: Path) -> int:
    """Return the highest number of an earlier writing that is kept in a folder, 0 for none."""
    numbers = (path.name.removeprefix(_KEPT) for path in folder.glob(f"{_KEPT}*"))
    return max((int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 7), default=0)


def _keep(folder: Path, made: Path, number: int) -> None:
    """Copy an earlier writing beside the new one, and those that it kept itself."""
    into = made / f"{_KEPT}{number}"
    into.mkdir()
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name.startswith(_KEPT):
            shutil.copytree(path, made / path.name)
        elif path.is_file():
            shutil.copy2(path, into / path.name)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.before")


def _swap(made: Path, folder: Path) -> None:
    """Put the new folder in the place of the old one; between the renames `_recover` helps."""
    before = _aside(folder)
    if folder.exists():
        folder.rename(before)
    made.rename(folder)
    sync_one(folder.parent)
    shutil.rmtree(before, ignore_errors=True)


def _recover(folder: Path) -> None:
    """Undo a swap that was cut short: what was there before is either back or superseded."""
    before = _aside(folder)
    if before.exists():
        if folder.exists():
            shutil.rmtree(before, ignore_errors=True)
        else:
            before.rename(folder)
