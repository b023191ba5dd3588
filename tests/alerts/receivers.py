"""Real servers on the loopback that take alerts: HTTP, and a mail server; each keeps what came.

with WebReceiver() as web:
    web.answers.extend([500, 200])            # one each, then 200 for ever
    web.got[0].headers["webhook-id"]
"""

import base64
import socketserver
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from typing_extensions import override


def until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    """Wait until something is so; fails where it is not in time."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Got:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class _Web(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: whoever asked may have gone."""


class WebReceiver:
    """Takes any POST and answers what `answers` say: a status, or seconds to hang."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answers: deque[int | float] = deque()
        self.headers: dict[str, str] = {}
        self.drip_s = 0
        """For how long a header comes every half second, before the answer ends."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                names = {name.lower(): value for name, value in self.headers.items()}
                receiver.got.append(Got(self.path, names, body))
                answer = receiver.answers.popleft() if receiver.answers else 200
                if isinstance(answer, float):
                    time.sleep(answer)
                    answer = 200
                self.send_response(answer)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                for number in range(2 * receiver.drip_s):
                    self.send_header(f"x-{number}", "composed")
                    self.flush_headers()
                    time.sleep(0.5)
                self.send_header("content-length", "0")
                self.end_headers()

            @override
            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = _Web(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self.host = f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Mail(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


class MailReceiver:
    """Takes mail by SMTP, with or without a password, and keeps it as it was read."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], EmailMessage]] = []
        self.logins: list[str] = []
        receiver = self

        class Session(socketserver.StreamRequestHandler):
            @override
            def handle(self) -> None:
                self._say("220 composed")
                people: list[str] = []
                while line := self.rfile.readline().decode().strip():
                    verb = line.split(" ")[0].upper()
                    if verb == "EHLO":
                        self._say("250-composed\r\n250-SMTPUTF8\r\n250 AUTH PLAIN")
                    elif verb == "AUTH":
                        receiver.logins.append(base64.b64decode(line.split(" ")[-1]).decode())
                        self._say("235 yes")
                    elif verb == "RCPT":
                        people.append(line.partition("<")[2].partition(">")[0])
                        self._say("250 yes")
                    elif verb == "DATA":
                        self._say("354 go on")
                        raw = b"".join(iter(self.rfile.readline, b".\r\n"))
                        said = message_from_bytes(raw, policy=policy.default)
                        receiver.got.append((people, said))
                        self._say("250 taken")
                    elif verb == "QUIT":
                        self._say("221 end")
                        return
                    else:
                        self._say("250 yes")

            def _say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

        self._server = _Mail(("127.0.0.1", 0), Session)
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
