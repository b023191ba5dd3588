"""Each thing that can be wrong is found, told apart, and comes with what to do about it."""

import asyncio
import os
import shutil
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path

import pytest

from monitor.clock import Clock, FixedClock, SystemClock
from monitor.config import Settings, load
from monitor.jobs import doctor, maintaining, surroundings
from monitor.jobs.surroundings import Check, satisfies
from monitor.store.writer_lock import writing
from tests.kept_pages import MARCH, archive, keep, office, url
from tests.page_server import PageServer

NOW = MARCH + timedelta(days=11)


def machine(at: datetime) -> Clock:
    """Return a clock that stands still and says that it is the machine's."""
    return FixedClock(at, shifted=False)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database, its archive and a configuration."""
    monkeypatch.chdir(tmp_path)
    asyncio.run(keep(tmp_path, office(), judged=False))
    (tmp_path / "channels.toml").write_text('[[channel]]\nusername = "composed_office"\n')
    return tmp_path


def examine(
    folder: Path,
    *,
    clock: Clock | None = None,
    network: bool = False,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Check]:
    config = folder / "channels.toml"
    patient = doctor.Patient(
        database=url(folder),
        path=folder / "monitor.db",
        archive=archive(folder),
        clock=clock or machine(NOW),
        settings=lambda: load(config) if config.exists() else Settings(),
        config=config,
        environment=environment or {},
    )
    checks = asyncio.run(doctor.examine(patient, network=network))
    assert all(check.remedy for check in checks if check.state != "ok")
    return {check.name: check for check in checks}


def bad(checks: dict[str, Check]) -> dict[str, str]:
    return {name: check.state for name, check in checks.items() if check.state != "ok"}


def test_where_all_is_well_nothing_is_said_against_it(kept: Path) -> None:
    found = examine(kept)
    assert bad(found) == {}
    assert set(found) >= {
        "python", "dependencies", "configuration", "secrets", "folder of database",
        "folder of evidence", "folder of reports", "time zones", "fonts", "extra pdf",
        "extra semantic", "database", "writer", "write-ahead log", "integrity", "clock", "channels",
        "last success", "accounts",
    }  # fmt: skip
    assert "network" not in found


def test_before_the_first_run_there_is_only_something_to_do(tmp_path: Path) -> None:
    found = examine(tmp_path)
    assert bad(found) == {"configuration": "warn", "database": "warn"}
    assert list(tmp_path.iterdir()) == []


def test_a_bad_configuration_is_named_and_the_rest_is_looked_at(kept: Path) -> None:
    (kept / "channels.toml").write_text("[[channel]]\nusernam = 1\n")
    found = examine(kept)
    assert bad(found) == {"configuration": "fail"}
    assert "did you mean 'username'" in found["configuration"].says
    assert found["integrity"].state == "ok"


def test_secrets_that_others_can_read_or_that_are_broken(kept: Path) -> None:
    file = kept / "secrets"
    file.write_text("MONITOR_PROXY=socks5://user:composed-word@localhost:1\n")
    file.chmod(0o640)
    found = examine(kept, environment={"MONITOR_SECRETS": str(file)})
    assert bad(found) == {"secrets": "fail"}
    assert found["secrets"].remedy == f"chmod 600 {file}"
    file.chmod(0o600)
    assert bad(examine(kept, environment={"MONITOR_SECRETS": str(file)})) == {}
    file.write_text("composed-word\n")
    broken = examine(kept, environment={"MONITOR_SECRETS": str(file)})
    assert broken["secrets"].state == "fail"
    assert "composed-word" not in str(broken)


def test_targets_of_alerts_are_named_and_their_addresses_are_not(kept: Path) -> None:
    assert examine(kept)["alerts"].says == "no target"
    environment = {
        "MONITOR_ALERT_OFFICE": "mailto://composed-word", "MONITOR_ALERT_HOOK": "https://composed-word",
        "MONITOR_ALERT_HOOK_KEY": "composed-word", "MONITOR_ALERT_NOBODY": "",
    }  # fmt: skip
    found = examine(kept, environment=environment)
    assert found["alerts"].says == "addresses for hook, office"
    assert "composed-word" not in str(found)


def test_damage_an_old_schema_and_a_foreign_file(kept: Path) -> None:
    (file,) = archive(kept).folder.glob("*.warc.gz")
    os.truncate(file, 10)
    assert bad(examine(kept)) == {"integrity": "fail"}
    with closing(sqlite3.connect(kept / "monitor.db")) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    found = examine(kept)
    assert bad(found) == {"database": "fail"}
    assert "migrate" in found["database"].says
    for end in ("-wal", "-shm"):
        (kept / f"monitor.db{end}").unlink(missing_ok=True)
    (kept / "monitor.db").write_text("somebody's diary")
    assert bad(examine(kept)) == {"database": "fail"}


def test_a_damaged_table_stops_nothing_but_is_said(kept: Path) -> None:
    path = kept / "monitor.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'probe'").fetchone()
    with path.open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"\xff" * 4096)
    found = examine(kept)
    assert found["integrity"].state == "fail"
    assert found["accounts"].state == "ok"


def test_who_is_writing_is_told(kept: Path) -> None:
    with writing(kept / "monitor.db", "channel-monitor composed"):
        found = examine(kept)
    assert "being written by `channel-monitor composed`" in found["writer"].says


def test_a_large_log_is_said(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintaining, "LARGE_WAL", 1000)
    with closing(sqlite3.connect(kept / "monitor.db", isolation_level=None)) as raw:
        raw.execute("UPDATE post SET text = text || 'x'")
        assert bad(examine(kept)) == {"write-ahead log": "warn"}


def test_a_clock_that_is_behind_what_was_seen(kept: Path) -> None:
    found = examine(kept, clock=machine(MARCH))
    assert bad(found) == {"clock": "fail"}
    assert "2018-03-11T15:00:00Z" in found["clock"].says
    assert bad(examine(kept, clock=FixedClock(MARCH))) == {}  # `--now` asks for just that


def test_channels_that_fail_and_a_success_that_is_long_ago(kept: Path) -> None:
    with closing(sqlite3.connect(kept / "monitor.db")) as raw, raw:
        raw.execute(
            "INSERT INTO visit (folded, route, last_success, errors)"
            " VALUES ('composed_office', 'preview', ?, 5)",
            (int((NOW - timedelta(days=3)).timestamp()),),
        )
    found = examine(kept)
    assert bad(found) == {"channels": "warn", "last success": "warn"}
    assert "composed_office" in found["channels"].says


def test_accounts_that_are_missing_signed_out_or_readable_by_others(kept: Path) -> None:
    (kept / "channels.toml").write_text(
        '[[channel]]\nusername = "composed_office"\nsource = "telegram"\n'
    )
    found = examine(kept)
    assert bad(found) == {"accounts": "fail"}
    assert found["accounts"].person
    session = kept / "sessions" / "one.session"
    named = {
        "MONITOR_API_ID": "12345", "MONITOR_API_HASH": "composed", "MONITOR_SESSION": str(session)
    }  # fmt: skip
    found = examine(kept, environment=named)
    assert bad(found) == {"session 1": "fail"}
    assert found["session 1"].person
    session.parent.mkdir(mode=0o700)
    session.write_bytes(b"x")
    session.chmod(0o644)
    found = examine(kept, environment=named)
    assert (found["session 1"].state, found["session 1"].person) == ("fail", False)
    assert found["session 1"].remedy == f"chmod 600 {session}"
    session.chmod(0o600)
    assert bad(examine(kept, environment=named)) == {}
    for state, expected in (("signed_out", "fail"), ("limited", "warn"), ("ready", "ok")):
        with closing(sqlite3.connect(kept / "monitor.db")) as raw, raw:
            raw.execute(
                "INSERT OR REPLACE INTO account_state VALUES ('1', ?, 'composed', 1)", (state,)
            )
        found = examine(kept, environment=named)
        assert found.get("account 1", Check("", "ok", "")).state == expected
        assert any(check.person for check in found.values()) == (state == "signed_out")
    assert examine(kept, environment=named | {"MONITOR_API_ID": "x"})["accounts"].state == "fail"


def test_a_lock_that_cannot_be_looked_at_is_said_and_the_other_checks_go_on(kept: Path) -> None:
    """As where an administrator runs it beside the service's own user."""
    lock = kept / "monitor.db.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    found = examine(kept)
    assert (found["writer"].state, found["integrity"].state) == ("warn", "ok")


