"""Old bodies go and only those that nothing rests on; what is said of them stays."""

import asyncio
import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from monitor.config import Settings
from monitor.errors import StoreError
from monitor.jobs import maintaining, passes
from monitor.jobs.judging import judge
from monitor.jobs.maintaining import LetGo
from monitor.model import Fetched
from monitor.store import evidence, letting_go
from monitor.store.database import Database
from tests.kept_pages import MARCH, archive, keep, office, url

NOW = MARCH + timedelta(days=120)
PLAIN = 13
"""The row of a page whose posts say nothing: only what a test adds rests on it."""
NOTICE = 10
"""The row of the page with the notice."""
FIRST = 1
"""The row that the profile was read from."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    asyncio.run(keep(folder, office()))
    return folder


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Path:
    """Thirty posts on eighteen pages of March 2018, one of them the notice, judged."""
    shutil.copytree(made, tmp_path / "kept")
    return tmp_path / "kept"


def let_go(folder: Path, *, days: int = 0, now: datetime = NOW) -> LetGo:
    async def work() -> LetGo:
        async with Database(url(folder), writes="tests") as database:
            return await maintaining.let_go(
                database, archive(folder), older_than=timedelta(days=days), now=now,
                reports=folder / "reports",
            )  # fmt: skip

    return asyncio.run(work())


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "monitor.db")) as raw, raw:
        raw.execute(statement)


def still_kept(folder: Path) -> set[int]:
    """Return the rows whose bodies are kept, each read and held against its digest."""
    with closing(sqlite3.connect(folder / "monitor.db")) as raw:
        rows = raw.execute('SELECT id, file, "offset", sha256 FROM evidence').fetchall()
    where = archive(folder)
    for _, file, offset, digest in rows:
        assert file is None or where.digest(file, offset) == digest
    return {number for number, file, *_ in rows if file is not None}


def test_what_nothing_rests_on_goes_and_the_rows_stay(kept: Path) -> None:
    with closing(sqlite3.connect(kept / "monitor.db")) as raw:
        before = raw.execute("SELECT id, sha256, source, at, length FROM evidence").fetchall()
    size = sum(row[4] for row in before if row[0] not in {FIRST, NOTICE})
    assert let_go(kept) == LetGo(bodies=16, bytes=size, cited=2)
    assert still_kept(kept) == {FIRST, NOTICE}
    with closing(sqlite3.connect(kept / "monitor.db")) as raw:
        assert raw.execute("SELECT id, sha256, source, at, length FROM evidence").fetchall() == (
            before
        )
    (file,) = archive(kept).folder.glob("*.warc.gz*")
    assert file.name == "telegram-2018-03-r1.warc.gz"
    with file.open("rb") as stream:
        assert sum(1 for _ in ArchiveIterator(stream, check_digests="raise")) == 2
    assert let_go(kept) == LetGo(cited=2)
    problems = maintaining.check_integrity(kept / "monitor.db", archive(kept), NOW)
    assert asyncio.run(problems) == ()


_REVIEW = (
    "INSERT INTO review (channel, kind, first, finding, rule, confidence, decision, note,"
    " decided_at) VALUES ({}, 'composed', '{}', 'f', 'r', 0.5, 'accepted', 'n', 1)"
)
_FINDING = "INSERT INTO finding (id, channel, kind, at, body) VALUES ('x', '{}', '{}', 1, '{}')"
_SILENCE = '{"evidence": [{"post_id": 22, "sha256": null}]}'
_DROP = (
    '{"at": "2018-03-09T20:00:00Z", "evidence": [], "details":'
    ' {"started_at": "2018-03-09T20:00:00Z", "ended_at": "2018-03-09T22:00:00Z"}}'
)
RESTS = {
    "a post that waits to be judged": "INSERT INTO unjudged (channel, id) VALUES (1, 22)",
    "an earlier version": (
        "INSERT INTO post_revision (channel, id, observed_at, text, evidence)"
        f" VALUES (1, 1, 5, 'before', {PLAIN})"
    ),
    "a post that was edited": (
        "INSERT INTO post_revision (channel, id, observed_at, text) VALUES (1, 22, 5, 'before')"
    ),
    "a post that was deleted": "UPDATE post SET deleted_at = 1520600000 WHERE id = 22",
    "a change of the profile": (
        f"INSERT INTO profile (channel, at, username, evidence) VALUES (1, 9, 'n', {PLAIN})"
    ),
    "an absence": (
        "INSERT INTO probe (channel, at, route, state, detail, evidence)"
        f" VALUES (1, 9, 'preview', 'not_found', '', {PLAIN})"
    ),
    "a review of a post": _REVIEW.format(1, 22),
    "a review of no one channel": _REVIEW.format("NULL", "22 block"),
    "a finding that names only the post": _FINDING.format("Composed_Office", "silence", _SILENCE),
    "a drop between counts": _FINDING.format("composed_office", "subscriber_drop", _DROP),
}


@pytest.mark.parametrize("rest", list(RESTS))
def test_what_something_rests_on_stays(kept: Path, rest: str) -> None:
    change(kept, RESTS[rest])
    let_go(kept)
    assert {FIRST, NOTICE, PLAIN} <= still_kept(kept)


def test_what_a_finding_a_case_or_a_kept_report_cites_by_its_digest_stays(kept: Path) -> None:
    with closing(sqlite3.connect(kept / "monitor.db")) as raw:
        digests = dict(raw.execute("SELECT id, sha256 FROM evidence").fetchall())
    body = json.dumps({"evidence": [{"post_id": None, "sha256": digests[2]}]})
    change(kept, f"INSERT INTO finding (id, kind, at, body) VALUES ('x', 'wave', 1, '{body}')")
    change(kept, f'UPDATE case_state SET body = \'{{"n": "{digests[3]}"}}\'')
    for name, cited in (("report.html", 4), ("findings.csv", 5), ("summary.json", 6)):
        folder = kept / "reports" / "2018-W10" / "revision-1"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"<code>{digests[cited]}</code>\n")
    let_go(kept)
    assert still_kept(kept) == {FIRST, 2, 3, 4, 5, 6, NOTICE}


def test_a_report_that_cannot_be_read_lets_nothing_go(kept: Path) -> None:
    (kept / "reports").mkdir()
    loop = kept / "reports" / "loop.json"
    loop.write_text("x")
    if os.getuid() == 0:
        pytest.skip("root reads everything")
    loop.chmod(0)
    with pytest.raises(StoreError, match="nothing is let go"):
        let_go(kept)
    assert len(still_kept(kept)) == 18


@pytest.mark.parametrize("kind", ["a file", "a link to nowhere"])
def test_a_folder_of_reports_that_cannot_be_looked_into_lets_nothing_go(
    kept: Path, kind: str
) -> None:
    """A disk that is not mounted behind a link must not cost what its reports cite."""
    reports = kept / "reports"
    if kind == "a file":
        reports.write_text("x")
    else:
        reports.symlink_to(kept / "not-mounted")
    with pytest.raises(StoreError, match="nothing is let go"):
        let_go(kept)
    assert len(still_kept(kept)) == 18


def test_a_report_behind_a_link_keeps_what_it_cites(kept: Path) -> None:
    with closing(sqlite3.connect(kept / "monitor.db")) as raw:
        digests = dict(raw.execute("SELECT id, sha256 FROM evidence").fetchall())
    elsewhere = kept / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "summary.json").write_text(digests[4])
    (kept / "reports").mkdir()
    (kept / "reports" / "2018-W10").symlink_to(elsewhere)
    let_go(kept)
    assert still_kept(kept) == {FIRST, 4, NOTICE}


def test_a_month_goes_only_when_all_of_it_is_old(kept: Path) -> None:
    april = datetime.fromisoformat("2018-04-30T00:00:00Z")
    assert let_go(kept, now=april, days=30) == LetGo()  # 31 March is still to be kept
    assert let_go(kept, now=april, days=29).bodies == 16


def test_judging_again_says_the_same_and_a_report_says_what_is_not_kept(kept: Path) -> None:
    async def work() -> None:
        async with Database(url(kept), writes="tests") as database:
            before = await judge(database, Settings(), NOW)
        await asyncio.to_thread(let_go, kept)
        async with Database(url(kept), writes="tests") as database:
            assert await judge(database, Settings(), NOW) == before
            async with database.look() as connection:
                known = await evidence.without_body(
                    connection,
                    [*(e.sha256 or "" for f in before.findings for e in f.evidence), "x"],
                )
                assert known == frozenset()
                rows = await connection.exec_driver_sql("SELECT id, sha256 FROM evidence")
                digests = {row.id: row.sha256 for row in rows}
                assert await evidence.without_body(connection, digests.values()) == frozenset(
                    d for n, d in digests.items() if n not in {FIRST, NOTICE}
                )

    asyncio.run(work())


def test_a_page_that_was_let_go_is_not_kept_again(kept: Path) -> None:
    let_go(kept)
    asyncio.run(keep(kept, office()))
    assert still_kept(kept) == {FIRST, NOTICE}


def test_what_comes_to_be_cited_while_the_file_is_written_stays(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = letting_go.rewrite

    def meanwhile(*arguments: object) -> object:
        done = real(*arguments)  # type: ignore[arg-type]  # handed on as they came
        change(kept, "INSERT INTO unjudged (channel, id) VALUES (1, 22)")
        return done

    with monkeypatch.context() as patched:
        patched.setattr(letting_go, "rewrite", meanwhile)
        (problem,) = let_go(kept).problems
    assert "was still being used" in problem
    assert len(still_kept(kept)) == 18
    let_go(kept)
    assert still_kept(kept) == {FIRST, NOTICE, PLAIN}
    assert [p.name for p in archive(kept).folder.glob("*.warc.gz*")] == [
        "telegram-2018-03-r1.warc.gz"
    ]


def test_a_record_that_is_appended_meanwhile_is_not_lost(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that was set back, or an import, appends to an old month between the steps."""
    late = Fetched("https://t.me/s/late", MARCH + timedelta(days=2), 200, b"late")
    places = []
    real = letting_go.rewrite

    def meanwhile(*arguments: object) -> object:
        done = real(*arguments)  # type: ignore[arg-type]  # handed on as they came
        places.append(archive(kept).append(late))
        return done

    with monkeypatch.context() as patched:
        patched.setattr(letting_go, "rewrite", meanwhile)
        assert let_go(kept).bodies == 16
    (place,) = places
    assert archive(kept).read(place.file, place.offset) == b"late"

    async def commit() -> None:
        async with Database(url(kept), writes="tests") as database:
            async with database.begin() as connection:
                await evidence.add(
                    connection, sha256=place.sha256, source=late.url, at=late.at,
                    file=place.file, offset=place.offset, length=place.length,
                )  # fmt: skip
            await passes.recover(database, archive(kept))

    asyncio.run(commit())
    assert still_kept(kept) == {FIRST, NOTICE, 19}
    assert let_go(kept).bodies == 1
    assert still_kept(kept) == {FIRST, NOTICE}


