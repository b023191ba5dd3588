"""Keep what an account was told: as evidence, and as facts pointing to it.

The evidence is the posts as we keep them, as JSON lines, and not Telegram's own answer: that may
carry people (who wrote, who is mentioned), whom we do not store.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from urllib.parse import quote

from pydantic import TypeAdapter
from pydantic_core import to_json

from monitor.clock import Clock
from monitor.model import (
    Availability,
    ChannelInfo,
    Count,
    Fetched,
    Interval,
    Peer,
    Post,
    Probe,
    Profile,
)
from monitor.sources.items import ToldItem
from monitor.sources.telegram import Account
from monitor.store import accounts, channels, evidence, observations, posts
from monitor.store.archive import Archive, Kept
from monitor.store.database import Connection, Database, facts_changed
from monitor.store.posts import Written

ROUTE = "telegram"

_post_as_json = TypeAdapter(Post).serializer.to_json
"""Knows a post's fields beforehand: twice as fast as pydantic_core's `to_json`, which looks."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was told, in the archive and on the disk already; no row points to it yet."""

    uri: str
    at: datetime
    kept: Kept


def prove_posts(
    archive: Archive, told: Sequence[Post], *, telegram_id: int, at: datetime, name: str | None
) -> Proof:
    """Write posts to the archive, down to the disk; done before the rows that point there.

    It packs, digests and waits for the disk: call it in a thread where posts come by the thousand.
    `name` is what the channel can be read back by.
    """
    ids = [post.id for post in told]
    body = b"".join(_post_as_json(post) + b"\n" for post in told)
    return _archived(
        archive, _address(telegram_id, f"from={min(ids)}&to={max(ids)}", name), body, at
    )


async def keep_posts(
    connection: Connection,
    archive: Archive,
    key: int,
    told: Sequence[Post],
    *,
    telegram_id: int,
    at: datetime,
    proof: Proof | None = None,
) -> Written:
    """Store posts as an account was told of them, with their evidence if that is not kept yet."""
    if not told:
        return Written()
    if proof is None:
        name = await public_name(connection, telegram_id)
        proof = prove_posts(archive, told, telegram_id=telegram_id, at=at, name=name)
    row = await _prove(connection, proof)
    written = await posts.write(connection, key, [(post, at) for post in told], row)
    await facts_changed(connection)
    return written


async def keep_deleted(
    connection: Connection,
    archive: Archive,
    key: int,
    ids: Sequence[int],
    *,
    telegram_id: int,
    at: datetime,
) -> None:
    """Mark posts that an account was told are not there (any more), with the evidence of that."""
    if not ids or not await posts.mark_deleted(connection, key, ids, at):
        return
    body = b"".join(to_json({"deleted": number}) + b"\n" for number in ids)
    name = await public_name(connection, telegram_id)
    uri = _address(telegram_id, f"deleted={min(ids)}-{max(ids)}", name)
    await _prove(connection, _archived(archive, uri, body, at))
    await facts_changed(connection)


async def keep_recorded(connection: Connection, archive: Archive, item: ToldItem) -> Written | None:
    """Store again what an archive says that an account was told; None if that is known already."""
    fetched, at = item.fetched, item.fetched.at
    digest = hashlib.sha256(fetched.body).hexdigest()
    if await evidence.known(connection, sha256=digest, source=fetched.url, at=at):
        return None
    proof = await _prove(connection, _archived(archive, fetched.url, fetched.body, at))
    if item.info is not None:
        name = item.username or str(item.telegram_id)
        key = await keep_info(connection, archive, name, item.info, at=at, whole=True, proof=proof)
        await keep_probe(
            connection, key, item.info.state, at=at, detail=item.info.restriction or ""
        )
        return Written()
    if item.username is not None:
        key = await channels.resolve(connection, item.username, item.telegram_id, at=at)
    else:
        stored = await channels.by_telegram_id(connection, item.telegram_id)
        number = str(item.telegram_id)
        key = stored.key if stored else await channels.resolve(connection, number, item.telegram_id)
    written = await posts.write(connection, key, [(post, at) for post in item.posts], proof)
    await posts.mark_deleted(connection, key, item.deleted, at)
    await facts_changed(connection)
    return written


