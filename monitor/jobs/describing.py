"""Who a channel is: what the store knows of it joined with what channels.toml says."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.config import ChannelSettings, Settings
from monitor.model import Channel, Profile, Speaker
from monitor.store import observations
from monitor.store.database import Connection


@dataclass(frozen=True, slots=True)
class Described:
    """A channel as it was known at a time.

    `entry` is what means it in channels.toml; `taken_at` when another channel was first met under
    its name.
    """

    channel: Channel
    profiles: tuple[Profile, ...]
    entry: ChannelSettings | None
    taken_at: datetime | None

    @property
    def speaker(self) -> Speaker:
        """All of it that judging one post may know."""
        channel = self.channel
        return Speaker(channel.username, channel.title or "", channel.aliases)


async def describe(
    connection: Connection,
    channel: Channel,
    stored: Iterable[Channel],
    settings: Settings,
    now: datetime,
) -> Described:
    """Return a stored channel as it was known at a time."""
    profiles = await observations.profiles(connection, channel.key, as_of=now)
    taken_at = await _taken_at(connection, channel, stored, now)
    if taken_at is None:
        # As of then nobody else had been met under its name.
        channel = replace(channel, holds_name=True)
    entry = _entry(channel, profiles, stored, settings)
    return Described(_joined(channel, profiles, entry), tuple(profiles), entry, taken_at)


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


def _joined(channel: Channel, profiles: list[Profile], entry: ChannelSettings | None) -> Channel:
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
