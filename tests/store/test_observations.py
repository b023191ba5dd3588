"""Counts, probes and profiles are written once and read back as of a time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import Availability, Count, Interval, Probe, Profile
from monitor.store import channels, observations, visits
from monitor.store.database import Database
from monitor.store.visits import Progress

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test")


@pytest.mark.asyncio
async def test_counts_are_kept_once_and_read_up_to_a_time(tmp_path: Path) -> None:
    counts = [
        Count(AT + n * DAY, Interval(n, n + 1), "landing", max_post_id=n, title="t")
        for n in range(3)
    ]
    async with database(tmp_path) as db, db.begin() as connection:
        key = await channels.resolve(connection, "demo")
        assert await observations.add_counts(connection, key, counts) == 3
        assert await observations.add_counts(connection, key, counts) == 0
        assert await observations.counts(connection, key, as_of=AT + DAY) == counts[:2]


@pytest.mark.asyncio
async def test_a_probe_comes_back_as_it_went_in_and_only_once(tmp_path: Path) -> None:
    probe = Probe(AT, "preview", Availability.OK, AT - DAY, AT, "said")
    async with database(tmp_path) as db, db.begin() as connection:
        key = await channels.resolve(connection, "demo")
        assert await observations.add_probe(connection, key, probe)
        assert not await observations.add_probe(connection, key, probe)
        assert await observations.add_probe(connection, key, Probe(AT + DAY, "preview", None))
        assert await observations.probes(connection, key, as_of=AT) == [probe]


@pytest.mark.asyncio
async def test_a_profile_is_kept_only_when_it_changes(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        key = await channels.resolve(connection, "demo")

        async def add(day: int, title: str | None, about: str | None = None) -> bool:
            seen = Profile(AT + day * DAY, "demo", title, about)
            return await observations.add_profile(connection, key, seen)

        assert await add(0, "one", "about")
        assert not await add(1, "one")  # a page that leaves something out changes nothing
        assert await add(2, "two")
        assert await add(2, "two", "more")  # another page of the same second completes it
        assert not await add(2, "two", "more")
        kept = await observations.profiles(connection, key, as_of=AT + 9 * DAY)
        assert [(p.title, p.about) for p in kept] == [("one", "about"), ("two", "more")]


@pytest.mark.asyncio
async def test_visits_remember_errors_and_progress(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        assert await visits.last_success(connection, "demo", "preview") is None
        assert await visits.progress(connection, "demo", "preview") == Progress()
        await visits.record(connection, "demo", "preview", at=AT, error="down")
        await visits.record(connection, "Demo", "preview", at=AT + DAY, error="down")
        assert await visits.last_success(connection, "demo", "preview") is None
        await visits.record(connection, "demo", "preview", at=AT + 2 * DAY, error=None)
        assert await visits.last_success(connection, "demo", "preview") == AT + 2 * DAY
        progress = Progress(
            bottom=3, top=9, pending_top=20, pending_low=15, back_until=AT, telegram_id=5
        )
        await visits.record_progress(connection, "demo", "preview", progress)
        assert await visits.progress(connection, "DEMO", "preview") == progress
        row = (await connection.exec_driver_sql("SELECT errors, last_error FROM visit")).one()
        assert tuple(row) == (0, None)