def test_a_file_with_records_that_no_row_has_yet_is_left_until_they_are_old(kept: Path) -> None:
    pending = Fetched("https://t.me/s/late", MARCH + timedelta(days=2), 200, b"pending")
    archive(kept).append(pending)
    (problem,) = let_go(kept).problems
    assert "is being written to" in problem
    assert len(still_kept(kept)) == 18
    assert len(list(archive(kept).folder.glob("*.warc.gz*"))) == 1
    file = archive(kept).folder / "telegram-2018-03.warc.gz"
    old = file.stat().st_mtime - 100_000
    os.utime(file, (old, old))
    assert let_go(kept).bodies == 16


def test_a_damaged_body_that_must_stay_stops_its_file_alone(kept: Path) -> None:
    with closing(sqlite3.connect(kept / "monitor.db")) as raw:
        (offset,) = raw.execute(f'SELECT "offset" FROM evidence WHERE id = {NOTICE}').fetchone()
    with (archive(kept).folder / "telegram-2018-03.warc.gz").open("r+b") as file:
        file.seek(offset + 150)
        file.write(b"\0\0\0\0\0")
    done = let_go(kept)
    assert done.bodies == 0
    assert "2018-03" in done.problems[0]
    with closing(sqlite3.connect(kept / "monitor.db")) as raw:
        assert raw.execute("SELECT count(*) FROM evidence WHERE file IS NULL").fetchone() == (0,)


def test_where_nothing_of_a_month_stays_its_file_goes(kept: Path) -> None:
    for table in ("profile", "verdict", "finding", "case_state"):
        change(kept, f"DELETE FROM {table}")
    assert let_go(kept).bodies == 18
    assert list(archive(kept).folder.glob("*.warc.gz*")) == []


def test_a_file_that_is_gone_already_is_only_forgotten(kept: Path) -> None:
    change(
        kept,
        "INSERT INTO fact (name, value) VALUES ('superseded:telegram-2017-01.warc.gz', 5)",
    )
    let_go(kept)
    with closing(sqlite3.connect(kept / "monitor.db")) as raw:
        assert raw.execute("SELECT * FROM fact WHERE name LIKE 'superseded%'").fetchall() == []
