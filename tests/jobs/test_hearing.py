"""What is kept of the posts gives what judging every post anew gives, whatever happened between."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config import Settings
from monitor.detect import notices
from monitor.detect.findings import Writer
from monitor.jobs import basis, hearing, judging
from monitor.jobs.describing import describe
from monitor.model import Channel, Judgement, Link, Post, Profile
from monitor.store import channels, evidence, observations, posts, schema_version, verdicts
from monitor.store.database import Connection, Database, facts_changed

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=90)
HOUR = timedelta(hours=1)
NAME = "composed_office"
TEXTS = (
    "",
    "Composed news of the day",
    "This channel is closed from today on, follow us on Bale: ble.ir/composed_office",
    "Composed news\nFollow us on Bale: ble.ir/composed_office",
    "Составленная новость\nПодписывайтесь на нас в MAX: max.ru/composed_office",
    "We are back on Telegram and resume our posts here.",
    "The ministry of something closes its Telegram channel and moves to Bale",
    "The paper named after us: Composed bureau has left Telegram for good",
)
HIDDEN = (Link("https://ble.ir/composed_office", "hidden", "here"),)
TITLES = ("Composed office", "Composed bureau", "The ministry of something")


@dataclass(frozen=True)
class Step:
    """One thing that happens to a store."""

    does: str
    numbers: tuple[int, ...] = ()


def steps() -> st.SearchStrategy[Step]:
    """Writing is most of what happens; every number is a choice that the step reads its own way."""
    number = st.integers(0, 999)
    writes = st.builds(Step, st.just("write"), st.tuples(*[number] * 6))
    others = st.builds(
        Step,
        st.sampled_from(("delete", "retitle", "rules", "merge", "detect", "broken off", "future")),
        st.tuples(number, number),
    )
    return st.one_of(writes, writes, writes, others)


@dataclass
class Store:
    """A store to which things happen, in the order of a clock."""

    database: Database
    rules: int = 0
    numeric: set[str] = field(default_factory=set)

    async def happen(self, step: Step) -> None:
        with self.ruled():
            if step.does == "detect":
                await judging.detect(self.database, Settings(), NOW)
            elif step.does == "broken off":
                await self._broken_off(step.numbers[0] % 7)
            elif step.does == "rules":
                self.rules += 1
            else:
                async with self.database.begin() as connection:
                    await getattr(self, f"_{step.does}")(connection, *step.numbers)
                    await facts_changed(connection)

    @contextmanager
    def ruled(self) -> Iterator[None]:
        """Judge by rules of this version: only their digest differs, which is what is read."""
        known = basis.of_rules()
        with patch.object(basis, "of_rules", lambda: f"{known} {self.rules}"):
            yield

    async def _key(self, connection: Connection, which: int) -> int:
        name = (NAME, "composed_other")[which % 3 // 2]
        return await channels.resolve(connection, name, at=START)

    async def _write(  # the choices of one step
        self, connection: Connection, which: int, post_id: int, text: int, more: int, seen: int,
        proof: int,
    ) -> None:  # fmt: skip
        key = await self._key(connection, which)
        post = Post(
            id=1 + post_id % 5,
            at=START + timedelta(days=post_id % 5, hours=more % 3),
            text=TEXTS[text % len(TEXTS)],
            links=HIDDEN if more % 5 == 0 else (),
            forwarded_from=(None, None, None, "someone", NAME)[more // 5 % 5],
            service="pinned" if more % 17 == 0 else None,
        )
        at = START + timedelta(days=20, hours=seen % 40)
        row = await evidence.add(
            connection, sha256=f"{proof % 3}" * 64, source=f"s{proof % 3}", at=START
        )
        await posts.write(connection, key, [(post, at)], row)

    async def _future(self, connection: Connection, which: int, post_id: int) -> None:
        """Store what the clock of the judgement has not come to."""
        if post_id % 3 == 0:
            key = await self._key(connection, which)
            post = Post(1 + post_id % 5, START, TEXTS[which % len(TEXTS)])
            await posts.write(connection, key, [(post, NOW + HOUR)], None)

    async def _delete(self, connection: Connection, which: int, post_id: int) -> None:
        key = await self._key(connection, which)
        await posts.mark_deleted(connection, key, [1 + post_id % 5], START + 30 * 24 * HOUR)

    async def _retitle(self, connection: Connection, which: int, title: int) -> None:
        key = await self._key(connection, which)
        at = START + timedelta(days=30, minutes=title)
        profile = Profile(at, NAME, TITLES[title % len(TITLES)])
        await observations.add_profile(connection, key, profile)

    async def _merge(self, connection: Connection, which: int, number: int) -> None:
        """Learn a channel's id under another name first, so that two keys become one."""
        name = (NAME, "composed_other")[which % 3 // 2]
        other = await channels.resolve(connection, f"{name}_before", 7 + which % 3 // 2, at=START)
        await posts.write(connection, other, [(Post(1 + number % 5, START, TEXTS[3]), START)], None)
        await channels.resolve(connection, name, 7 + which % 3 // 2, at=START + HOUR)

    async def _broken_off(self, after: int) -> None:
        """Judge, and be stopped at the n-th post with what was committed by then."""
        judged = iter(range(after))
        judge = notices.judge

        def stopped(*given: Any, **more: Any) -> Any:
            if next(judged, None) is None:
                raise KeyboardInterrupt
            return judge(*given, **more)

        with patch.object(hearing, "judge", stopped), patch.object(hearing, "COMMIT_AFTER", 1):
            try:
                await hearing.update(self.database, Settings(), NOW)
            except KeyboardInterrupt:
                return


async def seen(database: Database) -> tuple[Judgement, list[Any]]:
    """Return the judgement from what is kept, and what each channel's posts came to in three ways.

    From what is kept, judged in memory with nothing kept, and read in the versions of the time.
    """
    judgement = await judging.judge(database, Settings(), NOW)
    ways = []
    async with database.begin() as connection:
        stored = await channels.everyone(connection)
        known = await hearing.Kept.of(connection)
        for channel in stored:
            who = await describe(connection, channel, stored, Settings(), NOW)
            given = (connection, channel.key, who.speaker)
            nothing = hearing.Kept({}, frozenset())
            ways += [
                (channel, *await hearing.read(*given, kept=known, now=NOW)),
                (channel, *await hearing.read(*given, kept=nothing, now=NOW)),
                (channel, *await hearing._read_as_of(*given, frozenset(), NOW)),
            ]
    return judgement, [plain(*way) for way in ways]


def plain(channel: Channel, reading: Any, changes: Any) -> Any:
    return (
        reading.said, reading.shown, list(reading.posts), reading.announcing,
        reading.link_uses(), reading.posts_by_day(), changes.findings(Writer(channel)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "m.db"
    schema_version.migrate(path)
    return path


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(happening=st.lists(steps(), min_size=3, max_size=30))
def test_kept_verdicts_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, empty: Path, happening: list[Step]
) -> None:
    """Edits, late older posts, deletions, titles, merges, rules, interruptions: all ways agree."""

    async def live() -> None:
        path = tmp_path_factory.mktemp("db") / "m.db"
        shutil.copy(empty, path)
        async with Database(f"sqlite:///{path}", writes="test") as database:
            store = Store(database)
            for step in happening:
                await store.happen(step)
            with store.ruled():
                before, ways = await seen(database)
                for kept, judged, as_of in zip(*[iter(ways)] * 3, strict=True):
                    assert kept == judged == as_of
                await hearing.update(database, Settings(), NOW)
                after, ways = await seen(database)
                assert after == before
                for kept, judged, as_of in zip(*[iter(ways)] * 3, strict=True):
                    assert kept == judged == as_of
                assert await hearing.update(database, Settings(), NOW) == 0

    with patch.object(verdicts, "PAGE", 3):
        asyncio.run(live())
