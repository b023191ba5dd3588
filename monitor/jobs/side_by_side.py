"""Several pieces of work at once; what they came to out, in their order."""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

from monitor.errors import MonitorError

T = TypeVar("T")


async def side_by_side(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Do pieces of work at once; one that raises ends the others.

    Raises:
        MonitorError: the first of those that were raised: all met the same full disk or lost
            database, and one sentence says it.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except* MonitorError as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
