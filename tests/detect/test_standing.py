"""The standing footer: it is told when it changes, and an advertisement or a gap changes nothing."""

from datetime import UTC, datetime, timedelta

from monitor.detect import standing
from monitor.detect.standing import Footer
from monitor.model import DestinationLink

START = datetime(2026, 1, 1, tzinfo=UTC)
OLD = ("eitaa:demo", "bale:Demo")
NEW = ("eitaa:demo", "bale:Demo", "rubika:demo")


class Channel:
    def __init__(self) -> None:
        self.footer = Footer()
        self.posts = 0

    def post(self, *places: str, times: int = 1, own: bool = True) -> None:
        links = tuple(
            DestinationLink(place, platform, "handle", handle, own=own)
            for place in places
            for platform, _, handle in [place.partition(":")]
        )
        for _ in range(times):
            self.posts += 1
            at = START + timedelta(hours=self.posts)
            self.footer.add(self.posts, at, links, f"{self.posts:064x}")

    def told(self) -> list[tuple[int, list[str], list[str]]]:
        return [
            (c.post_id, [":".join(p) for p in c.added], [":".join(p) for p in c.removed])
            for c in self.footer.changes
        ]


def test_the_first_footer_is_no_change_and_stands_after_three_posts() -> None:
    channel = Channel()
    channel.post(*OLD, times=2)
    assert not channel.footer.places
    channel.post(*OLD)
    assert channel.footer.places == (("bale", "Demo"), ("eitaa", "demo"))
    assert channel.told() == []


def test_a_place_that_comes_or_goes_for_good_is_told_at_its_first_post() -> None:
    channel = Channel()
    channel.post(*OLD, times=5)
    channel.post(*NEW, times=standing.SETTLED)
    assert channel.told() == [(6, ["rubika:demo"], [])]
    channel.post("rubika:demo", times=standing.SETTLED)
    assert channel.told()[1:] == [(16, [], ["bale:Demo", "eitaa:demo"])]
    last = channel.footer.changes[-1]
    assert last.at == START + timedelta(hours=16)
    assert last.sha256 == f"{16:064x}"


def test_spelling_and_order_are_no_change() -> None:
    channel = Channel()
    channel.post(*OLD, times=5)
    channel.post("bale:DEMO", "eitaa:Demo", times=40)
    assert channel.told() == []


def test_one_advertisement_others_links_and_a_shortened_footer_are_no_change() -> None:
    channel = Channel()
    channel.post(*OLD, times=5)
    for _ in range(20):
        channel.post("eitaa:demo", times=4)
        channel.post(*OLD, "bale:shop")
        channel.post("max:other", times=5, own=False)
        channel.post(*OLD)
    assert channel.told() == []


def test_many_different_blocks_make_no_footer() -> None:
    channel = Channel()
    for number in range(100):
        channel.post(f"eitaa:demo{number}")
    assert channel.footer.places == ()
    channel.post(*OLD, times=3)
    for number in range(100):
        channel.post(f"eitaa:other{number}")
    assert channel.told() == []


def test_a_footer_that_vanishes_is_told_and_so_is_its_return() -> None:
    channel = Channel()
    channel.post(times=standing.VANISHED)
    channel.post(*OLD, times=3)
    channel.post(times=standing.VANISHED - 1)
    assert channel.told() == []
    channel.post()
    gone = 3 + standing.VANISHED + 1
    assert channel.told() == [(gone, [], ["bale:Demo", "eitaa:demo"])]
    assert channel.footer.places == ()
    channel.post(times=5)
    channel.post(*NEW, times=3)
    back = channel.told()[1:]
    assert back == [(2 * standing.VANISHED + 9, ["bale:Demo", "eitaa:demo", "rubika:demo"], [])]


def test_memory_is_bounded() -> None:
    channel = Channel()
    channel.post(*OLD, times=3)
    for _ in range(standing.MOST_CHANGES // 2 + 5):
        channel.post(*NEW, times=standing.WINDOW)
        channel.post(*OLD, times=standing.WINDOW)
    assert len(channel.footer.changes) == standing.MOST_CHANGES
    assert len(channel.footer._first) <= standing.WINDOW
