"""Pages that are asked for ahead of the storing."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from monitor.jobs.batches import AHEAD, gathered
from monitor.model import Post

AT = datetime(2026, 5, 1, tzinfo=UTC)


class Pages:
    """A history of pages with one post each; knows how far it was asked and whether it ended."""

    def __init__(self, count: int, *, fails: bool = False) -> None:
        self.count = count
        self.fails = fails
        self.asked = 0
        self.closed = False

    async def __call__(self) -> AsyncGenerator[list[Post]]:
        try:
            for number in range(1, self.count + 1):
                self.asked = number
                await asyncio.sleep(0)
                yield [Post(number, AT, "")]
            if self.fails:
                raise ConnectionError("given up")
        finally:
            self.closed = True


def ids(batch: list[list[Post]]) -> list[int]:
    return [post.id for page in batch for post in page]


@pytest.mark.asyncio
async def test_pages_come_in_order_and_together_while_storing_is_slow() -> None:
    pages, met = Pages(50), []
    async with aclosing(gathered(pages())) as batches:
        async for batch in batches:
            met.append(ids(batch))
            await asyncio.sleep(0.01)
    assert [i for batch in met for i in batch] == list(range(1, 51))
    assert 1 < max(map(len, met)) <= AHEAD + 1
    assert pages.closed


@pytest.mark.asyncio
async def test_what_was_told_before_an_error_is_not_lost() -> None:
    met: list[int] = []

    async def read() -> None:
        async with aclosing(gathered(Pages(35, fails=True)())) as batches:
            async for batch in batches:
                met.extend(ids(batch))
                await asyncio.sleep(0.01)

    with pytest.raises(ConnectionError, match="given up"):
        await read()
    assert met == list(range(1, 36))


@pytest.mark.asyncio
async def test_asking_ends_with_the_reading_and_never_runs_far_ahead() -> None:
    pages = Pages(10_000)
    async with aclosing(gathered(pages())) as batches:
        async for _ in batches:
            await asyncio.sleep(0.05)
            break
    assert pages.closed
    assert pages.asked <= AHEAD + 3


@pytest.mark.asyncio
async def test_a_cancelled_reading_leaves_nothing_running() -> None:
    pages = Pages(10_000)

    async def read() -> None:
        async with aclosing(gathered(pages())) as batches:
            async for _ in batches:
                await asyncio.sleep(60)

    task = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert pages.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.asyncio
async def test_no_pages_are_no_batches() -> None:
    async with aclosing(gathered(Pages(0)())) as batches:
        assert [batch async for batch in batches] == []
