"""`[sources]`: how the public pages and the accounts are asked."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.config.values import Duration, Strict


def _checked_base(value: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+", value.rstrip("/")):
        msg = f"{value!r} is no base address; write it as https://t.me"
        raise ValueError(msg)
    return value.rstrip("/")


class PreviewSettings(Strict):
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


class ServerSettings(Strict):
    """`[sources.telegram.server]`: a private or test server in place of Telegram's own.

    `public_key` is a PEM text, or the path of a file that holds one.
    """

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65_535)
    public_key: str = Field(min_length=1)
    dc: int = Field(default=2, ge=1, le=1000)


class TelegramSettings(Strict):
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


class SourcesSettings(Strict):
    """`[sources]`."""

    preview: PreviewSettings = PreviewSettings()
    telegram: TelegramSettings = TelegramSettings()
