"""One entry a finding and target, for ever; it lasts from its entry until it was sent."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.store import channels, outbox
from monitor.store.database import Connection, Database
from monitor.store.outbox import Entry, Wanted
from monitor.store.schema_alerts import alert

AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test")


def wanted(channel: int = 0, first: str = "9", **more: object) -> Wanted:
    made = Wanted("desk", channel, "gone", first, {"finding": {"id": first}}, fresh=True)
    return replace(made, **more)  # type: ignore[arg-type]  # named by each test


async def states(connection: Connection) -> list[tuple[str, str]]:
    rows = await connection.execute(sa.select(alert.c.first, alert.c.state).order_by(alert.c.id))
    return [(row.first, row.state) for row in rows]


async def only(connection: Connection, now: datetime = AT) -> Entry:
    (entry,) = await outbox.due(connection, "desk", now)
    return entry


@pytest.mark.asyncio
async def test_entered_again_and_again_a_finding_has_one_entry_a_target(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        key = await channels.resolve(connection, "demo")
        every = [wanted(key), wanted(key, target="night"), wanted(), wanted(first="8")]
        await outbox.enter(connection, every, AT)
        first = [e.message for e in await outbox.due(connection, "desk", AT)]
        await outbox.enter(connection, every, AT + DAY)
        assert [e.message for e in await outbox.due(connection, "desk", AT + DAY)] == first
        assert len(set(first)) == len(first) == 3
        assert len(await outbox.due(connection, "night", AT)) == 1


@pytest.mark.asyncio
async def test_a_finding_that_vanishes_and_comes_back_has_still_one_entry(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        await outbox.enter(connection, [wanted()], AT)
        message = (await only(connection)).message
        await outbox.enter(connection, [], AT + MINUTE)
        assert await states(connection) == [("9", "withdrawn")]
        assert await outbox.due(connection, "desk", AT + DAY) == []
        await outbox.enter(connection, [wanted(fresh=False)], AT + DAY)
        assert await states(connection) == [("9", "withdrawn")], "it is no news any more"
        await outbox.enter(connection, [wanted()], AT + DAY)
        entry = await only(connection, AT + DAY)
        assert entry.message == message
        await outbox.delivered(connection, entry, AT + DAY)
        for every in ([], [wanted()]):
            await outbox.enter(connection, every, AT + 2 * DAY)
            assert await states(connection) == [("9", "delivered")]


@pytest.mark.asyncio
async def test_what_is_wanted_but_no_news_waits_on_and_is_not_entered(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        await outbox.enter(connection, [wanted()], AT)
        await outbox.enter(
            connection, [wanted(fresh=False), wanted(first="8", fresh=False)], AT + 8 * DAY
        )
        assert await states(connection) == [("9", "waiting")]


@pytest.mark.asyncio
async def test_a_finding_of_a_channel_that_is_no_more_is_left_for_the_next_time(
    tmp_path: Path,
) -> None:
    """Two keys of one channel may be joined between the judgement and its keeping."""
    async with database(tmp_path) as db, db.begin() as connection:
        await outbox.enter(connection, [wanted(77), wanted()], AT)
        assert await states(connection) == [("9", "waiting")]


@pytest.mark.asyncio
async def test_an_attempt_that_failed_puts_off_and_the_least_tried_is_first(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        await outbox.enter(connection, [wanted(), wanted(first="8")], AT)
        entry = (await outbox.due(connection, "desk", AT))[0]
        later = AT + MINUTE
        await outbox.not_delivered(connection, entry, AT, error="no answer", again=later)
        assert [e.attempts for e in await outbox.due(connection, "desk", AT)] == [0]
        tried = await outbox.due(connection, "desk", later)
        assert [(e.attempts, e.tried_at) for e in tried] == [(0, None), (1, AT)]
        await outbox.not_delivered(connection, tried[1], later, error="again", again=None)
        assert await states(connection) == [("9", "failed"), ("8", "waiting")]
        (standing,) = await outbox.standings(connection)
        assert standing.counts == {"failed": 1, "waiting": 1}
        assert (standing.error, standing.oldest_waiting) == ("again", AT)
        assert standing.last_delivered is None


@pytest.mark.asyncio
async def test_a_clock_that_was_far_ahead_holds_nothing_back(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        await outbox.enter(connection, [wanted()], AT + 30 * DAY)
        assert len(await outbox.due(connection, "desk", AT)) == 1


@pytest.mark.asyncio
async def test_a_day_has_one_digest_and_one_without_news_has_none(tmp_path: Path) -> None:
    slot, following, day = AT, AT + DAY, date(2026, 1, 1)
    async with database(tmp_path) as db, db.begin() as connection:
        await outbox.gather(connection, "desk", day, slot, following=following)
        assert await states(connection) == []
        two = [wanted(first=n, digest_at=slot) for n in "12"]
        await outbox.enter(connection, two, AT - DAY)
        assert await outbox.due(connection, "desk", slot) == [], "none is sent on its own"
        await outbox.gather(connection, "desk", day, slot - MINUTE, following=slot)
        assert len(await states(connection)) == 2, "not before its time"
        await outbox.gather(connection, "desk", day, slot, following=following)
        digest = await only(connection, slot)
        assert (digest.kind, digest.body["count"], digest.body["day"]) == (
            "digest",
            2,
            "2026-01-01",
        )
        assert digest.body["findings"] == [{"finding": {"id": "1"}}, {"finding": {"id": "2"}}]
        # The clock is set back, and more comes in on the same day.
        await outbox.enter(connection, [*two, wanted(first="3", digest_at=slot)], slot - MINUTE)
        await outbox.gather(connection, "desk", day, slot, following=following)
        assert (await only(connection, slot)).message == digest.message
        assert ("3", "waiting") in await states(connection)
        await outbox.delivered(connection, digest, slot)
        assert await outbox.next_due(connection) == {"desk": following}
        await outbox.gather(
            connection, "desk", date(2026, 1, 2), following, following=following + DAY
        )
        assert (await only(connection, following)).body["count"] == 1
        assert len([s for s in await states(connection) if s[1] == "digested"]) == 3


@pytest.mark.asyncio
async def test_a_withdrawn_finding_is_in_no_digest(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        one, other = (wanted(first=n, digest_at=AT) for n in "12")
        await outbox.enter(connection, [one, other], AT - DAY)
        await outbox.enter(connection, [other], AT - MINUTE)
        await outbox.gather(connection, "desk", AT.date(), AT, following=AT + DAY)
        assert (await only(connection)).body["findings"] == [{"finding": {"id": "2"}}]


@pytest.mark.asyncio
async def test_a_channel_known_under_two_keys_has_one_entry_when_they_are_joined(
    tmp_path: Path,
) -> None:
    """What was sent under either key is not sent again; the rest goes with the channel."""
    async with database(tmp_path) as db, db.begin() as connection:
        by_name = await channels.resolve(connection, "demo")
        by_id = await channels.resolve(connection, "older_name", 5)
        await outbox.enter(connection, [wanted(by_name), wanted(by_name, "8")], AT)
        sent = (await outbox.due(connection, "desk", AT))[0]
        await outbox.delivered(connection, sent, AT)
        both = [wanted(by_name), wanted(by_name, "8"), wanted(by_id), wanted(by_id, "7")]
        await outbox.enter(connection, both, AT)
        assert await channels.resolve(connection, "demo", 5) == by_id
        rows = (await connection.execute(sa.select(alert).order_by(alert.c.first))).all()
        assert [(r.channel, r.first, r.state) for r in rows] == [
            (by_id, "7", "waiting"), (by_id, "8", "waiting"), (by_id, "9", "delivered")
        ]  # fmt: skip
        await outbox.enter(connection, [wanted(by_id, n) for n in "789"], AT + DAY)
        assert len(await states(connection)) == 3
