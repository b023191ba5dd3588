"""`[[channel]]`: whom we watch."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from monitor.config.values import Strict, Username


def _checked_destination(value: str) -> str:
    platform, _, handle = value.partition(":")
    if not platform or not handle:
        msg = f'{value!r} is no destination; write "platform:handle", such as "soroush:farsna"'
        raise ValueError(msg)
    return value


class ChannelSettings(Strict):
    """One `[[channel]]`."""

    username: Username
    title: str | None = None
    aliases: tuple[str, ...] = ()
    category: str | None = None
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    source: Literal["preview", "telegram"] = "preview"
    destinations: tuple[Annotated[str, AfterValidator(_checked_destination)], ...] = ()
