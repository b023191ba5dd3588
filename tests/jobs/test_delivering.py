"""What is due arrives, at least once and with one id, whatever breaks; nobody waits for another."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.addresses import address
from monitor.alerts.waits import FIRST, GIVE_UP, LONGEST
from monitor.errors import StoreError
from monitor.jobs.delivering import Deliverer
from monitor.secrets import AlertSecret
from monitor.store import outbox
from tests.alerts.receivers import WebReceiver, until
from tests.jobs.delivered import (
    AT,
    MINUTE,
    HandClock,
    alerts,
    everything,
    holding,
    hook,
    settings,
    to,
    wanted,
)


@pytest.mark.asyncio
async def test_what_is_due_arrives_once_with_its_own_id(tmp_path: Path) -> None:
    with WebReceiver() as web:
        async with holding(tmp_path, wanted("1"), wanted("2")) as db:
            deliverer = Deliverer(db, settings("desk"), HandClock(), to(hook(web)))
            assert await deliverer.next_due() == AT
            sent = await deliverer.deliver()
            assert [one.error for one in sent] == [None, None]
            assert await deliverer.deliver() == []
            assert await deliverer.next_due() is None
            assert await alerts(db) == [
                {
                    "target": "desk", "waiting": 0, "failed": 0, "delivered": 2,
                    "oldest_waiting": None, "last_delivered": "2026-01-01T12:00:00Z", "error": None,
                }
            ]  # fmt: skip
    ids = [got.headers["webhook-id"] for got in web.got]
    assert ids == [one.message for one in sent]
    assert len(set(ids)) == 2
    assert json.loads(web.got[0].body)["data"]["finding"]["id"].endswith("1")


@pytest.mark.asyncio
async def test_a_server_that_fails_gets_the_same_message_later(tmp_path: Path) -> None:
    clock = HandClock()
    with WebReceiver() as web:
        web.answers.extend([500, 503])
        async with holding(tmp_path, wanted("1")) as db:
            deliverer = Deliverer(db, settings("desk"), clock, to(hook(web)))
            (first,) = await deliverer.deliver()
            assert first.error == "answered 500"
            assert await deliverer.deliver() == [], "not again at once"
            (standing,) = await alerts(db)
            assert (standing["waiting"], standing["error"]) == (1, "answered 500")
            due = await deliverer.next_due()
            assert due is not None
            assert FIRST / 2 <= due - AT <= FIRST
            clock.at = due
            assert [one.error for one in await deliverer.deliver()] == ["answered 503"]
            later = await deliverer.next_due()
            assert later is not None
            assert FIRST <= later - due <= 2 * FIRST
            clock.at = later
            assert [one.error for one in await deliverer.deliver()] == [None]
            assert (await alerts(db))[0]["error"] is None
    assert len({got.headers["webhook-id"] for got in web.got}) == 1


@pytest.mark.asyncio
async def test_a_dead_target_is_given_up_in_days_is_asked_rarely_and_seen(tmp_path: Path) -> None:
    """One attempt at a time, however much waits, and at most an hour between two."""
    clock = HandClock()
    with WebReceiver() as web:
        web.answers.extend([500] * 10_000)
        async with holding(tmp_path, *(wanted(str(n)) for n in range(20))) as db:
            deliverer = Deliverer(db, settings("desk"), clock, to(hook(web)))
            while (due := await deliverer.next_due()) is not None and clock.at < AT + 3 * GIVE_UP:
                assert due - clock.at <= LONGEST
                clock.at = due
                assert len(await deliverer.deliver()) == 1
            (standing,) = await alerts(db)
            assert (standing["failed"], standing["waiting"]) == (20, 0)
            assert standing["error"] == "answered 500"
    hours = (clock.at - AT) / timedelta(hours=1)
    assert len(web.got) < 3 * hours
    assert clock.at - AT >= GIVE_UP


@pytest.mark.asyncio
async def test_a_message_that_is_refused_again_and_again_holds_up_no_other(tmp_path: Path) -> None:
    clock = HandClock()
    with WebReceiver() as web:
        async with holding(tmp_path, wanted("1"), wanted("2"), wanted("3")) as db:
            deliverer = Deliverer(db, settings("desk"), clock, to(hook(web)))
            web.answers.append(400)
            assert len(await deliverer.deliver()) == 1
            clock.at += LONGEST
            web.answers.extend([200, 200, 400])
            assert [s.error for s in await deliverer.deliver()] == [None, None, "answered 400"]


@pytest.mark.asyncio
async def test_a_slow_target_holds_up_no_other_and_is_served_once_at_a_time(tmp_path: Path) -> None:
    with WebReceiver() as slow, WebReceiver() as quick:
        slow.answers.append(15.0)
        async with holding(tmp_path, wanted("1", "slow"), wanted("1", "quick")) as db:
            both = to(hook(slow, "slow"), hook(quick, "quick"))
            deliverer = Deliverer(db, settings("slow", "quick"), HandClock(), both)
            await deliverer.begin()
            await asyncio.to_thread(until, lambda: bool(slow.got and quick.got))
            more = [wanted("1", "slow"), wanted("1", "quick"), wanted("2", "quick")]
            async with db.begin() as connection:
                await outbox.enter(connection, more, AT)
            while len(quick.got) < 2:
                await deliverer.begin()
                await asyncio.sleep(0.02)
            assert [a["waiting"] for a in await alerts(db) if a["target"] == "slow"] == [1]
            await deliverer.end(timedelta(seconds=0.5))
            assert len(slow.got) == 1
            assert [a["delivered"] for a in await alerts(db) if a["target"] == "quick"] == [2]


@pytest.mark.asyncio
async def test_a_target_that_never_answers_is_given_up_at_the_end_and_sent_again(
    tmp_path: Path,
) -> None:
    with WebReceiver() as web:
        web.answers.append(15.0)
        async with holding(tmp_path, wanted("1")) as db:
            deliverer = Deliverer(db, settings("desk"), HandClock(), to(hook(web)))
            await deliverer.begin()
            await asyncio.to_thread(until, lambda: bool(web.got))
            await deliverer.end(timedelta(seconds=0.1))
            assert [one.error for one in await deliverer.deliver()] == [None]
    assert [len(web.got), len({got.headers["webhook-id"] for got in web.got})] == [2, 1]


@pytest.mark.asyncio
async def test_what_was_taken_but_could_not_be_marked_is_marked_and_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full just then. Only a kill in this moment may send twice."""
    clock = HandClock()
    whole = outbox.delivered

    async def full(*_words: object) -> None:
        msg = "the database cannot be used: disk is full"
        raise StoreError(msg)

    with WebReceiver() as web:
        async with holding(tmp_path, wanted("1")) as db:
            deliverer = Deliverer(db, settings("desk"), clock, to(hook(web)))
            monkeypatch.setattr(outbox, "delivered", full)
            assert await deliverer.deliver() == []
            assert (await alerts(db))[0]["waiting"] == 1
            assert await deliverer.deliver() == [], "the disk is not hammered"
            monkeypatch.setattr(outbox, "delivered", whole)
            clock.at += MINUTE
            assert [one.error for one in await deliverer.deliver()] == [None]
            assert (await alerts(db))[0]["delivered"] == 1
    assert len(web.got) == 1


