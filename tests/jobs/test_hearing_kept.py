"""Each post is judged once; what is kept follows every change and kill, and is not needed."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from monitor.config import Settings
from monitor.errors import StoreError
from monitor.jobs import basis, hearing, judging
from monitor.model import Interval, Judgement, Kind, Label, Link, Post, Profile, Speaker
from monitor.store import channels, observations, posts, verdicts
from monitor.store.database import Connection, Database

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = AT + 90 * DAY
CLOSED = "This channel is closed from today on, follow us on Bale: ble.ir/composed_office"
ROOT = Path(__file__).resolve().parent.parent.parent


def database(tmp_path: Path, *, writes: str | None = "test") -> Database:
    return Database(f"sqlite:///{tmp_path / 'm.db'}", writes=writes)


async def key(connection: Connection) -> int:
    return await channels.resolve(connection, "composed_office", at=AT)


async def write(db: Database, *given: Post, at: datetime = AT) -> None:
    async with db.begin() as connection:
        await posts.write(connection, await key(connection), [(p, at) for p in given], None)


async def update(db: Database) -> int:
    return await hearing.update(db, Settings(), NOW)


async def labels(db: Database) -> dict[int, Label]:
    async with db.begin() as connection:
        found = verdicts.read(connection, await key(connection))
        return {kept.id: kept.verdict.label async for kept in found}


def rules(judgement: Judgement) -> set[str]:
    """Return by which rules it found: an edited notice and any other edit are of one kind."""
    return {f.rule for f in judgement.findings}


@pytest.mark.asyncio
async def test_only_what_changed_is_judged_again(tmp_path: Path) -> None:
    news = [Post(n, AT, f"Composed news {n}") for n in range(1, 4)]
    async with database(tmp_path) as db:
        await write(db, *news)
        assert [await update(db), await update(db)] == [3, 0]
        await write(db, Post(4, AT, "Composed"), Post(5, AT, "pinned", service="pinned"))
        assert await update(db) == 1
        await write(db, Post(4, AT, "Composed", views=Interval(9, 9)), at=AT + DAY)
        assert await update(db) == 0  # seen again with other views: the words are the same
        await write(db, Post(4, AT, CLOSED), at=AT + 2 * DAY)
        assert (await update(db), await labels(db)) == (1, {4: Label.CLOSURE})
        await write(db, Post(4, AT, "Composed"), at=AT + 3 * DAY)
        # It says nothing now, but what it said first is kept too; that was nothing either.
        assert (await update(db), await labels(db)) == (1, {})


@pytest.mark.asyncio
async def test_another_title_or_other_rules_judge_the_channel_whole(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, Post(1, AT, "The Composed bureau closes this channel"), Post(2, AT, "x"))
        assert await update(db) == 2
        async with db.begin() as connection:
            named = Profile(AT, "composed_office", "Composed bureau")
            await observations.add_profile(connection, await key(connection), named)
        assert await update(db) == 2
        with patch.object(basis, "of_rules", lambda: "other rules"):
            assert [await update(db), await update(db)] == [2, 0]


@pytest.mark.asyncio
async def test_a_forward_told_by_another_source_is_judged_again(tmp_path: Path) -> None:
    """The words are the same and were seen no later: only the row itself shows the change."""
    async with database(tmp_path) as db:
        await write(db, Post(1, AT, CLOSED))
        await update(db)
        await write(db, Post(1, AT, CLOSED, forwarded_from="someone"))
        assert (await update(db), await labels(db)) == (1, {1: Label.THIRD_PARTY})


@pytest.mark.asyncio
async def test_an_older_version_that_comes_late_makes_an_edit_of_a_notice(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, Post(1, AT, "Composed"), at=AT + 2 * DAY)
        await judging.detect(db, Settings(), NOW)
        await write(db, Post(1, AT, CLOSED), at=AT + DAY)
        judgement = await judging.judge(db, Settings(), NOW)
        assert "changes.notice_edited" in rules(judgement)
        assert await judging.detect(db, Settings(), NOW) == judgement


@pytest.mark.asyncio
async def test_two_keys_of_one_channel_leave_one_channels_verdicts(tmp_path: Path) -> None:
    """An edit that only the other key knew counts, and nothing of that key is left."""
    async with database(tmp_path) as db:
        async with db.begin() as connection:
            one = await channels.resolve(connection, "composed_office", 7, at=AT)
            other = await channels.resolve(connection, "composed_before", at=AT)
            standing = Post(1, AT, "Composed")
            await posts.write(connection, one, [(standing, AT + 2 * DAY)], None)
            await posts.write(connection, other, [(Post(1, AT, CLOSED), AT)], None)
            await posts.write(connection, other, [(standing, AT + 2 * DAY)], None)
        await update(db)
        async with db.begin() as connection:
            # Not judged when the two become one: post 2 moves, `other`'s post 1 falls away.
            await posts.write(connection, other, [(Post(2, AT, CLOSED), AT)], None)
            seen_again = Post(1, AT, "Composed", forwarded_from="someone")
            await posts.write(connection, other, [(seen_again, AT + 2 * DAY)], None)
        async with db.begin() as connection:
            # Learnt from an older page: the name, and so the speaker, stays as it is.
            await channels.resolve(connection, "composed_before", 7, at=AT - DAY)
        judgement = await judging.judge(db, Settings(), NOW)
        assert Kind.CLOSURE_NOTICE in {f.kind for f in judgement.findings}
        assert "changes.notice_edited" in rules(judgement)
        assert await judging.detect(db, Settings(), NOW) == judgement
        async with db.begin() as connection:
            for table in ("verdict", "judged", "unjudged"):
                rows = await connection.exec_driver_sql(f"SELECT DISTINCT channel FROM {table}")
                assert set(rows.scalars()) <= {one}


@pytest.mark.asyncio
async def test_readers_need_neither_what_is_kept_nor_to_write(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, Post(1, AT, CLOSED), Post(2, AT, "x", (Link("https://ble.ir/other"),)))
    path = tmp_path / "m.db"
    async with database(tmp_path, writes=None) as db:
        before = path.read_bytes()
        judged = await judging.judge(db, Settings(), NOW)
        assert path.read_bytes() == before
    async with database(tmp_path) as db:
        await judging.detect(db, Settings(), NOW, asked_for_now=True)
        assert await labels(db) == {}  # at a time of one's own nothing of the posts is kept
        assert await judging.detect(db, Settings(), NOW) == judged
        assert set(await labels(db)) == {1, 2}
    async with database(tmp_path, writes=None) as db:
        assert await judging.judge(db, Settings(), NOW) == judged


@pytest.mark.asyncio
async def test_facts_that_come_while_it_is_judged_make_the_conclusions_old(tmp_path: Path) -> None:
    from monitor.store.database import facts_changed

    async with database(tmp_path) as db:
        await write(db, Post(1, AT, CLOSED))
        judge = judging.judge

        async def meanwhile(*given: object) -> Judgement:
            async with db.begin() as connection:
                await facts_changed(connection)
            return await judge(*given)  # type: ignore[arg-type]  # handed on as they came

        with patch.object(judging, "judge", meanwhile):
            await judging.detect(db, Settings(), NOW)
        later = NOW + DAY
        _, _, at = await judging.concluded(db, Settings(), later, asked_for_now=False)
        assert at == later


@pytest.mark.asyncio
async def test_a_channels_times_are_read_without_its_words(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, Post(1, AT, "x"))
        async with db.begin() as connection:
            plan = await connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {verdicts._TIMES._sql}", {"channel": 1}
            )
            assert "USING COVERING INDEX post_timeline" in str(plan.all())
            assert list((await verdicts.times(connection, 1)).ids) == [1]


def test_a_verdict_comes_back_as_it_was_kept_and_unknown_fields_are_passed_over() -> None:
    given = hearing._say(
        Speaker("composed_office"),
        verdicts.Words(1, int(AT.timestamp()), CLOSED, None, None),
        CLOSED,
        None,
        None,
    )
    body = verdicts.as_body(given)
    assert verdicts.as_verdict(body) == given
    assert verdicts.as_verdict(f'{{"of a later version": [1], {body[1:]}') == given
    with pytest.raises(StoreError, match="cannot be read"):
        verdicts.as_verdict('{"label": "no such label"}')


_IN_SMALL_STEPS = """
import sys
from monitor.cli import main
from monitor.jobs import hearing
from monitor.store import verdicts
hearing.COMMIT_AFTER, verdicts.PAGE = 500, 100
sys.argv[1:] = ["detect", "--database", "sqlite:///./m.db"]
main()
"""


def left(path: Path) -> int:
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA quick_check").fetchone() == ("ok",)
        return int(raw.execute("SELECT count(*) FROM unjudged").fetchone()[0])


@pytest.mark.timeout(120)
def test_a_detect_killed_again_and_again_ends_as_one_that_was_not(tmp_path: Path) -> None:
    texts = (CLOSED, "Composed news", "Composed\nFollow us on Bale: ble.ir/composed_office")
    given = [Post(n, AT + n * timedelta(hours=1), texts[n % 3]) for n in range(1, 6001)]
    now = AT + 300 * DAY

    async def filled() -> Judgement:
        async with database(tmp_path) as db:
            await write(db, *given)
            return await judging.judge(db, Settings(), now)

    async def finished() -> list[Judgement]:
        async with database(tmp_path) as db:
            first = await judging.judge(db, Settings(), now)
            return [first, await judging.detect(db, Settings(), now)]

    judged = asyncio.run(filled())
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    waited = []
    for few in (5500, 4000, 2000):
        running = subprocess.Popen(
            [sys.executable, "-c", _IN_SMALL_STEPS], cwd=tmp_path, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while left(tmp_path / "m.db") > few and running.poll() is None:
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
        running.wait()
        waited.append(left(tmp_path / "m.db"))
    assert 6000 > waited[0] >= waited[1] >= waited[2]  # nothing is judged twice
    assert asyncio.run(finished()) == [judged, judged]
    assert left(tmp_path / "m.db") == 0
