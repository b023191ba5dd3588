"""The pages of the running service: they answer while it works, and end with it."""

import re
import signal
import socket
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.cli.running import Terminal
from tests.cli.telegram.serving import configure, one, running, typed
from tests.telegram_server import Channel, TelegramServer

VISITED = "SELECT last_success IS NOT NULL FROM visit"
ASKED = "SELECT count(*) FROM request_count WHERE method = 'messages.GetHistory'"
JUDGED = "SELECT value FROM fact WHERE name = 'judged_at'"


def served_at(terminal: Terminal) -> str | None:
    said = (terminal.folder / "run.err").read_text()
    found = re.findall(r"address=(http://127\.0\.0\.1:\d+/)", re.sub("\x1b\\[[0-9;]*m", "", said))
    return found[-1] if found else None


def test_the_service_says_that_it_is_well_and_keeps_its_front_page(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    server.fill(channel, 10, start=datetime.now(UTC) - timedelta(hours=9), every=timedelta(hours=1))
    configure(terminal, server)
    with running(terminal) as process:
        server.wait_until(lambda: one(terminal, VISITED) and one(terminal, JUDGED))
        server.wait_until(lambda: one(terminal, ASKED))
        address = served_at(terminal)
        assert address is not None
        with httpx.Client(base_url=address, trust_env=False, timeout=20) as client:
            health = client.get("/healthz")
            assert health.status_code == 200, health.text
            assert {c["name"] for c in health.json()["checks"]} == {
                "database", "collection", "detect", "progress",
            }  # fmt: skip
            families = {
                f.name: f for f in text_string_to_metric_families(client.get("/metrics").text)
            }
            assert families["channel_monitor_posts"].samples[0].value == 10
            methods = {
                s.labels["method"]: s.value for s in families["channel_monitor_requests"].samples
            }
            assert methods["messages.GetHistory"] >= 1
            assert {"channel_monitor_failures", "channel_monitor_trouble"} <= families.keys()
            server.wait_until((terminal.folder / "reports" / "feed.atom").is_file)
            server.wait_until(lambda: "farsna" in client.get("/reports/").text)
            # A configuration that is read anew moves nothing and loses no page.
            process.send_signal(signal.SIGHUP)
            server.wait_until(lambda: served_at(terminal) != address)
        again = served_at(terminal)
        assert again is not None
        assert httpx.get(f"{again}healthz", trust_env=False, timeout=20).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_taken_port_ends_the_start_with_1_and_the_remedy(
    terminal: Terminal, server: TelegramServer, channel: Channel, signed_in: Path
) -> None:
    configure(terminal, server)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        file = terminal.folder / "channels.toml"
        file.write_text(file.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
        refused = typed(terminal, "", "run")
    assert refused.returncode == 1
    assert f"127.0.0.1:{port}" in refused.stderr
    assert "[service] listen" in refused.stderr
