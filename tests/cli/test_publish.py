"""The folder's front page and feed follow every `detect` and `report`."""

import json
import os
import re
import stat

import pytest

from tests.cli.running import Terminal

NOW = ("--now", "2018-04-23T00:00:00Z")
NOTICE = "This channel stops its work in Telegram from today. ble.ir/composed_office"


def tell(terminal: Terminal, number: int, text: str) -> None:
    at = f"2018-04-{number:02d}T09:00:00Z"
    row = {"channel": "composed_office", "id": number, "date": at, "text": text}
    (terminal.folder / "p.jsonl").write_text(json.dumps(row))
    terminal.ok("import", "p.jsonl")


def identity(text: str) -> str:
    found = re.search("<id>(.*?)</id>", text)
    assert found is not None
    return found[1]


def test_detect_and_report_keep_both_and_the_feed_keeps_its_identity(terminal: Terminal) -> None:
    feed, front = (terminal.folder / "reports" / n for n in ("feed.atom", "index.html"))
    tell(terminal, 16, "Composed")
    (terminal.folder / "reports").mkdir()
    terminal.ok("detect", *NOW)
    empty = feed.read_text(encoding="utf-8")
    assert "<entry>" not in empty
    assert stat.S_IMODE(feed.stat().st_mode) == 0o644
    tell(terminal, 17, NOTICE)
    terminal.ok("detect", *NOW)
    first = feed.read_text(encoding="utf-8")
    assert 'term="closure_notice"' in first
    assert "2018-W16" not in first
    terminal.ok("report", "--week", "2018-W16", *NOW)
    second = feed.read_text(encoding="utf-8")
    assert 'href="2018-W16/report.html"' in second
    assert 'href="2018-W16/report.html"' in front.read_text(encoding="utf-8")
    assert identity(empty) == identity(first) == identity(second)
    written = feed.stat().st_mtime_ns, front.stat().st_mtime_ns
    terminal.ok("detect", *NOW)
    assert (feed.stat().st_mtime_ns, front.stat().st_mtime_ns) == written


def test_the_language_is_that_of_the_settings_and_out_is_obeyed(terminal: Terminal) -> None:
    (terminal.folder / "channels.toml").write_text(
        '[[channel]]\nusername = "composed_office"\n[report]\nlanguage = "fa"\nout = "told"\n',
        encoding="utf-8",
    )
    tell(terminal, 17, NOTICE)
    (terminal.folder / "told").mkdir()
    terminal.ok("detect", *NOW)
    assert 'xml:lang="fa"' in (terminal.folder / "told" / "feed.atom").read_text(encoding="utf-8")
    front = (terminal.folder / "told" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="fa" dir="rtl">' in front
    assert not (terminal.folder / "reports").exists()
    terminal.ok("report", "--week", "2018-W16", "--language", "en", "--out", "other", *NOW)
    listed = (terminal.folder / "other" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="fa"' in listed
    assert 'hreflang="en"' in listed


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said_after_the_findings_were_kept(
    terminal: Terminal,
) -> None:
    tell(terminal, 17, NOTICE)
    (terminal.folder / "reports").mkdir(mode=0o500)
    assert "front page" in terminal.ok("detect", *NOW).err
    assert terminal.ok("findings", "--json", *NOW).json


def test_a_front_page_that_cannot_be_put_in_place_is_said_after_the_findings_were_kept(
    terminal: Terminal,
) -> None:
    tell(terminal, 17, NOTICE)
    (terminal.folder / "reports" / "index.html" / "in the way").mkdir(parents=True)
    assert "what was concluded is kept" in terminal.ok("detect", *NOW).err
    assert "closure_notice" in terminal.ok("findings", *NOW).out


def test_where_nobody_keeps_reports_none_are_begun(terminal: Terminal) -> None:
    """A configuration may lie where nothing can be written, or be that of somebody else."""
    tell(terminal, 17, NOTICE)
    terminal.ok("detect", *NOW)
    assert not (terminal.folder / "reports").exists()
