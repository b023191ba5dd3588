"""What is exported can be read back, equals the store, and stays inside its folder."""

import asyncio
import csv
import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from monitor.config import Settings
from monitor.errors import BadUsage, MonitorError
from monitor.jobs import demo, exporting
from monitor.jobs.exporting import Exported, Wanted
from monitor.model import Interval, Link, Poll, Post
from monitor.report import export as writing
from monitor.report.exported import TABLES, Table
from monitor.samples import loading
from monitor.store import channels, conclusions, histories, posts, schema_version
from monitor.store.database import Database
from monitor.store.writer_lock import writing as locked
from tests.kept_pages import MARCH, keep, office, url

AT = MARCH + timedelta(days=60)
FORMATS = ("parquet", "csv", "jsonl")
DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "export.md"


def export(
    folder: Path, kind: str, out: str = "out", *, now: datetime = AT, **more: Any
) -> Exported:
    async def work() -> Exported:
        async with Database(url(folder)) as database:
            return await exporting.export(
                database, Settings(), folder / out, Wanted(kind, **more), now=now
            )

    return asyncio.run(work())


def read_back(out: Path, kind: str, table: Table) -> list[dict[str, Any]]:
    """Read a table as its format's own readers do, and bring it to the form of JSON lines."""
    if kind == "jsonl":
        lines = (out / f"{table.name}.jsonl").read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]
    if kind == "csv":
        with (out / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
            return [_from_cells(table, row) for row in csv.DictReader(file)]
    files = sorted((out / table.name).rglob("*.parquet"))
    if not files:
        return []
    names = ", ".join(
        f'epoch("{c.name}") AS "{c.name}"' if c.form == "time" else f'"{c.name}"'
        for c in table.columns
    )
    found = []
    for part in files:
        with duckdb.connect() as reader:
            rows = reader.execute(f"SELECT {names} FROM read_parquet('{part}')").fetchall()
        found += [_from_parquet(table, row) for row in rows]
    return found


def _from_cells(table: Table, row: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for column in table.columns:
        cell: Any = row[column.name].removeprefix("'")
        if column.form == "text" or cell == "":
            told[column.name] = cell or None
        elif column.form == "time":
            told[column.name] = cell
        else:
            told[column.name] = json.loads(cell)
    return told


def _from_parquet(table: Table, row: tuple[Any, ...]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for column, value in zip(table.columns, row, strict=True):
        if column.form == "time" and value is not None:
            told[column.name] = datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        elif column.form == "json" and value is not None:
            told[column.name] = json.loads(value)
        else:
            told[column.name] = value
    return told


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    schema_version.migrate(folder / "monitor.db")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    asyncio.run(keep(folder, office()))
    return folder


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Path:
    """Thirty posts on eighteen pages of March 2018, one of them a notice, judged."""
    shutil.copytree(made, tmp_path / "kept")
    return tmp_path / "kept"


HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(
        [
            *("=1+1", "'=1+1", "''", "+x", "-1", "@a", "\t=x", "\r\n=x", "\ufeff=1", "＝1", " =1"),
            *('"', '","', "\u2028", "\x00", "null", "NULL", "\\N", "\\u0000", "{}", "[1]"),
            *("', '1') --", "\U0001f600"),
        ]
    ),
)
POSTS = st.lists(
    st.builds(
        Post,
        id=st.integers(1, 2**31 - 1),
        at=st.datetimes(datetime(2014, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001 - made UTC
            lambda at: at.replace(microsecond=0, tzinfo=UTC)
        ),
        text=HOSTILE,
        links=st.lists(
            st.builds(Link, HOSTILE, st.sampled_from(["visible", "hidden", "button"]), HOSTILE),
            max_size=2,
        ).map(tuple),
        views=st.none() | st.integers(0, 10**10).map(lambda n: Interval(n, n + 1)),
        forwards=st.none() | st.integers(0, 10**9),
        edited=st.booleans(),
        forwarded_from=st.none() | HOSTILE,
        album=st.lists(st.integers(1, 9), max_size=2).map(tuple),
        media=st.lists(HOSTILE, max_size=2).map(tuple),
        poll=st.none() | st.builds(Poll, HOSTILE, st.lists(HOSTILE, max_size=2).map(tuple)),
        service=st.none() | st.just("other"),
        author=st.none() | HOSTILE,
    ),
    max_size=6,
    unique_by=lambda post: post.id,
)


def _as_told(post: Post, username: str) -> dict[str, Any]:
    """Return what an export must say of a post, worked out from the model and not by its code."""
    return {
        "channel": username,
        "id": post.id,
        "at": post.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "text": post.text,
        "links": [{"url": x.url, "shown": x.shown, "words": x.words} for x in post.links],
        "edited": post.edited,
        "forwarded_from": post.forwarded_from,
        "album": list(post.album) or None,
        "media": list(post.media) or None,
        "poll": [post.poll.question, list(post.poll.options), post.poll.quiz]
        if post.poll
        else None,
        "service": post.service,
        "author": post.author,
        "views_low": post.views.low if post.views else None,
        "views_high": post.views.high if post.views else None,
        "forwards": post.forwards,
    }


@pytest.mark.timeout(300)
@how(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(POSTS, st.sampled_from(["composed", "../../escape", "a/b", "..", "x\x00y", "=cmd", "'"]))
def test_every_format_gives_back_what_was_stored_whatever_it_says(
    empty: Path, tmp_path_factory: pytest.TempPathFactory, found: list[Post], username: str
) -> None:
    # Two below a folder of its own, for what climbs out of it.
    outer = tmp_path_factory.mktemp("hostile")
    folder = outer / "one" / "two"
    folder.mkdir(parents=True)
    shutil.copy(empty / "monitor.db", folder)

    async def fill() -> list[Post]:
        async with Database(url(folder), writes="tests") as database, database.begin() as c:
            key = await channels.resolve(c, username, 77, at=MARCH)
            await posts.write(c, key, [(post, MARCH) for post in found], None)
            return [stored.post async for stored in histories.read(c, key, as_of=AT)]

    stored = asyncio.run(fill())
    expected = [_as_told(post, username) for post in stored]
    assert {p["id"] for p in expected} == {p.id for p in found}
    for kind in FORMATS:
        export(folder, kind, f"out-{kind}")
        read = {row["id"]: row for row in read_back(folder / f"out-{kind}", kind, TABLES[0])}
        assert len(read) == len(expected)
        for told in expected:
            assert read[told["id"]]["telegram_id"] == 77
            got = {name: read[told["id"]][name] for name in told}
            if kind == "csv":  # CSV knows no difference between nothing and an empty text, nor NUL
                told = {k: _as_csv(v) for k, v in told.items()}  # noqa: PLW2901 - as CSV has it
            assert got == told
    beside = {p.name for p in folder.iterdir()} - {f"out-{kind}" for kind in FORMATS}
    assert all(name.startswith("monitor.db") for name in beside)
    assert [p.name for p in (*outer.iterdir(), *folder.parent.iterdir())] == ["one", "two"]


def _as_csv(value: Any) -> Any:
    return (value.replace("\x00", "") or None) if isinstance(value, str) else value


def test_all_formats_say_the_same_of_every_table(kept: Path) -> None:
    done = {kind: export(kept, kind, kind) for kind in FORMATS}
    for table in TABLES:
        told = read_back(kept / "jsonl", "jsonl", table)
        assert len(told) == done["jsonl"].rows[table.name]
        for kind in ("csv", "parquet"):
            found = read_back(kept / kind, kind, table)
            assert sorted(map(_key, found)) == sorted(map(_key, told)), (kind, table.name)
    assert done["csv"].rows == done["jsonl"].rows == done["parquet"].rows
    assert done["csv"].rows["posts"] == 30
    assert done["csv"].rows["counts"] == done["csv"].rows["probes"] == 18
    assert done["csv"].rows["findings"] == 2
    (case,) = read_back(kept / "jsonl", "jsonl", TABLES[-2])
    assert (case["channel"], case["state"]) == ("composed_office", "announced_not_done")
    (place,) = read_back(kept / "jsonl", "jsonl", TABLES[-1])
    assert (place["platform"], place["handle"]) == ("bale", "composed_office")


def _key(row: dict[str, Any]) -> str:
    return json.dumps({k: v or None for k, v in row.items()}, sort_keys=True)


def test_parquet_lies_by_week_and_times_have_their_zone(kept: Path) -> None:
    export(kept, "parquet")
    with duckdb.connect() as reader:
        glob = f"read_parquet('{kept}/out/posts/**/*.parquet', hive_partitioning=true)"
        weeks = reader.execute(
            f"SELECT year, week, count(*) FROM {glob} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        kinds = {r[0]: r[1] for r in reader.execute(f"DESCRIBE SELECT * FROM {glob}").fetchall()}
    expected: dict[tuple[int, int], int] = {}
    for post in office().posts:
        year, week, _ = post.at.isocalendar()
        expected[year, week] = expected.get((year, week), 0) + 1
    assert [(year, week, n) for (year, week), n in sorted(expected.items())] == weeks
    assert kinds["at"] == kinds["first_seen"] == "TIMESTAMP WITH TIME ZONE"
    assert kinds["id"] == "BIGINT"
    assert kinds["edited"] == "BOOLEAN"
    assert kinds["links"] == "STRUCT(url VARCHAR, shown VARCHAR, words VARCHAR)[]"


def test_the_manifest_names_every_file_with_its_digest(kept: Path) -> None:
    for kind in FORMATS:
        done = export(kept, kind, kind)
        told = json.loads(done.manifest.read_text(encoding="utf-8"))
        assert told["at"] == "2018-04-30T12:00:00Z"
        assert told["warnings"] == []
        listed = {f["path"]: f for t in told["tables"].values() for f in t["files"]}
        out = kept / kind
        there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} - {
            "manifest.json",
            ".export.lock",
        }
        assert there == set(listed)
        for path, entry in listed.items():
            body = (out / path).read_bytes()
            assert hashlib.sha256(body).hexdigest() == entry["sha256"]
            assert len(body) == entry["bytes"]


def test_the_same_facts_and_time_give_the_same_bytes(kept: Path) -> None:
    for kind in FORMATS:
        first, second = (export(kept, kind, f"{kind}-{n}").manifest.read_bytes() for n in range(2))
        assert first == second


def test_as_of_a_time_nothing_later_is_known(kept: Path) -> None:
    async def edit() -> None:
        async with Database(url(kept), writes="tests") as database, database.begin() as c:
            old, new = MARCH + timedelta(days=1), MARCH + timedelta(days=20)
            post = Post(900, MARCH, "first", views=Interval(5, 5))
            await posts.write(c, 1, [(post, old)], None)
            changed = Post(900, MARCH, "second", views=Interval(9, 9))
            await posts.write(c, 1, [(changed, new)], None)
            await posts.write(c, 1, [(Post(901, MARCH, "late"), new)], None)
            await posts.mark_deleted(c, 1, [900], new + timedelta(days=1))

    asyncio.run(edit())
    then = MARCH + timedelta(days=10)

    def told(out: str, table: int, number: int = 900) -> list[dict[str, Any]]:
        rows = read_back(kept / out, "jsonl", TABLES[table])
        return [row for row in rows if row["id"] == number]

    export(kept, "jsonl", "then", now=then)
    (post,) = told("then", 0)
    assert (post["text"], post["views_low"], post["deleted_at"]) == ("first", 5, None)
    assert post["observed_at"] == post["views_at"] == "2018-03-02T12:00:00Z"
    assert told("then", 0, 901) == told("then", 1) == []
    assert [row["low"] for row in told("then", 2)] == [5]
    export(kept, "jsonl", "now")
    (post,) = told("now", 0)
    assert (post["text"], post["views_low"]) == ("second", 9)
    assert post["deleted_at"] == "2018-03-22T12:00:00Z"
    assert [row["text"] for row in told("now", 1)] == ["first"]
    assert [row["low"] for row in told("now", 2)] == [5, 9]
    for table in (3, 4, 5):
        assert all(
            row["at"] <= "2018-03-11" for row in read_back(kept / "then", "jsonl", TABLES[table])
        )


def test_a_window_and_a_channel_choose_rows(kept: Path) -> None:
    asyncio.run(keep(kept, office(10, "another_office")))
    since, until = MARCH + timedelta(days=2), MARCH + timedelta(days=4)
    export(kept, "jsonl", channel="@Composed_Office", since=since, until=until)
    rows = read_back(kept / "out", "jsonl", TABLES[0])
    assert {row["channel"] for row in rows} == {"composed_office"}
    expected = [p.id for p in office().posts if since <= p.at < until]
    assert [row["id"] for row in rows] == expected
    assert read_back(kept / "out", "jsonl", TABLES[6]) == []  # the notice is of later
    assert [c["channel"] for c in read_back(kept / "out", "jsonl", TABLES[7])] == [
        "composed_office"
    ]
    told = json.loads((kept / "out" / "manifest.json").read_text())
    assert told["channels"] == ["composed_office"]
    assert (told["since"], told["until"]) == ("2018-03-03T12:00:00Z", "2018-03-05T12:00:00Z")
    with pytest.raises(BadUsage, match="'nobody' is not stored"):
        export(kept, "jsonl", channel="nobody")


def test_a_database_of_a_reconstruction_says_so(kept: Path) -> None:
    async def mark() -> None:
        async with Database(url(kept), writes="tests") as database, database.begin() as c:
            await conclusions.mark_sample(c, "iran-2018")
            await conclusions.mark_sample(c, "no-more-bundled")

    asyncio.run(mark())
    done = export(kept, "csv")
    (warning,) = done.warnings
    assert "reconstruction" in warning.lower()
    assert json.loads(done.manifest.read_text(encoding="utf-8"))["warnings"] == [warning]


def test_what_is_somebody_elses_is_not_replaced(kept: Path) -> None:
    (kept / "out").mkdir()
    (kept / "out" / "posts.csv").write_text("mine")
    with pytest.raises(BadUsage, match=r"posts.csv is there and no export of ours"):
        export(kept, "csv")
    assert (kept / "out" / "posts.csv").read_text() == "mine"
    export(kept, "csv", "other")
    with pytest.raises(BadUsage, match="holds an export as csv"):
        export(kept, "jsonl", "other")


def test_a_failed_export_leaves_the_earlier_one_as_it_was(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in FORMATS:
        export(kept, kind, kind)
        before = _contents(kept / kind)

        def full(*_: object) -> str:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(writing, "_json" if kind != "csv" else "_cell", full)
            with pytest.raises(MonitorError, match="No space left"):
                export(kept, kind, kind)
        assert _contents(kept / kind) == before


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_an_export_of_today_replaces_that_of_yesterday(kept: Path) -> None:
    export(kept, "parquet")
    with closing(sqlite3.connect(kept / "monitor.db")) as raw, raw:
        raw.execute("DELETE FROM post WHERE id > 3")
    export(kept, "parquet")
    assert len(read_back(kept / "out", "parquet", TABLES[0])) == 3
    hidden = {p.name for p in (kept / "out").iterdir() if p.name.startswith(".")}
    assert hidden == {".export.lock"}


def test_it_needs_no_writers_lock_and_changes_no_fact(kept: Path) -> None:
    before = (kept / "monitor.db").read_bytes()
    with locked(kept / "monitor.db", "somebody"):
        export(kept, "jsonl")
    assert (kept / "monitor.db").read_bytes() == before


def test_two_exports_into_one_folder_do_not_mix(kept: Path) -> None:
    from filelock import FileLock

    (kept / "out").mkdir()
    with (
        FileLock(kept / "out" / ".export.lock"),
        pytest.raises(MonitorError, match="another export is writing"),
    ):
        export(kept, "jsonl")


def test_duckdb_loads_nothing_and_writes_nothing_at_home(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    export(kept, "parquet")
    assert list((tmp_path / "home").iterdir()) == []


def test_a_quote_in_the_folders_name_is_no_sql(kept: Path) -> None:
    export(kept, "parquet", "it's; 'out")
    assert len(read_back_quoted(kept / "it's; 'out")) == 30


def read_back_quoted(out: Path) -> list[Any]:
    with duckdb.connect() as reader:
        files = [str(p) for p in (out / "posts").rglob("*.parquet")]
        return reader.execute("SELECT id FROM read_parquet(?)", [files]).fetchall()


def test_every_column_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for table in TABLES:
        assert f"## {table.name}\n" in text
        for column in table.columns:
            assert f"| `{column.name}` | {column.form} | {column.says} |" in text


@pytest.mark.timeout(300)
def test_a_database_that_demo_makes_is_marked_as_a_reconstruction(tmp_path: Path) -> None:
    info = loading.read_sources("russia-2026")
    asyncio.run(demo._replay("russia-2026", info, tmp_path, lambda _done: None))

    async def marks() -> list[str]:
        async with Database(url(tmp_path)) as database, database.look() as connection:
            return await conclusions.samples(connection)

    assert asyncio.run(marks()) == ["russia-2026"]
