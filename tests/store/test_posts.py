"""Posts are kept once; edits and later views supersede, and what was before stays readable."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import Interval, Link, Poll, Post
from monitor.store import channels, evidence, histories, posts
from monitor.store.database import Database

AT = datetime(2018, 4, 18, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def write(db: Database, *given_posts: tuple[Post, datetime]) -> posts.Written:
    async with db.begin() as connection:
        key = await channels.resolve(connection, "demo_channel")
        proof = await evidence.add(connection, sha256="ab" * 32, source="x", at=AT)
        return await posts.write(connection, key, given_posts, proof)


async def read(db: Database, as_of: datetime) -> list[Post]:
    async with db.begin() as connection:
        key = await channels.resolve(connection, "demo_channel")
        return [kept.post async for kept in histories.read(connection, key, as_of=as_of)]


def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test")


@pytest.mark.asyncio
async def test_a_post_comes_back_as_it_went_in(tmp_path: Path) -> None:
    post = Post(
        id=7,
        at=AT,
        text="متن\nline",
        links=(Link("https://sapp.ir/demo", "hidden", "اینجا"),),
        views=Interval(5465, 5475),
        forwards=3,
        edited=True,
        edited_at=AT + HOUR,
        forwarded_from="other",
        reply_to=5,
        album=(7, 8),
        media=("photo",),
        poll=Poll("q?", ("a", "b"), quiz=True),
        author="desk",
    )
    async with database(tmp_path) as db:
        await write(db, (post, AT))
        assert await read(db, AT) == [post]


@pytest.mark.asyncio
async def test_many_new_posts_at_once_come_back_as_they_went_in(tmp_path: Path) -> None:
    """Whatever statement writes them: whole ones of many rows, and one for the rest."""
    many = [
        Post(
            id=number, at=AT, text=f"متن {number}", views=Interval(number, number),
            edited=number % 2 == 0, edited_at=AT if number % 2 == 0 else None,
            links=(Link(f"https://sapp.ir/{number}"),) if number % 3 == 0 else (),
            album=(number, number + 1) if number % 5 == 0 else (), reply_to=number or None,
        )
        for number in range(1, 2 * posts.AT_ONCE + 8)
    ]  # fmt: skip
    async with database(tmp_path) as db:
        whole, rest = many[: posts.AT_ONCE], many[posts.AT_ONCE :]
        assert (await write(db, *((post, AT) for post in whole))).new == len(whole)
        # Half of these are stored already.
        assert (await write(db, *((post, AT) for post in many))) == posts.Written(
            new=len(rest), unchanged=len(whole)
        )
        assert await read(db, AT) == many


@pytest.mark.asyncio
async def test_the_same_post_twice_is_one_post_and_no_edit(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        first = await write(db, (Post(1, AT, "a"), AT), (Post(1, AT, "a"), AT))
        again = await write(db, (Post(1, AT, "a"), AT + HOUR))
        assert (first.new, first.unchanged) == (1, 1)
        assert (again.new, again.edited, again.unchanged) == (0, 0, 1)


@pytest.mark.asyncio
async def test_an_edit_supersedes_and_the_earlier_text_is_read_as_of_then(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, (Post(1, AT, "before"), AT))
        written = await write(db, (Post(1, AT, "after", edited=True), AT + 2 * HOUR))
        assert written.edited == 1
        assert [p.text for p in await read(db, AT + HOUR)] == ["before"]
        assert [p.text for p in await read(db, AT + 3 * HOUR)] == ["after"]


@pytest.mark.asyncio
async def test_an_earlier_version_that_comes_in_late_is_history(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, (Post(1, AT, "after"), AT + 2 * HOUR))
        await write(db, (Post(1, AT, "before"), AT))
        assert [p.text for p in await read(db, AT + HOUR)] == ["before"]
        assert [p.text for p in await read(db, AT + 2 * HOUR)] == ["after"]


@pytest.mark.asyncio
async def test_what_was_first_seen_later_is_not_known_before(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, (Post(1, AT, "a"), AT + HOUR))
        assert await read(db, AT) == []


@pytest.mark.asyncio
async def test_later_views_supersede_and_the_earlier_are_kept(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, (Post(1, AT, "a", views=Interval(10, 10)), AT))
        await write(db, (Post(1, AT, "a", views=Interval(30, 30)), AT + 2 * HOUR))
        await write(db, (Post(1, AT, "a", views=Interval(20, 20)), AT + HOUR))
        await write(db, (Post(1, AT, "a"), AT + 3 * HOUR))
        assert [p.views for p in await read(db, AT + 4 * HOUR)] == [Interval(30, 30)]
        async with db.begin() as connection:
            rows = (await connection.exec_driver_sql("SELECT low FROM post_views")).all()
        assert sorted(row[0] for row in rows) == [10, 20]


@pytest.mark.asyncio
async def test_views_that_were_unknown_are_filled_in(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, (Post(1, AT, "a"), AT))
        await write(db, (Post(1, AT, "a", views=Interval(9, 9)), AT))
        await write(db, (Post(1, AT, "a", views=Interval(8, 8)), AT))
        assert [p.views for p in await read(db, AT)] == [Interval(9, 9)]


@pytest.mark.asyncio
async def test_ids_not_dates_order_a_channel(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, (Post(2, AT - HOUR, "later id"), AT), (Post(1, AT, "first id"), AT))
        assert [p.id for p in await read(db, AT)] == [1, 2]
        async with db.begin() as connection:
            key = await channels.resolve(connection, "demo_channel")
            assert await posts.time_of(connection, key, 2) == AT - HOUR
            assert await posts.time_of(connection, key, 3) is None
            assert await posts.first_id_after(connection, key, AT - HOUR) == 1
            assert await posts.first_id_after(connection, key, AT) is None


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=200).filter(lambda t: "\x00" not in t))
def test_any_text_survives_the_store(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    import asyncio

    clean = text.encode("utf-8", "replace").decode()

    async def roundtrip() -> list[Post]:
        async with database(tmp_path_factory.mktemp("db")) as db:
            await write(db, (Post(1, AT, clean), AT))
            return await read(db, AT)

    assert [p.text for p in asyncio.run(roundtrip())] == [clean]


@pytest.mark.asyncio
async def test_words_seen_earlier_by_another_look_are_known_from_then(tmp_path: Path) -> None:
    async with database(tmp_path) as db:
        await write(db, (Post(1, AT, "a"), AT + 2 * HOUR))
        await write(db, (Post(1, AT, "a", forwarded_from="other", forwards=3), AT))
        (known,) = await read(db, AT + HOUR)
        assert (known.forwarded_from, known.forwards) == ("other", 3)


@pytest.mark.asyncio
async def test_an_earlier_text_cites_the_body_that_held_it(tmp_path: Path) -> None:
    async with database(tmp_path) as db, db.begin() as connection:
        key = await channels.resolve(connection, "demo_channel")
        for text, digest, at in (("before", "aa", AT), ("after", "bb", AT + 2 * HOUR)):
            proof = await evidence.add(connection, sha256=digest * 32, source="x", at=at)
            await posts.write(connection, key, [(Post(1, AT, text), at)], proof)
        for at, digest in ((AT, "aa"), (AT + 2 * HOUR, "bb")):
            (kept,) = [x async for x in histories.read(connection, key, as_of=at)]
            assert kept.sha256 == digest * 32
