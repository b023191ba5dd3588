"""An account's pace, with the waits that Telegram asked for kept in the store as they begin."""

from monitor.clock import Clock
from monitor.config import TelegramSettings
from monitor.sources.telegram import Held, Pace, Timer
from monitor.store import accounts
from monitor.store.accounts import Hold
from monitor.store.database import Database


async def kept_pace(
    database: Database, settings: TelegramSettings, clock: Clock, name: str,
    timer: Timer | None = None,
) -> Pace:  # fmt: skip
    """Make one account's pace; it goes on waiting where an earlier process waited."""

    async def keep(held: Held) -> None:
        async with database.begin() as connection:
            await accounts.hold(connection, Hold(name, held.method, held.until, held.reason))

    pace = Pace(
        settings.requests_per_second, settings.resolves_per_minute, clock,
        on_hold=keep, timer=timer, burst=settings.burst,
    )  # fmt: skip
    async with database.begin() as connection:
        for hold in await accounts.holds(connection, after=clock.now()):
            if hold.account == name:
                pace.restore(hold.method, hold.until)
    return pace
