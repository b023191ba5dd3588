"""A store in; what the pages say of it over HTTP out, with the service's own checks and series."""

import tomllib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.clock import FixedClock
from monitor.config import read
from monitor.errors import StoreError
from monitor.jobs.judging import detect
from monitor.jobs.showing import Subject, pages
from monitor.log import hide
from monitor.model import Availability, Post, Probe
from monitor.pages.content import Check, Series
from monitor.store import accounts, channels, observations, posts, visits
from monitor.store.accounts import Hold, Standing
from monitor.store.database import Connection, Database, facts_changed

pytestmark = pytest.mark.asyncio

NOW = datetime(2026, 1, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = read(
    tomllib.loads(
        '[[channel]]\nusername = "composed_office"\n'
        '[[channel]]\nusername = "asked"\nsource = "telegram"\n'
    ),
    "c",
)
NOTICE = "This channel stops its work in Telegram from today. Follow us on Bale: ble.ir/composed"


async def fill(db: Database) -> None:
    """Store two posts, a visit that went well and one that failed, requests and a flood."""
    async with db.begin() as connection:
        key = await channels.resolve(connection, "composed_office", 5, at=NOW)
        said = [Post(1, NOW - 30 * HOUR, "Composed"), Post(2, NOW - 20 * HOUR, NOTICE)]
        await posts.write(connection, key, [(post, NOW - HOUR) for post in said], None)
        met = Probe(NOW - HOUR, "preview", Availability.OK, NOW - 40 * HOUR, NOW - HOUR)
        await observations.add_probe(connection, key, met)
        await visits.record(connection, "composed_office", "preview", at=NOW - HOUR, error=None)
        await visits.record(
            connection, "asked", "telegram", at=NOW,
            error="account 1: messages.GetHistory must wait 0:50:00 hunter2secret",
        )  # fmt: skip
        await accounts.count_requests(connection, NOW, {("1", "messages.GetHistory"): (7, 1, 2)})
        await accounts.hold(connection, Hold("1", "messages.GetHistory", NOW + HOUR / 2, "flood"))
        await accounts.hold(
            connection, Hold("1", "contacts.ResolveUsername", NOW + HOUR, "spacing")
        )
        await accounts.stand(connection, Standing("1", "limited", "", NOW))
        await facts_changed(connection)
    await detect(db, SETTINGS, NOW)


def subject(tmp_path: Path, at: datetime = NOW) -> Subject:
    return Subject(
        database=f"sqlite:///{tmp_path / 'm.db'}",
        settings=lambda: SETTINGS,
        clock=FixedClock(at),
        evidence=tmp_path / "m-evidence",
        reports=tmp_path / "reports",
    )


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def asking(shown: Subject) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        pages(shown, "127.0.0.1", 0) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as client,
    ):
        yield client


async def made(tmp_path: Path) -> None:
    async with Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test") as db:
        await fill(db)


def spoil(tmp_path: Path) -> None:
    for path in tmp_path.glob("m.db*"):
        path.write_bytes(b"this is no database any more" * 400)


def samples(text: str) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(text):
        for s in family.samples:
            labels = ",".join(f"{k}={v}" for k, v in sorted(s.labels.items()))
            found[f"{s.name}{{{labels}}}"] = s.value
    return found


async def test_metrics_say_what_the_store_says(tmp_path: Path) -> None:
    await made(tmp_path)
    (tmp_path / "m-evidence").mkdir()
    (tmp_path / "m-evidence" / "telegram-2026-01.warc.gz").write_bytes(b"x" * 321)
    async with asking(subject(tmp_path)) as client:
        found = samples((await client.get("/metrics")).text)
    where = "channel=composed_office,source=preview"
    expected = {
        "database_readable{}": 1,
        f"posts_total{{{where}}}": 2,
        "probes_total{route=preview,state=ok}": 1,
        "requests_total{account=1,method=messages.GetHistory}": 7,
        "request_floods_total{account=1,method=messages.GetHistory}": 1,
        "request_failures_total{account=1,method=messages.GetHistory}": 2,
        "request_hold_seconds{account=1,method=messages.GetHistory}": 1800,
        "account_state{account=1,state=limited}": 1,
        "account_state{account=1,state=ready}": 0,
        "channels{}": 2,
        "channels_due{}": 2,
        f"channel_lag_seconds{{{where}}}": 3600,
        f"channel_last_success_timestamp_seconds{{{where}}}": (NOW - HOUR).timestamp(),
        "channel_errors{channel=asked,source=telegram}": 1,
        "channels_failing{class=flood}": 1,
        "channels_failing{class=network}": 0,
        "judged_timestamp_seconds{}": NOW.timestamp(),
        "judged_behind{}": 0,
        "unjudged_posts{}": 0,
        "findings{kind=closure_notice}": 1,
        "cases{state=announced}": 1,
        "cases{state=unknown}": 1,
        "evidence_bytes{}": 321,
    }
    assert {k: found.get(f"channel_monitor_{k}") for k in expected} == expected
    assert "channel_monitor_channel_lag_seconds{channel=asked,source=telegram}" not in found
    assert found["channel_monitor_database_bytes{}"] >= (tmp_path / "m.db").stat().st_size
    assert (
        "channel_monitor_request_hold_seconds{account=1,method=contacts.ResolveUsername}"
        not in found
    )
    (info,) = [key for key in found if key.startswith("channel_monitor_build_info")]
    assert "version=" in info


