"""Over real HTTP: what is served, to whom, with which headers, and what is refused."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from selectolax.lexbor import LexborHTMLParser

from monitor.errors import BadUsage, MonitorError
from monitor.pages import connections, guarding, server
from monitor.pages.content import Cases, Check, Series
from monitor.pages.server import listen_at, serving
from tests.pages.serving import CASE, STATUS, Shown, asking

pytestmark = pytest.mark.asyncio

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "server": "channel-monitor",
}


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    reports = tmp_path / "reports"
    week = reports / "2026-W01"
    (week / "revision-1").mkdir(parents=True)
    (reports / "index.html").write_text("<p>front</p>", encoding="utf-8")
    (reports / "feed.atom").write_text("<feed/>", encoding="utf-8")
    (week / "report.html").write_text("<p>گزارش</p>", encoding="utf-8")
    (week / "revision-1" / "report.html").write_text("<p>old</p>", encoding="utf-8")
    (week / "summary.json").write_text("{}", encoding="utf-8")
    return Shown(reports)


@pytest_asyncio.fixture
async def client(shown: Shown) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(shown) as opened:
        yield opened


async def raw(client: httpx.AsyncClient, request: bytes) -> bytes:
    """Send bytes as they are, and return all that comes back until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    try:
        writer.write(request)
        await writer.drain()
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/", 200, "text/html; charset=utf-8"),
        ("/status", 200, "text/html; charset=utf-8"),
        ("/status.json", 200, "application/json; charset=utf-8"),
        ("/cases", 200, "text/html; charset=utf-8"),
        ("/cases.json", 200, "application/json; charset=utf-8"),
        ("/healthz", 200, "application/json; charset=utf-8"),
        ("/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"),
        ("/feed.atom", 307, None),
        ("/reports", 307, None),
        ("/reports/", 200, "text/html; charset=utf-8"),
        ("/reports/feed.atom", 200, "application/atom+xml; charset=utf-8"),
        ("/reports/2026-W01/report.html", 200, "text/html; charset=utf-8"),
        ("/reports/2026-W01/", 200, "text/html; charset=utf-8"),
        ("/reports/2026-W01/revision-1/", 200, "text/html; charset=utf-8"),
        ("/reports/2026-W01/summary.json", 200, "application/json; charset=utf-8"),
        ("/nothing", 404, "text/html; charset=utf-8"),
        ("/reports/2026-W02/report.html", 404, "text/html; charset=utf-8"),
    ],
)
async def test_every_address_answers_with_its_kind_and_is_guarded(
    client: httpx.AsyncClient, path: str, status: int, kind: str | None
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers.get("content-type")) == (status, kind)
    assert {name: answer.headers[name] for name in EVERYWHERE} == EVERYWHERE
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy
    head = await client.head(path)
    assert (head.status_code, head.content) == (status, b"")
    assert head.headers.get("content-type") == kind


async def test_the_feed_leads_to_where_its_own_addresses_are_right(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/feed.atom", follow_redirects=True)
    assert (answer.url.path, answer.text) == ("/reports/feed.atom", "<feed/>")


async def test_a_file_that_has_not_changed_is_not_sent_again(
    client: httpx.AsyncClient, shown: Shown
) -> None:
    first = await client.get("/reports/feed.atom")
    again = {"If-None-Match": first.headers["etag"]}
    same = await client.get("/reports/feed.atom", headers=again)
    assert (same.status_code, same.content) == (304, b"")
    (shown.reports / "feed.atom").write_text("<feed>new</feed>", encoding="utf-8")
    assert (await client.get("/reports/feed.atom", headers=again)).text == "<feed>new</feed>"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "COPY"])
