"""A path enters, one whole answer of one web server leaves; what the answer says is not read."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self

import httpx
import stamina

from monitor.clock import Clock
from monitor.errors import BadConfiguration, BadInput, Retryable
from monitor.model import Fetched
from monitor.sources.pacing import Pace
from monitor.sources.repeating import say_softly

MAX_RETRY_AFTER_S: Final = 120.0
"""A server that asks for more is asked again in another pass (ours, uncalibrated)."""
MAX_REDIRECTS: Final = 5
"""Telegram needs one, from a feed to the landing page."""
_BEYOND_BODY: Final = frozenset(
    # the body that we hand on is decoded and whole; a cookie is ours and no evidence
    {"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie"}
)
_PROXIES: Final = ("http", "https", "socks5", "socks5h")


class _Again(Retryable):
    """A failure that is worth another attempt now."""


class Fetcher:
    """Asks one web server, at one pace, through one proxy or none; use it as `async with`.

    Args:
        base_url: scheme and host (`https://t.me`); redirects to other hosts are not followed.
        user_agent: who we say we are.
        pace: shared by everyone who asks the same server.
        clock: stamps the answers.
        proxy: `http://`, `https://`, `socks5://` or `socks5h://` address, with its credentials.
            Proxies of the environment are not used: a route has to be chosen knowingly.
        timeout_s: for one request from its start to its last byte, without the waiting for a turn.
        max_body_bytes: bound on an answer after decoding.
        attempts: how often one address is asked in all.
        wait_initial_s, wait_max_s: back-off between attempts, doubling, plus up to a quarter.

    Raises:
        BadConfiguration: an address or a proxy that cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        user_agent: str,
        pace: Pace,
        clock: Clock,
        proxy: str | None = None,
        timeout_s: float = 30.0,
        max_body_bytes: int = 8_000_000,
        attempts: int = 4,
        wait_initial_s: float = 2.0,
        wait_max_s: float = 60.0,
    ) -> None:
        say_softly()
        self._base = _base(base_url)
        self._pace = pace
        self._clock = clock
        self._timeout_s = timeout_s
        self._max_body_bytes = max_body_bytes
        self._attempts = attempts
        self._wait_initial_s = wait_initial_s
        self._wait_max_s = wait_max_s
        self._user_agent = user_agent
        self._proxy = _proxy(proxy)
        self._client: httpx.AsyncClient | None = None

    def _opened(self) -> httpx.AsyncClient:
        """Make the client at the first question: it loads certificates and more for 0.1 s.

        Commands that ask accounts alone need not wait for that.
        """
        if self._client is None:
            self._client = httpx.AsyncClient(
                headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip"},
                proxy=self._proxy,
                timeout=self._timeout_s,
                trust_env=False,
            )
        return self._client

    async def __aenter__(self) -> Self:
        """Begin; connections are opened as they are needed."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def get(self, path: str) -> Fetched:
        """Fetch `path` (with its query) below the base address and return the whole answer.

        429, 5xx, timeouts and broken connections are tried again, after the `Retry-After` that the
        server names or with back-off; a 429 also holds everybody else's turn. Other answers, 404
        among them, are returned with their status.

        Raises:
            Retryable: the last attempt failed too, or the server asks for a longer wait than
                `MAX_RETRY_AFTER_S`, or it sends us to another host; names address and cause.
            BadInput: the answer is larger than the bound, or packed in a way we do not read.
        """
        if not path.startswith("/") or path.startswith("//"):
            raise BadInput(f"the path {path[:80]!r} has to start with one slash")
        try:
            url = self._base.join(path)
        except httpx.InvalidURL as error:
            raise BadInput(f"the path {path[:80]!r} makes no address: {error}") from error
        self._opened()  # before its turn, which would pass meanwhile
        attempts = stamina.retry_context(
            on=_when,
            attempts=self._attempts,
            timeout=None,
            wait_initial=self._wait_initial_s,
            wait_max=self._wait_max_s,
            wait_jitter=self._wait_initial_s / 4,
        )
        try:
            async for attempt in attempts:
                with attempt:
                    return await self._follow(url)
        except _Again as error:
            raise Retryable(
                f"{error}; gave up after {self._attempts} attempts: check the connection or the "
                "proxy, or try again later",
                retry_after=error.retry_after,
            ) from error
        raise AssertionError("stamina ends with a return or an error")  # pragma: no cover

    async def _follow(self, url: httpx.URL) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            async with self._pace.turn():
                fetched, target = await self._ask(url)
            if target is None:
                return fetched
            if not self._is_ours(target):
                raise Retryable(
                    f"{url} redirects to another host ({target.host[:80]!r}), which is not "
                    "followed: the page may be blocked here; check the proxy"
                )
            url = target
        raise Retryable(f"{url} redirects more than {MAX_REDIRECTS} times; try again later")

    def _is_ours(self, url: httpx.URL) -> bool:
        same = (url.host, url.port) == (self._base.host, self._base.port)
        # http may become https, never the other way round
        return same and url.scheme in {self._base.scheme, "https"}

    async def _ask(self, url: httpx.URL) -> tuple[Fetched, httpx.URL | None]:
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._opened().stream("GET", url) as response,
            ):
                self._check(url, response)
                body = await self._body(url, response)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise _Again(f"{url} did not answer in full within {self._timeout_s:g} s") from error
        except (httpx.TransportError, OSError) as error:
            # The library's own words may hold the proxy's address: its class says enough.
            raise _Again(f"{url} could not be read ({type(error).__name__})") from error
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in response.headers.raw
            if name.decode("latin-1").lower() not in _BEYOND_BODY
        )
        target = response.next_request.url if response.next_request else None
        return Fetched(str(url), self._clock.now(), response.status_code, body, headers), target

    def _check(self, url: httpx.URL, response: httpx.Response) -> None:
        status = response.status_code
        if status != httpx.codes.TOO_MANY_REQUESTS and status < 500:
            return
        after = self._retry_after(response)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            asked_s = self._wait_initial_s if after is None else after.total_seconds()
            self._pace.hold(min(asked_s, MAX_RETRY_AFTER_S))
        said = f"{url} answered {status}"
        if after is not None and after.total_seconds() > MAX_RETRY_AFTER_S:
            raise Retryable(
                f"{said} and asks us to wait {after.total_seconds():.0f} s, longer than the "
                f"{MAX_RETRY_AFTER_S:.0f} s that one pass waits; try again later",
                retry_after=after,
            )
        raise _Again(said, retry_after=after)

    def _retry_after(self, response: httpx.Response) -> timedelta | None:
        """Read `Retry-After`, seconds or an HTTP date (RFC 9110, 10.2.3); None where unreadable."""
        text = response.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdecimal():
            return timedelta(seconds=min(int(text[:9]), 10**8))
        until = _http_date(text)
        if until is None:
            return None
        # The server's own clock, if it shows it: ours may be shifted, or wrong.
        now = _http_date(response.headers.get("date", "")) or self._clock.now()
        return max(until - now, timedelta())

    async def _body(self, url: httpx.URL, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in _decoded(url, response, self._max_body_bytes):
            body += chunk
            if len(body) > self._max_body_bytes:
                raise BadInput(
                    f"{url} answers more than {self._max_body_bytes} bytes; no page of a channel "
                    "is that large"
                )
        return bytes(body)


def _when(error: Exception) -> bool | float:
    if not isinstance(error, _Again):
        return False
    return True if error.retry_after is None else error.retry_after.total_seconds()


async def _decoded(url: httpx.URL, response: httpx.Response, bound: int) -> AsyncIterator[bytes]:
    """Yield the body without its packing, never much more than the bound at once.

    httpx unpacks a whole chunk at a time, so that 64 kB on the wire can become 66 MB of zeros
    (zlib) or far more (brotli, where it is installed); hence by hand, with a bound.
    """
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in {"identity", "", "gzip", "x-gzip"}:
        raise BadInput(f"{url} answers in the packing {packing[:40]!r}, which nobody asked for")
    if packing in {"identity", ""}:
        async for chunk in response.aiter_raw():
            yield chunk
        return
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # 16: gzip
    received = 0
    try:
        async for chunk in response.aiter_raw():
            received += len(chunk)
            yield unpack.decompress(chunk, bound + 1)
    except zlib.error as error:
        raise _Again(f"{url} sent a body that cannot be unpacked") from error
    if received and not unpack.eof:
        raise _Again(f"{url} sent a body that breaks off")


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _base(base_url: str) -> httpx.URL:
    try:
        base = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise BadConfiguration(f"base_url is no address: {error}") from error
    if base.scheme not in {"http", "https"} or not base.host or base.userinfo:
        raise BadConfiguration(
            f"base_url must be http or https with a host and no credentials, such as https://t.me; "
            f"its scheme is {base.scheme!r}, its host {base.host!r}"
        )
    return base


def _proxy(address: str | None) -> httpx.Proxy | None:
    if address is None:
        return None
    # Nothing of the address itself goes into a message: it carries credentials.
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise BadConfiguration("the proxy is no address; write socks5://HOST:PORT") from error
    if url.scheme not in _PROXIES or not url.host:
        raise BadConfiguration(
            f"the proxy must be one of {', '.join(_PROXIES)} with a host; its scheme is "
            f"{url.scheme!r}"
        )
    return httpx.Proxy(url)