async def test_status_and_cases_say_the_same_and_no_secret(tmp_path: Path) -> None:
    await made(tmp_path)
    hide(["hunter2secret"])
    async with asking(subject(tmp_path)) as client:
        told = (await client.get("/status.json")).json()
        everything = [
            (await client.get(p)).text
            for p in ("/", "/status", "/status.json", "/cases", "/metrics", "/healthz")
        ]
        (case, unseen) = (await client.get("/cases.json")).json()
        assert "facts have come since" not in (await client.get("/cases")).text
    assert not any("hunter2secret" in text for text in everything)
    first, second = told["channels"]
    assert (first["lag_s"], first["due"], first["last_error"]) == (3600, True, None)
    assert second["error_class"] == "flood"
    assert second["last_error"].endswith("0:50:00 ***")
    assert told["totals"] == {
        "channels": 2, "channels_stored": 1, "posts": 2, "pages": 0, "findings": 2,
    }  # fmt: skip
    assert told["judged"] == {"at": "2026-01-03T12:00:00Z", "behind": False, "waiting_posts": 0}
    assert told["report"] is None
    assert (case["state"], case["notice"]["kind"]) == ("announced", "closure_notice")
    assert unseen["channel"] == "asked"


async def test_health_follows_the_clock_and_names_what_is_late(tmp_path: Path) -> None:
    await made(tmp_path)
    async with asking(subject(tmp_path)) as client:
        well = await client.get("/healthz")
    assert (well.status_code, well.json()["failing"]) == (200, [])
    assert [c["name"] for c in well.json()["checks"]] == ["database", "collection", "detect"]
    async with asking(subject(tmp_path, NOW + 3 * HOUR)) as client:
        late = await client.get("/healthz")
    assert (late.status_code, late.json()["failing"]) == (503, ["collection"])
    # A service that has just begun to catch up is given the time for it.
    begun = replace(subject(tmp_path, NOW + 3 * HOUR), since=NOW + 2 * HOUR)
    async with asking(begun) as client:
        assert (await client.get("/healthz")).status_code == 200


async def test_a_services_own_checks_and_series_are_shown(tmp_path: Path) -> None:
    await made(tmp_path)
    stuck = [Check("progress", ok=False, why="nothing has moved for 9 min")]

    async def outbox(connection: Connection) -> Sequence[Series]:
        seen = await visits.plans(connection, "preview")  # within the transaction of the scrape
        return [Series("alerts_pending", "gauge", "Alerts.", (), [((), len(seen))])]

    checks: list[Callable[[], Check]] = [lambda: stuck[0]]
    shown = replace(subject(tmp_path), checks=checks, more=[outbox])
    async with asking(shown) as client:
        assert (await client.get("/healthz")).json()["failing"] == ["progress"]
        stuck[0] = Check("progress", ok=True, why="a channel was read 2 s ago")
        assert (await client.get("/healthz")).status_code == 200
        found = samples((await client.get("/metrics")).text)
        assert found["channel_monitor_alerts_pending{}"] == 1


async def test_a_database_that_cannot_be_read_is_503_and_a_scrape_that_says_so(
    tmp_path: Path,
) -> None:
    await made(tmp_path)
    async with asking(subject(tmp_path)) as client:
        spoil(tmp_path)
        health = await client.get("/healthz")
        scrape = await client.get("/metrics")
        cases = await client.get("/cases")
    assert (health.status_code, health.json()["failing"]) == (503, ["database"])
    assert scrape.status_code == 200
    found = samples(scrape.text)
    assert found["channel_monitor_database_readable{}"] == 0
    assert len(found) == 2
    assert cases.status_code == 503
    assert str(tmp_path) not in health.text + cases.text


async def test_a_writer_in_the_middle_of_a_transaction_is_not_waited_for(tmp_path: Path) -> None:
    await made(tmp_path)
    async with (
        Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test") as db,
        asking(subject(tmp_path)) as client,
        db.begin() as connection,
    ):
        await accounts.stand(connection, Standing("1", "banned", "", NOW))
        for path in ("/", "/status.json", "/cases.json", "/metrics", "/healthz"):
            assert (await client.get(path, timeout=5)).status_code == 200
        told = (await client.get("/status.json")).json()
        assert told["accounts"][0]["state"] == "limited"  # what is not committed is not told


async def test_the_newest_weekly_report_is_named(tmp_path: Path) -> None:
    await made(tmp_path)
    folder = tmp_path / "reports" / "2025-W52"
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text(
        '{"language": "en", "revision": 2, "judged_at": "2025-12-29T06:00:00Z", "window": '
        '{"from": "2025-12-22T00:00:00Z", "to": "2025-12-29T00:00:00Z"}}'
    )
    async with asking(subject(tmp_path)) as client:
        told = (await client.get("/status.json")).json()
        assert "2025-W52, revision 2" in (await client.get("/status")).text
    assert told["report"] == {
        "week": "2025-W52", "judged_at": "2025-12-29T06:00:00Z", "revision": 2,
        "path": str(folder / "summary.json"),
    }  # fmt: skip


async def test_without_a_database_nothing_is_served(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        async with pages(subject(tmp_path), "127.0.0.1", 0):
            pass