async def public_name(connection: Connection, telegram_id: int) -> str | None:
    """Return the name by which a stored channel can be read back from the archive alone."""
    stored = await channels.by_telegram_id(connection, telegram_id)
    return stored.username if stored and stored.holds_name else None


def _address(telegram_id: int, what: str, name: str | None) -> str:
    named = f"&name={quote(name)}" if name else ""
    return f"tg://channel?id={telegram_id}&{what}{named}"


def _archived(archive: Archive, uri: str, body: bytes, at: datetime) -> Proof:
    kept = archive.append(Fetched(uri, at, 0, body))
    archive.sync()  # a row must not outlive the body that it points to
    return Proof(uri, at, kept)


async def _prove(connection: Connection, proof: Proof) -> int:
    kept = proof.kept
    return await evidence.add(
        connection,
        sha256=kept.sha256,
        source=proof.uri,
        at=proof.at,
        file=kept.file,
        offset=kept.offset,
        length=kept.length,
    )


async def keep_info(
    connection: Connection,
    archive: Archive,
    username: str,
    told: ChannelInfo,
    *,
    at: datetime,
    whole: bool,
    proof: int | None = None,
) -> int:
    """Store what an account was told of a channel itself; return the channel's key.

    `username` is what the channel was last called, for one that has no public name (any more).
    `whole` is full information, which is kept as evidence, unless `proof` is that already;
    without it only what differs is kept.
    """
    name = told.username or username
    key = await channels.resolve(connection, name, told.telegram_id, at=at)
    if whole and proof is None:
        known = {k: v for k, v in asdict(told).items() if k not in {"access_hash", "joined"}}
        body = to_json(known) + b"\n"
        uri = f"tg://channel?id={told.telegram_id}&full={quote(name)}"
        proof = await _prove(connection, _archived(archive, uri, body, at))
    if whole and told.subscribers is not None:
        count = Count(at, Interval(told.subscribers, told.subscribers), ROUTE,
                      title=told.title, evidence=proof)  # fmt: skip
        await observations.add_counts(connection, key, [count])
    if told.state is not Availability.PRIVATE:
        profile = Profile(
            at=at, username=name, title=told.title, about=told.about, verified=told.verified,
            evidence=proof, pinned_id=told.pinned_id, linked_chat=told.linked_chat,
            restriction=told.restriction, migrated_from=told.migrated_from,
        )  # fmt: skip
        if await observations.add_profile(connection, key, profile) or whole:
            await facts_changed(connection)
    return key


async def keep_probe(
    connection: Connection,
    key: int,
    state: Availability,
    *,
    at: datetime,
    detail: str = "",
    covers: tuple[datetime, datetime] | None = None,
) -> None:
    """Store that a channel was asked after, what was met, and the stretch that was seen whole."""
    probe = Probe(
        at=at,
        route=ROUTE,
        state=state,
        covers_from=covers[0] if covers else None,
        covers_to=covers[1] if covers else None,
        detail=detail[:500],
    )
    if await observations.add_probe(connection, key, probe):
        await facts_changed(connection)


async def keep_states(
    database: Database,
    archive: Archive,
    clock: Clock,
    account: Account,
    wanted: Mapping[str, Peer],
) -> None:
    """Ask after the state of channels, by their configured usernames, and keep what is told.

    Raises:
        MonitorError: what `Account.states` raises.
    """
    told = {i.telegram_id: i for i in await account.states(list(wanted.values()))}
    at = clock.now()
    async with database.begin() as connection:
        for username, peer in wanted.items():
            info = told.get(peer.telegram_id)
            if info is None or info.state is Availability.PRIVATE:
                continue  # the visit will meet it, and ask whose the name is
            stored = await channels.by_telegram_id(connection, peer.telegram_id)
            last = stored.username if stored else username
            key = await keep_info(connection, archive, last, info, at=at, whole=False)
            met = await observations.last_met(connection, key, ROUTE)
            if Availability.RESTRICTED in {info.state, met and met[0]}:
                await keep_probe(connection, key, info.state, at=at, detail=info.restriction or "")
            if info.subscribers is not None:
                exact = Interval(info.subscribers, info.subscribers)
                count = Count(at, exact, "telegram_states", title=info.title)
                await observations.add_counts(connection, key, [count])
            if info.joined != peer.joined:
                await accounts.keep_peer(
                    connection, account.name, username, replace(peer, joined=info.joined), at
                )
