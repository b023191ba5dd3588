"""Totals count what is there, and never by the wrong name."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import Availability, Post, Probe
from monitor.store import accounts, channels, conclusions, evidence, observations, posts, totals
from monitor.store import visits as visited
from monitor.store.database import Connection, Database, facts_changed
from monitor.store.totals import Asked

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test")


async def post(connection: Connection, key: int, *ids: int) -> None:
    await posts.write(connection, key, [(Post(n, AT), AT) for n in ids], None)


@pytest.mark.asyncio
async def test_an_empty_store_has_nothing_and_was_never_judged(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        kept = await totals.kept(connection)
        assert (kept.posts, kept.evidence, kept.probes) == ({}, 0, {})
        assert await totals.asked(connection) == []
        assert await totals.visits(connection) == {}
        judged = await totals.judged(connection)
        assert (judged.at, judged.behind, judged.waiting, judged.findings) == (None, False, 0, {})


@pytest.mark.asyncio
async def test_posts_probes_and_pages_are_counted(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        first = await channels.resolve(connection, "Composed_One", 5, at=AT)
        # Another channel that held the same name: both count under it.
        second = await channels.resolve(connection, "composed_one", 6, at=AT + DAY)
        third = await channels.resolve(connection, "silent", 7, at=AT)
        assert len({first, second, third}) == 3
        await post(connection, first, 1, 2)
        await post(connection, second, 1)
        await evidence.add(connection, sha256="a" * 64, source="x", at=AT)
        for day, state in enumerate((Availability.OK, Availability.OK, None)):
            probe = Probe(AT + day * DAY, "preview", state)
            await observations.add_probe(connection, first, probe)
        kept = await totals.kept(connection)
        assert {name.casefold() for name in kept.posts} == {"composed_one"}
        assert sum(kept.posts.values()) == 3
        assert kept.evidence == 1
        assert kept.probes == {("preview", "ok"): 2, ("preview", "unknown"): 1}


@pytest.mark.asyncio
async def test_requests_are_summed_over_days_or_from_one_on(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        for day in range(3):
            await accounts.count_requests(connection, AT + day * DAY, {("1", "m"): (10, 1, 2)})
        assert await totals.asked(connection) == [Asked("1", "m", 30, 3, 6)]
        assert await totals.asked(connection, since=AT + 2 * DAY) == [Asked("1", "m", 10, 1, 2)]


@pytest.mark.asyncio
async def test_a_visit_tells_its_last_error_until_one_goes_well(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        await visited.record(connection, "One", "preview", at=AT, error="answered 500")
        (seen,) = (await totals.visits(connection)).values()
        assert (seen.folded, seen.route, seen.errors) == ("one", "preview", 1)
        assert (seen.error, seen.last_success) == ("answered 500", None)
        await visited.record(connection, "one", "preview", at=AT + DAY, error=None)
        (seen,) = (await totals.visits(connection)).values()
        assert (seen.errors, seen.error, seen.last_success) == (0, None, AT + DAY)


@pytest.mark.asyncio
async def test_a_judgement_is_behind_as_soon_as_a_fact_comes(tmp_path: Path) -> None:
    form = {"id": "a", "channel": None, "kind": "wave", "at": "2026-01-01T00:00:00Z"}
    async with database(tmp_path) as db, db.begin() as connection:
        await facts_changed(connection)
        assert (await totals.judged(connection)).behind
        await conclusions.replace(
            connection, findings=[form], cases=[{"channel": "x", "n": 1}], judged_at=AT
        )
        judged = await totals.judged(connection)
        assert (judged.at, judged.behind, judged.findings) == (AT, False, {"wave": 1})
        assert await conclusions.cases(connection) == [{"channel": "x", "n": 1}]
        await facts_changed(connection)
        assert (await totals.judged(connection)).behind