async def test_nothing_but_reading_is_allowed(client: httpx.AsyncClient, method: str) -> None:
    for path in ("/", "/nothing", "/reports/2026-W01/report.html"):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200), ("localhost:{port}", 200), ("LOCALHOST", 200),
        ("[::1]:{port}", 200), ("127.0.0.2", 200), ("localhost.", 200),
        ("evil.example:{port}", 421), ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421), ("192.168.0.9:{port}", 421), ("0.0.0.0:{port}", 421),
        ("127.0.0.1@evil.example", 400), ("127.0.0.1/..", 400), ("", 400), ("a b", 400),
    ],
)  # fmt: skip
async def test_on_loopback_only_requests_that_name_this_machine_are_answered(
    client: httpx.AsyncClient, host: str, status: int
) -> None:
    """A page of somebody's whose name leads here must read nothing (DNS rebinding)."""
    named = host.format(port=client.base_url.port)
    answer = await client.get("/cases.json", headers={"Host": named})
    assert answer.status_code == status
    assert ("composed" in answer.text) == (status == 200)


async def test_without_a_host_or_with_two_nothing_is_answered(client: httpx.AsyncClient) -> None:
    none = await raw(client, b"GET /cases.json HTTP/1.0\r\n\r\n")
    two = b"GET /cases.json HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n"
    both = await raw(client, two + b"Connection: close\r\n\r\n")
    assert (b" 400 " in none, b"composed" in none) == (True, False)
    assert (b" 400 " in both, b"composed" in both) == (True, False)


