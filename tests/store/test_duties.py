"""What the service does from time to time: due, done, failed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store import duties
from monitor.store.database import Database

NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.asyncio
async def test_what_fails_is_tried_again_ever_later_until_it_succeeds(tmp_path: Path) -> None:
    async with Database(f"sqlite:///{tmp_path}/m.db", writes="test") as database:
        async with database.begin() as connection:
            assert (await duties.read(connection, "weekly")).is_due(NOW)
            pauses = []
            for times in range(1, 9):
                assert await duties.failed(connection, "weekly", NOW, "disk full") == times
                due_at = (await duties.read(connection, "weekly")).due_at
                assert due_at is not None
                pauses.append((due_at - NOW) / timedelta(minutes=1))
            assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
            kept = await duties.read(connection, "weekly")
            assert (kept.last_error, kept.is_due(NOW), kept.is_due(NOW + HOUR)) == (
                "disk full", False, True,
            )  # fmt: skip
            await duties.succeeded(connection, "weekly", NOW, done="2026-W01")
            await duties.succeeded(connection, "weekly", NOW + HOUR)
        async with database.look() as connection:
            found = await duties.everything(connection)
    assert found == [duties.Duty("weekly", "2026-W01", NOW + HOUR)]


def test_a_clock_set_back_by_a_day_puts_nothing_off() -> None:
    ahead = duties.Duty("weekly", due_at=NOW + timedelta(days=1))
    assert ahead.is_due(NOW)
    assert not duties.Duty("weekly", due_at=NOW + HOUR / 2).is_due(NOW)
