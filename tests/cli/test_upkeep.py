"""`backup`, `vacuum`, `export` and `doctor`, as typed."""

import asyncio
import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.writer_lock import writing
from tests.cli.running import Terminal
from tests.kept_pages import archive, keep, office

NOW = ("--now", "2018-07-01T00:00:00Z")


@pytest.fixture
def kept(terminal: Terminal) -> Path:
    asyncio.run(keep(terminal.folder, office()))
    return terminal.folder


@pytest.mark.usefixtures("kept")
def test_a_backup_prints_its_path_and_says_what_is_not_in_it(terminal: Terminal) -> None:
    ran = terminal.ok("backup", "copy.db")
    assert ran.out == "copy.db\n"
    assert "read back whole" in ran.err
    assert "the evidence in monitor-evidence is not in it" in ran.err
    again = terminal.type("backup", "copy.db")
    assert (again.code, again.out) == (2, "")
    assert "copy.db is there already" in again.err
    whole = terminal.ok("backup", "whole.db", "--evidence")
    assert "of evidence in whole-evidence" in whole.err
    assert terminal.ok("backup", "quiet.db", "--quiet").err == ""
    first = terminal.ok("cases", "--json", *NOW).json
    assert terminal.ok("cases", "--json", *NOW, "--database", "sqlite:///whole.db").json == first
    assert terminal.type("backup", "x.db", "--database", "sqlite:///none.db").code == 1


def test_vacuum_lets_go_what_the_configuration_says_and_tells_the_bytes(
    terminal: Terminal, kept: Path
) -> None:
    plain = terminal.ok("vacuum", *NOW)
    assert "let go" not in plain.out
    assert "bytes before" in plain.out
    (kept / "channels.toml").write_text('[retention]\nevidence = "30d"\n')
    ran = terminal.ok("vacuum", *NOW)
    assert ran.out.startswith("16 bodies of evidence let go, ")
    assert "2 of those months stay" in ran.out
    with closing(sqlite3.connect(kept / "monitor.db")) as raw:
        kept_rows = raw.execute("SELECT count(*) FROM evidence WHERE file IS NOT NULL").fetchone()
    assert kept_rows == (2,)
    # All that was said before is still said: no finding rested on what went.
    assert len(terminal.ok("findings", "--json", *NOW).json) >= 2
    terminal.ok("report", "--week", "2018-W10", *NOW)
    page = (kept / "reports" / "2018-W10" / "report.html").read_text()
    assert "SHA-256 of the page as kept" in page
    assert "evidence not kept" not in page


def test_vacuum_keeps_what_reports_beside_the_configuration_cite(
    terminal: Terminal, kept: Path
) -> None:
    """The folder of reports is named from where channels.toml lies, not from where one stands."""
    with closing(sqlite3.connect(kept / "monitor.db")) as raw:
        digests = dict(raw.execute("SELECT id, sha256 FROM evidence").fetchall())
    week = kept / "etc" / "reports" / "2018-W10"
    week.mkdir(parents=True)
    (week / "summary.json").write_text(digests[4])
    (kept / "etc" / "channels.toml").write_text('[retention]\nevidence = "30d"\n')
    ran = terminal.ok("vacuum", "--config", "etc/channels.toml", *NOW)
    assert "3 of those months stay" in ran.out


def test_a_report_says_where_evidence_is_not_kept_any_more(terminal: Terminal, kept: Path) -> None:
    """Rules may change after a page was let go, and a finding then rest on it."""
    with closing(sqlite3.connect(kept / "monitor.db")) as raw, raw:
        raw.execute('UPDATE evidence SET file = NULL, "offset" = NULL')
    terminal.ok("report", "--week", "2018-W10", "--format", "html,json", *NOW)
    folder = kept / "reports" / "2018-W10"
    page = (folder / "report.html").read_text()
    told = json.loads((folder / "summary.json").read_text())
    assert "evidence not kept (let go after its time)" in page
    assert told["evidence_not_kept"] == [told["findings"][0]["sha256"]]
    for language, words in (
        ("fa", "شواهد دیگر نگه داشته نشده"),
        ("ru", "свидетельство не хранится"),
    ):
        out = ("--out", language)
        terminal.ok("report", "--week", "2018-W10", "--language", language, *out, *NOW)
        assert words in (kept / language / "2018-W10" / "report.html").read_text()


def test_vacuum_without_a_database_or_beside_a_writer_fails(terminal: Terminal, kept: Path) -> None:
    ran = terminal.type("vacuum", "--database", "sqlite:///none.db")
    assert (ran.code, list(kept.glob("none*"))) == (1, [])
    assert "there is no database at none.db" in ran.err


