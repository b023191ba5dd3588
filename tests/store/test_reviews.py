"""Decisions are kept as they were made, and read back as of a time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.model import Decision, Finding, Kind, Review
from monitor.store import channels, conclusions, reviews
from monitor.store.database import Database
from monitor.store.schema import review

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FOUND = Finding("demo", Kind.CLOSURE_NOTICE, AT, 0.61, "closure.stop", "s", key="demo\n9")
YES = Review(Decision.ACCEPTED, "seen", AT + DAY)
NO = Review(Decision.REJECTED, "satire", AT + 2 * DAY)
SUBJECT = ("closure_notice", "9")


def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test")


@pytest.mark.asyncio
async def test_a_decision_stands_from_its_time_on_until_a_later_one(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        key = await channels.resolve(connection, "demo")
        await reviews.keep(connection, key, FOUND, NO)
        await reviews.keep(connection, key, FOUND, YES)  # of an earlier clock
        assert await reviews.standing(connection, as_of=AT) == {}
        assert await reviews.standing(connection, as_of=AT + DAY) == {key: {SUBJECT: YES}}
        assert await reviews.standing(connection, as_of=AT + 9 * DAY) == {key: {SUBJECT: NO}}


@pytest.mark.asyncio
async def test_of_two_decisions_in_one_second_the_second_stands(tmp_path: Path) -> None:
    again = Review(Decision.REJECTED, "no", YES.decided_at)
    async with database(tmp_path) as db, db.begin() as connection:
        await reviews.keep(connection, None, FOUND, YES)
        await reviews.keep(connection, None, FOUND, again)
        assert await reviews.standing(connection, as_of=AT + DAY) == {None: {SUBJECT: again}}


@pytest.mark.asyncio
async def test_what_was_decided_on_is_kept_with_it(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        key = await channels.resolve(connection, "demo")
        await reviews.keep(connection, key, FOUND, YES)
        row = (await connection.execute(sa.select(review))).one()
    assert (row.finding, row.username, row.kind, row.first) == (FOUND.id, "demo", *SUBJECT)
    assert (row.rule, row.confidence, row.note) == ("closure.stop", 0.61, "seen")


@pytest.mark.asyncio
async def test_a_decision_makes_the_kept_judgement_old(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        await conclusions.replace(connection, findings=[], cases=[], judged_at=AT)
        assert await conclusions.judged_at(connection) == AT
        await reviews.keep(connection, None, FOUND, YES)
        assert await conclusions.judged_at(connection) is None


@pytest.mark.asyncio
async def test_a_channel_known_under_two_keys_keeps_its_decisions_when_they_are_joined(
    tmp_path: Path,
) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        by_name = await channels.resolve(connection, "demo")
        await reviews.keep(connection, by_name, FOUND, YES)
        by_id = await channels.resolve(connection, "older_name", 5)
        assert await channels.resolve(connection, "demo", 5) == by_id
        assert await reviews.standing(connection, as_of=AT + DAY) == {by_id: {SUBJECT: YES}}
