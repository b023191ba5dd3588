"""A small MTProto server on loopback: the real Telethon client speaks to it over TCP."""

from tests.telegram_server.server import TelegramServer
from tests.telegram_server.world import Channel

__all__ = ["Channel", "TelegramServer"]
