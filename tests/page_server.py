"""A real web server on the loopback that serves composed pages with the structure of t.me's.

Every word on its pages is composed; only the names of elements and classes are Telegram's.

    with PageServer([ServedChannel("composed", [ServedPost(1, at, "hello")])]) as server:
        Fetcher(server.base_url, ...)              # /composed, /s/composed, /s/composed?before=1
        server.channels["composed"].state = "preview_disabled"       # from the next request on
        server.now += timedelta(days=1)                              # the pages' own time
        server.fail("/s/composed", Answer(429, {"Retry-After": "1"}), "reset")   # one each, then ok
        [asked.path for asked in server.log]

Channels, `now` and faults may be changed while it runs. A fault is used up by one request of its
path (without the query), in order; `server.fail("*", ...)` is for every path. A fault is a status
as `int`, an `Answer`, or one of `ok` (none, to place a later one), `reset` (connection closed with
no answer), `hang` (answers after `hang_s`), `truncate` (half a page under its full
Content-Length), `cut` (half a page, as if it were whole), `huge` (`huge_bytes` of page),
`other_site` (somebody else's page), `empty` (no byte).
A name that is not in `channels`, whatever its case, is one that nobody has.
"""

import gzip
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

from tests.served_pages import (
    ServedChannel,
    ServedPost,
    as_shown,
    feed_page,
    landing_page,
    nobody_page,
)

__all__ = ["Answer", "Asked", "PageServer", "ServedChannel", "ServedPost", "as_shown"]

Broken = Literal["ok", "reset", "hang", "truncate", "cut", "huge", "other_site", "empty"]
OTHER_SITE = (
    b"<!doctype html><html><head><title>Blocked</title></head><body><p>Composed: this page"
    b" stands where another was asked for.</p></body></html>"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer written out: status, headers, body."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came; `at_s` is monotonic, for measuring gaps."""

    path: str
    at_s: float
    headers: Mapping[str, str]


class PageServer:
    """Serves `channels` on `base_url` between `with` and its end; see the module."""

    def __init__(
        self,
        channels: Iterable[ServedChannel] = (),
        *,
        now: datetime = datetime(2026, 1, 1, tzinfo=UTC),
        page_size: int = 20,
        hang_s: float = 5.0,
        huge_bytes: int = 1_000_000,
        packed: bool = False,
    ) -> None:
        self.channels = {channel.username: channel for channel in channels}
        self.now = now
        self.page_size = page_size
        self.hang_s = hang_s
        self.huge_bytes = huge_bytes
        self.packed = packed
        self.log: list[Asked] = []
        self._faults: dict[str, deque[int | Answer | Broken]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.pages = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def base_url(self) -> str:
        """Where it listens, such as `http://127.0.0.1:40123`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Start listening."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and wake whatever hangs."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(self, path: str, *faults: int | Answer | Broken) -> None:
        """Let the next requests of `path` (`*`: of any) fail in these ways, one each."""
        with self._lock:
            self._faults[path].extend(faults)

    def mend(self) -> None:
        """Take back all faults that met no request yet."""
        with self._lock:
            self._faults.clear()

    def paths(self) -> list[str]:
        """Return the paths asked so far, with their queries."""
        with self._lock:
            return [asked.path for asked in self.log]

    def page(self, path: str) -> bytes:
        """Return the page for a path and query, as it would be served."""
        split = urlsplit(path)
        parts = split.path.strip("/").split("/")
        found = {name.casefold(): served for name, served in self.channels.items()}
        channel = found.get(parts[-1].casefold())
        if channel is None or channel.state == "not_found":
            return nobody_page(parts[-1])
        if parts[0] == "s":
            if channel.state != "ok":
                return b""  # the handler redirects
            before = parse_qs(split.query).get("before")
            asked = int(before[0]) if before else None
            return feed_page(channel, self.now, before=asked, page_size=self.page_size)
        return landing_page(channel)

    def _note(self, path: str, headers: Mapping[str, str]) -> int | Answer | Broken | None:
        with self._lock:
            self.log.append(Asked(path, time.monotonic(), headers))
            for key in (urlsplit(path).path, "*"):
                if self._faults[key]:
                    return self._faults[key].popleft()
        return None

    def _wait(self) -> None:
        self._stopping.wait(self.hang_s)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    pages: PageServer

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that hangs up is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        pages = self.server.pages
        fault = pages._note(self.path, dict(self.headers.items()))
        if fault == "reset":
            # Linger 0: the other side sees a reset, not an end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        if isinstance(fault, int):
            fault = Answer(fault, body=b"composed failure")
        if isinstance(fault, Answer):
            self._send(fault.status, fault.body, fault.headers)
            return
        if fault == "hang":
            pages._wait()
        self._serve(fault)

    def _serve(self, fault: Broken | None) -> None:
        pages = self.server.pages
        body = pages.page(self.path)
        if not body:
            name = urlsplit(self.path).path.rpartition("/")[2]
            self._send(302, b"", {"Location": f"/{name}"})
            return
        if fault == "cut":
            body = body[: len(body) // 2]
        elif fault == "huge":
            body += b" " * pages.huge_bytes
        elif fault == "other_site":
            body = OTHER_SITE
        elif fault == "empty":
            body = b""
        headers = {"Content-Type": "text/html; charset=utf-8"}
        if pages.packed:
            body = gzip.compress(body)
            headers["Content-Encoding"] = "gzip"
        self._send(200, body, headers, half=fault == "truncate")

    def _send(
        self, status: int, body: bytes, headers: Mapping[str, str], *, half: bool = False
    ) -> None:
        self.send_response_only(status)  # without a Date of its own
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        if half:
            self.close_connection = True

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: `PageServer.log` has it."""
