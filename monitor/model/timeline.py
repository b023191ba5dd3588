"""When a channel posted: ids and times in two arrays, 16 bytes a post, for very long histories."""

import itertools
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta


class Timeline:
    """Posts in the order of their ids, each with its time; ids order a channel, dates do not."""

    __slots__ = ("_ids", "_seconds")

    def __init__(self, posts: Iterable[tuple[int, datetime]] = ()) -> None:
        """Start with posts that are in order already."""
        self._ids = array("q")
        self._seconds = array("q")
        for post_id, at in posts:
            self.add(post_id, at)

    def add(self, post_id: int, at: datetime) -> None:
        """Append a post; its id must be above all earlier ones."""
        if self._ids and post_id <= self._ids[-1]:
            msg = f"post {post_id} comes after post {self._ids[-1]}; add posts in the order of ids"
            raise ValueError(msg)
        self._ids.append(post_id)
        self._seconds.append(int(at.timestamp()))

    def extend(self, ids: "array[int]", seconds: "array[int]") -> None:
        """Append many posts, whose ids must rise and be above all earlier ones; times as of UTC."""
        if not ids:
            return
        if self._ids and ids[0] <= self._ids[-1]:
            msg = f"post {ids[0]} comes after post {self._ids[-1]}; add posts in the order of ids"
            raise ValueError(msg)
        self._ids += ids
        self._seconds += seconds

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, index: int) -> tuple[int, datetime]:
        return self._ids[index], datetime.fromtimestamp(self._seconds[index], UTC)

    def __iter__(self) -> Iterator[tuple[int, datetime]]:
        return (self[index] for index in range(len(self)))

    def at(self, post_id: int) -> datetime | None:
        """Return the time of a post, None if there is no such post."""
        index = bisect_left(self._ids, post_id)
        if index == len(self._ids) or self._ids[index] != post_id:
            return None
        return self[index][1]

    def gaps_before(self, index: int, count: int) -> list[timedelta]:
        """Return the last `count` gaps up to a post, none of them negative."""
        part = self._seconds[max(0, index - count) : index + 1]
        return [
            timedelta(seconds=max(0, later - earlier))
            for earlier, later in itertools.pairwise(part)
        ]

    def seconds_before(self, index: int, since: datetime) -> Sequence[int]:
        """Return the times, in seconds since 1970, of the posts from a moment up to a post.

        Times are taken to be in order; of one that is not, the neighbourhood may be cut wrongly.
        """
        start = bisect_left(self._seconds, int(since.timestamp()), 0, index + 1)
        return self._seconds[start : index + 1]

    def after_long_gaps(self, longer_than: timedelta) -> Iterator[int]:
        """Yield the index of each post that a longer gap follows, and that of the last post."""
        least = int(longer_than.total_seconds())
        for index in range(len(self._seconds) - 1):
            if self._seconds[index + 1] - self._seconds[index] > least:
                yield index
        if self._seconds:
            yield len(self._seconds) - 1

    def first_after(self, start: int, moment: datetime) -> int:
        """Return the index, from `start` on, of the first post later than a moment, or the end."""
        seconds = int(moment.timestamp())
        index = start
        while index < len(self._seconds) and self._seconds[index] <= seconds:
            index += 1
        return index