async def test_a_host_that_is_open_to_others_answers_any_name(shown: Shown) -> None:
    async with asking(shown, "0.0.0.0") as client:  # noqa: S104 - what is tried here
        answer = await client.get("/healthz", headers={"Host": "monitor.example"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n"
        + b"".join(b"X-%d: a\r\n" % n for n in range(500))
        + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
async def test_what_is_too_long_or_no_http_is_refused_and_harms_nobody(
    client: httpx.AsyncClient, request_line: bytes
) -> None:
    answer = await raw(client, request_line)
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400", b"HTTP/1.1 431"))
    assert b"\r\nX-Content-Type-Options: nosniff\r\n" in answer
    assert b"\r\nContent-Security-Policy: default-src 'none'" in answer
    assert b"aiohttp" not in answer
    assert b"Traceback" not in answer
    assert (await client.get("/healthz")).status_code == 200


async def test_one_connection_too_many_is_closed_and_room_is_made_again(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 2)
    async with asking(shown) as client:
        held = [await asyncio.open_connection("127.0.0.1", client.base_url.port) for _ in range(2)]
        await asyncio.sleep(0.05)
        assert await raw(client, b"") == b""
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0.05)
        assert (await client.get("/healthz")).status_code == 200


async def test_half_a_request_is_not_waited_for_without_end(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE_S", 0.3)
    async with asking(shown) as client:
        for half in (b"", b"GET / HTTP/1.1\r\nHost: loc"):
            assert await raw(client, half) == b""  # closed within the ten seconds of `raw`


async def test_health_is_503_and_says_which_question_is_answered_badly(
    client: httpx.AsyncClient, shown: Shown
) -> None:
    shown.checks = (*shown.checks, Check("collection", ok=False, why="nothing was collected"))
    answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["status"], told["failing"]) == ("failing", ["collection"])
    assert told["checks"][1]["why"] == "nothing was collected"
    overview = LexborHTMLParser((await client.get("/")).text)
    assert [mark.text() for mark in overview.css(".mark")] == [
        "something is wrong", "ok", "failing",
    ]  # fmt: skip


async def test_words_of_others_are_escaped_and_stripped_on_every_page(
    client: httpx.AsyncClient,
) -> None:
    for path in ("/status", "/cases"):
        source = (await client.get(path)).text
        tree = LexborHTMLParser(source)
        assert not tree.css("script, img, iframe, form, object")
        assert "&lt;script&gt;alert" in source
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", source)
        assert "{{7*7}}" in source


async def test_the_pages_say_what_the_json_says(client: httpx.AsyncClient) -> None:
    status = " ".join(LexborHTMLParser((await client.get("/status")).text).body.text().split())  # type: ignore[union-attr]  # there is a body
    for said in (
        "facts have come since; posts that wait: 4", "2025-W52, revision 2", "1,234 posts",
        "1 channel", "database 1.4 MB", "2 h", "network", "55 min 55 s", "never",
    ):  # fmt: skip
        assert said in status
    assert (await client.get("/status.json")).json() == json.loads(json.dumps(STATUS))
    cases = await client.get("/cases.json")
    assert cases.json() == [json.loads(json.dumps(CASE))]
    assert cases.headers["x-judged-at"] == "2026-01-02T03:04:05Z"
    assert "announced not done" in (await client.get("/cases")).text


async def test_before_anything_was_judged_the_page_says_how_to(
    client: httpx.AsyncClient, shown: Shown
) -> None:
    shown.cases = Cases(None, behind=False, rows=[])
    assert "channel-monitor detect" in (await client.get("/cases")).text
    assert "x-judged-at" not in (await client.get("/cases.json")).headers


async def test_trouble_becomes_a_plain_page_and_its_words_stay_here(
    client: httpx.AsyncClient, shown: Shown
) -> None:
    def fail(error: Exception) -> None:
        raise error

    for error, status in (
        (MonitorError("the database /secret/place cannot be used"), 503),
        (RuntimeError("/secret/place"), 500),
    ):
        shown.before = lambda error=error: fail(error)  # type: ignore[misc]  # bound at once
        answer = await client.get("/status")
        assert answer.status_code == status
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["x-frame-options"] == "DENY"


async def test_more_at_once_than_can_be_worked_on_are_told_to_come_again(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "AT_ONCE", 2)
    begun, go = asyncio.Semaphore(0), asyncio.Event()
    quick = shown.health_now

    async def slow() -> object:
        begun.release()
        await go.wait()
        return await quick()

    shown.health_now = slow  # type: ignore[method-assign, assignment]  # the same answer, later
    async with asking(shown) as client:
        first = [asyncio.create_task(client.get("/healthz")) for _ in range(2)]
        await begun.acquire()
        await begun.acquire()
        third = await client.get("/healthz")
        assert (third.status_code, third.headers["retry-after"]) == (503, "5")
        go.set()
        assert [r.status_code for r in await asyncio.gather(*first)] == [200, 200]


async def test_what_takes_too_long_is_given_up(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "LONGEST_S", 0.05)

    async def never() -> object:
        return await asyncio.Event().wait()

    shown.health_now = never  # type: ignore[method-assign, assignment]  # no answer at all
    async with asking(shown) as client:
        assert (await client.get("/healthz")).status_code == 503


async def test_a_taken_port_is_said_with_the_remedy(shown: Shown) -> None:
    async with serving(shown.content, "127.0.0.1", 0) as address:
        port = int(address.rstrip("/").rpartition(":")[2])
        with pytest.raises(MonitorError, match=f"127.0.0.1:{port}.*another place with --host"):
            async with serving(shown.content, "127.0.0.1", port):
                pass
    async with serving(shown.content, "127.0.0.1", port):
        pass  # free again as soon as the first one ended


async def test_a_host_that_is_none_is_said(shown: Shown) -> None:
    with pytest.raises(MonitorError, match="nothing can be served at no.such.host.invalid"):
        async with serving(shown.content, "no.such.host.invalid", 0):
            pass


async def test_it_stops_while_somebody_holds_a_connection(shown: Shown) -> None:
    async with asyncio.timeout(10):
        async with serving(shown.content, "127.0.0.1", 0) as address:
            port = int(address.rstrip("/").rpartition(":")[2])
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: loc")
            await writer.drain()
        writer.close()


async def test_where_to_listen_is_read_from_the_settings() -> None:
    assert listen_at("127.0.0.1:8477") == ("127.0.0.1", 8477)
    assert listen_at("[::1]:80") == ("::1", 80)
    assert listen_at("off") is None
    for wrong in ("", "8477", "127.0.0.1", "::1:80", "host:99999", "host:x", "on"):
        with pytest.raises(BadUsage, match="is no place to listen at"):
            listen_at(wrong)


async def test_metrics_are_those_that_were_read(client: httpx.AsyncClient, shown: Shown) -> None:
    shown.series = [Series("posts", "counter", "Posts.", ("channel",), [(("composed",), 3)])]
    assert 'channel_monitor_posts_total{channel="composed"} 3.0' in (
        await client.get("/metrics")
    ).text  # fmt: skip