def test_a_damaged_month_is_said_and_the_database_packed_all_the_same(
    terminal: Terminal, kept: Path
) -> None:
    (kept / "channels.toml").write_text('[retention]\nevidence = "30d"\n')
    (file,) = archive(kept).folder.glob("*.warc.gz")
    file.write_bytes(b"x" * file.stat().st_size)
    ran = terminal.ok("vacuum", *NOW)
    assert "warning: telegram-2018-03" in ran.err
    assert ran.out.startswith("0 bodies of evidence let go")


@pytest.mark.usefixtures("kept")
def test_an_export_prints_the_manifest_and_counts(terminal: Terminal) -> None:
    with writing(terminal.folder / "monitor.db", "somebody"):  # no lock is needed
        ran = terminal.ok("export", "--format", "jsonl", "--out", "out", *NOW)
    assert ran.out == "out/manifest.json\n"
    assert "30 posts, 0 post_revisions" in ran.err
    some = terminal.ok(
        "export", "--format", "csv", "--out", "csv", "--channel", "composed_office",
        "--since", "2018-03-02", "--until", "2018-03-02", "--quiet", *NOW,
    )  # fmt: skip
    assert some.err == ""
    told = json.loads((terminal.folder / "csv" / "manifest.json").read_text())
    assert told["tables"]["posts"]["rows"] == 3
    assert told["at"] == "2018-07-01T00:00:00Z"


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--format", "xlsx", "--out", "x"), "take one of parquet, csv, jsonl"),
        (("--format", "csv"), "--out"),
        (("--format", "csv", "--out", "x", "--since", "soon"), "'soon' is no day"),
        (
            ("--format", "csv", "--out", "x", "--since", "2018-02-02", "--until", "2018-02-01"),
            "lies before",
        ),
        (("--format", "csv", "--out", "x", "--channel", "nobody"), "is not stored"),
    ],
)
def test_an_export_typed_wrongly_is_refused(
    terminal: Terminal, words: tuple[str, ...], says: str
) -> None:
    ran = terminal.type("export", *words, *NOW)
    assert ran.code == 2
    assert says in ran.err
    assert not (terminal.folder / "x").exists()


def test_doctor_ends_by_the_worst_that_it_found(terminal: Terminal, kept: Path) -> None:
    (kept / "channels.toml").write_text('[[channel]]\nusername = "composed_office"\n')
    well = terminal.ok("doctor", *NOW)
    assert "FAIL" not in well.out
    told = terminal.ok("doctor", "--json", *NOW).json
    assert {"name", "state", "says", "remedy"} == set(told[0])
    assert "integrity" in {check["name"] for check in told}
    (file,) = archive(kept).folder.glob("*.warc.gz")
    file.unlink()
    broken = terminal.type("doctor", *NOW)
    assert broken.code == 1
    assert "FAIL  integrity: " in broken.out
    assert "restore it from a backup" in broken.out
    (kept / "channels.toml").write_text(
        '[[channel]]\nusername = "composed_office"\nsource = "telegram"\n'
    )
    assert terminal.type("doctor", *NOW).code == 3


def test_doctor_in_an_empty_folder_only_warns_and_leaves_it_empty(terminal: Terminal) -> None:
    assert "WARN  database: there is none" in terminal.ok("doctor").out
    assert list(terminal.folder.iterdir()) == []


def test_no_secret_is_in_what_doctor_says(
    terminal: Terminal, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_PROXY", "socks5://composed:hush-hush@127.0.0.1:9")
    monkeypatch.setenv("MONITOR_API_HASH", "composed-hash")
    monkeypatch.setenv("MONITOR_API_ID", "1234567")
    ran = terminal.type("doctor", "--network", "--verbose", *NOW)
    assert ran.code == 3  # no session file
    assert "FAIL  network" in ran.out
    for secret in ("hush-hush", "composed-hash", "1234567"):
        assert secret not in ran.out + ran.err
    assert kept.exists()


def test_a_backup_needs_no_room_in_the_folder_of_the_database(
    terminal: Terminal, kept: Path
) -> None:
    """The program as installed: another process, another folder."""
    import sys

    elsewhere = terminal.folder / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "backup", str(elsewhere / "copy.db"), "--quiet",
         "--database", f"sqlite:///{kept / 'monitor.db'}"],
        cwd=Path(__file__).resolve().parent.parent.parent, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout == f"{elsewhere / 'copy.db'}\n"
    assert [p.name for p in elsewhere.iterdir()] == ["copy.db"]
