"""From a page server on the loopback to cases, by the commands that a user types."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.running import Terminal
from tests.page_server import Answer, PageServer, ServedChannel, ServedPost
from tests.served_pages import feed_page

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def daily(days: int, *, start: datetime = AT) -> list[ServedPost]:
    return [ServedPost(n + 1, start + n * DAY, f"Composed post {n}") for n in range(days)]


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_channel_announces_falls_silent_and_returns(terminal: Terminal) -> None:
    """The main job: notice, silence, return, each seen by another pass."""
    channel = ServedChannel("composed_office", daily(10), subscribers=50_000, title="Composed")
    with PageServer([channel]) as server:
        terminal.configure(server.base_url, "composed_office")

        def state_at(at: datetime) -> str:
            server.now = at
            terminal.ok("collect", "--now", stamp(at), "--quiet")
            (case,) = terminal.ok("cases", "--json", "--now", stamp(at)).json
            return str(case["state"])

        assert state_at(AT + 10 * DAY) == "active"
        channel.posts.append(
            ServedPost(
                11,
                AT + 10.5 * DAY,
                "This channel stops its work in Telegram from today. Follow us: ",
                links=[("ble.ir/composed_office", "https://ble.ir/composed_office")],
            )
        )
        assert state_at(AT + 11 * DAY) == "announced"
        channel.subscribers = 45_000
        assert state_at(AT + 20 * DAY) == "left"
        channel.posts.append(ServedPost(12, AT + 30 * DAY, "Composed post after all"))
        assert state_at(AT + 31 * DAY) == "returned"

        (case,) = terminal.ok("cases", "--json", "--now", stamp(AT + 31 * DAY)).json
        assert case["destinations"][0]["platform"] == "bale"
        assert case["notice"]["kind"] == "closure_notice"
        assert case["subscribers"] == {"before": 50_000, "after": 45_000, "change_pct": -10.0}
        notice = case["notice"]["evidence"][0]
        assert notice["url"] == "https://t.me/composed_office/11"
        assert len(notice["sha256"]) == 64
        kinds = {f["kind"] for f in terminal.ok("findings", "--json").json}
        assert {"closure_notice", "silence", "resumed", "subscriber_trend"} <= kinds


def test_a_second_pass_is_not_due_and_then_reads_only_what_is_new(terminal: Terminal) -> None:
    channel = ServedChannel("composed_office", daily(30))
    with PageServer([channel], now=AT + 30 * DAY) as server:
        terminal.configure(server.base_url, "composed_office")
        terminal.ok("collect", "--now", stamp(AT + 30 * DAY))
        first = len(server.log)
        assert "not due" in terminal.ok("collect", "--now", stamp(AT + 30 * DAY + HOUR / 2)).err
        assert len(server.log) == first
        channel.posts.append(ServedPost(31, AT + 30 * DAY, "Composed post 30"))
        ran = terminal.ok("collect", "--now", stamp(AT + 30 * DAY + 2 * HOUR))
        assert "1 new posts" in ran.out
        assert [a.path for a in server.log[first:]] == ["/composed_office", "/s/composed_office"]


def test_the_first_pass_reads_back_thirty_days_and_backfill_the_rest(terminal: Terminal) -> None:
    channel = ServedChannel("composed_office", daily(150))
    now = AT + 150 * DAY
    with PageServer([channel], now=now) as server:
        terminal.configure(server.base_url, "composed_office")
        terminal.ok("collect", "--now", stamp(now))
        known = posts(terminal, now)
        assert 30 <= known <= 50
        terminal.ok("backfill", "--since", "2026-03-01", "--now", stamp(now))
        assert known < posts(terminal, now) < 150
        terminal.ok("backfill", "--since", "2020-01-01", "--now", stamp(now))
        assert posts(terminal, now) == 150
        before = len(server.log)
        terminal.ok("backfill", "--since", "2020-01-01", "--now", stamp(now))
        assert len(server.log) - before <= 2  # there is nothing older, which takes one page to see


def posts(terminal: Terminal, now: datetime) -> int:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(terminal.folder / "monitor.db")) as raw:
        return int(raw.execute("SELECT count(*) FROM post").fetchone()[0])


def test_an_outage_is_told_concludes_nothing_and_the_next_pass_goes_on(terminal: Terminal) -> None:
    channel = ServedChannel("composed_office", daily(100))
    now = AT + 100 * DAY
    with PageServer([channel], now=now) as server:
        terminal.configure(server.base_url, "composed_office", more='first = "90d"\n')
        server.fail("/composed_office", 503, 503)
        ran = terminal.type("collect", "--now", stamp(now))
        assert (ran.code, posts(terminal, now)) == (1, 0)
        assert "could not be reached" in ran.err
        (case,) = terminal.ok("cases", "--json", "--now", stamp(now)).json
        assert (case["state"], case["availability"]) == ("unknown", "unreachable")
        # The feed breaks after two pages: what was read is kept, the rest is read next time.
        later = now + 2 * HOUR
        server.fail("/s/composed_office", "ok", "ok", "reset", "reset")
        assert terminal.type("collect", "--now", stamp(later)).code == 1
        kept = posts(terminal, later)
        assert 0 < kept < 90
        terminal.ok("collect", "--now", stamp(later + 2 * HOUR))
        assert posts(terminal, later) >= 90


def test_a_gap_left_by_an_interrupted_pass_is_closed(terminal: Terminal) -> None:
    """A pass reads newest first: broken off, it leaves a hole that the next one fills."""
    channel = ServedChannel("composed_office", daily(40))
    now = AT + 40 * DAY
    with PageServer([channel], now=now) as server:
        terminal.configure(server.base_url, "composed_office")
        terminal.ok("collect", "--now", stamp(now))
        kept = posts(terminal, now)
        channel.posts += [
            ServedPost(n, now + n * HOUR / 4, f"Composed burst {n}") for n in range(41, 141)
        ]
        later = now + 40 * HOUR
        server.now = later
        server.fail("/s/composed_office", "ok", "ok", "reset", "reset")
        assert terminal.type("collect", "--now", stamp(later)).code == 1
        assert kept < posts(terminal, later) < kept + 100
        channel.posts.append(ServedPost(141, later, "Composed newest"))
        terminal.ok("collect", "--now", stamp(later + 2 * HOUR))
        assert posts(terminal, later) == kept + 101


@pytest.mark.parametrize(
    ("state", "availability"),
    [
        ("preview_disabled", "preview_disabled"),
        ("private", "private"),
        ("restricted", "restricted"),
        ("user", "wrong_kind"),
        ("group", "wrong_kind"),
        ("bot", "wrong_kind"),
    ],
)
def test_every_kind_of_page_becomes_an_availability(
    terminal: Terminal, state: str, availability: str
) -> None:
    channel = ServedChannel("composed_office", daily(3))
    with PageServer([channel]) as server:
        terminal.configure(server.base_url, "composed_office")
        terminal.ok("collect", "--now", stamp(AT + 3 * DAY))
        channel.state = state  # type: ignore[assignment]  # a literal, parametrised
        terminal.ok("collect", "--now", stamp(AT + 4 * DAY))
        (case,) = terminal.ok("cases", "--json", "--now", stamp(AT + 4 * DAY)).json
        assert (case["availability"], case["state"]) == (availability, "active")


def test_a_name_that_nobody_has_is_gone_after_two_probes(terminal: Terminal) -> None:
    channel = ServedChannel("composed_office", daily(3))
    with PageServer([channel]) as server:
        terminal.configure(server.base_url, "composed_office")
        terminal.ok("collect", "--now", stamp(AT + 3 * DAY))
        del server.channels["composed_office"]
        terminal.ok("collect", "--now", stamp(AT + 4 * DAY))
        assert terminal.ok("cases", "--json", "--now", stamp(AT + 4 * DAY)).json[0]["state"] == (
            "active"
        )
        terminal.ok("collect", "--now", stamp(AT + 4 * DAY + 2 * HOUR))
        (case,) = terminal.ok("cases", "--json", "--now", stamp(AT + 5 * DAY)).json
        assert (case["state"], case["availability"]) == ("gone", "not_found")


def test_a_name_that_passes_to_another_channel_is_no_drop(terminal: Terminal) -> None:
    with PageServer([ServedChannel("composed_office", daily(9), subscribers=40_000)]) as server:
        terminal.configure(server.base_url, "composed_office")
        terminal.ok("collect", "--now", stamp(AT + 9 * DAY))
        server.channels["composed_office"] = ServedChannel(
            "composed_office",
            [ServedPost(1, AT + 9 * DAY, "Composed stranger")],
            subscribers=900,
            telegram_id=1_000_000_777,
        )
        now = stamp(AT + 10 * DAY)
        terminal.ok("collect", "--now", now)
        found = terminal.ok("findings", "--json", "--now", now).json
        assert [f["kind"] for f in found] == ["username_reassigned"]
        known = terminal.ok("cases", "--json", "--now", now).json
        assert sorted(c["availability"] for c in known) == ["ok", "reassigned"]


def test_a_page_that_tells_nothing_is_layout_drift_and_changes_no_state(
    terminal: Terminal,
) -> None:
    with PageServer([ServedChannel("composed_office", daily(3))]) as server:
        terminal.configure(server.base_url, "composed_office")
        terminal.ok("collect", "--now", stamp(AT + 3 * DAY))
        server.fail("/s/composed_office", "other_site")
        ran = terminal.ok("collect", "--now", stamp(AT + 4 * DAY))
        assert "layout drift" in ran.out
        (case,) = terminal.ok("cases", "--json", "--now", stamp(AT + 4 * DAY)).json
        assert (case["state"], case["availability"]) == ("active", "ok")


def test_a_server_that_asks_us_to_wait_is_obeyed(terminal: Terminal) -> None:
    with PageServer([ServedChannel("composed_office", daily(3))]) as server:
        terminal.configure(server.base_url, "composed_office")
        server.fail("/composed_office", Answer(429, {"Retry-After": "1"}))
        terminal.ok("collect", "--now", stamp(AT + 3 * DAY))
        first, second = server.log[:2]
        assert second.at_s - first.at_s >= 1


def test_no_network_is_a_clear_error(terminal: Terminal) -> None:
    terminal.configure("http://127.0.0.1:9", "composed_office")
    ran = terminal.type("collect")
    assert ran.code == 1
    assert "1 of 1 channels could not be reached (@composed_office)" in ran.err
    assert "Traceback" not in ran.err


def test_one_channel_is_chosen_and_an_unknown_one_is_refused(terminal: Terminal) -> None:
    with PageServer([ServedChannel("composed_office", daily(3))]) as server:
        terminal.configure(server.base_url, "composed_office", "nobody_here")
        ran = terminal.ok("collect", "--channel", "@Composed_Office")
        assert "nobody_here" not in ran.out
        refused = terminal.type("collect", "--channel", "stranger")
        assert refused.code == 2
        assert "@stranger is not in channels.toml" in refused.err
        assert terminal.type("collect", "--source", "telegram").code == 2
    assert terminal.type("backfill", "--since", "2020-02-31").code == 2
    ran = terminal.type("backfill", "--since", "2020-02-03", "--until", "2020-01-01")
    assert (ran.code, "lies before" in ran.err) == (2, True)


def test_backfill_can_leave_out_what_is_newer(terminal: Terminal) -> None:
    channel = ServedChannel("composed_office", daily(100))
    with PageServer([channel], now=AT + 100 * DAY) as server:
        terminal.configure(server.base_url, "composed_office")
        now = stamp(AT + 100 * DAY)
        terminal.ok("backfill", "--since", "2026-01-01", "--until", "2026-02-01", "--now", now)
        assert posts(terminal, AT) == 100


def test_the_kept_evidence_replays_into_the_same_facts(terminal: Terminal) -> None:
    channel = ServedChannel("composed_office", daily(60), subscribers=50_000)
    with PageServer([channel], now=AT + 60 * DAY) as server:
        terminal.configure(server.base_url, "composed_office")
        terminal.ok("collect", "--now", stamp(AT + 60 * DAY))
    database = "sqlite:///./replayed.db"
    ran = terminal.ok("import", "monitor-evidence", "--as", "warc", "--database", database)
    assert "0 skipped" in ran.out
    now = stamp(AT + 61 * DAY)
    first = terminal.ok("cases", "--json", "--now", now).json
    second = terminal.ok("cases", "--json", "--now", now, "--database", database).json
    assert first == second


def test_history_that_was_not_seen_makes_no_silence(terminal: Terminal) -> None:
    """Two saved pages far apart say nothing of what lay between them."""
    posts_ = [ServedPost(n, AT + n * DAY / 4, f"Composed {n}") for n in range(1, 301)]
    channel = ServedChannel("composed_office", posts_)
    for name, before in (("new", None), ("old", 101)):
        page = feed_page(channel, AT + 80 * DAY, before=before)
        (terminal.folder / f"{name}.html").write_bytes(page)
    for order in (["new.html", "old.html"], ["old.html", "new.html"]):
        database = f"sqlite:///./{order[0]}.db"
        terminal.ok("import", *order, "--as", "page", "--database", database)
        now = stamp(AT + 76 * DAY)
        assert terminal.ok("findings", "--json", "--database", database, "--now", now).json == []


def test_a_name_that_passed_on_is_read_from_its_new_beginning(terminal: Terminal) -> None:
    with PageServer([ServedChannel("composed_office", daily(90))], now=AT + 90 * DAY) as server:
        terminal.configure(server.base_url, "composed_office")
        terminal.ok("collect", "--now", stamp(AT + 90 * DAY))
        old = posts(terminal, AT)
        server.channels["composed_office"] = ServedChannel(
            "composed_office",
            [ServedPost(n, AT + 91 * DAY + n * HOUR, f"Stranger {n}") for n in range(1, 46)],
            telegram_id=1_000_000_777,
        )
        terminal.ok("collect", "--now", stamp(AT + 94 * DAY))
        assert posts(terminal, AT) == old + 45
        # As of before, the first channel has its name and nobody else is known.
        (case,) = terminal.ok("cases", "--json", "--now", stamp(AT + 90 * DAY)).json
        assert (case["state"], case["availability"]) == ("active", "ok")


def test_a_judgement_of_a_past_time_is_not_served_as_the_present(terminal: Terminal) -> None:
    with PageServer([ServedChannel("composed_office", daily(9))]) as server:
        terminal.configure(server.base_url, "composed_office")
        terminal.ok("collect", "--now", stamp(AT + 9 * DAY))
    terminal.ok("detect", "--now", stamp(AT + 9 * DAY))
    assert terminal.ok("cases", "--json", "--now", stamp(AT + 9 * DAY)).json[0]["state"] == "active"
    assert terminal.ok("cases", "--json").json[0]["state"] == "unknown"  # not seen for months


def test_a_folder_that_cannot_hold_evidence_is_one_clear_error(terminal: Terminal) -> None:
    with PageServer([ServedChannel("composed_office", daily(9))]) as server:
        terminal.configure(server.base_url, "composed_office")
        (terminal.folder / "monitor-evidence").write_text("a file stands here")
        ran = terminal.type("collect", "--now", stamp(AT + 9 * DAY))
    assert ran.code == 1
    assert "monitor-evidence" in ran.err
    assert "fault of this program" not in ran.err
    assert posts(terminal, AT) == 0


def test_after_a_failure_the_command_may_be_run_again_at_once(terminal: Terminal) -> None:
    with PageServer([ServedChannel("composed_office", daily(9))]) as server:
        terminal.configure(server.base_url, "composed_office")
        server.fail("/composed_office", 503, 503)
        assert terminal.type("collect", "--now", stamp(AT + 9 * DAY)).code == 1
        assert "@composed_office\tok" in terminal.ok("collect", "--now", stamp(AT + 9 * DAY)).out
