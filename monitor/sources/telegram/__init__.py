"""Telegram through accounts: Telethon lives in this folder alone, and nothing here stores."""

from monitor.sources.telegram.account import Account
from monitor.sources.telegram.failures import AccountLost, Flooded, StaleAccess, Unavailable
from monitor.sources.telegram.pace import Held, Pace, Timer
from monitor.sources.telegram.session import WAIT_S
from monitor.sources.telegram.translating import Told

__all__ = [
    "WAIT_S",
    "Account",
    "AccountLost",
    "Flooded",
    "Held",
    "Pace",
    "StaleAccess",
    "Timer",
    "Told",
    "Unavailable",
]
