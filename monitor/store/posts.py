"""Posts: written in batches, never twice; an edit supersedes, the earlier text stays readable."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Link, Post
from monitor.store.database import finished
from monitor.store.schema import post, post_revision, post_views

BATCH = 1000
"""Rows a statement; FACTS: 1,000 a batch is where more stops helping."""

AT_ONCE = 250
"""Rows of one INSERT. Chosen on composed posts, 2026-11-25: 100 and 500 are slower; SQLite takes
at most 32,766 values a statement."""

_COLUMNS = tuple(c.name for c in post.c)
_VALUES = itemgetter(*_COLUMNS)
_ROW = f"({', '.join('?' * len(_COLUMNS))})"
_INSERT = f"INSERT INTO post ({', '.join(_COLUMNS)}) VALUES {', '.join([_ROW] * AT_ONCE)}"  # noqa: S608 - the schema's own names

_CONTENT = ("text", "links", "edited_at")
_MEASURES = ("views_low", "views_high", "views_at", "forwards", "reactions")


@dataclass(slots=True)
class Written:
    """What a batch came to."""

    new: int = 0
    edited: int = 0
    unchanged: int = 0


async def write(
    connection: AsyncConnection,
    channel: int,
    posts: Sequence[tuple[Post, datetime]],
    evidence_id: int | None,
) -> Written:
    """Store posts as observed at the time beside each; what is known already changes nothing.

    A later observation supersedes the row and the earlier content becomes a revision; an earlier
    one that comes in late becomes a revision itself.
    """
    written = Written()
    latest: dict[int, dict[str, Any]] = {}
    revisions: list[dict[str, Any]] = []
    views: list[dict[str, Any]] = []
    for start in range(0, len(posts), BATCH):
        rows = [_as_row(channel, p, at, evidence_id) for p, at in posts[start : start + BATCH]]
        latest = await _existing(connection, channel, [row["id"] for row in rows])
        fresh: dict[int, dict[str, Any]] = {}
        changed: dict[int, dict[str, Any]] = {}
        revisions.clear()
        views.clear()
        for row in rows:
            old = fresh.get(row["id"]) or changed.get(row["id"]) or latest.get(row["id"])
            if old is None:
                fresh[row["id"]] = row
                written.new += 1
                continue
            merged = _merge(old, row, revisions, views)
            if newer_sight(old, row):
                # Seen again after all: what told us of a deletion was wrong.
                merged["deleted_at"] = None
            if merged == old:
                written.unchanged += 1
                continue
            written.edited += any(merged[c] != old[c] for c in _CONTENT)
            (fresh if row["id"] in fresh else changed)[row["id"]] = merged
        if fresh:
            await _insert(connection, list(fresh.values()))
        if changed:
            await _update(connection, changed.values())
        if revisions:
            await connection.execute(insert(post_revision).on_conflict_do_nothing(), revisions)
        if views:
            await connection.execute(insert(post_views).on_conflict_do_nothing(), views)
    return written


def newer_sight(old: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Return whether a post was seen after its deletion was noticed."""
    return old["deleted_at"] is not None and row["observed_at"] > old["deleted_at"]


