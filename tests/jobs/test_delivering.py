"""What is due arrives, at least once and with one id, whatever breaks; nobody waits for another."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.addresses import Address, address
from monitor.alerts.waits import FIRST, GIVE_UP, LONGEST
from monitor.config import Settings, read
from monitor.errors import StoreError
from monitor.jobs.delivering import Deliverer
from monitor.jobs.status import status
from monitor.model import Json
from monitor.secrets import AlertSecret
from monitor.store import outbox
from monitor.store.database import Database
from monitor.store.outbox import Wanted
from tests.alerts.receivers import WebReceiver, until

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
KEY = "a composed key of more than twenty-four letters"
MINUTE = timedelta(minutes=1)


@dataclass
class HandClock:
    """A clock that a test sets."""

    at: datetime = AT
    shifted: bool = False

    def now(self) -> datetime:
        return self.at


def settings(*targets: str, quiet: str | None = None, digest: bool = False) -> Settings:
    alerts = [{"target": name, "quiet": quiet, "digest": digest} for name in targets]
    return read({"alert": alerts}, "t")


def hook(web: WebReceiver, target: str = "desk") -> Address:
    url = f"webhook+http://{web.host}/{target}"
    return address(AlertSecret(target, f"MONITOR_ALERT_{target.upper()}", url, KEY))


def to(*found: Address) -> Mapping[str, Address]:
    return {one.target: one for one in found}


def wanted(first: str, target: str = "desk", digest_at: datetime | None = None) -> Wanted:
    finding: dict[str, Json] = {
        "id": first.rjust(16, "0"), "channel": "demo", "kind": "gone", "at": "2026-01-01T11:00:00Z",
        "confidence": 0.9, "rule": "gone.twice", "summary": "@demo is gone", "evidence": [],
        "details": {}, "review": None,
    }  # fmt: skip
    return Wanted(
        target, 0, "gone", first, {"finding": finding}, fresh=True, digest_at=digest_at
    )  # fmt: skip


@asynccontextmanager
async def holding(tmp_path: Path, *entries: Wanted, at: datetime = AT) -> AsyncIterator[Database]:
    async with Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test") as db:
        async with db.begin() as connection:
            await outbox.enter(connection, entries, at)
        yield db


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())


async def alerts(db: Database, now: datetime = AT) -> list[dict[str, Any]]:
    found = (await status(db, Settings(), now))["alerts"]
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, dict)]


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