@pytest.mark.asyncio
async def test_a_target_that_has_enough_is_left_alone(tmp_path: Path) -> None:
    """It took some and then says 429: the other ninety are not thrown at it, too."""
    with WebReceiver() as web:
        web.answers.extend([200, 200, *[429] * 20])
        async with holding(tmp_path, *(wanted(str(n)) for n in range(20))) as db:
            deliverer = Deliverer(db, settings("desk"), HandClock(), to(hook(web)))
            sent = await deliverer.deliver()
            assert [one.error for one in sent] == [None, None, "answered 429", "answered 429"]
            assert await deliverer.deliver() == []


@pytest.mark.asyncio
async def test_an_end_that_is_broken_off_leaves_nothing_being_sent(tmp_path: Path) -> None:
    """The next deliverer would send the same beside it."""
    with WebReceiver() as web:
        web.answers.append(15.0)
        async with holding(tmp_path, wanted("1")) as db:
            deliverer = Deliverer(db, settings("desk"), HandClock(), to(hook(web)))
            await deliverer.begin()
            await asyncio.to_thread(until, lambda: bool(web.got))
            before = asyncio.all_tasks()
            ending = asyncio.create_task(deliverer.end(10 * MINUTE))
            await asyncio.sleep(0.05)
            ending.cancel()
            await asyncio.wait([ending])
            await asyncio.sleep(0.2)
            assert asyncio.all_tasks() == {asyncio.current_task()} < before


@pytest.mark.asyncio
async def test_what_has_no_target_any_more_waits_and_is_seen(tmp_path: Path) -> None:
    with WebReceiver() as web:
        async with holding(tmp_path, wanted("1", "gone_target")) as db:
            deliverer = Deliverer(db, settings("desk"), HandClock(), to(hook(web)))
            assert await deliverer.deliver() == []
            assert await deliverer.next_due() is None
            assert [(a["target"], a["waiting"]) for a in await alerts(db)] == [("gone_target", 1)]


@pytest.mark.asyncio
async def test_no_part_of_an_address_is_in_the_database(tmp_path: Path) -> None:
    with WebReceiver() as web:
        url = f"json://us3rname:passw0rd@{web.host}/t0ken-in-path"
        desk = address(AlertSecret("desk", "MONITOR_ALERT_DESK", url, ""))
        web.answers.append(500)
        async with holding(tmp_path, wanted("1"), wanted("2")) as db:
            deliverer = Deliverer(db, settings("desk"), HandClock(), to(desk))
            (sent,) = await deliverer.deliver()
    assert sent.error
    held = await asyncio.to_thread(everything, tmp_path)
    assert b"gone.twice" in held
    for part in (b"us3rname", b"passw0rd", b"t0ken-in-path", web.host.encode()):
        assert part not in held
