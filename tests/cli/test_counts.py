"""Files of counts, through the command line, to what is told of them. All counts are composed."""

from datetime import UTC, datetime, timedelta

from tests.cli.running import Terminal

START = datetime(2025, 1, 1, 9, tzinfo=UTC)


def rows(channel: str, values: list[int], posts: int = 0, title: str = "") -> list[str]:
    return [
        f"{START + timedelta(days=n):%Y-%m-%dT%H:%M:%SZ},{channel},{value}"
        f",{posts + n if posts else ''},{title}"
        for n, value in enumerate(values)
    ]


def write(terminal: Terminal, lines: list[str]) -> None:
    head = "observed_at,channel,subscribers,max_post_id,title\n"
    (terminal.folder / "c.csv").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    terminal.ok("import", "c.csv")
    terminal.ok("detect")


def test_a_drop_is_told_with_its_day_and_a_steady_channel_is_not(terminal: Terminal) -> None:
    steady = [50_000 + 15 * n for n in range(60)]
    write(terminal, rows("steady", steady) + rows("falling", [80_000] * 30 + [76_000] * 30))
    (found,) = terminal.ok("findings", "--json").json
    assert (found["channel"], found["kind"]) == ("falling", "subscriber_drop")
    assert found["at"] == found["details"]["started_at"] == "2025-01-30T09:00:00Z"
    assert found["details"]["ended_at"] == "2025-01-31T09:00:00Z"
    assert found["details"]["low_pct"] == found["details"]["high_pct"] == -5.0


def test_what_all_channels_show_at_once_is_told_of_none(terminal: Terminal) -> None:
    lines = [
        row for n in range(4)
        for row in rows(f"channel{n}", [10_000 * (n + 1)] * 30 + [7_000 * (n + 1)] * 30)
    ]  # fmt: skip
    write(terminal, lines)
    (found,) = terminal.ok("findings", "--json").json
    assert (found["channel"], found["kind"]) == (None, "undetermined_fall")
    assert len(found["details"]["members"]) == 4
    assert all(case["timeline"] == [] for case in terminal.ok("cases", "--json").json)


def test_a_name_that_was_given_away_lost_nobody(terminal: Terminal) -> None:
    one = rows("given_away", [38_900] * 30, posts=9_100, title="Composed news")
    other = rows("given_away", [0] * 30 + [1_140] * 30, posts=10, title="Composed shop")[30:]
    write(terminal, one + other)
    kinds = {f["kind"] for f in terminal.ok("findings", "--json").json}
    assert "username_reassigned" in kinds
    assert not kinds & {"subscriber_drop", "subscriber_trend"}
