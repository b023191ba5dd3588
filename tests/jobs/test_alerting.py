"""Findings are entered once for each target, in the transaction that keeps them; no history is."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.config import Settings, read
from monitor.jobs.judging import detect
from monitor.jobs.reviewing import decide
from monitor.model import Availability, Decision, Post, Probe, Profile
from monitor.store import channels, conclusions, observations, outbox, posts
from monitor.store.database import Connection, Database
from monitor.store.schema_alerts import alert

AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = AT + DAY
NOTICE = "This channel stops its work in Telegram from today. Follow us on Bale: ble.ir/demo"
SENT = {"target": "desk", "kinds": ["closure_notice"], "minimum_confidence": 0}


def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test")


def settings(*alerts: dict[str, Any], **more: Any) -> Settings:
    return read({"alert": list(alerts), **more}, "c")


async def say_farewell(
    db: Database,
    name: str = "demo",
    telegram_id: int | None = 5,
    *,
    at: datetime = AT,
    post: int = 2,
) -> None:
    async with db.begin() as connection:
        key = await channels.resolve(connection, name, telegram_id, at=at)
        said = [Post(1, at - DAY, "Composed news"), Post(post, at, NOTICE)]
        await posts.write(connection, key, [(p, p.at) for p in said], None)
        await observations.add_profile(connection, key, Profile(at, name))
        # Seen for a year in which nobody announced: three in a week are no habit.
        seen = Probe(at + DAY, "import", Availability.OK, at - 365 * DAY, at + DAY)
        await observations.add_probe(connection, key, seen)


async def entries(db: Database) -> list[tuple[str, str, str]]:
    async with db.begin() as connection:
        rows = await connection.execute(
            sa.select(alert.c.target, alert.c.kind, alert.c.state).order_by(alert.c.id)
        )
        return [tuple(row) for row in rows]


async def bodies(db: Database) -> list[dict[str, Any]]:
    async with db.begin() as connection:
        rows = await connection.execute(sa.select(alert.c.body).order_by(alert.c.id))
        return [json.loads(row.body) for row in rows]


@pytest.mark.asyncio
async def test_a_finding_is_entered_once_for_each_target_that_asks(tmp_path: Path) -> None:
    asks = settings(
        SENT, {**SENT, "target": "night"}, {"target": "other", "kinds": ["gone"]},
        channel=[{"username": "demo", "country": "IR", "category": "news"}],
    )  # fmt: skip
    async with database(tmp_path) as db:
        await say_farewell(db)
        for hour in range(3):
            await detect(db, asks, NOW + timedelta(hours=hour))
        assert await entries(db) == [
            ("desk", "closure_notice", "waiting"), ("night", "closure_notice", "waiting")
        ]  # fmt: skip
        body = (await bodies(db))[0]
    assert body["finding"]["evidence"][0]["url"] == "https://t.me/demo/2"
    assert body["channel"] == {
        "username": "demo", "title": None, "category": "news", "country": "IR"
    }  # fmt: skip


@pytest.mark.asyncio
async def test_a_new_name_of_the_channel_makes_no_new_entry(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await say_farewell(db)
        await detect(db, settings(SENT), NOW)
        async with db.begin() as connection:
            await channels.resolve(connection, "new_name", 5, at=NOW)
        judged = await detect(db, settings(SENT), NOW + DAY)
        assert "new_name" in {f.channel for f in judged.findings}
        assert len(await entries(db)) == 1


@pytest.mark.asyncio
async def test_who_takes_over_a_name_has_entries_of_its_own(tmp_path: Path) -> None:
    """Both have a post 2: the ids of their findings would be the same."""
    async with database(tmp_path) as db:
        await say_farewell(db)
        await detect(db, settings(SENT), NOW)
        await say_farewell(db, "demo", 6, at=NOW)
        await detect(db, settings(SENT), NOW + DAY)
        assert len(await entries(db)) == 2


@pytest.mark.asyncio
async def test_what_the_facts_bear_out_no_more_is_not_sent_and_comes_back_as_the_same(
    tmp_path: Path,
) -> None:
    async def edit(db: Database, text: str, at: datetime) -> None:
        async with db.begin() as connection:
            key = await channels.resolve(connection, "demo", 5)
            await posts.write(connection, key, [(Post(2, AT, text, edited_at=at), at)], None)

    async with database(tmp_path) as db:
        await say_farewell(db)
        await detect(db, settings(SENT), NOW)
        await edit(db, "Composed news of no weight", NOW)
        await detect(db, settings(SENT), NOW)
        assert await entries(db) == [("desk", "closure_notice", "withdrawn")]
        await edit(db, NOTICE, NOW + DAY)
        await detect(db, settings(SENT), NOW + DAY)
        assert await entries(db) == [("desk", "closure_notice", "waiting")]


@pytest.mark.asyncio
async def test_history_is_not_sent_and_neither_is_what_a_shifted_clock_sees(
    tmp_path: Path,
) -> None:
    async with database(tmp_path) as db:
        for number in range(20):
            at = AT - number * 30 * DAY
            await say_farewell(db, f"channel_{number:02d}", 100 + number, at=at)
        await detect(db, settings(SENT), NOW, asked_for_now=True)
        assert await entries(db) == []
        await detect(db, settings(SENT), NOW)
        assert [body["finding"]["channel"] for body in await bodies(db)] == ["channel_00"]


@pytest.mark.asyncio
async def test_a_notice_that_a_person_accepts_is_sent_then(tmp_path: Path) -> None:
    """It waits for review as long as nobody decides: here all do, for none is certain enough."""
    asks = settings({**SENT, "minimum_confidence": 1.0})
    async with database(tmp_path) as db:
        await say_farewell(db)
        judged = await detect(db, asks, NOW)
        assert await entries(db) == []
        (found,) = [f for f in judged.findings if f.kind == "closure_notice"]
        later = NOW + 30 * DAY
        await decide(
            db, asks, later, wanted=found.id, decision=Decision.ACCEPTED, note="seen"
        )  # fmt: skip
        await detect(db, asks, later)
        assert await entries(db) == [("desk", "closure_notice", "waiting")]
        await decide(db, asks, later, wanted=found.id, decision=Decision.REJECTED, note="satire")
        await detect(db, asks, later)
        assert await entries(db) == [("desk", "closure_notice", "withdrawn")]


@pytest.mark.asyncio
async def test_a_finding_whose_confidence_rises_is_entered_then(tmp_path: Path) -> None:
    """The rule's bound is lowered here, which is the same to the outbox as a rise above it."""
    async with database(tmp_path) as db:
        await say_farewell(db)
        await detect(db, settings({**SENT, "minimum_confidence": 1.0}), NOW)
        assert await entries(db) == []
        await detect(db, settings(SENT), NOW + DAY)
        assert await entries(db) == [("desk", "closure_notice", "waiting")]


