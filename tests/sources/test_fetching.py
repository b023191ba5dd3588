"""Fetching from a real server on the loopback: whole answers, bounded, patient, and honest."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import FixedClock
from monitor.errors import BadInput, Retryable
from monitor.sources.fetching import Fetcher
from monitor.sources.pacing import Pace
from tests.page_server import Answer, PageServer, ServedChannel, ServedPost

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOCK = FixedClock(AT)


@pytest.fixture
def server() -> Iterator[PageServer]:
    with PageServer([ServedChannel("composed", [ServedPost(1, AT, "hello")])]) as running:
        yield running


@asynccontextmanager
async def _fetcher(
    base_url: str,
    *,
    timeout_s: float = 5.0,
    max_body_bytes: int = 200_000,
    attempts: int = 3,
) -> AsyncIterator[Fetcher]:
    async with Fetcher(
        base_url,
        user_agent="composed-agent/1",
        pace=Pace(1000),
        clock=CLOCK,
        timeout_s=timeout_s,
        max_body_bytes=max_body_bytes,
        attempts=attempts,
        wait_initial_s=0.01,
        wait_max_s=0.05,
    ) as fetcher:
        yield fetcher


@pytest.mark.asyncio
async def test_an_answer_comes_whole_with_its_address_time_status_and_headers(
    server: PageServer,
) -> None:
    async with _fetcher(server.base_url) as fetcher:
        fetched = await fetcher.get("/composed?x=1")
    assert fetched.url == f"{server.base_url}/composed?x=1"
    assert (fetched.at, fetched.status) == (AT, 200)
    assert fetched.body == server.page("/composed")
    assert ("Content-Type", "text/html; charset=utf-8") in fetched.headers
    assert server.log[0].headers["User-Agent"] == "composed-agent/1"


@pytest.mark.asyncio
async def test_a_packed_answer_is_handed_on_unpacked_and_without_that_header() -> None:
    with PageServer([ServedChannel("composed")], packed=True) as server:
        async with _fetcher(server.base_url) as fetcher:
            fetched = await fetcher.get("/composed")
        assert fetched.body == server.page("/composed")
        assert "content-encoding" not in {name.lower() for name, _ in fetched.headers}


@pytest.mark.asyncio
@pytest.mark.parametrize("status", [404, 403, 451, 410])
async def test_an_answer_that_says_no_is_returned_not_raised(
    server: PageServer, status: int
) -> None:
    server.fail("/composed", status)
    async with _fetcher(server.base_url) as fetcher:
        assert (await fetcher.get("/composed")).status == status
    assert len(server.log) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", [429, 500, 503, "reset", "truncate"])
async def test_a_passing_failure_is_tried_again(server: PageServer, fault: int) -> None:
    server.fail("/composed", fault, fault)
    async with _fetcher(server.base_url) as fetcher:
        assert (await fetcher.get("/composed")).status == 200
    assert len(server.log) == 3


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "cause"), [(502, "answered 502"), ("reset", "ReadError"), ("truncate", "Protocol")]
)
async def test_a_lasting_failure_names_address_cause_and_remedy(
    server: PageServer, fault: int, cause: str
) -> None:
    server.fail("*", *[fault] * 3)
    async with _fetcher(server.base_url) as fetcher:
        with pytest.raises(Retryable, match="try again later") as raised:
            await fetcher.get("/composed")
    assert f"{server.base_url}/composed" in str(raised.value)
    assert cause in str(raised.value)
    assert "3 attempts" in str(raised.value)
    assert len(server.log) == 3


@pytest.mark.asyncio
async def test_a_server_that_hangs_is_given_up_after_the_timeout() -> None:
    with PageServer([ServedChannel("composed")], hang_s=3) as server:
        server.fail("*", "hang")
        async with _fetcher(server.base_url, timeout_s=0.15, attempts=1) as fetcher:
            with pytest.raises(Retryable, match=r"within 0\.15 s"):
                await fetcher.get("/composed")


@pytest.mark.asyncio
async def test_a_server_that_drips_for_ever_is_given_up_too() -> None:
    """Each byte comes in time, the whole never does: the bound is on the whole."""

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while True:
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.03)
        except OSError:
            pass  # the other side has hung up
        finally:
            writer.close()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as dripping:
        port = dripping.sockets[0].getsockname()[1]
        async with _fetcher(f"http://127.0.0.1:{port}", timeout_s=0.3, attempts=1) as fetcher:
            with pytest.raises(Retryable, match="did not answer in full"):
                await fetcher.get("/composed")


@pytest.mark.asyncio
async def test_nobody_listening_is_a_failure_that_may_pass() -> None:
    with PageServer() as server:
        gone = server.base_url
    async with _fetcher(gone, attempts=2) as fetcher:
        with pytest.raises(Retryable, match="ConnectError"):
            await fetcher.get("/composed")


@pytest.mark.asyncio
async def test_retry_after_in_seconds_is_waited_for(server: PageServer) -> None:
    server.fail("/composed", Answer(429, {"Retry-After": "1"}))
    async with _fetcher(server.base_url) as fetcher:
        await fetcher.get("/composed")
    assert server.log[1].at_s - server.log[0].at_s >= 0.99


@pytest.mark.asyncio
async def test_a_429_holds_everybody_back(server: PageServer) -> None:
    server.fail("/composed", Answer(429, {"Retry-After": "1"}))
    async with _fetcher(server.base_url) as fetcher:
        first = asyncio.create_task(fetcher.get("/composed"))
        await asyncio.sleep(0.3)
        await fetcher.get("/other_name")
        await first
    assert server.log[1].at_s - server.log[0].at_s >= 0.99


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "900"}, timedelta(seconds=900)),
        (
            # by the server's own clock, which is years from ours
            {
                "Date": "Fri, 01 Mar 2030 10:00:00 GMT",
                "Retry-After": "Fri, 01 Mar 2030 10:10:00 GMT",
            },
            timedelta(seconds=600),
        ),
        ({"Retry-After": "9" * 50}, timedelta(seconds=10**8)),
    ],
)
async def test_a_wait_beyond_the_bound_is_handed_to_the_caller_at_once(
    server: PageServer, headers: dict[str, str], wait: timedelta
) -> None:
    server.fail("/composed", Answer(429, headers))
    async with _fetcher(server.base_url) as fetcher:
        with pytest.raises(Retryable, match="asks us to wait") as raised:
            await fetcher.get("/composed")
    assert raised.value.retry_after == wait
    assert len(server.log) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("said", ["soon", "", "-5", "Fri, 01 Mar 2020 10:00:00 GMT", "1.5"])
async def test_a_retry_after_that_says_nothing_falls_back(server: PageServer, said: str) -> None:
    server.fail("/composed", Answer(503, {"Retry-After": said}))
    async with _fetcher(server.base_url) as fetcher, asyncio.timeout(3):
        assert (await fetcher.get("/composed")).status == 200


@pytest.mark.asyncio
async def test_an_answer_beyond_the_bound_is_bad_input_and_not_asked_again() -> None:
    with PageServer([ServedChannel("composed")], huge_bytes=300_000) as server:
        server.fail("*", "huge")
        async with _fetcher(server.base_url) as fetcher:
            with pytest.raises(BadInput, match="more than 200000 bytes"):
                await fetcher.get("/composed")
        assert len(server.log) == 1


@pytest.mark.asyncio
async def test_a_packed_bomb_is_stopped_at_the_bound(server: PageServer) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 200_000
    server.fail("*", Answer(200, {"Content-Encoding": "gzip"}, bomb))
    async with _fetcher(server.base_url) as fetcher:
        with pytest.raises(BadInput, match="more than 200000 bytes"):
            await fetcher.get("/composed")


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"not packed at all", gzip.compress(b"x" * 99, mtime=0)[:-9]])
async def test_a_body_that_cannot_be_unpacked_is_tried_again(
    server: PageServer, body: bytes
) -> None:
    server.fail("*", Answer(200, {"Content-Encoding": "gzip"}, body))
    async with _fetcher(server.base_url) as fetcher:
        assert (await fetcher.get("/composed")).body == server.page("/composed")


@pytest.mark.asyncio
async def test_a_packing_nobody_asked_for_is_refused(server: PageServer) -> None:
    server.fail("*", Answer(200, {"Content-Encoding": "deflate"}, zlib.compress(b"x")))
    async with _fetcher(server.base_url) as fetcher:
        with pytest.raises(BadInput, match="deflate"):
            await fetcher.get("/composed")
