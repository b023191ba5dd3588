"""`status`, for people and for machines."""

from datetime import UTC, datetime, timedelta

from tests.cli.running import Terminal
from tests.page_server import Answer, PageServer, ServedChannel, ServedPost

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_it_says_what_is_kept_what_is_late_and_what_failed(terminal: Terminal) -> None:
    office = ServedChannel("composed_office", [ServedPost(1, AT, "Composed")])
    with PageServer([office], now=AT) as server:
        terminal.configure(server.base_url, "composed_office", "broken_one")
        server.fail("/broken_one", *[Answer(503)] * 9)
        terminal.type("collect", "--now", "2026-01-01T12:00:00Z")
    later = ("--now", "2026-01-01T14:30:00Z")
    before = terminal.ok("status", *later).out
    assert "last judged:        never" in before
    assert "last weekly report: none" in before
    terminal.ok("detect", "--now", "2026-01-01T12:30:00Z")
    terminal.ok("report", "--week", "2025-W52", "--now", "2026-01-01T12:30:00Z")
    told = terminal.ok("status", *later).out
    assert "last judged:        2026-01-01 12:30 UTC" in told
    assert "last weekly report: 2025-W52, revision 1, reports/2025-W52/report.html" in told
    assert "1 post of 1 channel" in told
    assert "2 channels; due 2, last visit failed 1" in told
    rows = [line.split() for line in told.splitlines()[-2:]]
    # What is in trouble stands first.
    assert rows[0][:2] == ["broken_one", "preview"]
    assert "server: http" in " ".join(rows[0])
    assert " ".join(rows[1]).startswith(
        "composed_office preview 2026-01-01 12:00 UTC 2 h 30 min now"
    )
    form = terminal.ok("status", "--json", *later).json
    # Keys that other people's scripts read already; more may come.
    assert {"at", "database", "accounts", "floods", "requests", "channels"} <= form.keys()
    first, second = form["channels"]
    assert {"channel", "source", "account", "last_success", "due_at", "errors"} <= first.keys()
    assert (first["lag_s"], first["due"], first["error_class"]) == (9000, True, None)
    assert (second["lag_s"], second["errors"], second["error_class"]) == (None, 1, "server")
    assert form["judged"]["at"] == "2026-01-01T12:30:00Z"
    assert form["database"]["evidence_bytes"] > 0


def test_an_empty_store_has_a_status_too(terminal: Terminal) -> None:
    terminal.ok("migrate")
    told = terminal.ok("status").out
    assert "kept:               0 posts of 0 channels" in told
    assert "channels: none" in told
    assert datetime.now(UTC) - datetime.fromisoformat(
        terminal.ok("status", "--json").json["at"]
    ) < timedelta(minutes=1)
