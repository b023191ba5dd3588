"""The server in a thread of its own, with controls that tests call from theirs."""

import asyncio
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

import rsa
from telethon.crypto import AuthKey
from telethon.sessions import SQLiteSession
from telethon.tl import types as T

from tests.telegram_server.calls import Calls
from tests.telegram_server.connection import Connection, Core
from tests.telegram_server.faults import Fault
from tests.telegram_server.proxies import MtProxy, Proxy, Socks5
from tests.telegram_server.world import Channel, User, now, url_entities

R = TypeVar("R")
P = TypeVar("P", bound=Proxy)

_KEY = rsa.PrivateKey.load_pkcs1((Path(__file__).parent / "test_key.pem").read_bytes())


class TelegramServer:
    """Use as a context manager; every control may be called from any thread."""

    def __init__(self) -> None:
        self._calls = Calls()
        self._core = Core(self._calls, _KEY)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._proxies: list[Proxy] = []
        self.public_key = rsa.PublicKey(_KEY.n, _KEY.e).save_pkcs1().decode()
        self.host, self.port = "127.0.0.1", 0

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._calls.address = (self.host, self.port)

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for proxy in self._proxies:
            proxy.close()
        for connection in list(self._core.open):
            connection.writer.transport.abort()
        await asyncio.sleep(0.05)
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self._core, reader, writer)
        self._core.open.add(connection)
        try:
            await connection.run()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            self._core.open.discard(connection)
            writer.close()

    def _do(self, work: Callable[[], R]) -> R:
        async def one() -> R:
            return work()

        return asyncio.run_coroutine_threadsafe(one(), self._loop).result(10)

    # -- accounts --------------------------------------------------------------------------

    def add_user(self, phone: str, code: str = "12345", user: int = 7, password: str = "") -> User:
        new = User(user, phone, code, password)
        return self._do(lambda: self._calls.users.setdefault(user, new))

    def scan(self, user: int = 7) -> None:
        """Let an account's other device scan the codes that clients show just now."""

        def scan() -> None:
            for connection in self._core.open:
                if connection.key is not None and connection.user is None:
                    self._calls.scanned[connection.key.key_id] = user
                    connection.send(T.UpdateShort(T.UpdateLoginToken(), now()), kind=3)

        self._do(scan)

    def authorise(self, path: Path, user: int = 7) -> Path:
        """Write a session file that is signed in already."""
        self.add_user(f"+100{user}", user=user)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = AuthKey(os.urandom(256))

        def know() -> None:
            self._core.keys[key.key_id] = key
            self._core.users[key.key_id] = user

        self._do(know)
        session = SQLiteSession(str(path))
        session.set_dc(2, self.host, self.port)
        session.auth_key = key
        session.save()
        session.close()
        path.chmod(0o600)
        return path

    def revoke(self, user: int = 7) -> None:
        def forget() -> None:
            for key, one in list(self._core.users.items()):
                if one == user:
                    del self._core.users[key]

        self._do(forget)

    def ban(self, user: int = 7) -> None:
        self._do(lambda: setattr(self._calls.users[user], "banned", True))

    def socks5(self, user: str = "", password: str = "") -> Socks5:
        """Start a proxy that leads here, or anywhere."""
        return self._proxy(Socks5(user, password))

    def mtproxy(self, secret: bytes) -> MtProxy:
        """Start a proxy that leads here."""
        return self._proxy(MtProxy(secret, lambda: (self.host, self.port)))

    def _proxy(self, proxy: P) -> P:
        asyncio.run_coroutine_threadsafe(proxy.listen(), self._loop).result(10)
        self._proxies.append(proxy)
        return proxy

    # -- channels --------------------------------------------------------------------------

    def add_channel(self, number: int, title: str, **more: Any) -> Channel:
        return self._do(
            lambda: self._calls.channels.setdefault(number, Channel(number, title, **more))
        )

    def fill(
        self, channel: Channel, posts: int, *, start: datetime, every: timedelta,
        text: Callable[[int], str] = "خبر {}".format,
    ) -> None:  # fmt: skip
        def write() -> None:
            for number in range(posts):
                channel.add(text(number + 1), start + number * every)

        self._do(write)

    def post(self, channel: Channel, text: str, *, push: bool = True, **more: Any) -> int:
        def write() -> int:
            update = channel.add(text, **more)
            self._push(channel, update, push)
            return int(update.message.id)

        return self._do(write)

    def service(self, channel: Channel, action: Any, *, push: bool = True) -> int:
        def write() -> int:
            update = channel.act(action)
            self._push(channel, update, push)
            return int(update.message.id)

        return self._do(write)

    def edit(self, channel: Channel, post: int, text: str, *, push: bool = True) -> None:
        def write() -> None:
            message = channel.posts[post]
            message.message, message.entities = text, url_entities(text)
            message.edit_date = now()
            channel.pts += 1
            update = T.UpdateEditChannelMessage(message, channel.pts, 1)
            channel.log.append(update)
            self._push(channel, update, push)

        self._do(write)

    def delete(self, channel: Channel, *posts: int, push: bool = True) -> None:
        def remove() -> None:
            for post in posts:
                channel.posts.pop(post, None)
                channel.ids.remove(post)
            channel.pts += len(posts)
            update = T.UpdateDeleteChannelMessages(channel.id, list(posts), channel.pts, len(posts))
            channel.log.append(update)
            self._push(channel, update, push)

        self._do(remove)

    def change(self, channel: Channel, **values: Any) -> None:
        """Set anything of a channel: username, title, participants, restriction, too_long ..."""

        def change() -> None:
            for name, value in values.items():
                setattr(channel, name, value)
            self._push(channel, T.UpdateChannel(channel.id), True)

        self._do(change)

    def delete_channel(self, channel: Channel) -> None:
        self.change(channel, closed=True, username=None)

    def set_views(self, channel: Channel, post: int, views: int) -> None:
        self._do(lambda: setattr(channel.posts[post], "views", views))

    def _push(self, channel: Channel, update: Any, wanted: bool) -> None:  # noqa: FBT001 - internal
        for connection in self._core.open if wanted else ():
            if connection.user in channel.members and connection.key and not connection.quiet:
                told = T.Updates([update], [], [channel.tl(connection.user)], now(), 0)
                connection.send(told, kind=3)

    # -- trouble ---------------------------------------------------------------------------

    def fail(self, method: str, kind: str, code: int = 0, message: str = "", *, times: int = 1,
             user: int | None = None) -> None:  # fmt: skip
        fault = Fault(kind, code, message, user)
        self._do(lambda: self._core.faults.add(method, fault, times))

    def mend(self) -> None:
        """Take back all faults that met nobody yet."""
        self._do(self._core.faults.clear)

    def rotate_salt(self) -> None:
        self._do(lambda: setattr(self._core, "salt", self._core.salt ^ 0x5555555555))

    def skew(self, seconds: int) -> None:
        self._do(lambda: setattr(self._core, "skew_s", seconds))

    def kick(self) -> None:
        def abort() -> None:
            for connection in list(self._core.open):
                connection.writer.transport.abort()

        self._do(abort)

    def stop_listening(self) -> None:
        """Be gone from the network: no connection is taken, those that were are dropped."""
        assert self._server is not None
        self._do(self._server.close)
        self.kick()

    def listen_again(self) -> None:
        """Be back where it was."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def forget_keys(self) -> None:
        self._do(self._core.keys.clear)
        self.kick()

    # -- what was asked --------------------------------------------------------------------

    def count(self, method: str, user: int | None = None) -> int:
        return self._do(
            lambda: sum(n == method and user in (None, u) for n, u, _ in self._calls.made)
        )

    def counts(self) -> Counter[str]:
        return self._do(lambda: Counter(n for n, _, _ in self._calls.made))

    def wait_until(self, true: Callable[[], object], seconds: float = 40) -> None:
        """Wait for something that another process brings about."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.02)
