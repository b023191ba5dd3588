"""`report` and `demo`: what a reader opens says what the sources say."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Terminal


@pytest.mark.timeout(240)
def test_the_demo_tells_both_stories_as_the_sources_do(terminal: Terminal) -> None:
    ran = terminal.ok("demo", "--out", "out")
    report = Path(ran.out.splitlines()[-1])
    assert report.is_file()
    assert "iran-2018" in report.parts
    page = report.read_text(encoding="utf-8")
    assert "econstruction" in page
    assert (terminal.folder / "out" / "index.html").is_file()
    # What never happened is no news.
    assert not list((terminal.folder / "out").rglob("feed.atom"))
    assert "6 of 8 watched channels announced" in page
    russia = next((terminal.folder / "out" / "russia-2026").glob("*/report.html"))
    assert "emergency services, Russia" in russia.read_text(encoding="utf-8")

    again = terminal.ok("demo", "--out", "out", "--quiet")
    assert Path(again.out.splitlines()[-1]) == report
    assert not list(report.parent.glob("revision-*"))


def test_a_week_is_reported_once_and_again_as_a_revision(terminal: Terminal) -> None:
    def post(number: int, day: int, text: str) -> str:
        at = f"2018-04-{day:02d}T09:00:00Z"
        return json.dumps({"channel": "composed_office", "id": number, "date": at, "text": text})

    (terminal.folder / "p.jsonl").write_text(post(1, 16, "Composed post"))
    terminal.ok("import", "p.jsonl")
    week = ["report", "--week", "2018-W16", "--now", "2018-04-23T00:00:00Z"]
    first = terminal.ok(*week, "--format", "html,json,csv")
    path = Path(first.out.strip())
    assert path == Path("reports/2018-W16/report.html")
    assert "Content-Security-Policy" in path.read_text(encoding="utf-8")
    assert {"summary.json", "channels.csv", "findings.csv"} <= {
        p.name for p in path.parent.iterdir()
    }
    assert "nothing was changed" in terminal.ok(*week).err
    (terminal.folder / "q.jsonl").write_text(
        post(2, 17, "This channel stops its work in Telegram from today. ble.ir/composed_office")
    )
    terminal.ok("import", "q.jsonl")
    second = terminal.ok(*week, "--format", "html,json,csv")
    assert "revision 2" in second.err
    assert (path.parent / "revision-1" / "report.html").is_file()


@pytest.mark.parametrize("language", ["en", "fa", "ru"])
def test_an_empty_week_says_so_in_every_language(terminal: Terminal, language: str) -> None:
    terminal.ok("migrate")
    ran = terminal.ok(
        "report", "--from", "2018-04-16", "--to", "2018-04-22", "--language", language,
        "--now", "2018-04-23T00:00:00Z",
    )  # fmt: skip
    assert f'lang="{language}"' in Path(ran.out.strip()).read_text(encoding="utf-8")


def test_what_cannot_be_reported_is_refused(terminal: Terminal) -> None:
    terminal.ok("migrate")
    for options in (
        ["--week", "2018-W99"],
        ["--week", "soon"],
        ["--week", "9999-W52"],
        ["--week", "2012-W10"],
        ["--from", "0001-01-01", "--to", "2018-01-01"],
        ["--from", "2018-01-01", "--to", "9999-12-30"],
        ["--week", "2018-W16", "--from", "2018-04-01"],
        ["--from", "2018-04-01"],
        ["--from", "2018-04-02", "--to", "2018-04-01"],
        ["--format", "docx"],
        ["--format", ""],
        ["--language", "xx"],
    ):
        ran = terminal.type("report", *options)
        assert (ran.code, "Traceback" in ran.err) == (2, False), options
    assert terminal.ok("report", "--now", "2018-04-25T00:00:00Z").out.strip() == (
        "reports/2018-W16/report.html"
    )
