"""Compose the bundled reconstructions: `python -m tools.compose_samples [NAME ...] [--check]`.

Reads tools/samples/, writes monitor/samples/NAME/. With `--check` it writes nothing and ends with
1 if a committed file differs from what it would write.
"""

import argparse
import gzip
import sys
from pathlib import Path

from tools.composing.folder import compose
from tools.composing.plan import read_plan, read_wording

ROOT = Path(__file__).resolve().parent.parent
PLANS = ROOT / "tools" / "samples"
TARGET = ROOT / "monitor" / "samples"
LANGUAGES = ("fa", "ru")


def composed(name: str) -> dict[str, bytes]:
    """Return the files of one sample by name, as the source files have them now."""
    wordings = {language: read_wording(PLANS / f"{language}.toml") for language in LANGUAGES}
    return compose(read_plan(PLANS / f"{name}.toml"), wordings)


def plan_names() -> tuple[str, ...]:
    """Name the samples that have a source file."""
    return tuple(sorted(p.stem for p in PLANS.glob("*.toml") if p.stem not in LANGUAGES))


def same(name: str, ours: bytes, theirs: bytes) -> bool:
    """Tell whether two files say the same; archives are compared unpacked.

    Another build of zlib may pack the same bytes otherwise.
    """
    if name.endswith(".gz"):
        return gzip.decompress(ours) == gzip.decompress(theirs)
    return ours == theirs


def main(arguments: list[str] | None = None) -> int:
    """Write or check the samples; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*plan_names(), []], default=[])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--to", type=Path, default=TARGET, help="where the sample folders are")
    options = parser.parse_args(arguments)
    different = 0
    for name in options.name or plan_names():
        folder = options.to / name
        for file, body in composed(name).items():
            there = (folder / file).read_bytes() if (folder / file).is_file() else None
            if there is not None and same(file, body, there):
                continue
            different += 1
            print(
                f"{folder / file}: {'differs' if options.check else 'written'}, {len(body)} bytes"
            )
            if not options.check:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / file).write_bytes(body)
    return 1 if options.check and different else 0


if __name__ == "__main__":
    sys.exit(main())
