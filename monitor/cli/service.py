"""`run`: the background service."""

import asyncio
import signal

import typer

from monitor import log, secrets
from monitor.cli.collecting import checked
from monitor.cli.context import Invocation, run, say
from monitor.cli.program import app, asked
from monitor.clock import Clock, ShiftedClock
from monitor.config import Settings
from monitor.errors import BadConfiguration, MonitorError
from monitor.jobs.delivering import addresses
from monitor.jobs.passes import Means
from monitor.log import logger
from monitor.service.running import TICK_S, Orders, Service
from monitor.service.showing import shown
from monitor.service.single import only_service
from monitor.sources.telegram import Timer
from monitor.store.database import Database, sqlite_path


@app.command("run")
def run_service(context: typer.Context) -> None:
    """Watch all channels until stopped: the background service."""
    invoked = asked(context)
    settings = _watched(invoked)
    log.configure(
        quiet=invoked.quiet, verbose=invoked.verbose, as_json=settings.service.log == "json"
    )
    run(serve(invoked, settings, ShiftedClock(invoked.now) if invoked.now else invoked.clock))


async def serve(
    invoked: Invocation, settings: Settings, clock: Clock, *, timer: Timer | None = None,
    tick_s: float = TICK_S,
) -> None:  # fmt: skip
    """Watch until told to stop; `timer` and `tick_s` are for a time that goes faster."""
    orders = Orders()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, orders.end)
    loop.add_signal_handler(signal.SIGHUP, lambda: _read_again(invoked, orders))
    if clock.shifted:
        say(f"note: --now is given; what is fetched is stamped from {clock.now().isoformat()} on")
    with only_service(sqlite_path(invoked.database), clock.now()):
        async with Database(
            invoked.database, writes="channel-monitor run", by_turns=True
        ) as database:
            since, earlier = clock.now(), None
            while not orders.stop.is_set():
                service = None
                try:
                    service = Service(
                        _means(invoked, settings, database, clock, timer),
                        reports=invoked.reports(settings),
                        tell=(lambda _line: None) if invoked.quiet else say,
                        tick_s=tick_s,
                        anew=earlier is not None,
                    )
                    async with shown(
                        service, invoked.database, invoked.archive().folder, since=since,
                        needed=not service.anew,
                    ):  # fmt: skip
                        await service.run(orders)
                except MonitorError as error:
                    began = service is not None and service.begun
                    if earlier is None or earlier == settings or began:
                        raise
                    _say_wrong(error)
                    settings = earlier
                    continue
                if service.begun:
                    earlier = settings
                settings = orders.settings or settings
                orders.changed.clear()


def _watched(invoked: Invocation) -> Settings:
    """Read the configuration; one without channels is a file that somebody is just saving."""
    settings = checked(invoked)
    if not settings.channel:
        msg = f"{invoked.config}: names nobody to watch; add a [[channel]] with a username for each"
        raise BadConfiguration(msg)
    return settings


def _means(
    invoked: Invocation, settings: Settings, database: Database, clock: Clock, timer: Timer | None
) -> Means:
    with_accounts = any(entry.source == "telegram" for entry in settings.channel)
    return Means(
        settings, database, invoked.archive(), clock, secrets.proxy(),
        secrets.accounts() if with_accounts else (), invoked.config.parent, timer=timer,
    )  # fmt: skip


def _read_again(invoked: Invocation, orders: Orders) -> None:
    """Take the configuration as it is now; one that is wrong changes nothing."""
    try:
        settings = _watched(invoked)
        addresses(settings)
        orders.change(settings)
    except MonitorError as error:
        _say_wrong(error)
    else:
        logger().info("the configuration was read anew", file=str(invoked.config))


def _say_wrong(error: MonitorError) -> None:
    logger().error("the configuration is wrong; the earlier one stays", why=str(error))
