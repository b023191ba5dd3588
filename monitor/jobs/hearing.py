"""From stored posts to what they say: each judged once and kept, then read as one fold.

`update` judges what waits and keeps it. `read` only reads: it takes what is kept, judges what still
waits, and gives what judging every post anew would give.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from monitor.config import Settings
from monitor.detect.changes import Changes
from monitor.detect.notices import judge
from monitor.detect.presences import Known
from monitor.detect.reading import Reading, tells
from monitor.jobs import basis, meaning
from monitor.jobs.describing import describe
from monitor.model import Encoder, Label, Speaker, Verdict
from monitor.store import channels, histories, verdicts
from monitor.store.database import Connection, Database
from monitor.store.histories import EarlierVersion, StoredPost
from monitor.store.verdicts import KeptVerdict, Words

COMMIT_AFTER = 10_000
"""Posts judged between two commits: half a second's work is what a kill can cost, and as long as
other writers of this process wait. Uncalibrated."""

COMMIT_AFTER_MEANING = 50
"""... and with a model of meaning: each post that it is asked about takes a tenth of a second, and
others wait as long. Uncalibrated."""

_NEITHER = (Label.NONE, Label.NONE)


@dataclass(frozen=True, slots=True)
class Kept:
    """Of which channels verdicts are kept, by what they were made, and where posts wait."""

    bases: dict[int, str]
    waiting: frozenset[int]

    @classmethod
    async def of(cls, connection: Connection) -> Self:
        """Read it."""
        return cls(await verdicts.bases(connection), await verdicts.waiting(connection))


async def update(database: Database, settings: Settings, now: datetime) -> int:
    """Judge the posts that wait and keep what they say; return how many were judged.

    A channel whose rules or speaker changed is judged whole. Killed at any moment, the next run
    goes on where this one stopped.
    """
    waiting = []
    encoder = meaning.wanted(settings)
    commit_after = COMMIT_AFTER_MEANING if encoder else COMMIT_AFTER
    most = min(commit_after, verdicts.PAGE)
    async with database.begin() as connection:
        stored = await channels.everyone(connection)
        kept = await Kept.of(connection)
        for channel in stored:
            who = await describe(connection, channel, stored, settings, now)
            made_by = basis.of(who.speaker, encoder)
            if kept.bases.get(channel.key) != made_by:
                await verdicts.start_anew(connection, channel.key, made_by)
            elif channel.key not in kept.waiting:
                continue
            waiting.append((channel.key, who.speaker))
    judged = 0
    while waiting:
        async with database.begin() as connection:
            until = judged + commit_after
            while waiting and judged < until:
                key, speaker = waiting[-1]
                page = await verdicts.page(connection, key, None, most=most)
                last = page[-1].id if len(page) == most else None
                if encoder is None:
                    found = _page(speaker, page, None)
                else:  # it would hold up everything else that runs here
                    found = await asyncio.to_thread(_page, speaker, page, encoder)
                await verdicts.keep(connection, key, found, up_to=last)
                judged += len(page)
                if last is None:
                    waiting.pop()
    return judged


async def read(
    connection: Connection,
    channel: int,
    speaker: Speaker,
    *,
    places: Known = frozenset(),
    kept: Kept,
    now: datetime,
    encoder: Encoder | None = None,
) -> tuple[Reading, Changes]:
    """Return what a channel's posts came to, and what was changed after it had been seen.

    `places` elsewhere are known to be its own. `encoder` is asked about what is in doubt.
    `kept` must have been read in the same transaction.
    """
    times = await verdicts.times(connection, channel)
    if times.known_at > int(now.timestamp()):
        return await _read_as_of(connection, channel, speaker, places, now, encoder=encoder)
    reading = Reading(speaker, places)
    reading.posted(times.ids, times.seconds)
    changed = await histories.changed(connection, channel)
    labels: dict[int, tuple[Label, Label]] = {}
    async for item in _heard(connection, channel, speaker, kept, encoder):
        if tells(item.verdict):
            at = datetime.fromtimestamp(item.at, UTC)
            reading.hear(item.id, at, item.verdict)
        if item.id in changed:
            labels[item.id] = (item.before or Label.NONE, item.verdict.firm)
    reading.cite(await verdicts.cited(connection, channel, reading.cited()))
    changes = Changes(speaker)
    if changed:
        earlier = await histories.earlier_versions(connection, channel, as_of=now)
        async for post in histories.read(connection, channel, as_of=now, changed_only=True):
            _add(changes, post, earlier.get(post.post.id, []), labels.get(post.post.id, _NEITHER))
    return reading, changes


async def _read_as_of(
    connection: Connection,
    channel: int,
    speaker: Speaker,
    places: Known,
    now: datetime,
    *,
    encoder: Encoder | None = None,
) -> tuple[Reading, Changes]:
    """Judge every post of a channel in the version of a past time."""
    reading, changes = Reading(speaker, places, encoder=encoder), Changes(speaker)
    earlier = await histories.earlier_versions(connection, channel, as_of=now)
    async for stored in histories.read(connection, channel, as_of=now):
        verdict = reading.add(stored.post, stored.sha256)
        before = earlier.get(stored.post.id, [])
        if not before and stored.deleted_at is None:
            continue
        # Of a service message, which is not the channel speaking, neither version says anything.
        first = now_says = verdict.firm if verdict else Label.NONE
        if verdict and before:
            post, urls = stored.post, [link.url for link in before[0].links]
            first = judge(
                speaker, before[0].text, urls, post.forwarded_from, post.at, encoder=encoder
            ).firm
        _add(changes, stored, before, (first, now_says))
    return reading, changes


def _add(
    changes: Changes,
    stored: StoredPost,
    earlier: Sequence[EarlierVersion],
    labels: tuple[Label, Label],
) -> None:
    changes.add(
        stored.post,
        [(v.observed_at, v.text, v.links, v.sha256) for v in earlier],
        stored.observed_at,
        stored.deleted_at,
        stored.sha256,
        labels=labels,
    )


async def _heard(
    connection: Connection,
    channel: int,
    speaker: Speaker,
    kept: Kept,
    encoder: Encoder | None,
) -> AsyncIterator[KeptVerdict]:
    """Yield what a channel's posts say, by id: kept where that is true still, else judged."""
    every = kept.bases.get(channel) != basis.of(speaker, encoder)
    if not every and channel not in kept.waiting:
        async for item in verdicts.read(connection, channel):
            yield item
        return
    after: int | None = None
    old = aiter(verdicts.read(connection, channel))
    ahead = None if every else await anext(old, None)
    while page := await verdicts.page(connection, channel, after, every=every):
        for words in page:
            while ahead is not None and ahead.id <= words.id:
                if ahead.id < words.id:
                    yield ahead
                ahead = await anext(old, None)
            judged = _judged(speaker, words, encoder)
            if judged is not None:
                yield judged
        after = page[-1].id
    while ahead is not None:
        yield ahead
        ahead = await anext(old, None)


def _page(speaker: Speaker, page: Sequence[Words], encoder: Encoder | None) -> list[KeptVerdict]:
    return [v for words in page if (v := _judged(speaker, words, encoder)) is not None]


def _judged(speaker: Speaker, words: Words, encoder: Encoder | None) -> KeptVerdict | None:
    """Judge the version of a post that stands, and the oldest one; None where both say nothing."""
    verdict = _say(speaker, words, words.text, words.links, encoder)
    before = None
    if words.before is not None:
        text, links = words.before
        before = _say(speaker, words, text, links, encoder).firm
    if not tells(verdict) and before in {None, Label.NONE}:
        return None
    return KeptVerdict(words.id, words.at, verdict, before)


def _say(
    speaker: Speaker, of: Words, text: str, links: str | None, encoder: Encoder | None
) -> Verdict:
    urls = [link[0] for link in json.loads(links)] if links else []
    at = datetime.fromtimestamp(of.at, UTC)
    return judge(speaker, text, urls, of.forwarded_from, at, encoder=encoder)
