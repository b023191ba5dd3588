"""What docs/operations.md says of commands, settings, codes, files and kinds is so."""

import re
import shlex
import tomllib
from datetime import time, timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from monitor import errors
from monitor.cli.program import COMMANDS
from monitor.config import ReportSettings, RetentionSettings, ServiceSettings, as_duration, read

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
KNOWN = {name for commands in COMMANDS.values() for name in commands}
EXAMPLES = [
    dedent(block) for block in re.findall(r"(?:^    .*\n(?:\n(?=    ))?)+", TEXT, re.MULTILINE)
]
LINES = [line for block in EXAMPLES for line in block.splitlines() if line]
TABLES: dict[str, type[BaseModel]] = {
    "report": ReportSettings,
    "service": ServiceSettings,
    "retention": RetentionSettings,
}


def test_every_command_in_an_example_exists() -> None:
    run = [shlex.split(line) for line in LINES if line.startswith("channel-monitor-as-service")]
    run += [
        shlex.split(line.partition(" monitor ")[2]) for line in LINES if " --rm monitor " in line
    ]
    named = {next(w for w in words if w != "channel-monitor-as-service") for words in run}
    assert len(named) > 6
    assert named <= KNOWN


def test_every_shipped_file_in_an_example_exists() -> None:
    made = {"deploy/config", "deploy/config/channels.toml", "deploy/secrets"}
    named = {w for line in LINES for w in shlex.split(line) if w.startswith("deploy/")} - made
    assert len(named) == 3
    for word in named:
        assert (ROOT / word).is_file(), word


@pytest.mark.parametrize("block", [block for block in EXAMPLES if block.startswith("[")])
def test_every_settings_example_is_read(block: str) -> None:
    table = tomllib.loads(block)
    assert read(table, "docs/operations.md").model_fields_set == table.keys()


def test_every_setting_stands_there_with_its_default() -> None:
    rows = re.findall(r"^\| `\[(\w+)\] (\w+)` \| ([^|]+) \|", TEXT, re.MULTILINE)
    said = {(table, key): value.strip() for table, key, value in rows}
    known = {(t, key): f.default for t, m in TABLES.items() for key, f in m.model_fields.items()}
    assert PydanticUndefined not in known.values()
    assert said.keys() == known.keys()
    for place, default in known.items():
        words = said[place]
        if isinstance(default, timedelta):
            assert as_duration(words) == default
        elif isinstance(default, time):
            assert words == f"{default:%H:%M}"
        elif isinstance(default, tuple):
            assert words == ", ".join(default)
        else:
            assert words == ("none" if default is None else default)


def test_every_exit_code_stands_there() -> None:
    kinds = [k for k in vars(errors).values() if isinstance(k, type)]
    codes = {k.exit_code for k in kinds if issubclass(k, errors.MonitorError)}
    part = TEXT.partition("## Exit codes")[2].partition("\n## ")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", part, re.MULTILINE)} == {0, *codes}


def test_every_line_of_the_log_that_is_explained_is_one_that_is_written() -> None:
    part = TEXT.partition("| line | means")[2].partition("\n\n")[0]
    said = [line for cell in re.findall(r"^\| ([^|]+) \|", part, re.MULTILINE)
            for line in re.findall(r"`([^`]+)`", cell)]  # fmt: skip
    rooms = ("service", "jobs", "cli")
    source = "".join(
        p.read_text(encoding="utf-8") for r in rooms for p in (ROOT / "monitor" / r).rglob("*.py")
    )
    assert len(said) > 8
    for line in said:
        assert f'"{line.removesuffix("...").strip()}' in source, line


def test_every_kind_of_error_that_is_explained_exists() -> None:
    part = TEXT.partition("| kind | do |")[2].partition("\n\n")[0]
    kinds = set(re.findall(r"^\| (\w+) \|", part, re.MULTILINE))
    assert len(kinds) == 5
    for kind in kinds:
        assert issubclass(getattr(errors, kind), errors.MonitorError)
