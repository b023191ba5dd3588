"""One pace for everyone: starts are spaced, connections are few, a hold holds all."""

import asyncio
import itertools
from random import Random

import pytest

from monitor.sources.pacing import Pace

SLACK_S = 0.005  # a sleep of the event loop may end this much early


async def _starts(pace: Pace, number: int) -> list[float]:
    clock = asyncio.get_running_loop().time
    starts: list[float] = []

    async def one() -> None:
        async with pace.turn():
            starts.append(clock())

    await asyncio.gather(*(one() for _ in range(number)))
    return starts


@pytest.mark.asyncio
async def test_starts_are_never_closer_than_the_rate_allows() -> None:
    starts = await _starts(Pace(25, jitter=0.5, rng=Random(1)), 5)
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert min(gaps) >= 1 / 25 - SLACK_S
    assert len({round(gap, 4) for gap in gaps}) > 1  # they do not beat in time


@pytest.mark.asyncio
async def test_the_first_turn_does_not_wait() -> None:
    async with asyncio.timeout(0.5), Pace(0.001).turn():
        pass


@pytest.mark.asyncio
async def test_no_more_than_the_allowed_connections_are_open_at_once() -> None:
    pace = Pace(1000, max_connections=2)
    open_now = most = 0

    async def one() -> None:
        nonlocal open_now, most
        async with pace.turn():
            open_now += 1
            most = max(most, open_now)
            await asyncio.sleep(0.02)
            open_now -= 1

    await asyncio.gather(*(one() for _ in range(6)))
    assert most == 2


@pytest.mark.asyncio
async def test_a_hold_pushes_back_everyone_and_spacing_stays_after_it() -> None:
    pace = Pace(50, jitter=0)
    clock = asyncio.get_running_loop().time
    async with pace.turn():
        held_at = clock()
    waiting = asyncio.create_task(_starts(pace, 3))
    await asyncio.sleep(0.005)  # the first of them already waits for its turn
    pace.hold(0.15)
    pace.hold(0.01)  # a shorter hold does not shorten the longer one
    starts = await waiting
    assert starts[0] >= held_at + 0.15 - SLACK_S
    assert starts[1] - starts[0] >= 0.02 - SLACK_S
    assert starts[2] - starts[1] >= 0.02 - SLACK_S


@pytest.mark.asyncio
async def test_who_gives_up_waiting_leaves_the_way_free() -> None:
    pace = Pace(20, jitter=0, max_connections=1)
    async with pace.turn():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02), pace.turn():
                pytest.fail("there is one connection only")
    async with asyncio.timeout(1), pace.turn():
        pass


@pytest.mark.parametrize("rate", [0, -1, float("inf"), float("nan")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="requests_per_second"):
        Pace(rate)


def test_a_negative_jitter_and_no_connection_are_refused() -> None:
    with pytest.raises(ValueError, match="jitter"):
        Pace(1, jitter=-0.1)
    with pytest.raises(ValueError, match="max_connections"):
        Pace(1, max_connections=0)