@pytest.mark.asyncio
async def test_findings_and_their_entries_are_kept_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk gives way amid the entering: the findings of before stand."""
    whole = outbox.enter

    async def breaks(connection: Connection, *words: Any) -> None:
        await whole(connection, *words)
        raise OSError(28, "No space left on device")

    async with database(tmp_path) as db:
        await say_farewell(db)
        monkeypatch.setattr(outbox, "enter", breaks)
        with pytest.raises(OSError, match="No space"):
            await detect(db, settings(SENT), NOW)
        async with db.begin() as connection:
            assert await conclusions.read(connection) == ([], [])
        assert await entries(db) == []
        monkeypatch.undo()
        await detect(db, settings(SENT), NOW)
        assert len(await entries(db)) == 1


@pytest.mark.asyncio
async def test_a_wave_is_chosen_by_its_members_and_is_the_same_after_a_new_name(
    tmp_path: Path,
) -> None:
    names = ["office_a", "office_b", "office_c"]
    watched = [{"username": n, "country": "IR", "category": "office"} for n in names]
    of_one = {"target": "one", "kinds": ["wave"], "minimum_confidence": 0, "review": True}
    asks = settings(
        {**of_one, "channels": ["office_b"]},
        {**of_one, "target": "none", "channels": ["elsewhere"]},
        {**of_one, "target": "land", "countries": ["IR"]},
        channel=watched,
    )
    async with database(tmp_path) as db:
        for number, name in enumerate(names):
            await say_farewell(db, name, 10 + number, at=AT + timedelta(hours=number))
        judged = await detect(db, asks, NOW)
        assert "wave" in {str(f.kind) for f in judged.findings}, "the wave itself is there"
        assert await entries(db) == [("one", "wave", "waiting"), ("land", "wave", "waiting")]
        async with db.begin() as connection:
            await channels.resolve(connection, "office_new", 10, at=NOW)
        again = await detect(db, asks, NOW + timedelta(hours=1))
        waves = [[f.id for f in j.findings if f.kind == "wave"] for j in (judged, again)]
        assert waves[0] != waves[1], "the id does not survive the new name; the entry does"
        assert len(await entries(db)) == 2


@pytest.mark.asyncio
async def test_a_digest_waits_for_its_time(tmp_path: Path) -> None:
    asks = settings({**SENT, "digest": True}, report={"timezone": "Asia/Tehran", "digest": "07:30"})
    async with database(tmp_path) as db:
        await say_farewell(db)
        await detect(db, asks, NOW)
        async with db.begin() as connection:
            assert await outbox.next_due(connection) == {
                "desk": datetime(2026, 1, 3, 4, tzinfo=UTC)
            }
