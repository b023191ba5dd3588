"""Run the real command line in this process, in a folder of its own, and read what it said."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """A folder, and commands typed in it."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.chdir(folder)
        for name in ("MONITOR_DATABASE", "MONITOR_SECRETS", "MONITOR_PROXY"):
            monkeypatch.delenv(name, raising=False)

    def type(self, *words: object) -> Ran:
        """Run `channel-monitor WORDS`."""
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "argv", ["channel-monitor", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = self._capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else int(code is not None), said.out, said.err)

    def ok(self, *words: object) -> Ran:
        """Run a command that has to succeed."""
        ran = self.type(*words)
        assert ran.code == 0, ran
        return ran

    def configure(self, base_url: str, *usernames: str, more: str = "") -> None:
        """Write a channels.toml that watches these names on a page server, at full speed."""
        channels = "".join(f'[[channel]]\nusername = "{name}"\n' for name in usernames)
        (self.folder / "channels.toml").write_text(
            f'{channels}\n[sources.preview]\nbase_url = "{base_url}"\n'
            f'requests_per_second = 500\ntimeout = "2s"\nattempts = 2\n{more}',
            encoding="utf-8",
        )
