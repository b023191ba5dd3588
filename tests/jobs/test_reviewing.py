"""A decision survives judging anew and a change of name, and stays with its channel."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import Settings, read
from monitor.errors import BadUsage
from monitor.jobs.judging import detect, judge
from monitor.jobs.reviewing import Recorded, decide
from monitor.model import Availability, Decision, Finding, Judgement, Kind, Post, Probe
from monitor.store import channels, observations, posts
from monitor.store.database import Connection, Database

AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = AT + 30 * DAY
NOTICE = "This channel stops its work in Telegram from today. Follow us on Bale: ble.ir/demo"


def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test")


async def say_farewell(connection: Connection, name: str, telegram_id: int | None) -> None:
    key = await channels.resolve(connection, name, telegram_id, at=AT)
    said = [Post(1, AT, "Composed news"), Post(2, AT + DAY, NOTICE)]
    await posts.write(connection, key, [(post, post.at) for post in said], None)


def closure(judged: Judgement, name: str) -> Finding:
    (found,) = [f for f in judged.findings if f.kind is Kind.CLOSURE_NOTICE and f.channel == name]
    return found


async def reject(db: Database, wanted: str, *, note: str = "satire") -> Recorded:
    return await decide(db, Settings(), NOW, wanted=wanted, decision=Decision.REJECTED, note=note)


@pytest.mark.asyncio
async def test_a_decision_survives_detect_and_a_new_name(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        async with db.begin() as connection:
            await say_farewell(connection, "old_name", 5)
        before = closure(await judge(db, Settings(), NOW), "old_name")
        made = await reject(db, before.id)
        assert (made.finding.id, made.replaced) == (before.id, None)
        judged = await detect(db, Settings(), NOW)
        assert closure(judged, "old_name").review == made.review
        assert await detect(db, Settings(), NOW) == judged
        async with db.begin() as connection:
            await channels.resolve(connection, "new_name", 5, at=AT + 2 * DAY)
        assert closure(await judge(db, Settings(), NOW), "new_name").review == made.review


@pytest.mark.asyncio
async def test_who_takes_over_a_name_takes_over_no_decision(tmp_path: Path) -> None:
    """Both have a post 2: the ids of their findings alone would not tell them apart."""
    async with database(tmp_path) as db:
        async with db.begin() as connection:
            await say_farewell(connection, "demo", 5)
        first = await reject(db, closure(await judge(db, Settings(), NOW), "demo").id)
        async with db.begin() as connection:
            key = await channels.resolve(connection, "demo", 6, at=AT + 3 * DAY)
            said = [Post(2, AT + 3 * DAY, NOTICE)]
            await posts.write(connection, key, [(p, p.at) for p in said], None)
        judged = await judge(db, Settings(), NOW)
        notices = [f for f in judged.findings if f.kind is Kind.CLOSURE_NOTICE]
        assert {f.at: f.review for f in notices} == {AT + DAY: first.review, AT + 3 * DAY: None}


@pytest.mark.asyncio
async def test_an_id_may_be_shortened_while_it_means_one_finding(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        async with db.begin() as connection:
            for n in range(40):
                await say_farewell(connection, f"channel_{n:02d}", None)
        judged = await detect(db, Settings(), NOW)
        found = closure(judged, "channel_07")
        ids = [f.id for f in judged.findings]
        short = next(n for n in range(1, 17) if sum(i[:n] == found.id[:n] for i in ids) == 1)
        assert (await reject(db, found.id[:short].upper())).finding.id == found.id
        assert short > 1, "forty channels' findings share first digits"
        with pytest.raises(BadUsage, match="begins the ids of .* give more digits"):
            await reject(db, found.id[:1])


@pytest.mark.asyncio
@pytest.mark.parametrize("wanted", ["", " ", "ffffffffffffffff", "zz", "%", "f" * 40])
async def test_an_unknown_id_is_refused_with_the_remedy(tmp_path: Path, wanted: str) -> None:
    async with database(tmp_path) as db:
        async with db.begin() as connection:
            await say_farewell(connection, "demo", None)
        with pytest.raises(BadUsage, match="no finding has the id .*`channel-monitor findings`"):
            await reject(db, wanted)


@pytest.mark.asyncio
async def test_a_listed_finding_that_the_facts_no_longer_bear_out_is_unknown(
    tmp_path: Path,
) -> None:
    async with database(tmp_path) as db:
        async with db.begin() as connection:
            await say_farewell(connection, "demo", None)
        found = closure(await detect(db, Settings(), NOW), "demo")
        async with db.begin() as connection:
            key = await channels.resolve(connection, "demo")
            edited = Post(2, AT + DAY, "Composed news of no weight", edited_at=AT + 2 * DAY)
            await posts.write(connection, key, [(edited, AT + 2 * DAY)], None)
        with pytest.raises(BadUsage, match="no finding has the id"):
            await reject(db, found.id)


@pytest.mark.asyncio
async def test_a_finding_that_only_all_channels_together_show_can_be_decided(
    tmp_path: Path,
) -> None:
    """A wave is of no one channel; its decision stands in the case of each member too."""
    names = ["office_a", "office_b", "office_c"]
    settings = read(
        {"channel": [{"username": n, "country": "RU", "category": "office"} for n in names]}, "t"
    )
    async with database(tmp_path) as db:
        async with db.begin() as connection:
            for name in names:
                await say_farewell(connection, name, None)
                key = await channels.resolve(connection, name)
                # Seen for a year in which nobody announced: three in a week are no habit.
                seen = Probe(AT + 2 * DAY, "import", Availability.OK, AT - 365 * DAY, AT + 2 * DAY)
                await observations.add_probe(connection, key, seen)
        judged = await detect(db, settings, NOW)
        (wave,) = [f for f in judged.findings if f.kind is Kind.WAVE]
        made = await decide(
            db, settings, NOW, wanted=wave.id, decision=Decision.ACCEPTED, note="seen"
        )
        again = await judge(db, settings, NOW)
        assert [f.review for f in again.findings if f.kind is Kind.WAVE] == [made.review]
        told = [[f.review for f in v.case.timeline if f.kind is Kind.WAVE] for v in again.views]
        assert told == [[made.review]] * 3
