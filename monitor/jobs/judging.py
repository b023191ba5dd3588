"""From the stored facts to a judgement: read, ask what was covered, conclude."""

import zlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from monitor import __version__
from monitor.config import ChannelSettings, Settings
from monitor.detect.changes import Changes
from monitor.detect.joining import Known, conclude
from monitor.detect.reading import Reading
from monitor.jobs.forms import case_form, finding_form
from monitor.model import (
    Availability,
    Case,
    Channel,
    ChannelView,
    Coverage,
    Finding,
    Json,
    Judgement,
    Probe,
    Profile,
    Speaker,
    State,
)
from monitor.quality.coverage import observe
from monitor.store import channels, conclusions, observations, posts, reviews
from monitor.store.database import Connection, Database

PAGES = "preview"
"""The route by which every channel is asked after that is not configured otherwise."""


async def judge(
    database: Database, settings: Settings, now: datetime, *, only: str | None = None
) -> Judgement:
    """Judge every stored channel as it was known at a time, and say which were never seen.

    `only` restricts it to the channels of one username.
    """
    findings: list[Finding] = []
    views: list[ChannelView] = []
    async with database.begin() as connection:
        stored = await channels.everyone(connection)
        decided = await reviews.standing(connection, as_of=now)
        for channel in stored:
            if only is None or channel.username.casefold() == only.casefold():
                found, view = await _judge_one(
                    connection,
                    channel,
                    stored,
                    settings,
                    now,
                    decisions=decided.get(channel.key, {}),
                )
                findings += found
                if view is not None:
                    views.append(view)
    seen = {view.channel.username.casefold() for view in views}
    seen |= {view.watched_as.casefold() for view in views if view.watched_as}
    for entry in settings.channel:
        name = entry.username.casefold()
        if name not in seen and (only is None or name == only.casefold()):
            views.append(_never_seen(entry))
    findings.sort(key=lambda f: (f.at, f.channel or "", f.kind, f.id))
    return Judgement(at=now, findings=tuple(findings), views=tuple(views))


async def _judge_one(
    connection: Connection,
    channel: Channel,
    stored: Iterable[Channel],
    settings: Settings,
    now: datetime,
    *,
    decisions: reviews.Decisions,
) -> tuple[list[Finding], ChannelView | None]:
    profiles = await observations.profiles(connection, channel.key, as_of=now)
    counts = await observations.counts(connection, channel.key, as_of=now)
    probes = await observations.probes(connection, channel.key, as_of=now)
    taken_at = await _taken_at(connection, channel, stored, now)
    if taken_at is None:
        # As of then nobody else had been met under its name.
        channel = replace(channel, holds_name=True)
    entry = _entry(channel, profiles, stored, settings)
    channel = _described(channel, profiles, entry)
    reading = Reading(
        Speaker(username=channel.username, title=channel.title or "", aliases=channel.aliases)
    )
    changes = Changes(reading.speaker)
    earlier = await posts.earlier_versions(connection, channel.key, as_of=now)
    async for kept in posts.read(connection, channel.key, as_of=now):
        reading.add(kept.post, kept.sha256)
        before = earlier.get(kept.post.id, ())
        if before or kept.deleted_at is not None:
            changes.add(
                kept.post,
                [(v.observed_at, v.text, v.links, v.sha256) for v in before],
                kept.observed_at,
                kept.deleted_at,
                kept.sha256,
            )
    if not (profiles or counts or probes or len(reading.posts)):
        return [], None  # known only from what was observed later
    known = Known(
        channel=channel,
        reading=reading,
        coverage=_clipped(observe(probes, counts, reading.posts), now),
        counts=counts,
        probes=probes,
        profiles=profiles,
        routes=_routes(entry, probes),
        taken_at=taken_at,
        now=now,
        changes=changes,
        decisions=decisions,
    )
    found, view = conclude(known)
    return found, replace(view, watched_as=entry.username if entry else None)


def _entry(
    channel: Channel, profiles: list[Profile], stored: Iterable[Channel], settings: Settings
) -> ChannelSettings | None:
    """Return the entry of channels.toml that means a channel, under an earlier name too."""
    entry = settings.named(channel.username)
    if entry is not None:
        return entry
    held = {c.username.casefold() for c in stored if c.holds_name}
    for profile in reversed(profiles):
        entry = settings.named(profile.username)
        if entry is not None and entry.username.casefold() not in held:
            return entry
    return None


def _routes(entry: ChannelSettings | None, probes: Iterable[Probe]) -> frozenset[str]:
    """Return the routes that must agree before a channel counts as gone.

    The configured one, and every other over which the channel was ever met: one that never
    answered, such as pages from behind a wall, must not hold back what the other saw.
    """
    met = {p.route for p in probes if p.state not in (None, Availability.UNREACHABLE)}
    return frozenset(met | {entry.source} if entry else met or {PAGES})


def _clipped(coverage: Coverage, now: datetime) -> Coverage:
    return Coverage.of((start, min(end, now)) for start, end in coverage.spans if start < now)


def _described(channel: Channel, profiles: list[Profile], entry: ChannelSettings | None) -> Channel:
    """Join what the pages say of a channel with what channels.toml does."""
    titles = [p.title for p in profiles if p.title]
    channel = replace(
        channel,
        title=titles[-1] if titles else entry.title if entry else None,
        about=next((p.about for p in reversed(profiles) if p.about), None),
    )
    if entry is None or not channel.holds_name:
        return channel
    aliases = list(entry.aliases)
    if entry.title and entry.title != channel.title:
        aliases.append(entry.title)
    return replace(
        channel,
        aliases=tuple(aliases),
        category=entry.category,
        country=entry.country,
        language=entry.language,
        configured=True,
        destinations=tuple((d.partition(":")[0], d.partition(":")[2]) for d in entry.destinations),
    )


async def _taken_at(
    connection: Connection, channel: Channel, stored: Iterable[Channel], now: datetime
) -> datetime | None:
    """Return when another channel was first met under a channel's name."""
    if channel.holds_name:
        return None
    for other in stored:
        if other.holds_name and other.username.casefold() == channel.username.casefold():
            met = await observations.profiles(connection, other.key, as_of=now)
            return met[0].at if met else None
    return None


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
        why="nothing of it was ever seen",
    )
    return ChannelView(channel=channel, case=case)


def _basis(settings: Settings, *, asked_for_now: bool) -> int:
    """Return a number that differs where a judgement would: by version, settings and clock."""
    words = f"{__version__}\n{settings.model_dump_json()}\n{asked_for_now}"
    return zlib.crc32(words.encode())


async def detect(
    database: Database, settings: Settings, now: datetime, *, asked_for_now: bool = False
) -> Judgement:
    """Judge everything and keep the conclusions, in place of the earlier ones."""
    basis = _basis(settings, asked_for_now=asked_for_now)
    judgement = await judge(database, settings, now)
    findings, cases = forms(judgement)
    async with database.begin() as connection:
        await conclusions.replace(
            connection, findings=findings, cases=cases, judged_at=now, basis=basis
        )
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
    async with database.begin() as connection:
        basis = _basis(settings, asked_for_now=asked_for_now)
        judged_at = await conclusions.judged_at(connection, basis)
        if judged_at is not None and (not asked_for_now or judged_at == now):
            findings, cases = await conclusions.read(connection)
            return findings, cases, judged_at
    findings, cases = forms(await judge(database, settings, now))
    return findings, cases, now
