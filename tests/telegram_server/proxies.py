"""Proxies on loopback that lead to a server: SOCKS5 (RFC 1928, 1929) and MTProxy."""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from zlib import crc32

from telethon.crypto import AESModeCTR
from typing_extensions import override

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter


class Proxy:
    """Counts whom it let through; subclasses say how."""

    def __init__(self) -> None:
        self.port = 0
        self.used = 0
        self.refused = 0
        self._server: asyncio.Server | None = None
        self._open: set[Writer] = set()

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _accept(self, reader: Reader, writer: Writer) -> None:
        self._open.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            await self.lead(reader, writer)
        self._open.discard(writer)
        writer.close()

    async def lead(self, reader: Reader, writer: Writer) -> None:
        raise NotImplementedError

    @staticmethod
    async def both(*ways: Awaitable[None]) -> None:
        """Carry in both directions until one of them ends."""
        tasks = [asyncio.ensure_future(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()


async def _carry(reader: Reader, writer: Writer) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


class Socks5(Proxy):
    """Leads anywhere, to who knows the password if there is one."""

    def __init__(self, user: str = "", password: str = "") -> None:
        super().__init__()
        self._wanted = (user.encode(), password.encode())

    @override
    async def lead(self, reader: Reader, writer: Writer) -> None:
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        if self._wanted[0]:
            writer.write(b"\x05\x02")
            _, length = await reader.readexactly(2)
            user = await reader.readexactly(length)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            right = (user, password) == self._wanted
            writer.write(b"\x01" + (b"\x00" if right else b"\x01"))
            if not right:
                self.refused += 1
                return
        else:
            writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 1:
            host = ".".join(map(str, await reader.readexactly(4)))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = struct.unpack(">H", await reader.readexactly(2))[0]
        there, out = await asyncio.open_connection(host, port)
        self.used += 1
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        try:
            await self.both(_carry(reader, out), _carry(there, writer))
        finally:
            out.close()


class MtProxy(Proxy):
    """Leads to one server whoever knows the secret (https://core.telegram.org/mtproto/mtproto-transports).

    It speaks the padded intermediate transport to clients, and the full one to the server.
    """

    def __init__(self, secret: bytes, target: Callable[[], tuple[str, int]]) -> None:
        super().__init__()
        self._secret = secret
        self._target = target

    @override
    async def lead(self, reader: Reader, writer: Writer) -> None:
        head = await reader.readexactly(64)
        back = head[55:7:-1]
        theirs = AESModeCTR(sha256(head[8:40] + self._secret).digest(), head[40:56])
        ours = AESModeCTR(sha256(back[:32] + self._secret).digest(), back[32:48])
        if theirs.decrypt(head)[56:60] != b"\xdd\xdd\xdd\xdd":
            self.refused += 1
            return
        self.used += 1
        there, out = await asyncio.open_connection(*self._target())

        async def inwards() -> None:
            number = 0
            while True:
                length = struct.unpack("<i", theirs.decrypt(await reader.readexactly(4)))[0]
                data = theirs.decrypt(await reader.readexactly(length))
                data = data[: len(data) - len(data) % 4]
                framed = struct.pack("<ii", len(data) + 12, number) + data
                out.write(framed + struct.pack("<I", crc32(framed)))
                number += 1

        async def outwards() -> None:
            while True:
                length, _ = struct.unpack("<ii", await there.readexactly(8))
                data = (await there.readexactly(length - 8))[:-4]
                writer.write(ours.encrypt(struct.pack("<i", len(data)) + data))

        try:
            await self.both(inwards(), outwards())
        finally:
            out.close()
