"""A Telethon client whose every request keeps the pace, is counted, timed out and tried again."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from telethon import TelegramClient, types
from telethon.errors import FloodError, FloodWaitError, RPCError, ServerError

from monitor import __version__
from monitor.log import logger
from monitor.sources.telegram.pace import Pace

ATTEMPTS = 3
"""How often a request that got no answer is asked again; every request of ours only reads."""

_warned: set[str] = set()


def warn_without_cryptg() -> None:
    """Say once that the fast cipher is missing; all works without, more slowly."""
    try:
        import cryptg  # noqa: F401, PLC0415 - Telethon takes it if it is there
    except ImportError:
        if "cryptg" not in _warned:
            _warned.add("cryptg")
            logger().warning("cryptg is not installed: reading is slower; pip install cryptg")


class PacedClient(TelegramClient):  # type: ignore[misc]  # telethon ships no types
    """Telethon's client, with one central pace in front of it."""

    def __init__(
        self,
        session: object,
        api_id: int,
        api_hash: str,
        *,
        account: str,
        pace: Pace,
        timeout: timedelta,
        patience: timedelta,
        on_reconnect: Callable[[], None] = lambda: None,
        on_gap: Callable[[int], None] = lambda _channel: None,
        **transport: object,
    ) -> None:
        warn_without_cryptg()
        super().__init__(
            session, api_id, api_hash,
            # Waiting is the pace's business: Telethon must neither sleep nor retry on floods.
            flood_sleep_threshold=0,
            request_retries=2, connection_retries=3, retry_delay=1,
            timeout=max(1, int(timeout.total_seconds())), raise_last_call_error=True,
            device_model="channel-migration-monitor", app_version=__version__, **transport,
        )  # fmt: skip
        self.account = account
        self.pace = pace
        self.patience_s = patience.total_seconds()
        self.answer_s = timeout.total_seconds()
        self._on_reconnect = on_reconnect
        self._on_gap = on_gap
        self._returning = False

    async def __call__(
        self,
        request: Any,  # noqa: ANN401 - a TL object
        ordered: bool = False,  # noqa: FBT001, FBT002 - Telethon's signature
        flood_sleep_threshold: int | None = None,  # noqa: ARG002 - it has no effect in Telethon
    ) -> Any:  # noqa: ANN401 - a TL object
        """Ask when it is the method's turn.

        What is raised is Telethon's own, for its update loop and sign-in call this too and know
        no others; `Account` turns it into ours.
        """
        method = method_of(request)
        for attempt in range(1, ATTEMPTS + 1):
            if (wait_s := self.pace.wait_s(method)) > self.patience_s:
                raise FloodWaitError(request=request, capture=int(wait_s) + 1)
            try:
                async with self.pace.turn(method), asyncio.timeout(self.answer_s):
                    answer = await super().__call__(request, ordered=ordered)
                self._notice_gap(request, answer)
                return answer  # noqa: TRY300 - what may fail is above
            except FloodError as error:
                # Telethon remembers floods by its own clock and would refuse unasked.
                self._flood_waited_requests.clear()
                wait_s = max(1, getattr(error, "seconds", 1))
                await self.pace.flood(method, wait_s)
                logger().warning("flood wait", account=self.account, method=method, seconds=wait_s)
                if attempt == ATTEMPTS:
                    raise
            except (TimeoutError, ConnectionError, ServerError) as error:
                self.pace.failures[method] += 1
                if attempt == ATTEMPTS or not self.is_connected():
                    raise ConnectionError(f"{method}: {type(error).__name__} {error}") from error
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if self.is_connected() or (task is not None and task.cancelling()):
                    raise
                # Telethon cancels what is open when it gives up the connection.
                raise ConnectionError(f"{method}: the connection was given up") from None
            except RPCError:
                self.pace.failures[method] += 1
                raise
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    async def leave(self) -> None:
        """Disconnect; a connection that is broken already must not keep us from ending."""
        with suppress(Exception):
            async with asyncio.timeout(5):
                await self.disconnect()
        # Nobody awaits what ended the connection: unread, the event loop would print its traceback.
        ended = getattr(self._sender, "_disconnected", None)
        if ended is not None and ended.done() and not ended.cancelled():
            ended.exception()

    def _notice_gap(self, request: Any, answer: Any) -> None:  # noqa: ANN401 - TL objects
        """Tell of posts that Telegram will not push any more: Telethon passes over them."""
        if isinstance(answer, types.updates.ChannelDifferenceTooLong):
            self._on_gap(request.channel.channel_id)
        elif isinstance(answer, types.updates.DifferenceTooLong):
            self._on_reconnect()

    async def _handle_auto_reconnect(self) -> None:
        """Tell that pushes may have been missed: Telethon does not catch up by itself.

        Where connections break faster than this is done, once is enough.
        """
        if self._returning:
            return
        self._returning = True
        try:
            with suppress(Exception):
                await super()._handle_auto_reconnect()
        finally:
            self._returning = False
        self._on_reconnect()


def method_of(request: object) -> str:
    """Name a request as Telegram's documentation does, such as `messages.GetHistory`."""
    kind = type(request)
    space = kind.__module__.rpartition("functions")[2].strip(".")
    name = kind.__name__.removesuffix("Request")
    return f"{space}.{name}" if space else name
