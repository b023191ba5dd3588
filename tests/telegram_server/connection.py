"""One client's connection: framing, key exchange, the encrypted layer; requests go to `Calls`."""

import asyncio
import logging
import os
import struct
import time
from hashlib import sha256
from typing import Any
from zlib import crc32

from telethon.crypto import AES, AuthKey
from telethon.extensions import BinaryReader
from telethon.network.mtprotostate import MTProtoState
from telethon.tl import functions as F
from telethon.tl import types as T
from telethon.tl.core import GzipPacked, MessageContainer

from tests.telegram_server.calls import Calls
from tests.telegram_server.errors import RpcError
from tests.telegram_server.faults import Faults
from tests.telegram_server.key_exchange import KeyExchange
from tests.telegram_server.signing_in import OPEN_METHODS

_WRAPPERS = (
    F.InvokeWithLayerRequest, F.InitConnectionRequest, F.InvokeWithoutUpdatesRequest,
    F.InvokeAfterMsgRequest,
)  # fmt: skip
GZIP_FROM = 4096
_RPC_RESULT = 0xF35C6D01
_BOOL = {True: struct.pack("<I", 0x997275B5), False: struct.pack("<I", 0xBC799737)}


class Core:
    """What all connections share: keys, sessions, the salt, faults, the calls."""

    def __init__(self, calls: Calls, rsa_key: Any) -> None:
        self.calls = calls
        self.faults = Faults()
        self.rsa_key = rsa_key
        self.keys: dict[int, AuthKey] = {}
        self.users: dict[int, int] = {}
        self.sessions: set[tuple[int, int]] = set()
        self.open: set[Connection] = set()
        self.salt = int.from_bytes(os.urandom(8), "little", signed=True)
        self.skew_s = 0
        self._last = 0

    def msg_id(self, kind: int) -> int:
        at = time.time() + self.skew_s
        made = (int(at) << 32 | int((at % 1) * (1 << 30)) << 2) & ~3
        self._last = made = max(made, (self._last & ~3) + 4)
        return made + kind


