"""`run`, the service, as a process of its own."""

import json
import signal
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.running import Terminal
from tests.cli.telegram.serving import (
    CLOSURE,
    HASH,
    PHONE,
    configure,
    rows,
    running,
    stored,
)
from tests.telegram_server import Channel, TelegramServer


def test_the_service_stores_pushes_and_survives_what_breaks(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    """Post, edit and deletion as pushed; then a kick, and a post that nobody pushed."""
    server.fill(channel, 10, start=datetime.now(UTC) - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server, more="join = true")

    def one(query: str) -> object:
        try:
            return rows(terminal, query)[0][0]
        except (IndexError, sqlite3.OperationalError):
            return None

    with running(terminal) as process:
        server.wait_until(lambda: one("SELECT last_success FROM visit") is not None)
        server.wait_until(lambda: one("SELECT count(*) FROM request_count") not in (None, 0))
        new = server.post(channel, CLOSURE)
        server.wait_until(lambda: one(f"SELECT text FROM post WHERE id = {new}") == CLOSURE)
        server.edit(channel, 3, "ویرایش")
        server.wait_until(lambda: one("SELECT text FROM post WHERE id = 3") == "ویرایش")
        server.delete(channel, 4)
        server.wait_until(lambda: one("SELECT deleted_at FROM post WHERE id = 4") is not None)
        missed = server.post(channel, "گم‌شده", push=False)
        server.kick()
        server.wait_until(lambda: one(f"SELECT id FROM post WHERE id = {missed}") == missed)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert stored(terminal) == list(range(1, missed + 1))
    kinds = {f["kind"] for f in json.loads(terminal.ok("findings", "--json").out)}
    assert {"closure_notice", "destination_link", "post_deleted", "post_edited"} <= kinds
    said = (terminal.folder / "run.err").read_text()
    assert HASH not in said
    assert PHONE[1:] not in said
