"""Secrets come from MONITOR_* variables or the file that MONITOR_SECRETS names, and no other."""

import os
from collections.abc import Mapping
from pathlib import Path

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
