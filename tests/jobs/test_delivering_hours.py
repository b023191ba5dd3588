"""Quiet hours, digests and clocks that are set: what is sent when."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.alerts.waits import LONGEST
from monitor.jobs.delivering import Deliverer
from tests.alerts.receivers import WebReceiver
from tests.jobs.delivered import AT, MINUTE, HandClock, holding, hook, settings, to, wanted


@pytest.mark.asyncio
async def test_what_comes_in_quiet_hours_is_sent_after_them(tmp_path: Path) -> None:
    clock = HandClock(datetime(2026, 1, 1, 23, tzinfo=UTC))
    with WebReceiver() as web:
        async with holding(tmp_path, wanted("1"), at=clock.at) as db:
            deliverer = Deliverer(
                db, settings("desk", quiet="22:00-07:00"), clock, to(hook(web))
            )  # fmt: skip
            assert await deliverer.deliver() == []
            morning = datetime(2026, 1, 2, 7, tzinfo=UTC)
            assert await deliverer.next_due() == morning
            clock.at = morning
            assert len(await deliverer.deliver()) == 1


@pytest.mark.asyncio
async def test_a_repeat_that_falls_into_quiet_hours_waits_too(tmp_path: Path) -> None:
    clock = HandClock(datetime(2026, 1, 1, 21, 59, 50, tzinfo=UTC))
    with WebReceiver() as web:
        web.answers.append(500)
        async with holding(tmp_path, wanted("1"), at=clock.at) as db:
            deliverer = Deliverer(
                db, settings("desk", quiet="22:00-07:00"), clock, to(hook(web))
            )  # fmt: skip
            assert len(await deliverer.deliver()) == 1
            clock.at += MINUTE
            assert await deliverer.deliver() == []
            assert await deliverer.next_due() == datetime(2026, 1, 2, 7, tzinfo=UTC)


@pytest.mark.asyncio
async def test_a_digest_is_one_message_a_day_and_is_repeated_as_the_same(tmp_path: Path) -> None:
    clock, seven = HandClock(), datetime(2026, 1, 2, 7, tzinfo=UTC)
    with WebReceiver() as web:
        web.answers.append(500)
        entries = [wanted(str(n), digest_at=seven) for n in range(3)]
        async with holding(tmp_path, *entries) as db:
            deliverer = Deliverer(db, settings("desk", digest=True), clock, to(hook(web)))
            assert await deliverer.deliver() == []
            assert await deliverer.next_due() == seven
            clock.at = seven
            assert [one.error for one in await deliverer.deliver()] == ["answered 500"]
            clock.at = seven + LONGEST
            assert [one.error for one in await deliverer.deliver()] == [None]
            for day in range(1, 4):
                clock.at = seven + timedelta(days=day)
                assert await deliverer.deliver() == [], "nothing to tell, nothing sent"
    assert len({got.headers["webhook-id"] for got in web.got}) == 1
    said = json.loads(web.got[0].body)
    assert (said["type"], said["data"]["count"]) == ("monitor.digest", 3)
    assert said["data"]["title"] == "digest of 2026-01-02: 3 findings"


@pytest.mark.asyncio
async def test_a_clock_that_is_set_back_a_day_holds_nothing_for_longer_than_it_would(
    tmp_path: Path,
) -> None:
    clock = HandClock(AT + timedelta(days=30))
    with WebReceiver() as web:
        web.answers.append(500)
        async with holding(tmp_path, wanted("1"), at=clock.at) as db:
            deliverer = Deliverer(db, settings("desk"), clock, to(hook(web)))
            assert len(await deliverer.deliver()) == 1
            clock.at = AT
            assert [one.error for one in await deliverer.deliver()] == [None]
