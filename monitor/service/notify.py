"""What systemd is told: ready, alive, reloading, stopping. Nothing where it did not start us.

The protocol (sd_notify(3)) is one datagram; the packages for it are unkept or need a compiler.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Systemd:
    """The way to the service manager."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        pid = environment.get("WATCHDOG_PID", "")
        micros = environment.get("WATCHDOG_USEC", "")
        meant = not pid or pid == str(os.getpid())
        self.watchdog_s = int(micros) / 1e6 if meant and micros.isdecimal() else None
        """Within how many seconds a sign of life must come; None where none is asked for."""

    def ready(self, status: str) -> None:
        """Say that the service is up."""
        self._send(f"READY=1\nSTATUS={status}")

    def alive(self, status: str) -> None:
        """Say that work goes on; `status` is what `systemctl status` shows."""
        self._send(f"WATCHDOG=1\nSTATUS={status}")

    def reloading(self) -> None:
        """Say that the configuration is taken anew; `ready` says when that is done.

        Not `stopping`: what said that and goes on is killed when the time to stop is over.
        """
        self._send("RELOADING=1\nSTATUS=taking the configuration anew")

    def stopping(self) -> None:
        """Say that the end was asked for."""
        self._send("STOPPING=1\nSTATUS=stopping")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        # A manager that is gone is no reason to stop watching.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto(text.encode(), address)
