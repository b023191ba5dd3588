"""Posts that point elsewhere, a pinned last picture, and how often posts were viewed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.model import Interval, Link, Post, Profile, Viewed
from monitor.store import channels, endings, evidence, observations, posts, reach
from monitor.store.database import Connection, Database

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
KEY = 1


@pytest_asyncio.fixture
async def connection(tmp_path: Path) -> AsyncIterator[Connection]:
    async with (
        Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test") as db,
        db.begin() as opened,
    ):
        assert await channels.resolve(opened, "demo_channel") == KEY
        yield opened


async def write(connection: Connection, *given: tuple[Post, datetime]) -> None:
    proof = await evidence.add(connection, sha256="ab" * 32, source="x", at=AT)
    await posts.write(connection, KEY, given, proof)


def link(url: str) -> tuple[Link, ...]:
    return (Link(url, "visible", url),)


@pytest.mark.asyncio
async def test_posts_point_by_an_address_or_a_forward_but_not_by_their_signature(
    connection: Connection,
) -> None:
    await write(
        connection,
        (Post(1, AT, "before", links=link("https://ble.ir/demo")), AT),
        (Post(2, AT + DAY, "plain"), AT + DAY),
        (Post(3, AT + DAY, "reminder", links=link("https://ble.ir/demo")), AT + DAY),
        (Post(4, AT + DAY, "signed", links=link("https://T.me/Demo_Channel")), AT + DAY),
        (Post(5, AT + DAY, "forward", forwarded_from="other"), AT + DAY),
        (Post(6, AT + DAY, "later", links=link("https://ble.ir/demo")), AT + 3 * DAY),
    )
    found = await endings.pointing(
        connection, KEY, username="demo_channel", since=AT + DAY, as_of=AT + 2 * DAY
    )
    assert found == {3, 5}


@pytest.mark.asyncio
async def test_a_last_post_without_words_that_was_pinned_is_found_as_of_its_pinning(
    connection: Connection,
) -> None:
    await write(
        connection,
        (Post(1, AT, "words"), AT),
        (Post(2, AT + DAY, " ", media=("photo",)), AT + DAY),
        (Post(3, AT + 2 * DAY, "pinned a photo", service="pinned"), AT + 2 * DAY),
    )
    ask = [await endings.wordless_pin(connection, KEY, as_of=AT + n * DAY) for n in range(-1, 3)]
    assert ask == [None, None, None, 2]
    await write(connection, (Post(4, AT + 3 * DAY, "words again"), AT + 3 * DAY))
    assert await endings.wordless_pin(connection, KEY, as_of=AT + 4 * DAY) is None


@pytest.mark.asyncio
async def test_an_accounts_profile_tells_what_is_pinned_as_well(connection: Connection) -> None:
    await write(connection, (Post(2, AT, "", media=("photo",)), AT))
    await observations.add_profile(connection, KEY, Profile(AT + DAY, "demo_channel", pinned_id=2))
    assert await endings.wordless_pin(connection, KEY, as_of=AT) is None
    assert await endings.wordless_pin(connection, KEY, as_of=AT + DAY) == 2


@pytest.mark.asyncio
async def test_views_are_those_of_the_first_look_a_day_after_the_post(
    connection: Connection,
) -> None:
    def look(post_id: int, views: int | None, after: timedelta) -> tuple[Post, datetime]:
        at = AT + post_id * DAY
        count = None if views is None else Interval(views, views)
        return Post(post_id, at, "x", views=count), at + after

    await write(connection, look(1, 10, HOUR), look(2, 50, HOUR), look(3, None, 2 * DAY))
    await write(connection, look(1, 100, 25 * HOUR))
    await write(connection, look(1, 120, 9 * DAY))
    await write(
        connection,
        (Post(4, AT + 4 * DAY, "x", service="pinned", views=Interval(1, 1)), AT + 9 * DAY),
        look(9, 70, 2 * DAY),
    )
    span = (AT, AT + 9 * DAY)
    found = await reach.between(connection, KEY, *span, as_of=AT + 30 * DAY)
    assert found == [Viewed(1, AT + DAY, Interval(100, 100))]
    assert await reach.between(connection, KEY, *span, as_of=AT + 2 * DAY) == []
