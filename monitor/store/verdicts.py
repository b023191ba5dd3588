"""What each post says, kept beside the posts: which wait to be judged, and what was found.

A verdict is of the version of a post that stands. Triggers note every post that changes
(`unjudged`); a channel whose speaker or rules changed is noted whole. So nothing is judged twice.
"""

import json
from array import array
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa
from pydantic import RootModel, ValidationError
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.errors import StoreError
from monitor.model import Label, Verdict
from monitor.store.queries import Query
from monitor.store.schema import evidence, judged, post, post_revision, unjudged, verdict

PAGE = 1000
"""Posts read and judged at once; bounds the memory. As in `posts.BATCH`."""

Form = RootModel[Verdict]
"""A verdict as JSON: fields at their defaults are left out, unknown ones are passed over."""


@dataclass(frozen=True, slots=True)
class Words:
    """All of an ordinary post that a verdict depends on; times in seconds, links as stored.

    `before` is text and links of its oldest version, where it was edited.
    """

    id: int
    at: int
    text: str
    links: str | None
    forwarded_from: str | None
    before: tuple[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """A kept verdict: the post's time in seconds, and the label of the oldest of its versions."""

    id: int
    at: int
    verdict: Verdict
    before: Label | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """When a channel's ordinary posts were, by id; and since when all this is known, in seconds."""

    ids: "array[int]"
    seconds: "array[int]"
    known_at: int


_CHANNEL: sa.BindParameter[int] = sa.bindparam("channel")
_AFTER: sa.BindParameter[int] = sa.bindparam("after")
_MOST: sa.BindParameter[int] = sa.bindparam("most", type_=sa.Integer)
_BEGINNING = -(2**63)
"""Below every id."""

_TIMES = Query(
    sa.select(post.c.id, post.c.at, post.c.observed_at)
    .where(post.c.channel == _CHANNEL, post.c.service.is_(None))
    .order_by(post.c.id)
)


async def times(connection: AsyncConnection, channel: int) -> Times:
    """Return ids and times of a channel's ordinary posts, in the versions that stand."""
    rows = await _TIMES.rows(connection, channel=channel)
    if not rows:
        return Times(array("q"), array("q"), 0)
    ids, seconds, observed = zip(*rows, strict=True)
    return Times(array("q", ids), array("q", seconds), max(observed))


async def bases(connection: AsyncConnection) -> dict[int, str]:
    """Return, by channel, by what its verdicts were made."""
    rows = await connection.execute(sa.select(judged.c.channel, judged.c.basis))
    return {row.channel: row.basis for row in rows}


async def waiting(connection: AsyncConnection) -> frozenset[int]:
    """Return the channels that have posts to be judged."""
    rows = await connection.execute(sa.select(unjudged.c.channel).distinct())
    return frozenset(rows.scalars())


async def start_anew(connection: AsyncConnection, channel: int, basis: str) -> None:
    """Forget a channel's verdicts, and let all its posts wait to be judged by another basis."""
    statement = insert(judged).values(channel=channel, basis=basis)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["channel"], set_={"basis": basis})
    )
    await connection.execute(verdict.delete().where(verdict.c.channel == channel))
    every = sa.select(post.c.channel, post.c.id).where(
        post.c.channel == channel, post.c.service.is_(None)
    )
    await connection.execute(
        insert(unjudged).from_select(["channel", "id"], every).on_conflict_do_nothing()
    )


