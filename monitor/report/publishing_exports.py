"""A folder of finished tables in; an export in its place out, with a manifest. Nothing half-made.

All tables are finished beside before the first is put in place. While they are, there is no
manifest: a folder without one is no whole export.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from monitor.errors import BadUsage, MonitorError
from monitor.model import Json

MANIFEST = "manifest.json"
PROGRAM = "channel-migration-monitor"
_REPLACING = ".manifest.replacing.json"
_PIECE = 1 << 20


def refuse_foreign(out: Path, kind: str, names: Sequence[str]) -> None:
    """Refuse a folder that holds something else under the names of an export, or another format.

    Raises:
        BadUsage: it does.
    """
    earlier = _manifest(out / MANIFEST) or _manifest(out / _REPLACING)
    if earlier is None:
        for name in names:
            if (out / name).exists() or (out / name).is_symlink():
                raise BadUsage(
                    f"{out / name} is there and no export of ours; choose another folder with --out"
                )
    elif earlier.get("format") != kind:
        raise BadUsage(
            f"{out} holds an export as {earlier.get('format')}; choose another folder for {kind}"
        )


@contextmanager
def preparing(out: Path) -> Iterator[Path]:
    """Make a folder for what is not finished inside `out`, and remove it; one export at a time.

    Raises:
        MonitorError: another one is writing there, or the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with FileLock(out / ".export.lock", timeout=0):
            for left in out.glob(".export-*"):  # of an export that was killed
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=".export-", dir=out) as made:
                yield Path(made)
    except Timeout as error:
        raise MonitorError(
            f"another export is writing into {out}; wait for it or choose another folder"
        ) from error
    except OSError as error:
        raise MonitorError(
            f"the export cannot be written to {out} ({error}); make room, or choose another "
            "folder with --out"
        ) from error


def _manifest(path: Path) -> dict[str, object] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    ours = isinstance(found, dict) and found.get("program") == PROGRAM
    return found if ours else None


def files_of(made: Path, name: str) -> list[Json]:
    """List the files of a table, synced, with bytes and SHA-256; paths are relative to the export.

    Raises:
        OSError: one cannot be read or brought to the disk.
    """
    return [
        {
            "path": path.relative_to(made).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": _synced_digest(path),
        }
        for path in _files(made / name)
    ]


def _files(top: Path) -> Iterator[Path]:
    if top.is_dir():
        yield from sorted(p for p in top.rglob("*") if p.is_file())
    elif top.exists():
        yield top


def _synced_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
        os.fsync(file.fileno())
    return digest.hexdigest()


def put_in_place(made: Path, out: Path, names: Sequence[str], manifest: dict[str, Json]) -> Path:
    """Move finished tables into a folder in place of an earlier export's; return the manifest.

    Raises:
        MonitorError: the folder cannot be written.
    """
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    try:
        (made / MANIFEST).write_bytes(text.encode("utf-8", "backslashreplace") + b"\n")
        if (out / MANIFEST).exists():
            (out / MANIFEST).replace(out / _REPLACING)
        for name in names:
            before = out / f".{name}.before"
            _remove(before)
            if (out / name).exists():
                (out / name).rename(before)
            (made / name).rename(out / name)
            _remove(before)
        (made / MANIFEST).replace(out / MANIFEST)
        (out / _REPLACING).unlink(missing_ok=True)
    except OSError as error:
        raise MonitorError(
            f"the export cannot be put into {out} ({error}); mend that and run it again"
        ) from error
    return out / MANIFEST


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
