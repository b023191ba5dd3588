"""Facts read out whole, for export: as known at a time, in a settled order, a batch at a time.

Rows are plain mappings; times are seconds since 1970, what is JSON in the store is JSON here.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Channel
from monitor.store.database import finished

BATCH = 1000
"""Rows fetched at once; as in `histories`."""

Row = Mapping[str, Any]

_LATEST = 2**62
_SHOWN = ("url", "shown", "words")


@dataclass(frozen=True, slots=True)
class Span:
    """What is exported: as known at `as_of`, of times `[since, until)`; None is without bound."""

    as_of: datetime
    since: datetime | None = None
    until: datetime | None = None

    @property
    def values(self) -> dict[str, int]:
        """The bounds in seconds, as the statements name them."""
        return {
            "now": int(self.as_of.timestamp()),
            "since": -_LATEST if self.since is None else int(self.since.timestamp()),
            "until": _LATEST if self.until is None else int(self.until.timestamp()),
        }


_POSTS = """
SELECT p.*, e.sha256 FROM post AS p LEFT JOIN evidence AS e ON e.id = p.evidence
WHERE p.channel = :channel AND p.first_seen <= :now AND p.at >= :since AND p.at < :until
ORDER BY p.id
"""
# Of posts that changed after the time asked for: what stood then.
_STOOD = """
SELECT r.*, e.sha256 FROM post AS p JOIN post_revision AS r USING (channel, id)
LEFT JOIN evidence AS e ON e.id = r.evidence
WHERE p.channel = :channel AND p.observed_at > :now AND r.observed_at <= :now
ORDER BY r.id, r.observed_at
"""
_VIEWED = """
SELECT v.* FROM post AS p JOIN post_views AS v USING (channel, id)
WHERE p.channel = :channel AND p.views_at > :now AND v.at <= :now ORDER BY v.id, v.at
"""
_REVISIONS = """
SELECT r.*, e.sha256 FROM post_revision AS r JOIN post AS p USING (channel, id)
LEFT JOIN evidence AS e ON e.id = r.evidence
WHERE r.channel = :channel AND r.observed_at <= :now
  AND r.observed_at >= :since AND r.observed_at < :until
  AND NOT (p.observed_at > :now AND r.observed_at = (
    SELECT max(s.observed_at) FROM post_revision AS s
    WHERE s.channel = r.channel AND s.id = r.id AND s.observed_at <= :now))
ORDER BY r.id, r.observed_at
"""
_VIEWS = """
SELECT * FROM (
  SELECT id, at, low, high, forwards, reactions FROM post_views WHERE channel = :channel
  UNION
  SELECT id, views_at, views_low, views_high, forwards, reactions FROM post
  WHERE channel = :channel AND views_at IS NOT NULL
) WHERE at <= :now AND at >= :since AND at < :until ORDER BY id, at
"""
_DATED = """
SELECT t.*, e.sha256 FROM {table} AS t LEFT JOIN evidence AS e ON e.id = t.evidence
WHERE t.channel = :channel AND t.at <= :now AND t.at >= :since AND t.at < :until
ORDER BY t.at, {then}
"""
_COUNTS = _DATED.format(table="subscriber_count", then="t.source")
_PROFILES = _DATED.format(table="profile", then="t.username")
_PROBES = _DATED.format(table="probe", then="t.id")


async def posts(
    connection: AsyncConnection, channels: Iterable[Channel], span: Span
) -> AsyncIterator[Row]:
    """Yield every post that was known, in the version of then."""
    now = span.values["now"]
    for channel in channels:
        stood = await _last(connection, _STOOD, channel, span)
        viewed = await _last(connection, _VIEWED, channel, span)
        async for row in _read(connection, _POSTS, channel, span):
            known = dict(row)
            if row["observed_at"] > now:
                then = stood.get(row["id"])
                if then is None:
                    continue
                known.update({k: then[k] for k in _VERSION}, edited=then["edited_at"] is not None)
            if (row["views_at"] or 0) > now:
                known.update(_as_viewed(viewed.get(row["id"])))
            if (row["deleted_at"] or 0) > now:
                known["deleted_at"] = None
            for name in ("album", "media", "poll"):
                known[name] = json.loads(known[name]) if known[name] else None
            yield _with_links(known)


_VERSION = ("text", "links", "edited_at", "observed_at", "sha256")


def _as_viewed(seen: Row | None) -> dict[str, Any]:
    named = {"views_low": "low", "views_high": "high", "views_at": "at"}
    named |= {"forwards": "forwards", "reactions": "reactions"}
    return {name: None if seen is None else seen[theirs] for name, theirs in named.items()}


async def _last(
    connection: AsyncConnection, statement: str, channel: Channel, span: Span
) -> dict[int, Row]:
    return {row["id"]: row async for row in _read(connection, statement, channel, span)}


async def revisions(
    connection: AsyncConnection, channels: Iterable[Channel], span: Span
) -> AsyncIterator[Row]:
    """Yield the versions of posts that were known and superseded."""
    for channel in channels:
        async for row in _read(connection, _REVISIONS, channel, span):
            yield _with_links(row)


async def views(
    connection: AsyncConnection, channels: Iterable[Channel], span: Span
) -> AsyncIterator[Row]:
    """Yield views as they were seen over time."""
    async for row in _all(connection, _VIEWS, channels, span):
        yield row


async def counts(
    connection: AsyncConnection, channels: Iterable[Channel], span: Span
) -> AsyncIterator[Row]:
    """Yield subscriber counts."""
    async for row in _all(connection, _COUNTS, channels, span):
        yield row


async def profiles(
    connection: AsyncConnection, channels: Iterable[Channel], span: Span
) -> AsyncIterator[Row]:
    """Yield what channels said of themselves."""
    async for row in _all(connection, _PROFILES, channels, span):
        yield row


async def probes(
    connection: AsyncConnection, channels: Iterable[Channel], span: Span
) -> AsyncIterator[Row]:
    """Yield every asking after a channel."""
    async for row in _all(connection, _PROBES, channels, span):
        yield row


async def _all(
    connection: AsyncConnection, statement: str, channels: Iterable[Channel], span: Span
) -> AsyncIterator[Row]:
    for channel in channels:
        async for row in _read(connection, statement, channel, span):
            yield row


def _with_links(row: Row) -> Row:
    links = json.loads(row["links"]) if row["links"] else []
    return {**row, "links": [dict(zip(_SHOWN, link, strict=True)) for link in links]}


async def _read(
    connection: AsyncConnection, statement: str, channel: Channel, span: Span
) -> AsyncIterator[dict[str, Any]]:
    """Yield a statement's rows on one channel, each with who that is."""
    values = {**span.values, "channel": channel.key}
    asked = sa.text(statement).execution_options(yield_per=BATCH)
    result = await finished(connection.stream(asked, values))
    try:
        names = list(result.keys())
        while found := await finished(result.fetchmany(BATCH)):
            for row in found:
                told = dict(zip(names, row, strict=True))
                told["channel"] = channel.username
                told["telegram_id"] = channel.telegram_id
                yield told
    finally:
        await finished(result.close())
