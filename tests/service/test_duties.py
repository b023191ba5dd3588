"""The duties of a running service over a real database: judged in time, reported once a week."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import Settings, read
from monitor.jobs.passes import Means
from monitor.model import Availability, Judgement, Post, Probe
from monitor.service.clock_watch import STEADY, ClockWatch
from monitor.service.duties import ANYWAY, DETECT, PUBLISH, Duties
from monitor.service.edges import Edges
from monitor.store import channels, conclusions, duties, observations
from monitor.store.archive import Archive
from monitor.store.database import Database, facts_changed
from monitor.store.duties import WEEKLY
from tests.service.clocks import SteppedClock

pytestmark = pytest.mark.asyncio

SUNDAY = datetime(2026, 1, 11, 22, tzinfo=UTC)
"""The last hours of 2026-W02."""
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
WEEK = timedelta(weeks=1)
SETTINGS = read(
    {
        "channel": [{"username": "composed_office", "country": "IR"}],
        "report": {"timezone": "Asia/Tehran", "formats": ["json"]},
    },
    "composed",
)


@asynccontextmanager
async def on_duty(
    folder: Path, clock: SteppedClock, settings: Settings = SETTINGS
) -> AsyncIterator[Duties]:
    url = f"sqlite:///{folder}/m.db"
    async with Database(url, writes="channel-monitor run", by_turns=True) as database:
        means = Means(settings, database, Archive(folder / "e"), clock, None, (), folder)
        yield Duties(means, Edges(), ClockWatch(clock), folder / "reports")


def written(folder: Path) -> list[str]:
    """Return the reports; the front page and the feed lie beside them."""
    return sorted(path.name for path in (folder / "reports").glob("*") if path.is_dir())


async def row(on: Duties, name: str) -> duties.Duty:
    async with on.means.database.look() as connection:
        return await duties.read(connection, name)


async def test_reports_begin_with_the_week_that_runs_and_come_once_each(tmp_path: Path) -> None:
    """Due on Monday at 06:00 in Tehran, which is 02:30 UTC."""
    clock = SteppedClock(SUNDAY)
    async with on_duty(tmp_path, clock) as on:
        await on.weekly()
        assert (written(tmp_path), (await row(on, WEEKLY)).done) == ([], "2026-W01")
        clock.go(4 * HOUR)
        await on.weekly()
        assert written(tmp_path) == []
        clock.go(HOUR)
        for _ in range(3):
            await on.weekly()
        assert written(tmp_path) == ["2026-W02"]
        told = json.loads((tmp_path / "reports" / "2026-W02" / "summary.json").read_text())
        assert told["revision"] == 1
        assert told["window"]["from"] == "2026-01-05T00:00:00Z"


async def test_weeks_that_were_missed_are_written_at_the_next_start(tmp_path: Path) -> None:
    clock = SteppedClock(SUNDAY)
    async with on_duty(tmp_path, clock) as on:
        await on.weekly()
    clock.go(3 * WEEK)
    async with on_duty(tmp_path, clock) as on:
        for _ in range(5):
            await on.weekly()
    assert written(tmp_path) == ["2026-W02", "2026-W03", "2026-W04"]


async def test_a_kill_between_writing_and_noting_makes_no_second_report(tmp_path: Path) -> None:
    clock = SteppedClock(SUNDAY)
    async with on_duty(tmp_path, clock) as on:
        await on.weekly()
        clock.go(8 * HOUR)
        await on.weekly()
        async with on.means.database.begin() as connection:  # as before the note
            await duties.succeeded(connection, WEEKLY, clock.now(), done="2026-W01")
            await channels.resolve(connection, "another", at=clock.now())
            await facts_changed(connection)
        clock.go(HOUR)
        await on.weekly()
        assert (await row(on, WEEKLY)).done == "2026-W02"
    told = json.loads((tmp_path / "reports" / "2026-W02" / "summary.json").read_text())
    assert told["revision"] == 1


async def test_a_report_of_the_week_as_it_ran_is_followed_by_the_whole_one(tmp_path: Path) -> None:
    """What somebody wrote by hand on Friday is not the week's report."""
    clock = SteppedClock(SUNDAY)
    async with on_duty(tmp_path, clock) as on:
        await on.weekly()
        from monitor.jobs.reporting import report
        from monitor.jobs.windows import week

        await report(
            on.means.database, SETTINGS, week("2026-W02"), now=clock.now(), out=on.reports,
            language="fa", formats=["json"],
        )  # fmt: skip
        clock.go(8 * HOUR)
        await on.weekly()
    told = json.loads((tmp_path / "reports" / "2026-W02" / "summary.json").read_text())
    assert (told["language"], told["revision"]) == ("en", 2)


