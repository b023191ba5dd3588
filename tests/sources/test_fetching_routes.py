"""Where a fetch may go: redirects, paths, bases and proxies, on a real server on the loopback."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from monitor.clock import FixedClock
from monitor.errors import BadConfiguration, BadInput, MonitorError, Retryable
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
    proxy: str | None = None,
    attempts: int = 3,
) -> AsyncIterator[Fetcher]:
    async with Fetcher(
        base_url,
        user_agent="composed-agent/1",
        pace=Pace(1000),
        clock=CLOCK,
        proxy=proxy,
        attempts=attempts,
        wait_initial_s=0.01,
        wait_max_s=0.05,
    ) as fetcher:
        yield fetcher


@pytest.mark.asyncio
async def test_a_redirect_within_the_host_is_followed(server: PageServer) -> None:
    server.channels["composed"].state = "preview_disabled"
    async with _fetcher(server.base_url) as fetcher:
        fetched = await fetcher.get("/s/composed")
    assert fetched.url == f"{server.base_url}/composed"
    assert server.paths() == ["/s/composed", "/composed"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "location",
    [
        "http://example.invalid/blocked",
        "//10.10.34.35/blocked",
        "http://127.0.0.1:1/other_port",
        "ftp://127.0.0.1/x",
    ],
)
async def test_a_redirect_elsewhere_is_not_followed(server: PageServer, location: str) -> None:
    server.fail("*", Answer(302, {"Location": location}))
    async with _fetcher(server.base_url) as fetcher:
        with pytest.raises(Retryable, match="another host"):
            await fetcher.get("/composed")
    assert len(server.log) == 1


@pytest.mark.asyncio
async def test_a_redirect_to_no_address_is_a_failure_like_others(server: PageServer) -> None:
    server.fail("*", *[Answer(302, {"Location": "http://host:port/"})] * 3)
    async with _fetcher(server.base_url) as fetcher:
        with pytest.raises(Retryable, match="3 attempts"):
            await fetcher.get("/composed")


@pytest.mark.asyncio
async def test_a_circle_of_redirects_ends(server: PageServer) -> None:
    server.fail("*", *[Answer(302, {"Location": "/composed"})] * 20)
    async with _fetcher(server.base_url) as fetcher:
        with pytest.raises(Retryable, match="more than 5 times"):
            await fetcher.get("/composed")
    assert len(server.log) == 6


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["composed", "//example.invalid/x", "", "/a\x00b"])
async def test_a_path_that_leads_elsewhere_is_refused(server: PageServer, path: str) -> None:
    async with _fetcher(server.base_url) as fetcher:
        with pytest.raises(BadInput, match="path"):
            await fetcher.get(path)
    assert server.log == []


@pytest.mark.parametrize(
    "base_url", ["ftp://t.me", "t.me", "", "https://", "https://me:secret@t.me", "http://t.me:port"]
)
def test_a_base_that_is_no_plain_web_address_is_refused(base_url: str) -> None:
    with pytest.raises(BadConfiguration, match="base_url") as raised:
        Fetcher(base_url, user_agent="x", pace=Pace(1), clock=CLOCK)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "proxy", ["ftp://u:secret@h:1", "secret", "", "socks5://", "http://h:secret"]
)
def test_a_proxy_that_cannot_be_used_is_refused_without_being_shown(proxy: str) -> None:
    with pytest.raises(BadConfiguration, match="proxy") as raised:
        Fetcher("https://t.me", user_agent="x", pace=Pace(1), clock=CLOCK, proxy=proxy)
    assert "secret" not in str(raised.value)


@pytest.mark.asyncio
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_no_failure_shows_the_credentials_of_the_proxy(scheme: str) -> None:
    with PageServer() as server:
        gone = server.base_url
    address = gone.replace("http://", f"{scheme}://user:secret-word@")
    async with _fetcher("http://t.me.invalid", proxy=address, attempts=2) as fetcher:
        with pytest.raises(MonitorError) as raised:
            await fetcher.get("/composed")
    error: BaseException | None = raised.value
    while error is not None:
        assert "secret-word" not in str(error)
        error = error.__cause__


@pytest.mark.asyncio
async def test_an_http_proxy_is_asked_in_place_of_the_server() -> None:
    with PageServer([ServedChannel("composed")]) as proxy:
        async with _fetcher("http://t.me.invalid", proxy=proxy.base_url) as fetcher:
            assert (await fetcher.get("/composed")).status == 200
        assert proxy.log[0].path == "http://t.me.invalid/composed"


@pytest.mark.asyncio
async def test_proxies_of_the_environment_are_not_used(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with _fetcher(server.base_url, attempts=1) as fetcher:
        assert (await fetcher.get("/composed")).status == 200


@pytest.mark.asyncio
async def test_every_request_takes_a_turn(server: PageServer) -> None:
    async with Fetcher(
        server.base_url, user_agent="x", pace=Pace(20, jitter=0), clock=CLOCK
    ) as fetcher:
        await asyncio.gather(*(fetcher.get("/composed") for _ in range(4)))
    at = [asked.at_s for asked in server.log]
    assert at[-1] - at[0] >= 3 / 20 - 0.1