async def _existing(
    connection: AsyncConnection, channel: int, ids: Sequence[int]
) -> dict[int, dict[str, Any]]:
    between = (post.c.channel == channel, post.c.id.between(min(ids), max(ids)))
    # Most posts are new: asked by their bounds, that is seen without naming each.
    if (await connection.execute(sa.select(post.c.id).where(*between).limit(1))).first() is None:
        return {}
    rows = await connection.execute(sa.select(post).where(*between, post.c.id.in_(ids)))
    return {row.id: dict(row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's public name


async def _insert(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert new posts, many a statement: SQLAlchemy's own way costs as much as SQLite's work.

    SQLite works on a whole statement without Python's lock, so other threads go on.
    """
    whole = len(rows) - len(rows) % AT_ONCE
    for start in range(0, whole, AT_ONCE):
        values = tuple(v for row in rows[start : start + AT_ONCE] for v in _VALUES(row))
        await finished(connection.exec_driver_sql(_INSERT, values))
    if whole < len(rows):
        await connection.execute(post.insert(), rows[whole:])


async def _update(connection: AsyncConnection, rows: Iterable[Mapping[str, Any]]) -> None:
    keys = {"channel", "id"}
    statement = (
        post.update()
        .where(post.c.channel == sa.bindparam("_channel"), post.c.id == sa.bindparam("_id"))
        .values({c.name: sa.bindparam(c.name) for c in post.c if c.name not in keys})
    )
    await connection.execute(
        statement,
        [
            {f"_{k}" if k in keys else k: value for k, value in row.items()}
            for row in rows
        ],
    )  # fmt: skip


def _merge(
    old: dict[str, Any],
    new: dict[str, Any],
    revisions: list[dict[str, Any]],
    views: list[dict[str, Any]],
) -> dict[str, Any]:
    newer = new["observed_at"] >= old["observed_at"]
    same = all(old[c] == new[c] for c in _CONTENT)
    merged = dict(old)
    merged["first_seen"] = min(old["first_seen"], new["first_seen"])
    if not same:
        earlier = old if newer else new
        revisions.append(
            {c: earlier[c] for c in ("channel", "id", "observed_at", "evidence", *_CONTENT)}
        )
        if newer:
            # A source that knows less, such as a table without flags, does not unset what is known.
            merged.update({k: v for k, v in new.items() if v is not None or k in _CONTENT})
            merged["first_seen"] = min(old["first_seen"], new["first_seen"])
            merged["edited"] = True
    else:
        # Seen with these words by two looks: known from the earlier on. What one source did not
        # tell, such as where a post was forwarded from, the other fills in.
        merged.update({k: v for k, v in new.items() if old[k] is None})
        if not newer:
            merged.update({k: new[k] for k in ("observed_at", "evidence")})
        merged["edited"] = old["edited"] or new["edited"]
    _merge_views(old, new, merged, views)
    return merged


def _merge_views(
    old: dict[str, Any], new: dict[str, Any], merged: dict[str, Any], views: list[dict[str, Any]]
) -> None:
    merged.update({k: old[k] for k in _MEASURES})
    if new["views_low"] is None:
        merged.update({k: new[k] for k in ("forwards", "reactions") if old[k] is None})
        return
    if old["views_low"] is None:
        merged.update({k: new[k] if new[k] is not None else old[k] for k in _MEASURES})
        return
    if all(new[k] is None or old[k] == new[k] for k in _MEASURES if k != "views_at"):
        merged.update({k: new[k] for k in ("forwards", "reactions") if old[k] is None})
        return
    if new["views_at"] == old["views_at"]:
        return  # two figures of one moment: the first stays, so that importing twice is harmless
    earlier, later = sorted((old, new), key=lambda row: row["views_at"])
    views.append(
        {
            "channel": old["channel"], "id": old["id"], "at": earlier["views_at"],
            "low": earlier["views_low"], "high": earlier["views_high"],
            "forwards": earlier["forwards"], "reactions": earlier["reactions"],
        }
    )  # fmt: skip
    merged.update({k: later[k] if later[k] is not None else old[k] for k in _MEASURES})


def _as_row(channel: int, p: Post, observed: datetime, evidence_id: int | None) -> dict[str, Any]:
    seen = int(observed.timestamp())
    views = p.views
    return {
        "channel": channel,
        "id": p.id,
        "at": int(p.at.timestamp()),
        "text": p.text,
        "links": _links_json(p.links) if p.links else None,
        "edited": p.edited,
        "edited_at": int(p.edited_at.timestamp()) if p.edited_at else None,
        "forwarded_from": p.forwarded_from,
        "reply_to": p.reply_to,
        "album": json.dumps(p.album) if p.album else None,
        "media": json.dumps(p.media) if p.media else None,
        "poll": json.dumps([p.poll.question, p.poll.options, p.poll.quiz]) if p.poll else None,
        "service": p.service,
        "author": p.author,
        "forwards": p.forwards,
        "views_low": views.low if views else None,
        "views_high": views.high if views else None,
        "views_at": seen if views else None,
        "reactions": p.reactions,
        "deleted_at": None,
        "first_seen": seen,
        "observed_at": seen,
        "evidence": evidence_id,
    }


def _links_json(links: Iterable[Link]) -> str:
    return json.dumps([[x.url, x.shown, x.words] for x in links], ensure_ascii=False)


async def mark_deleted(
    connection: AsyncConnection, channel: int, ids: Sequence[int], at: datetime
) -> int:
    """Mark stored posts as deleted, noticed at a time; the first notice stays. Returns how many."""
    marked = 0
    for start in range(0, len(ids), BATCH):
        done = await connection.execute(
            post.update()
            .where(
                post.c.channel == channel,
                post.c.id.in_(ids[start : start + BATCH]),
                post.c.deleted_at.is_(None),
            )
            .values(deleted_at=int(at.timestamp()))
        )
        marked += done.rowcount
    return marked


async def written_between(
    connection: AsyncConnection, channel: int, start: datetime, end: datetime
) -> list[tuple[int, datetime]]:
    """Return id and time of the posts of a window `[start, end)` that were not deleted."""
    rows = await connection.execute(
        sa.select(post.c.id, post.c.at)
        .where(
            post.c.channel == channel,
            post.c.at >= int(start.timestamp()),
            post.c.at < int(end.timestamp()),
            post.c.deleted_at.is_(None),
        )
        .order_by(post.c.id)
    )
    return [(row.id, datetime.fromtimestamp(row.at, UTC)) for row in rows]


async def last_times(connection: AsyncConnection, channel: int, most: int) -> list[datetime]:
    """Return the times of a channel's newest posts, oldest first, `most` of them at the most."""
    rows = await connection.execute(
        sa.select(post.c.at)
        .where(post.c.channel == channel, post.c.service.is_(None))
        .order_by(post.c.id.desc())
        .limit(most)
    )
    return [datetime.fromtimestamp(seconds, UTC) for seconds in reversed(rows.scalars().all())]


async def time_of(connection: AsyncConnection, channel: int, post_id: int) -> datetime | None:
    """Return the time of a stored post, None if it is not stored."""
    found = await connection.execute(
        sa.select(post.c.at).where(post.c.channel == channel, post.c.id == post_id)
    )
    seconds = found.scalar()
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


async def first_id_after(connection: AsyncConnection, channel: int, moment: datetime) -> int | None:
    """Return the lowest id of a channel's stored posts later than a time, None if there is none."""
    found = await connection.execute(
        sa.select(sa.func.min(post.c.id)).where(
            post.c.channel == channel, post.c.at > int(moment.timestamp())
        )
    )
    return cast("int | None", found.scalar())