async def test_a_report_that_cannot_be_written_is_tried_again_and_said_once(
    tmp_path: Path,
) -> None:
    clock = SteppedClock(SUNDAY)
    (tmp_path / "reports").touch()  # a file where the folder should be
    async with on_duty(tmp_path, clock) as on:
        await on.weekly()
        clock.go(8 * HOUR)
        for _ in range(4):
            await on.weekly()
            clock.go(timedelta(seconds=10))
        failed = await row(on, WEEKLY)
        assert (failed.errors, failed.done) == (1, "2026-W01")
        assert "reports" in (failed.last_error or "")
        assert on.edges.lasting() == {WEEKLY: "MonitorError"}
        clock.go(HOUR)
        (tmp_path / "reports").unlink()
        await on.weekly()
        mended = await row(on, WEEKLY)
        assert (mended.errors, mended.last_error, mended.done) == (0, None, "2026-W02")
        assert on.edges.lasting() == {}


async def test_a_fault_of_ours_rests_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody foresaw it: judging all channels each second would leave no time for anything else."""
    tries = []

    async def faulty(*_words: object) -> None:
        tries.append(1)
        raise ZeroDivisionError

    clock = SteppedClock(SUNDAY)
    async with on_duty(tmp_path, clock) as on:
        with monkeypatch.context() as patched:
            patched.setattr("monitor.service.duties.detect", faulty)
            for _ in range(5):
                await on.detect()
                clock.go(timedelta(seconds=5))
        assert (len(tries), on.edges.lasting()) == (1, {DETECT: "ZeroDivisionError"})
        assert "ZeroDivisionError" in ((await row(on, DETECT)).last_error or "")
        clock.go(HOUR)
        await on.detect()
        assert on.edges.lasting() == {}


async def test_a_week_that_a_clock_ahead_took_for_ended_is_reported_when_it_has(
    tmp_path: Path,
) -> None:
    """It was set a month forward for an hour, long enough to be believed, and then back."""
    clock, month = SteppedClock(SUNDAY), timedelta(days=28)
    async with on_duty(tmp_path, clock) as on:
        await on.weekly()
        clock.set_by(month)
        for _ in range(6):
            await on.weekly()
        assert (await row(on, WEEKLY)).done == "2026-W05"
        for summary in (tmp_path / "reports").glob("*/summary.json"):
            text = summary.read_text()  # as where something was still to come in that week
            summary.write_text(text.replace('"headline": "', '"headline": "Composed. '))
        clock.set_by(-month)
        clock.go(8 * HOUR)
        for _ in range(3):
            await on.weekly()
        assert (await row(on, WEEKLY)).done == "2026-W02"
        clock.go(WEEK)
        await on.weekly()
        assert (await row(on, WEEKLY)).done == "2026-W03"
    for name, at in (("2026-W02", "2026-01-12T06:00:00Z"), ("2026-W03", "2026-01-19T06:00:00Z")):
        told = json.loads((tmp_path / "reports" / name / "summary.json").read_text())
        assert told["judged_at"] == at


async def test_a_report_that_a_false_clock_had_written_is_written_again_in_time(
    tmp_path: Path,
) -> None:
    """The clock was ahead for hours, long enough to be believed, and past the Monday."""
    clock = SteppedClock(SUNDAY)
    summary = tmp_path / "reports" / "2026-W02" / "summary.json"
    async with on_duty(tmp_path, clock) as on:

        async def weekly() -> int:
            on.clock_watch.look()
            clock.go(STEADY)
            for _ in range(3):
                await on.weekly()
            return int(json.loads(summary.read_text())["revision"]) if summary.exists() else 0

        assert await weekly() == 0
        clock.set_by(timedelta(days=1))
        assert await weekly() == 1
        clock.set_by(-timedelta(days=1))
        assert (await weekly(), (await row(on, WEEKLY)).done) == (1, "2026-W01")
        async with on.means.database.begin() as connection:
            office = await channels.resolve(connection, "composed_office", at=clock.now())
            await observations.add_probe(
                connection, office, Probe(clock.now(), "preview", Availability.OK)
            )
            await facts_changed(connection)
        clock.go(8 * HOUR)
        assert (await weekly(), (await row(on, WEEKLY)).done) == (2, "2026-W02")
        assert json.loads(summary.read_text())["judged_at"] < "2026-01-12T08"
    assert written(tmp_path) == ["2026-W02"]


async def test_nothing_is_concluded_while_the_clock_is_not_to_be_believed(tmp_path: Path) -> None:
    clock = SteppedClock(SUNDAY)
    async with on_duty(tmp_path, clock) as on:
        await on.weekly()
        clock.set_by(timedelta(days=1))
        on.clock_watch.look()
        await on.weekly()
        await on.detect()
        assert written(tmp_path) == []
        assert (await row(on, DETECT)).last_success is None
        clock.set_by(-timedelta(days=1))
        on.clock_watch.look()
        clock.go(STEADY)
        await on.detect()
        await on.weekly()
        assert written(tmp_path) == []
        assert (await row(on, DETECT)).last_success == clock.now()


async def test_facts_are_judged_when_they_change_and_once_an_hour_anyway(tmp_path: Path) -> None:
    clock = SteppedClock(SUNDAY)
    times = []
    async with on_duty(tmp_path, clock) as on:

        async def judged() -> None:
            times.append(clock.now())

        on.judged = judged
        for _ in range(3):
            await on.detect()
            clock.go(timedelta(seconds=5))
        assert times == [SUNDAY]
        async with on.means.database.begin() as connection:
            await facts_changed(connection)
        await on.detect()
        clock.go(ANYWAY)
        await on.detect()
        assert len(times) == 3
        async with on.means.database.look() as connection:
            assert await conclusions.facts_version(connection) == 1


async def test_a_store_that_is_damaged_stops_no_duty(tmp_path: Path) -> None:
    clock = SteppedClock(SUNDAY)
    async with on_duty(tmp_path, clock) as on:
        await on.detect()
        with closing(sqlite3.connect(tmp_path / "m.db")) as raw:
            raw.execute("DROP TABLE duty")
        clock.go(2 * ANYWAY)
        await on.detect()
        assert on.edges.lasting() == {DETECT: "StoreError"}


async def test_each_judgement_keeps_front_page_and_feed_and_a_lost_folder_stops_nothing(
    tmp_path: Path,
) -> None:
    clock = SteppedClock(SUNDAY)
    async with on_duty(tmp_path, clock) as on:
        (tmp_path / "reports").write_text("not a folder")
        await on.detect()
        assert (await row(on, DETECT)).errors == 0
        assert PUBLISH in on.edges.lasting()
        (tmp_path / "reports").unlink()
        clock.go(ANYWAY)
        await on.detect()
        assert not on.edges.lasting()
    assert {p.name for p in (tmp_path / "reports").iterdir()} == {"feed.atom", "index.html"}


async def test_what_may_be_a_notice_is_judged_without_the_long_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A judgement that took 4 s rests 36 s for plain posts, 4 s where one may say something."""
    clock = SteppedClock(SUNDAY)
    begun = []

    async def slow(*_words: object) -> Judgement:
        begun.append(clock.now())
        clock.go(4 * SECOND)
        return Judgement(at=clock.now(), findings=(), views=())

    async with on_duty(tmp_path, clock) as on:
        monkeypatch.setattr("monitor.service.duties.detect", slow)

        async def passing(text: str, length: timedelta, age: timedelta = SECOND) -> int:
            """Let time pass after a post; return how many judgements it brought."""
            before = len(begun)
            async with on.means.database.begin() as connection:
                await facts_changed(connection)
            on.heard([Post(1, clock.now() - age, text)])
            for _ in range(round(length / SECOND)):
                await on.detect()
                clock.go(SECOND)
            return len(begun) - before

        await on.detect()
        assert await passing("Rain in the north tomorrow.", 30 * SECOND) == 0
        clock.go(HOUR / 60)
        assert await passing("Rain in the north tomorrow.", SECOND) == 1
        assert await passing("This channel is closed; we are on MAX.", 8 * SECOND) == 1
        old = await passing("This channel is closed; we are on MAX.", 8 * SECOND, HOUR)
        assert old == 0
