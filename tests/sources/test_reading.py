"""Walking a channel's pages on a real server: all posts, once, and always an end."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock import FixedClock
from monitor.errors import BadUsage, Retryable
from monitor.model import Availability, Interval
from monitor.sources.fetching import Fetcher
from monitor.sources.pacing import Pace
from monitor.sources.reading import Seen, read_feed, read_landing
from tests.page_server import Answer, PageServer, ServedChannel, ServedPost

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _channel(number: int = 55) -> ServedChannel:
    """Post n was made n hours after AT."""
    posts = [ServedPost(n, AT + timedelta(hours=n), f"post {n}") for n in range(1, number + 1)]
    return ServedChannel("composed", posts, subscribers=1_819_223)


@pytest.fixture
def server() -> Iterator[PageServer]:
    with PageServer([_channel()]) as running:
        yield running


@asynccontextmanager
async def _fetcher(server: PageServer) -> AsyncIterator[Fetcher]:
    async with Fetcher(
        server.base_url,
        user_agent="x",
        pace=Pace(1000),
        clock=FixedClock(AT),
        attempts=2,
        wait_initial_s=0.01,
    ) as fetcher:
        yield fetcher


async def _walk(
    server: PageServer,
    *,
    until_id: int | None = None,
    since: datetime | None = None,
    before: int | None = None,
    max_pages: int = 50,
) -> list[Seen]:
    async with _fetcher(server) as fetcher:
        pages = read_feed(
            fetcher, "composed", until_id=until_id, since=since, before=before, max_pages=max_pages
        )
        return [seen async for seen in pages]


def _ids(pages: list[Seen]) -> list[int]:
    return sorted(post.id for seen in pages for post in seen.page.posts)


@pytest.mark.asyncio
async def test_the_landing_page_gives_the_exact_count_and_its_evidence(server: PageServer) -> None:
    async with _fetcher(server) as fetcher:
        seen = await read_landing(fetcher, "composed")
    assert seen.page.subscribers == Interval(1_819_223, 1_819_223)
    assert seen.page.state is Availability.OK
    assert seen.fetched.body == server.page("/composed")


@pytest.mark.asyncio
async def test_a_name_nobody_has_is_not_found_though_the_status_is_200(server: PageServer) -> None:
    async with _fetcher(server) as fetcher:
        seen = await read_landing(fetcher, "nobody_here")
    assert seen.fetched.status == 200
    assert seen.page.state is Availability.NOT_FOUND


@pytest.mark.asyncio
async def test_the_whole_history_is_read_newest_first_each_post_once(server: PageServer) -> None:
    pages = await _walk(server)
    assert [seen.page.posts[-1].id for seen in pages] == [55, 35, 15]
    assert _ids(pages) == list(range(1, 56))
    assert server.paths() == ["/s/composed", "/s/composed?before=36", "/s/composed?before=16"]
    assert not any(seen.page.problems for seen in pages)


@pytest.mark.asyncio
async def test_reading_stops_at_the_page_that_reaches_the_known_id(server: PageServer) -> None:
    assert _ids(await _walk(server, until_id=36)) == list(range(36, 56))
    assert _ids(await _walk(server, until_id=35)) == list(range(16, 56))


@pytest.mark.asyncio
async def test_reading_stops_at_the_page_that_is_older_than_asked(server: PageServer) -> None:
    assert _ids(await _walk(server, since=AT + timedelta(hours=36.5))) == list(range(36, 56))
    # a page whose oldest post is exactly from then may hide others of the same moment
    assert _ids(await _walk(server, since=AT + timedelta(hours=36))) == list(range(16, 56))


@pytest.mark.asyncio
async def test_reading_can_begin_below_an_id_and_is_bounded_in_pages(server: PageServer) -> None:
    assert _ids(await _walk(server, before=16)) == list(range(1, 16))
    assert _ids(await _walk(server, max_pages=1)) == list(range(36, 56))


@pytest.mark.asyncio
async def test_a_layout_without_links_to_older_pages_is_read_to_its_end(
    server: PageServer,
) -> None:
    server.channels["composed"] = _channel(45)
    server.channels["composed"].prev_links = False
    server.channels["composed"].posts = server.channels["composed"].posts[3:]
    pages = await _walk(server)
    assert _ids(pages) == list(range(4, 46))
    assert (pages[-1].page.empty, pages[-1].page.problems) == (True, ())


@pytest.mark.asyncio
async def test_a_server_that_ignores_before_cannot_hold_us_for_ever(server: PageServer) -> None:
    same = Answer(200, {}, server.page("/s/composed"))
    server.fail("*", *[same] * 30)
    pages = await _walk(server)
    assert len(pages) == 2
    assert "goes no lower" in pages[-1].page.problems[-1]


@pytest.mark.asyncio
async def test_an_empty_page_where_older_posts_were_promised_is_told(server: PageServer) -> None:
    """A throttled server says the same as the end of a channel."""
    server.channels["silent"] = ServedChannel("silent")
    server.fail("*", Answer(200, {}, server.page("/s/composed")))
    server.fail("*", Answer(200, {}, server.page("/s/silent")))
    pages = await _walk(server)
    assert len(pages) == 2
    assert pages[1].page.empty
    assert "promised" in pages[1].page.problems[-1]


@pytest.mark.asyncio
async def test_a_gap_of_unreadable_blocks_is_passed_by_the_pages_own_link(
    server: PageServer,
) -> None:
    broken = server.page("/s/composed").replace(b"datetime=", b"when=")
    server.fail("*", Answer(200, {}, broken))
    pages = await _walk(server)
    assert pages[0].page.posts == ()
    assert len(pages[0].page.problems) == 21
    assert _ids(pages) == list(range(1, 36))


@pytest.mark.asyncio
async def test_a_link_that_points_too_low_loses_no_posts(server: PageServer) -> None:
    lured = server.page("/s/composed").replace(b"before=36", b"before=2")
    server.fail("*", Answer(200, {}, lured))
    assert _ids(await _walk(server)) == list(range(1, 56))


@pytest.mark.asyncio
async def test_a_switched_off_preview_is_told_and_is_no_empty_channel(server: PageServer) -> None:
    server.channels["composed"].state = "preview_disabled"
    (seen,) = await _walk(server)
    assert (seen.page.kind, seen.page.state) == ("landing", Availability.PREVIEW_DISABLED)
    assert (seen.page.empty, seen.page.subscribers) == (False, Interval(1_819_223, 1_819_223))


@pytest.mark.asyncio
async def test_a_feed_address_that_shows_an_open_landing_page_has_no_preview(
    server: PageServer,
) -> None:
    server.fail("/s/composed", Answer(302, {"Location": "/composed"}))
    (seen,) = await _walk(server)
    assert seen.page.state is Availability.PREVIEW_DISABLED


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["other_site", "cut", "empty", 404])
async def test_a_page_that_is_not_telegrams_ends_the_walk_without_a_state(
    server: PageServer, fault: int
) -> None:
    server.fail("*", fault)
    (seen,) = await _walk(server)
    assert (seen.page.kind, seen.page.state) == ("unknown", None)
    assert seen.page.problems


@pytest.mark.asyncio
async def test_pages_already_yielded_stay_good_when_the_server_fails(server: PageServer) -> None:
    server.fail("*", Answer(200, {}, server.page("/s/composed")), 500, 500)
    seen = []
    async with _fetcher(server) as fetcher:
        pages = read_feed(fetcher, "composed", until_id=None, since=None)
        with pytest.raises(Retryable, match="500"):
            seen += [page async for page in pages]
    assert server.paths()[-1] == "/s/composed?before=36"


@pytest.mark.asyncio
async def test_a_channel_of_one_page_takes_one_request(server: PageServer) -> None:
    server.channels["composed"] = _channel(5)
    assert _ids(await _walk(server)) == [1, 2, 3, 4, 5]
    assert len(server.log) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["", "abc", "1abc", "a/../b", "@composed", "a" * 33, "نام_کانال"])
async def test_what_is_no_username_never_becomes_a_path(server: PageServer, name: str) -> None:
    async with _fetcher(server) as fetcher:
        with pytest.raises(BadUsage, match="no username"):
            await read_landing(fetcher, name)
        with pytest.raises(BadUsage, match="no username"):
            await anext(read_feed(fetcher, name, until_id=None, since=None))
    assert server.log == []
