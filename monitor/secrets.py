"""Secrets come from MONITOR_* variables or the file that MONITOR_SECRETS names, and no other."""

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.errors import BadConfiguration


def _read(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets file's `NAME=value` lines under the environment's own."""
    found: dict[str, str] = {}
    name = environment.get("MONITOR_SECRETS")
    if name:
        path = Path(name)
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            msg = f"MONITOR_SECRETS: {path} cannot be read ({error}); check the file"
            raise BadConfiguration(msg) from error
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            key, equals, value = line.partition("=")
            if not equals or not key.strip().startswith("MONITOR_"):
                # The line itself may be a secret, so it is named by its number alone.
                msg = f"{path}: line {number} is not MONITOR_NAME=value; mend or remove it"
                raise BadConfiguration(msg)
            found[key.strip()] = value.strip().strip('"')
    found.update({k: v for k, v in environment.items() if k.startswith("MONITOR_")})
    return found


def proxy(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the proxy for public pages, `socks5://` or `http://`, from MONITOR_PROXY."""
    return _read(environment).get("MONITOR_PROXY") or None


def alert_targets(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the names of the targets that have an address, MONITOR_ALERT_<TARGET>; no address."""
    found = _read(environment)
    start = "MONITOR_ALERT_"
    names = (name.removeprefix(start) for name in found if name.startswith(start) and found[name])
    return tuple(sorted(name.lower() for name in names if not name.endswith("_KEY")))


@dataclass(frozen=True, slots=True, repr=False)
class AccountSecrets:
    """Who one account is; `name` is a number, and the only part that may be told."""

    name: str
    api_id: int
    api_hash: str
    phone: str | None
    session: Path
    proxy: str | None
    password: str | None


MOST_ACCOUNTS = 20


def accounts(environment: Mapping[str, str] = os.environ) -> tuple[AccountSecrets, ...]:
    """Return the configured accounts: MONITOR_PHONE and MONITOR_SESSION, MONITOR_PHONE_2 ...

    Further accounts take what they do not set themselves from the first, but phone and session.

    Raises:
        BadConfiguration: a variable is missing or is not what it should be; its value is not said.
    """
    found = _read(environment)
    if not found.get("MONITOR_API_ID") and not found.get("MONITOR_API_HASH"):
        return ()
    made = []
    for number in range(1, MOST_ACCOUNTS + 1):
        end = "" if number == 1 else f"_{number}"
        phone = found.get(f"MONITOR_PHONE{end}") or None
        session = found.get(f"MONITOR_SESSION{end}") or found.get(f"MONITOR_SESSION_PATH{end}")
        if number > 1 and not phone and not session:
            continue
        api_id = found.get(f"MONITOR_API_ID{end}") or found.get("MONITOR_API_ID", "")
        api_hash = found.get(f"MONITOR_API_HASH{end}") or found.get("MONITOR_API_HASH", "")
        if not (api_id.isascii() and api_id.isdecimal() and 0 < int(api_id) < 2**31):
            msg = f"MONITOR_API_ID{end}: is not the number that my.telegram.org gave; set it anew"
            raise BadConfiguration(msg)
        if not api_hash:
            msg = f"MONITOR_API_HASH{end}: is not set; take it from my.telegram.org"
            raise BadConfiguration(msg)
        proxied = found.get("MONITOR_PROXY")
        made.append(
            AccountSecrets(
                name=str(number),
                api_id=int(api_id),
                api_hash=api_hash,
                phone=phone,
                session=_file(session) if session else _default(environment, number),
                proxy=found.get(f"MONITOR_TELEGRAM_PROXY{end}")
                or found.get("MONITOR_TELEGRAM_PROXY")
                or proxied
                or None,
                password=found.get(f"MONITOR_PASSWORD{end}") or None,
            )
        )
    return tuple(made)


@dataclass(frozen=True, slots=True, repr=False)
class AlertSecret:
    """Where the alerts of one target go, and the key of a webhook; `variable` may be told."""

    target: str
    variable: str
    url: str
    key: str


def alerts(
    targets: Iterable[str], environment: Mapping[str, str] = os.environ
) -> tuple[AlertSecret, ...]:
    """Return the addresses of targets, each from MONITOR_ALERT_<TARGET>, once and in order.

    Raises:
        BadConfiguration: one has none; the message names its variable.
    """
    found = _read(environment)
    made = []
    for target in dict.fromkeys(targets):
        variable = f"MONITOR_ALERT_{target.upper()}"
        url = found.get(variable, "").strip()
        if not url:
            msg = (
                f"{variable}: is not set, but channels.toml has an [[alert]] for {target!r}; set "
                "it to an address as docs/alerts.md says, or remove the [[alert]]"
            )
            raise BadConfiguration(msg)
        made.append(AlertSecret(target, variable, url, found.get(f"{variable}_KEY", "").strip()))
    return tuple(made)


def alert_parts(address: str) -> frozenset[str]:
    """Return an address and everything in it that may be a secret: each part of four letters on.

    Services of Apprise carry tokens anywhere: as user, host, path or parameter.
    """
    rest = address.partition("://")[2]
    found = {address, rest, *re.split(r"[/:@,;#?&=+]+", rest)}
    found |= {unquote(part) for part in found}
    return frozenset(part for part in found if len(part) > 3)


def _file(session: str) -> Path:
    """Return a session's file as Telethon names it."""
    path = Path(session).expanduser().absolute()
    return path if path.suffix == ".session" else Path(f"{path}.session")


def _default(environment: Mapping[str, str], number: int) -> Path:
    state = environment.get("XDG_STATE_HOME")
    home = Path(state) if state else Path.home() / ".local" / "state"
    return home / "channel-migration-monitor" / f"account-{number}.session"


def values(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return every secret, to be kept out of what the program says."""
    found = _read(environment)
    hidden = set()
    for name, value in found.items():
        plain = name.startswith(("MONITOR_SESSION", "MONITOR_DATABASE", "MONITOR_SECRETS"))
        if plain or len(value) < 4:
            continue
        hidden |= {value, value.lstrip("+")}
        if name.startswith("MONITOR_ALERT_"):
            # Shorter parts, such as a port or "hook", would blank what is no secret.
            hidden |= {part for part in alert_parts(value) if len(part) > 7}
        with suppress(ValueError):  # what is no address at all is refused elsewhere
            parts = urlsplit(value)
            told = [parts.username, parts.password, *parse_qs(parts.query).get("secret", [])]
            hidden |= {p for one in told if one for p in (one, unquote(one)) if len(p) > 3}
    return frozenset(hidden)