_WORDS = sa.select(post.c.id, post.c.at, post.c.text, post.c.links, post.c.forwarded_from).where(
    post.c.service.is_(None)
)
_EVERY = Query(
    _WORDS.where(post.c.channel == _CHANNEL, post.c.id > _AFTER).order_by(post.c.id).limit(_MOST)
)
_WAITING = Query(
    _WORDS.join_from(
        unjudged, post, (post.c.channel == unjudged.c.channel) & (post.c.id == unjudged.c.id)
    )
    .where(unjudged.c.channel == _CHANNEL, unjudged.c.id > _AFTER)
    .order_by(unjudged.c.id)
    .limit(_MOST)
)
_OLDEST = Query(
    sa.select(post_revision.c.id, post_revision.c.text, post_revision.c.links)
    .where(
        post_revision.c.channel == _CHANNEL,
        post_revision.c.id.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .order_by(post_revision.c.id, post_revision.c.observed_at.desc())
)


async def page(
    connection: AsyncConnection,
    channel: int,
    after: int | None,
    *,
    every: bool = False,
    most: int | None = None,
) -> list[Words]:
    """Return the next posts after an id that wait to be judged, `PAGE` at most; `every`: all do."""
    query = _EVERY if every else _WAITING
    start = _BEGINNING if after is None else after
    rows = await query.rows(connection, channel=channel, after=start, most=most or PAGE)
    if not rows:
        return []
    oldest = await _OLDEST.rows(connection, channel=channel, first=rows[0][0], last=rows[-1][0])
    before = {post_id: (text, links) for post_id, text, links in oldest}  # the last one stays
    return [
        Words(post_id, at, text, links, forwarded_from, before.get(post_id))
        for post_id, at, text, links, forwarded_from in rows
    ]


async def keep(
    connection: AsyncConnection,
    channel: int,
    found: Sequence[KeptVerdict],
    *,
    up_to: int | None,
) -> None:
    """Store the verdicts of a page; its posts, up to an id (None: all), wait no longer."""
    waits = sa.select(unjudged.c.id).where(unjudged.c.channel == channel)
    done = unjudged.delete().where(unjudged.c.channel == channel)
    if up_to is not None:
        waits = waits.where(unjudged.c.id <= up_to)
        done = done.where(unjudged.c.id <= up_to)
    await connection.execute(
        verdict.delete().where(verdict.c.channel == channel, verdict.c.id.in_(waits))
    )
    await connection.execute(done)
    if found:
        await connection.execute(
            verdict.insert(),
            [
                {
                    "channel": channel, "id": kept.id, "at": kept.at,
                    "body": as_body(kept.verdict), "before": kept.before,
                }
                for kept in found
            ],
        )  # fmt: skip


_KEPT = Query(
    sa.select(verdict.c.id, verdict.c.at, verdict.c.body, verdict.c.before)
    .where(verdict.c.channel == _CHANNEL, verdict.c.id > _AFTER)
    .order_by(verdict.c.id)
    .limit(_MOST)
)


async def read(connection: AsyncConnection, channel: int) -> AsyncIterator[KeptVerdict]:
    """Yield a channel's kept verdicts by id."""
    after = _BEGINNING
    while True:
        rows = await _KEPT.rows(connection, channel=channel, after=after, most=PAGE)
        for post_id, at, body, before in rows:
            yield KeptVerdict(post_id, at, as_verdict(body), Label(before) if before else None)
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


_IDS = sa.func.json_each(sa.bindparam("ids")).table_valued("value")
_CITED = Query(
    sa.select(post.c.id, post.c.text, evidence.c.sha256)
    .join_from(post, evidence, isouter=True)
    .where(post.c.channel == _CHANNEL, post.c.id.in_(sa.select(_IDS.c.value)))
)


async def cited(
    connection: AsyncConnection, channel: int, ids: Collection[int]
) -> Mapping[int, tuple[str, str | None]]:
    """Return, by id, posts' texts and the SHA-256 of the bodies that they were read from."""
    rows = await _CITED.rows(connection, channel=channel, ids=json.dumps(sorted(ids)))
    return {post_id: (text, digest) for post_id, text, digest in rows}


@lru_cache(maxsize=4096)
def as_body(given: Verdict) -> str:
    """Write a verdict as JSON."""
    return Form(given).model_dump_json(exclude_defaults=True)


@lru_cache(maxsize=4096)
def as_verdict(body: str) -> Verdict:
    """Read a verdict from JSON; a routine line under every post is read once.

    Raises:
        StoreError: it is none, so the database was damaged.
    """
    try:
        return Form.model_validate_json(body).root
    except ValidationError as error:
        msg = f"a kept verdict cannot be read ({body[:80]!r}): restore the database from a backup"
        raise StoreError(msg) from error
