"""The channel-migration monitor: who leaves Telegram, where to, and how we know."""

__version__ = "0.1.0"