def test_a_full_disk_and_a_folder_that_is_a_file(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept / "reports").write_text("not a folder")
    assert bad(examine(kept)) == {"folder of reports": "fail"}
    (kept / "reports").unlink()
    for free, state in ((surroundings.LITTLE - 1, "warn"), (surroundings.LEAST - 1, "fail")):
        usage = type("Usage", (), {"free": free})
        monkeypatch.setattr(shutil, "disk_usage", lambda _path, u=usage: u)
        assert set(bad(examine(kept)).values()) == {state}


def test_the_network_is_asked_only_when_told_to(kept: Path) -> None:
    with PageServer([], now=NOW) as server:
        (kept / "channels.toml").write_text(
            '[[channel]]\nusername = "composed_office"\n'
            f'[sources.preview]\nbase_url = "{server.base_url}"\n'
        )
        examine(kept)
        assert len(server.log) == 0
        found = examine(kept, network=True)
        assert len(server.log) == 1
    assert found["network"].state == "ok"
    found = examine(kept, network=True)
    assert bad(found) == {"network": "fail"}
    assert (
        bad(examine(kept, network=True, environment={"MONITOR_PROXY": "nonsense://"}))["network"]
        == "fail"
    )


def test_a_pdf_that_reports_are_to_be_must_be_possible(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert bad(examine(kept)) == {}
    with (kept / "channels.toml").open("a") as file:
        file.write('[report]\nformats = ["pdf"]\n')
    assert bad(examine(kept)) == {"extra pdf": "fail"}


@pytest.mark.parametrize(
    ("version", "bounds", "kept_to"),
    [
        ("3.11.2", ">=3.11,<4", True),
        ("4.0", ">=3.11,<4", False),
        ("3.9", ">=3.11", False),
        ("2.0.36.post1", "<3,>=2.0.36", True),
        ("2026.1", "", True),
        ("1.0", "==1.0.0", True),
        ("1.1", ">1.1", False),
        ("1.1", "<=1.1", True),
        ("unknown", ">=1", False),
    ],
)
def test_versions_are_held_against_bounds(version: str, bounds: str, kept_to: bool) -> None:  # noqa: FBT001 - a table's column
    assert satisfies(version, bounds) is kept_to


def test_a_library_that_is_missing_or_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = [
        "no-such-library>=1",
        "typer>=9999 ; python_version > '3'",
        'x; extra == "pdf"',
        "rich",
    ]
    monkeypatch.setattr(metadata, "requires", lambda _name: needs)
    (check,) = surroundings.dependencies()
    assert check.state == "fail"
    assert "no-such-library is missing; typer is " in check.says
    assert "rich" not in check.says


def test_a_program_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "DISTRIBUTION", "no-such-distribution")
    (check,) = surroundings.dependencies()
    assert check.state == "warn"


def test_the_machines_clock_of_today_is_accepted(kept: Path) -> None:
    found = examine(kept, clock=SystemClock())
    assert found["clock"].state == "ok"
