"""channels.toml in; frozen, validated settings out. Reads no network, no store.

Secrets never stand in channels.toml: a key that looks like one is refused, whatever its table.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from monitor.config.settings import Settings
from monitor.config.values import Strict
from monitor.errors import BadConfiguration

SECRET_KEYS = frozenset(
    {"api_id", "api_hash", "phone", "password", "session", "session_path", "bot_token", "token",
     "proxy", "proxies", "secret", "alert_url", "alert_urls", "smtp_password"}
)  # fmt: skip


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
    return sorted({name for table in Strict.__subclasses__() for name in table.model_fields})
