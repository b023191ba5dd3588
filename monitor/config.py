"""channels.toml and the environment in; frozen, validated settings out. Reads no network, no store.

Secrets never stand in channels.toml: a key that looks like one is refused, whatever its table.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from monitor.errors import BadConfiguration

USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
"""Telegram's rule for usernames; collectible ones may have four characters."""

SECRET_KEYS = frozenset(
    {"api_id", "api_hash", "phone", "password", "session", "session_path", "bot_token", "token",
     "proxy", "proxies", "secret", "alert_url", "alert_urls", "smtp_password"}
)  # fmt: skip

_DURATION = re.compile(r"(\d+)\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=36_500)


def as_duration(value: object) -> timedelta:
    """Read `"90s"`, `"15m"`, `"1h"`, `"30d"` or `"2w"`.

    Raises:
        ValueError: the value is none of these, or longer than a century.
    """
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or len(match[1]) > 9:
        msg = 'a length of time is written as "90s", "15m", "1h", "30d" or "2w"'
        raise ValueError(msg)
    length = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if length > _LONGEST:
        msg = "a length of time is a century at most"
        raise ValueError(msg)
    return length


def checked_username(value: str) -> str:
    """Return a Telegram username without a leading @.

    Raises:
        ValueError: Telegram allows no such username.
    """
    name = value.strip().removeprefix("@")
    if not USERNAME.fullmatch(name):
        msg = (
            f"{value!r} is no Telegram username: a letter first, then 3 to 31 letters, digits "
            "or underscores"
        )
        raise ValueError(msg)
    return name


def _checked_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"{value!r} is no time zone; take a name such as Asia/Tehran or UTC"
        raise ValueError(msg) from error
    return value


def _checked_destination(value: str) -> str:
    platform, _, handle = value.partition(":")
    if not platform or not handle:
        msg = f'{value!r} is no destination; write "platform:handle", such as "soroush:farsna"'
        raise ValueError(msg)
    return value


def _checked_base(value: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+", value.rstrip("/")):
        msg = f"{value!r} is no base address; write it as https://t.me"
        raise ValueError(msg)
    return value.rstrip("/")


Username = Annotated[str, AfterValidator(checked_username)]
Duration = Annotated[timedelta, BeforeValidator(as_duration)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChannelSettings(_Table):
    """One `[[channel]]`."""

    username: Username
    title: str | None = None
    aliases: tuple[str, ...] = ()
    category: str | None = None
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    source: Literal["preview", "telegram"] = "preview"
    destinations: tuple[Annotated[str, AfterValidator(_checked_destination)], ...] = ()


class PreviewSettings(_Table):
    """`[sources.preview]`: how politely the public pages are asked."""

    base_url: Annotated[str, AfterValidator(_checked_base)] = "https://t.me"
    requests_per_second: float = Field(default=0.5, gt=0, le=1000)
    connections: int = Field(default=2, ge=1, le=8)
    timeout: Duration = timedelta(seconds=30)
    attempts: int = Field(default=5, ge=1, le=20)
    poll: Duration = timedelta(hours=1)
    first: Duration = timedelta(days=30)
    user_agent: str = Field(
        default="channel-migration-monitor (research; reads public channel pages slowly)",
        min_length=1, max_length=300, pattern=r"^[\x20-\x7e]+$",
    )  # fmt: skip


class ServerSettings(_Table):
    """`[sources.telegram.server]`: a private or test server in place of Telegram's own.

    `public_key` is a PEM text, or the path of a file that holds one.
    """

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65_535)
    public_key: str = Field(min_length=1)
    dc: int = Field(default=2, ge=1, le=1000)


class TelegramSettings(_Table):
    """`[sources.telegram]`: how carefully accounts ask.

    A channel is polled after half its usual gap, but not sooner than `poll` and not later than
    `slowest`. `burst` requests may follow one another at once after a rest: 30 pages of 100 posts
    are what Telethon itself reads without a pause. `patience` is how long a one-shot command waits
    for a flood to end.
    """

    requests_per_second: float = Field(default=1.0, gt=0, le=10_000)
    burst: int = Field(default=30, ge=1, le=100)
    resolves_per_minute: int = Field(default=5, ge=1, le=20)
    poll: Duration = timedelta(minutes=5)
    slowest: Duration = timedelta(hours=1)
    first: Duration = timedelta(days=30)
    full: Duration = timedelta(days=1)
    timeout: Duration = timedelta(seconds=30)
    patience: Duration = timedelta(minutes=5)
    join: bool = False
    server: ServerSettings | None = None


class SourcesSettings(_Table):
    """`[sources]`."""

    preview: PreviewSettings = PreviewSettings()
    telegram: TelegramSettings = TelegramSettings()


class ReportSettings(_Table):
    """`[report]`: the zone is where the weekly report is due; weeks themselves are UTC."""

    timezone: Annotated[str, AfterValidator(_checked_zone)] = "UTC"
    language: Literal["en", "fa", "ru"] = "en"


class Settings(_Table):
    """All of channels.toml."""

    channel: tuple[ChannelSettings, ...] = ()
    sources: SourcesSettings = SourcesSettings()
    report: ReportSettings = ReportSettings()

    def named(self, username: str) -> ChannelSettings | None:
        """Return the entry of a username, letter case aside."""
        wanted = username.casefold()
        return next((c for c in self.channel if c.username.casefold() == wanted), None)


def load(path: Path) -> Settings:
    """Read and validate a configuration file.

    Raises:
        BadConfiguration: it cannot be read, or something in it is wrong; every fault is named
            with its key and what to write instead.
    """
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
    except FileNotFoundError as error:
        msg = f"{path}: there is no such file; name another with --config"
        raise BadConfiguration(msg) from error
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read ({error}); check the file and its permissions"
        raise BadConfiguration(msg) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        msg = f"{path}: is no valid TOML: {error}"
        raise BadConfiguration(msg) from error
    return read(raw, str(path))


def read(raw: Mapping[str, object], place: str) -> Settings:
    """Validate what a configuration file holds; `place` names it in errors."""
    secrets = list(_secrets(raw))
    if secrets:
        msg = (
            f"{place}: {', '.join(secrets)}: secrets do not belong into this file; set the "
            "MONITOR_* variables or the file that MONITOR_SECRETS names"
        )
        raise BadConfiguration(msg)
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        faults = "\n".join(f"{place}: {_sentence(fault)}" for fault in error.errors())
        raise BadConfiguration(faults) from None
    seen: dict[str, int] = {}
    for number, channel in enumerate(settings.channel, 1):
        first = seen.setdefault(channel.username.casefold(), number)
        if first != number:
            msg = (
                f"{place}: channel {number}, username: {channel.username!r} is already channel "
                f"{first}; remove one of them"
            )
            raise BadConfiguration(msg)
    return settings


def _secrets(raw: object, path: str = "") -> Iterator[str]:
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            where = f"{path}.{key}" if path else str(key)
            if str(key).lower() in SECRET_KEYS:
                yield where
            else:
                yield from _secrets(value, where)
    elif isinstance(raw, list):
        for number, value in enumerate(raw, 1):
            yield from _secrets(value, f"{path} {number}")


def _sentence(fault: Mapping[str, object]) -> str:
    place = fault["loc"]
    parts = list(place) if isinstance(place, tuple) else []
    words = " ".join(str(p + 1) if isinstance(p, int) else str(p) for p in parts[:-1])
    key = parts[-1] if parts else ""
    where = f"{words}, {key}" if words else str(key)
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(key), _known_keys(), 1)
        hint = f"; did you mean {near[0]!r}?" if near else "; remove it"
        return f"{where}: unknown key{hint}"
    words = str(fault["msg"]).removeprefix("Value error, ").replace("valid tuple", "list")
    return f"{where}: {words}"


def _known_keys() -> list[str]:
    tables = (
        Settings, ChannelSettings, SourcesSettings, PreviewSettings, TelegramSettings,
        ServerSettings, ReportSettings,
    )  # fmt: skip
    return sorted({name for table in tables for name in table.model_fields})
