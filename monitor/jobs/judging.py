"""From the stored facts to a judgement: read, ask what was covered, conclude."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from monitor import __version__
from monitor.config import ChannelSettings, Settings
from monitor.detect import effect, presences, together
from monitor.detect.joining import Known, conclude
from monitor.detect.reviewing import movers
from monitor.detect.silence import Ending
from monitor.detect.subscribers.together import doubted
from monitor.jobs import alerting, basis, hearing, meaning
from monitor.jobs.describing import describe
from monitor.jobs.forms import case_form, finding_form
from monitor.model import (
    Availability,
    Case,
    Channel,
    ChannelView,
    Coverage,
    Encoder,
    Finding,
    Json,
    Judgement,
    Label,
    Probe,
    Reason,
    State,
    Viewed,
    Why,
)
from monitor.quality.coverage import observe
from monitor.store import channels, conclusions, endings, observations, outbox, reach, reviews
from monitor.store.database import Connection, Database

PAGES = "preview"
"""The route by which every channel is asked after that is not configured otherwise."""


async def judge(
    database: Database, settings: Settings, now: datetime, *, only: str | None = None
) -> Judgement:
    """Judge every stored channel as it was known at a time, and say which were never seen.

    Only reads: what `detect` kept of the posts serves where it is true of that time, the rest is
    judged here. `only` restricts it to the channels of one username.
    """
    findings: list[Finding] = []
    views: list[ChannelView] = []
    async with database.look() as connection:
        ground = await _Ground.of(connection, settings, now)
        for channel in ground.stored:
            if only is None or channel.username.casefold() == only.casefold():
                found, view = await _judge_one(connection, channel, ground)
                findings += found
                if view is not None:
                    views.append(view)
    findings, views = doubted(findings, views)
    findings = [
        f if f.channel else replace(f, review=ground.decided.get(None, {}).get(f.subject))
        for f in findings
    ]
    seen = {view.channel.username.casefold() for view in views}
    seen |= {view.watched_as.casefold() for view in views if view.watched_as}
    for entry in settings.channel:
        name = entry.username.casefold()
        if name not in seen and (only is None or name == only.casefold()):
            views.append(_never_seen(entry))
    if only is None:
        async with database.look() as connection:
            viewed = await _viewed(connection, views, movers(findings), now)
        of_all, views = together.conclude_all(views, findings, viewed, ground.decided)
        findings += of_all
    findings.sort(key=lambda f: (f.at, f.channel or "", f.kind, f.id))
    async with database.look() as connection:
        replayed = tuple(await conclusions.samples(connection))
    return Judgement(at=now, findings=tuple(findings), views=tuple(views), reconstructed=replayed)


async def _viewed(
    connection: Connection, views: Iterable[ChannelView], findings: Iterable[Finding], now: datetime
) -> dict[int, list[Viewed]]:
    """Read the views of posts around notices, by channel: nothing where nobody announced."""
    spans = effect.windows(findings)
    return {
        view.channel.key: [
            seen
            for start, end in spans
            for seen in await reach.between(connection, view.channel.key, start, end, as_of=now)
        ]
        for view in views
    }


@dataclass(frozen=True, slots=True)
class _Ground:
    """What judging any channel at one time starts from."""

    stored: list[Channel]
    settings: Settings
    now: datetime
    kept: hearing.Kept
    decided: Mapping[int | None, reviews.Decisions]
    encoder: Encoder | None

    @classmethod
    async def of(cls, connection: Connection, settings: Settings, now: datetime) -> Self:
        stored = await channels.everyone(connection)
        kept = await hearing.Kept.of(connection)
        decided = await reviews.standing(connection, as_of=now)
        return cls(stored, settings, now, kept, decided, meaning.wanted(settings))


async def _judge_one(
    connection: Connection, channel: Channel, ground: _Ground
) -> tuple[list[Finding], ChannelView | None]:
    now = ground.now
    who = await describe(connection, channel, ground.stored, ground.settings, now)
    counts = await observations.counts(connection, channel.key, as_of=now)
    probes = await observations.probes(connection, channel.key, as_of=now)
    told = [text for profile in who.profiles for text in (profile.about, profile.title)]
    places = presences.learn(who.speaker, told, who.channel.destinations)
    reading, changes = await hearing.read(
        connection,
        channel.key,
        who.speaker,
        places=places,
        kept=ground.kept,
        now=now,
        encoder=ground.encoder,
    )
    if not (who.profiles or counts or probes or len(reading.posts)):
        return [], None  # known only from what was observed later
    said = [s.at for s in reading.said if s.verdict.label is Label.CLOSURE]
    pinned = await endings.wordless_pin(connection, channel.key, as_of=now)
    known = Known(
        channel=who.channel,
        reading=reading,
        coverage=_clipped(observe(probes, counts, reading.posts), now),
        counts=counts,
        probes=probes,
        profiles=who.profiles,
        routes=_routes(who.entry, probes),
        taken_at=who.taken_at,
        now=now,
        changes=changes,
        pointing=await endings.pointing(
            connection, channel.key, username=who.channel.username, since=said[0], as_of=now
        )
        if said
        else frozenset(),
        ending=None if pinned is None else Ending(pinned),
        decisions=ground.decided.get(channel.key, {}),
    )
    found, view = conclude(known)
    return found, replace(view, watched_as=who.entry.username if who.entry else None)


def _routes(entry: ChannelSettings | None, probes: Iterable[Probe]) -> frozenset[str]:
    """Return the routes that must agree before a channel counts as gone.

    The configured one, and every other over which the channel was ever met: one that never
    answered, such as pages from behind a wall, must not hold back what the other saw.
    """
    met = {p.route for p in probes if p.state not in (None, Availability.UNREACHABLE)}
    return frozenset(met | {entry.source} if entry else met or {PAGES})


def _clipped(coverage: Coverage, now: datetime) -> Coverage:
    return Coverage.of((start, min(end, now)) for start, end in coverage.spans if start < now)


def _never_seen(entry: ChannelSettings) -> ChannelView:
    channel = Channel(
        key=0,
        username=entry.username,
        title=entry.title,
        aliases=entry.aliases,
        category=entry.category,
        country=entry.country,
        language=entry.language,
        configured=True,
    )
    case = Case(
        channel=entry.username,
        state=State.UNKNOWN,
        since=None,
        confidence=0.0,
        availability=None,
        why=(Reason(Why.NEVER_SEEN),),
    )
    return ChannelView(channel=channel, case=case)


def _basis(settings: Settings, *, asked_for_now: bool) -> int:
    """Return a number that differs where judgements do: by version, settings, clock and model."""
    words = f"{__version__}\n{basis.of_rules()}\n{settings.model_dump_json()}\n{asked_for_now}"
    return zlib.crc32(f"{words}{meaning.name(settings)}".encode())


async def detect(
    database: Database, settings: Settings, now: datetime, *, asked_for_now: bool = False
) -> Judgement:
    """Judge everything and keep the conclusions, in place of the earlier ones.

    What the posts say is kept too, so that the next time only what changed is judged; not at a
    `--now` of one's own (`asked_for_now`), when channels may have had other names and titles.
    What targets ask for is entered into the outbox in the same transaction, again not at such a
    `--now`: that is no news.
    """
    if not asked_for_now:
        await hearing.update(database, settings, now)
    async with database.look() as connection:
        version = await conclusions.facts_version(connection)
    judgement = await judge(database, settings, now)
    findings, cases = forms(judgement)
    async with database.begin() as connection:
        await conclusions.replace(
            connection,
            findings=findings,
            cases=cases,
            judged_at=now,
            basis=_basis(settings, asked_for_now=asked_for_now),
            version=version,
        )
        if not asked_for_now:
            await outbox.enter(connection, alerting.wanted(judgement, settings, now), now)
    return judgement


def forms(judgement: Judgement) -> tuple[list[dict[str, Json]], list[dict[str, Json]]]:
    """Return a judgement's findings and cases in their JSON form."""
    return (
        [finding_form(f) for f in judgement.findings],
        [case_form(view.case) for view in judgement.views],
    )


async def concluded(
    database: Database, settings: Settings, now: datetime, *, asked_for_now: bool
) -> tuple[list[dict[str, Json]], list[dict[str, Json]], datetime]:
    """Return findings, cases and the time they stand for, judging only if need be.

    The kept conclusions serve while no fact and no setting has changed since; those of a `--now`
    of one's own (`asked_for_now`) serve only that very time.
    """
    async with database.look() as connection:
        made_by = _basis(settings, asked_for_now=asked_for_now)
        judged_at = await conclusions.judged_at(connection, made_by)
        if judged_at is not None and (not asked_for_now or judged_at == now):
            findings, cases = await conclusions.read(connection)
            return findings, cases, judged_at
    findings, cases = forms(await judge(database, settings, now))
    return findings, cases, now
