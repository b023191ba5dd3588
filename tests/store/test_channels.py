"""A channel is its numeric id; names come, go and are handed on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import Availability, Count, Interval, Post, Probe, Profile
from monitor.store import channels, histories, observations, posts
from monitor.store.database import Connection, Database

AT = datetime(2026, 1, 1, tzinfo=UTC)


def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test")


async def _fill(connection: Connection, key: int, low: int) -> None:
    await posts.write(connection, key, [(Post(low, AT, "x"), AT)], None)
    await observations.add_counts(connection, key, [Count(AT, Interval(low, low), "t")])
    await observations.add_probe(connection, key, Probe(AT, "preview", Availability.OK))
    await observations.add_profile(connection, key, Profile(AT, "demo"))


@pytest.mark.asyncio
async def test_a_name_in_any_case_is_one_channel(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        assert await channels.resolve(connection, "Demo") == await channels.resolve(
            connection, "dEMO"
        )


@pytest.mark.asyncio
async def test_an_id_is_added_to_a_channel_known_by_its_name(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        key = await channels.resolve(connection, "demo")
        assert await channels.resolve(connection, "demo", 5) == key
        assert await channels.resolve(connection, "demo", 5) == key
        assert [c.telegram_id for c in await channels.everyone(connection)] == [5]


@pytest.mark.asyncio
async def test_a_renamed_channel_stays_one(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        key = await channels.resolve(connection, "old_name", 5)
        assert await channels.resolve(connection, "new_name", 5) == key
        assert [c.username for c in await channels.everyone(connection)] == ["new_name"]


@pytest.mark.asyncio
async def test_a_name_given_to_another_id_is_another_channel(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        first = await channels.resolve(connection, "demo", 5)
        second = await channels.resolve(connection, "demo", 6)
        assert first != second
        assert await channels.resolve(connection, "demo") == second
        known = {c.key: c.holds_name for c in await channels.everyone(connection)}
        assert known == {first: False, second: True}


@pytest.mark.asyncio
async def test_facts_kept_under_a_name_are_merged_into_the_id(tmp_path: Path) -> None:
    """Counts were imported under a new name before a page showed whose name it is."""
    async with database(tmp_path) as db, db.begin() as connection:
        by_id = await channels.resolve(connection, "old_name", 5)
        await _fill(connection, by_id, 1)
        by_name = await channels.resolve(connection, "new_name")
        await _fill(connection, by_name, 2)
        assert await channels.resolve(connection, "new_name", 5) == by_id
        ids = [kept.post.id async for kept in histories.read(connection, by_id, as_of=AT)]
        assert ids == [1, 2]
        probes = await observations.probes(connection, by_id, as_of=AT)
        assert len(probes) == 2
        # Both had a count of that moment and source: one fact, and the id's own stays.
        counts = await observations.counts(connection, by_id, as_of=AT)
        assert [c.subscribers.low for c in counts] == [1]
        assert len(await channels.everyone(connection)) == 1


@pytest.mark.asyncio
async def test_an_older_page_takes_no_name_back(tmp_path: Path) -> None:
    earlier = AT - timedelta(days=60)
    async with database(tmp_path) as db, db.begin() as connection:
        key = await channels.resolve(connection, "new_name", 5, at=AT)
        assert await channels.resolve(connection, "old_name", 5, at=earlier) == key
        assert [c.username for c in await channels.everyone(connection)] == ["new_name"]
        other = await channels.resolve(connection, "new_name", 6, at=earlier)
        assert await channels.resolve(connection, "new_name") == key
        assert {c.key: c.holds_name for c in await channels.everyone(connection)} == {
            key: True,
            other: False,
        }
        await channels.resolve(connection, "new_name", 6, at=AT + timedelta(days=1))
        assert await channels.resolve(connection, "new_name") == other
