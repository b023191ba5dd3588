"""`cases` says why a channel stands where it does; stray and changed posts move little."""

from datetime import UTC, datetime, timedelta

from tests.cli.running import Terminal
from tests.page_server import PageServer, ServedChannel, ServedPost

AT = datetime(2026, 2, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ADDRESS = ("ble.ir/composed_office", "https://ble.ir/composed_office")


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def daily(days: int) -> list[ServedPost]:
    return [ServedPost(n + 1, AT + n * DAY, f"Composed post {n}") for n in range(days)]


class Watched:
    """One served channel, and where it stands as of a day."""

    def __init__(self, terminal: Terminal, server: PageServer) -> None:
        self.terminal = terminal
        self.server = server

    def on(self, day: float) -> dict[str, object]:
        """Collect on a day and return the case."""
        self.server.now = AT + day * DAY
        now = stamp(self.server.now)
        self.terminal.ok("collect", "--now", now, "--quiet")
        (case,) = self.terminal.ok("cases", "--json", "--now", now).json
        assert isinstance(case, dict)
        return case


def test_a_reminder_after_leaving_is_no_return_and_the_case_says_what_would_be(
    terminal: Terminal,
) -> None:
    channel = ServedChannel("composed_office", daily(10))
    notice = "This channel stops its work in Telegram from today. Follow us: "
    with PageServer([channel]) as server:
        terminal.configure(server.base_url, "composed_office")
        watched = Watched(terminal, server)
        assert watched.on(10)["state"] == "active"
        channel.posts.append(ServedPost(11, AT + 10.5 * DAY, notice, links=[ADDRESS]))
        announced = watched.on(11)
        assert announced["state"] == "announced"
        left_if = "left if it posts nothing until 18 Feb 2026 and we see that"
        assert left_if in announced["would_change"]  # type: ignore[operator]  # a list
        assert watched.on(20)["state"] == "left"
        channel.posts.append(ServedPost(12, AT + 30 * DAY, "Read us: ", links=[ADDRESS]))
        stray = watched.on(31)
        assert (stray["state"], str(stray["since"])[:10]) == ("left", "2026-02-13")
        channel.posts.append(ServedPost(13, AT + 32 * DAY, "News of today", links=[ADDRESS]))
        assert watched.on(33)["state"] == "returned"

        shown = terminal.ok("cases", "--channel", "composed_office", "--now", stamp(server.now))
        assert "because of finding " in shown.out
        assert "would be left if it posts nothing for" in shown.out
        assert "would change" in shown.out.splitlines()[0]


def test_a_notice_that_is_edited_away_shows_in_the_case(terminal: Terminal) -> None:
    channel = ServedChannel("composed_office", daily(5))
    with PageServer([channel]) as server:
        terminal.configure(server.base_url, "composed_office")
        watched = Watched(terminal, server)
        text = "This channel stops its work in Telegram from today."
        channel.posts.append(ServedPost(6, AT + 5 * DAY, text))
        assert watched.on(5.5)["state"] == "announced"
        channel.posts[-1] = ServedPost(6, AT + 5 * DAY, "Composed post of the day", edited=True)
        channel.posts.append(ServedPost(7, AT + 6 * DAY, "Composed post"))
        case = watched.on(7)
        assert case["state"] == "active"
        assert "edited away" in str(case["why"])
        found = terminal.ok("findings", "--json", "--now", stamp(server.now)).json
        assert [f["rule"] for f in found if [f["id"]] == case["because"]] == [
            "changes.notice_edited"
        ]


def test_a_pinned_picture_and_then_silence_is_listed_for_review(terminal: Terminal) -> None:
    posts = daily(5)
    posts.append(ServedPost(6, AT + 5 * DAY, "", media=("photo_wrap",)))
    posts.append(ServedPost(7, AT + 5.1 * DAY, "Composed office pinned a photo", service=True))
    with PageServer([ServedChannel("composed_office", posts)]) as server:
        terminal.configure(server.base_url, "composed_office")
        case = Watched(terminal, server).on(20)
        assert case["state"] == "active"
        (found,) = terminal.ok("findings", "--json", "--review", "--now", stamp(server.now)).json
        assert (found["kind"], found["rule"]) == ("silence", "silence.after_wordless_pin")
