"""Session files: private, held by one process, and empty of people."""

import asyncio
import os
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import rsa
from filelock import FileLock, Timeout
from telethon.crypto import rsa as telethon_rsa
from telethon.sessions import SQLiteSession

from monitor.config import ServerSettings
from monitor.errors import BadConfiguration, MonitorError

WAIT_S = 5.0
"""How long another process may take to let go of the file: one that is ending, say."""


@asynccontextmanager
async def open_session(
    path: Path, server: ServerSettings | None, wait_s: float = WAIT_S
) -> AsyncIterator[Any]:
    """Open a Telethon session file, making it (0600, in a folder 0700) where there is none.

    `path` ends in `.session`, or Telethon would use another. Nothing of the people and channels
    that Telegram mentions is ever written into it.

    Raises:
        BadConfiguration: others can read it or its folder, or it is no session file.
        MonitorError: another process uses it.
    """
    path = _private(path)
    lock = FileLock(f"{path}.lock", mode=0o600)
    await _take(lock, path, wait_s)
    try:
        session = _opened(path)
        session.save_entities = False
        if server is not None and (session.server_address, session.port) != (
            server.host,
            server.port,
        ):
            session.set_dc(server.dc, server.host, server.port)
        try:
            yield session
        finally:
            session.close()
    finally:
        lock.release()


def _private(path: Path) -> Path:
    """Make the file where there is none; return its real path, once only its owner can read it."""
    path = path.resolve()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        msg = f"the session file {path} cannot be made or opened: {error}; check its folder"
        raise BadConfiguration(msg) from error
    for place, mode in ((path.parent, "700"), (path, "600")):
        if stat.S_IMODE(place.stat().st_mode) & 0o077:
            msg = (
                f"{place} can be read by others, and it is as good as the account: run "
                f"`chmod {mode} {place}`"
            )
            raise BadConfiguration(msg)
    return path


async def _take(lock: FileLock, path: Path, wait_s: float) -> None:
    """Take the lock, letting everything else go on meanwhile."""
    end = asyncio.get_running_loop().time() + wait_s
    while True:
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            if asyncio.get_running_loop().time() >= end:
                msg = (
                    f"the session file {path} is used by another process; stop that, or give this "
                    "one an account of its own"
                )
                raise MonitorError(msg) from error
            await asyncio.sleep(0.1)
        else:
            return


def _opened(path: Path) -> Any:  # noqa: ANN401 - telethon ships no types
    try:
        # Telethon would add its tables to any database that has no `version`.
        with closing(sqlite3.connect(path)) as file:
            tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
        if tables and not {"version", "sessions"} <= tables:
            raise ValueError(path)
        return SQLiteSession(str(path))
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:
        msg = f"{path} is no session file of Telethon; move it away and log in again"
        raise BadConfiguration(msg) from error


def install_key(public_key: str, base: Path) -> None:
    """Let Telethon trust a server's public key: a PEM text, or a file that holds one.

    Raises:
        BadConfiguration: it is neither.
    """
    text = public_key
    if "BEGIN" not in text:
        try:
            text = (base / public_key).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            msg = f"sources.telegram.server, public_key: cannot be read: {error}"
            raise BadConfiguration(msg) from error
    pkcs1 = "BEGIN RSA PUBLIC KEY" in text
    try:
        key = (rsa.PublicKey.load_pkcs1 if pkcs1 else rsa.PublicKey.load_pkcs1_openssl_pem)(
            text.strip().encode()
        )
    except Exception as error:
        msg = (
            "sources.telegram.server, public_key: is no RSA public key in PEM; write the text "
            "from BEGIN to END, or the path of a file that holds it"
        )
        raise BadConfiguration(msg) from error
    telethon_rsa.add_key(key.save_pkcs1().decode(), old=False)
