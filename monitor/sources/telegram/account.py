"""One signed-in account: questions in, facts out. It stores nothing and decides nothing."""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from telethon import events, functions, types, utils

from monitor.config import TelegramSettings
from monitor.errors import Retryable
from monitor.log import logger
from monitor.model import ChannelInfo, Peer, Post, Pushed
from monitor.secrets import AccountSecrets
from monitor.sources.telegram import translating
from monitor.sources.telegram.client import PacedClient, method_of
from monitor.sources.telegram.failures import AccountLost, as_ours
from monitor.sources.telegram.pace import Pace
from monitor.sources.telegram.proxies import transport
from monitor.sources.telegram.session import WAIT_S, install_key, open_session
from monitor.sources.telegram.translating import Told

BATCH = 100
"""Telegram's most messages, and channels, of one answer."""

ALBUM = 10
"""Telegram's most posts of one album."""

SKEW = timedelta(seconds=60)


class Account:
    """Asks Telegram as one account, between `open` and `close`.

    Args:
        secrets: who it is; nothing of it is ever told.
        settings: `[sources.telegram]`.
        pace: when it may ask what.
        base: the folder that a relative path of a public key starts from.
    """

    def __init__(
        self, secrets: AccountSecrets, settings: TelegramSettings, pace: Pace, *, base: Path
    ) -> None:
        self.name = secrets.name
        self.pace = pace
        self._secrets = secrets
        self._settings = settings
        self._base = base
        self._held = AsyncExitStack()
        self._client: PacedClient | None = None
        self.on_push: Callable[[Pushed], None] = lambda _pushed: None
        self.on_reconnect: Callable[[], None] = lambda: None

    async def open(self, wait_s: float = WAIT_S) -> None:
        """Open the session file and connect; what this opens, `close` closes.

        `wait_s` is how long another process may take to let go of the session file.

        Raises:
            AccountLost: it is signed out or banned.
            Retryable: Telegram cannot be reached.
            BadConfiguration: the session file is open to others, or the proxy is no proxy.
            MonitorError: another process uses the session file.
        """
        async with AsyncExitStack() as opening:
            server = self._settings.server
            if server is not None:
                install_key(server.public_key, self._base)
            session = await opening.enter_async_context(
                open_session(self._secrets.session, server, wait_s)
            )
            client = PacedClient(
                session, self._secrets.api_id, self._secrets.api_hash,
                account=self.name, pace=self.pace, timeout=self._settings.timeout,
                patience=self._settings.patience, on_reconnect=self._reconnected,
                on_gap=lambda channel: self.on_push(Pushed(channel)),
                **transport(self._secrets.proxy),
            )  # fmt: skip
            client.add_event_handler(self._told, events.Raw())
            opening.push_async_callback(client.leave)
            await self._connect(client)
            self._client = client
            self._held = opening.pop_all()

    async def _connect(self, client: PacedClient) -> None:
        with self._ours("connecting"):
            await client.connect()
            signed_in = await client.get_me() is not None
        if not signed_in:
            raise AccountLost(
                "signed_out",
                f"account {self.name}: it is not signed in, or its session was revoked; run "
                f"`channel-monitor login --account {self.name}`",
            )
        skew = timedelta(seconds=getattr(client._sender._state, "time_offset", 0))  # noqa: SLF001 - nothing public tells it
        if abs(skew) > SKEW:
            logger().warning("this machine's clock differs from Telegram's", by=str(skew))

    async def close(self) -> None:
        """Disconnect and let the session file go; closing twice does nothing."""
        self._client = None
        await self._held.aclose()

    @property
    def connected(self) -> bool:
        """Whether Telethon still holds or seeks a connection; False once it has given up."""
        return self._client is not None and bool(self._client.is_connected())

    @property
    def _open(self) -> PacedClient:
        if self._client is None or not self._client.is_connected():
            raise Retryable(f"account {self.name}: the connection was given up; it is made anew")
        return self._client

    def _reconnected(self) -> None:
        self.on_reconnect()

    async def _ask(self, request: Any) -> Any:  # noqa: ANN401 - TL objects
        with self._ours(method_of(request)):
            return await self._open(request)

    @contextmanager
    def _ours(self, asked: str) -> Iterator[None]:
        """Turn Telethon's errors into ours."""
        try:
            yield
        except Exception as error:
            ours = as_ours(error, self.name, asked)
            if ours is None or ours is error:
                raise
            raise ours from error

    async def _told(self, update: Any) -> None:  # noqa: ANN401 - a TL object
        found = translating.pushed(update)
        if found is not None:
            self.on_push(found)

    async def resolve(self, username: str) -> ChannelInfo:
        """Ask whose a username is: the one call that must stay rare.

        Raises:
            Unavailable: nobody has it.
        """
        answer = await self._ask(functions.contacts.ResolveUsernameRequest(username))
        if not isinstance(answer.peer, types.PeerChannel):
            return translating.info(answer.users[0] if answer.users else answer.chats[0])
        chat = next(c for c in answer.chats if c.id == answer.peer.channel_id)
        return translating.info(chat)

    async def states(self, peers: Sequence[Peer]) -> list[ChannelInfo]:
        """Ask after the state of many channels at once; subscribers may be unknown."""
        found = []
        for start in range(0, len(peers), BATCH):
            wanted = [_input(p) for p in peers[start : start + BATCH]]
            answer = await self._ask(functions.channels.GetChannelsRequest(wanted))
            found += [translating.info(chat) for chat in answer.chats]
        return found

    async def full(self, peer: Peer) -> ChannelInfo:
        """Ask for all that there is to tell of a channel; subscribers are exact."""
        answer = await self._ask(functions.channels.GetFullChannelRequest(_input(peer)))
        return translating.full_info(answer, peer.telegram_id)

    async def join(self, peer: Peer) -> None:
        """Join a channel, so that Telegram pushes what it posts."""
        await self._ask(functions.channels.JoinChannelRequest(_input(peer)))

    async def history(
        self, peer: Peer, *, after: int = 0, before: int = 0, since: datetime | None = None
    ) -> AsyncGenerator[Told]:
        """Yield a channel's messages, oldest first, a hundred or so at a time.

        It asks what Telethon's `iter_messages(reverse=True)` asks, and leaves out what that adds
        to each message, which costs half as much as reading the answer does.

        Args:
            peer: the channel.
            after: only messages with a higher id.
            before: only messages with a lower id; 0 sets no bound.
            since: where `after` is 0, only messages from this time on.
        """
        last, date = after, None if after else since
        held: list[Any] = []
        entities: dict[int, Any] = {}
        while not before or before - last > 1:
            answer = await self._ask(
                functions.messages.GetHistoryRequest(
                    types.InputPeerChannel(peer.telegram_id, peer.access_hash),
                    # Of the two bounds the id comes first, so one of 1 would hide the date.
                    offset_id=0 if date is not None and not last else last + 1,
                    offset_date=date, add_offset=-BATCH, limit=BATCH, max_id=0, min_id=0, hash=0,
                )
            )  # fmt: skip
            # Telegram asks from an id on; what lies beside the bounds is left out here.
            new = [
                m for m in reversed(answer.messages)
                if not isinstance(m, types.MessageEmpty)
                and m.id > last and (not before or m.id < before)
            ]  # fmt: skip
            if not new:
                break
            last, date = new[-1].id, new[-1].date
            entities |= {utils.get_peer_id(c): c for c in answer.chats}
            whole = _without_last_album(held + new)
            held = (held + new)[len(whole) :]
            if whole:
                yield Told(whole, entities)
        if held:
            yield Told(held, entities)

    async def posts(self, peer: Peer, ids: Sequence[int]) -> tuple[list[Post], list[int]]:
        """Ask for posts by id. Returns those that are there, and the ids of those that are not."""
        found: list[Post] = []
        missing: list[int] = []
        for start in range(0, len(ids), BATCH):
            wanted = [types.InputMessageID(i) for i in ids[start : start + BATCH]]
            answer = await self._ask(functions.channels.GetMessagesRequest(_input(peer), wanted))
            entities = {utils.get_peer_id(c): c for c in answer.chats}
            found += translating.posts_of(answer.messages, entities)
            missing += [m.id for m in answer.messages if isinstance(m, types.MessageEmpty)]
        return found, missing


def _input(peer: Peer) -> Any:  # noqa: ANN401 - a TL object
    return types.InputChannel(peer.telegram_id, peer.access_hash)


def _without_last_album(messages: list[Any]) -> list[Any]:
    """Return messages up to an album that may go on in the next answer: its posts name each other.

    What is longer than an album can be is none that is worth waiting for.
    """
    group = messages[-1].grouped_id if isinstance(messages[-1], types.Message) else None
    end = len(messages)
    while group and end and getattr(messages[end - 1], "grouped_id", None) == group:
        end -= 1
    return messages if len(messages) - end > ALBUM else messages[:end]