class Connection:
    """One TCP connection."""

    def __init__(
        self, core: Core, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.core = core
        self.reader = reader
        self.writer = writer
        self.key: AuthKey | None = None
        self.session = 0
        self.quiet = False
        self._sent = 0
        self._seq = 0
        self._exchange = KeyExchange(core.rsa_key)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def user(self) -> int | None:
        return self.core.users.get(self.key.key_id) if self.key else None

    # -- framing ---------------------------------------------------------------------------

    async def _read_frame(self) -> bytes:
        head = await self.reader.readexactly(8)
        length, _ = struct.unpack("<ii", head)
        body = await self.reader.readexactly(length - 8)
        assert crc32(head + body[:-4]) == struct.unpack("<I", body[-4:])[0]
        return body[:-4]

    def _write_frame(self, data: bytes, *, half: bool = False) -> None:
        framed = struct.pack("<ii", len(data) + 12, self._sent) + data
        self._sent += 1
        framed += struct.pack("<I", crc32(framed))
        self.writer.write(framed[: len(framed) // 2] if half else framed)

    # -- encrypted layer -------------------------------------------------------------------

    def _decrypt(self, frame: bytes) -> bytes:
        assert self.key is not None
        msg_key = frame[8:24]
        key, iv = MTProtoState._calc_key(self.key.key, msg_key, True)
        plain: bytes = AES.decrypt_ige(frame[24:], key, iv)
        assert sha256(self.key.key[88:120] + plain).digest()[8:24] == msg_key
        return plain

    def send(
        self, payload: Any, *, kind: int = 1, content: bool = True, half: bool = False
    ) -> None:
        """Send one object: `kind` 1 answers, 3 pushes; what is no content needs no answer."""
        if self.key is None:
            return
        body = payload if isinstance(payload, bytes) else bytes(payload)
        seq = self._seq * 2 + (1 if content else 0)
        self._seq += content
        data = struct.pack(
            "<qqqii", self.core.salt, self.session, self.core.msg_id(kind), seq, len(body)
        )
        data += body
        data += os.urandom(-(len(data) + 12) % 16 + 12)
        msg_key = sha256(self.key.key[96:128] + data).digest()[8:24]
        key, iv = MTProtoState._calc_key(self.key.key, msg_key, False)
        head = struct.pack("<Q", self.key.key_id)
        self._write_frame(head + msg_key + AES.encrypt_ige(data, key, iv), half=half)

    # -- main loop -------------------------------------------------------------------------

    async def run(self) -> None:
        while True:
            frame = await self._read_frame()
            key_id = struct.unpack_from("<Q", frame)[0]
            if key_id == 0:
                answer, key = self._exchange.answer(frame, self.core.skew_s)
                if key is not None:
                    self.core.keys[key.key_id] = key
                body = bytes(answer)
                self._write_frame(struct.pack("<qqi", 0, self.core.msg_id(1), len(body)) + body)
                continue
            if self.key is None:
                self.key = self.core.keys.get(key_id)
            if self.key is None or key_id not in self.core.keys:
                self._write_frame(struct.pack("<i", -404))
                return
            self._take(BinaryReader(self._decrypt(frame)))

    def _take(self, reader: BinaryReader) -> None:
        salt, session, msg_id = reader.read_long(), reader.read_long(), reader.read_long()
        seq, _ = reader.read_int(), reader.read_int()
        if self.session != session:
            self.session, self._seq = session, 0
        ahead_s = (msg_id >> 32) - (time.time() + self.core.skew_s)
        if not -300 < ahead_s < 30:
            code = 16 if ahead_s < 0 else 17
            self.send(T.BadMsgNotification(msg_id, seq, code), content=False)
            return
        if salt != self.core.salt:
            self.send(T.BadServerSalt(msg_id, seq, 48, self.core.salt), content=False)
            return
        assert self.key is not None
        if (self.key.key_id, session) not in self.core.sessions:
            self.core.sessions.add((self.key.key_id, session))
            self.send(T.NewSessionCreated(msg_id, 1, self.core.salt), kind=3)
        found = reader.tgread_object()
        messages = (
            [(m.msg_id, m.obj) for m in found.messages]
            if isinstance(found, MessageContainer)
            else [(msg_id, found)]
        )
        for one_id, request in messages:
            if isinstance(request, GzipPacked):
                request = BinaryReader(request.data).tgread_object()  # noqa: PLW2901 - unpacked
            task = asyncio.ensure_future(self._dispatch(one_id, request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _dispatch(self, msg_id: int, request: Any) -> None:
        while isinstance(request, _WRAPPERS):
            self.quiet = self.quiet or isinstance(request, F.InvokeWithoutUpdatesRequest)
            request = request.query
        if isinstance(request, F.PingRequest | F.PingDelayDisconnectRequest):
            self.send(T.Pong(msg_id, request.ping_id), content=False)
            return
        if isinstance(request, F.DestroySessionRequest):
            self.send(T.DestroySessionOk(request.session_id))
            return
        if isinstance(request, T.MsgsAck | T.MsgsStateReq | T.HttpWait):
            return
        name = _name_of(request)
        self.core.calls.made.append((name, self.user, request))
        fault = self.core.faults.next(name, self.user)
        if fault is not None and fault.kind == "drop":
            self.writer.transport.abort()
            return
        if fault is not None and fault.kind == "hang":
            return
        answer = self._answer(name, request, fault)
        half = fault is not None and fault.kind == "half"
        self.send(struct.pack("<Iq", _RPC_RESULT, msg_id) + answer, half=half)
        if half:
            await self.writer.drain()
            self.writer.close()

    def _answer(self, name: str, request: Any, fault: Any) -> bytes:
        try:
            if fault is not None and fault.kind == "error":
                raise RpcError(fault.code, fault.message)
            if self.user is None and name not in OPEN_METHODS:
                raise RpcError(401, "AUTH_KEY_UNREGISTERED")
            found = self.core.calls.answer(name, request, self)
            if isinstance(found, bool):
                return _BOOL[found]
            data = found if isinstance(found, bytes) else bytes(found)
            return bytes(GzipPacked(data)) if len(data) > GZIP_FROM else data
        except RpcError as error:
            return bytes(T.RpcError(error.code, error.message))
        except Exception as error:
            logging.exception("the test server failed at %s", name)  # noqa: LOG015 - a test's log
            return bytes(T.RpcError(500, f"INTERNAL_{type(error).__name__.upper()}"))


def _name_of(request: Any) -> str:
    space = type(request).__module__.split("functions")[-1].strip(".")
    return f"{space}.{type(request).__name__.removesuffix('Request')}".strip(".")
