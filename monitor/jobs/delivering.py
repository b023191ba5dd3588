"""What the outbox has due in; messages at their targets and what came of each out.

Delivered at least once: a message is marked in a transaction of its own after it was taken, so that
a kill in between sends it again, with the same id. A schedule of its own it has none.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import secrets
from monitor.alerts import messages, waits
from monitor.alerts.addresses import Address, address
from monitor.alerts.hours import last_slot, next_slot, quiet_until
from monitor.alerts.sending import TIMEOUT_S, send
from monitor.clock import Clock, as_rfc3339
from monitor.config import Settings
from monitor.errors import BadConfiguration, Retryable, StoreError
from monitor.log import hide, logger
from monitor.store import outbox
from monitor.store.database import Database
from monitor.store.outbox import DIGEST, Entry


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one attempt; `error` is None where the message was taken."""

    target: str
    message: str
    error: str | None


def addresses(settings: Settings) -> dict[str, Address]:
    """Return the address of every target that channels.toml names.

    Takes half a second the first time where Apprise is used: run it in a thread.

    Raises:
        BadConfiguration: one has none, or none that can be used; the message names its variable.
    """
    named = secrets.alerts(one.target for one in settings.alert)
    hide(secrets.values())  # the file that holds them may have been changed since the start
    return {secret.target: address(secret) for secret in named}


class Deliverer:
    """Sends what is due, each target for itself: one that is slow or dead holds up no other.

    The outbox remembers everything that must last; this only who is being served right now.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        to: Mapping[str, Address],
        *,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._database = database
        self._report = settings.report
        self._quiet = {one.target: one.quiet for one in settings.alert}
        self._clock = clock
        self._to = to
        self._timeout_s = timeout_s
        self._lanes: dict[str, asyncio.Task[list[Sent]]] = {}
        self._failures: dict[str, tuple[int, datetime]] = {}
        """Failures in a row of each target that took nothing since, and until when it rests."""
        self._unmarked: set[str] = set()
        """Messages that were taken while the database could not say so."""

    async def deliver(self) -> list[Sent]:
        """Send what is due now, to all targets at once, and wait for the end."""
        await self.begin()
        lanes = list(self._lanes.values())
        ends = await asyncio.gather(*lanes)
        return [sent for lane in ends for sent in lane]

    async def begin(self) -> None:
        """Begin to send what is due now, and return at once; call it as often as you like."""
        for target, lane in list(self._lanes.items()):
            if lane.done():
                del self._lanes[target]
                lane.result()
        now = self._clock.now()
        for target, at in (await self._times(now)).items():
            if at <= now and target not in self._lanes:
                self._lanes[target] = asyncio.create_task(self._serve(target))

    async def end(self, within: timedelta) -> None:
        """Let what is being sent end; what takes longer is given up and sent again later."""
        lanes = list(self._lanes.values())
        try:
            if lanes:
                await asyncio.wait(lanes, timeout=within.total_seconds())
        finally:
            for lane in lanes:
                lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
        self._lanes.clear()

    async def next_due(self) -> datetime | None:
        """Return when there is something to send next; None while nothing waits."""
        return min((await self._times(self._clock.now())).values(), default=None)

    async def _times(self, now: datetime) -> dict[str, datetime]:
        """Return when each target that has an address and something waiting is to be served."""
        async with self._database.look() as connection:
            due = await outbox.next_due(connection)
        found = {}
        for target, at in due.items():
            if target not in self._to:
                continue
            _, rests = self._failures.get(target, (0, now))
            # As in the outbox: what lies too far ahead was put off by a clock that was set back.
            known = [t if t <= now + outbox.TOO_FAR else now for t in (at, rests)]
            quiet = quiet_until(self._quiet.get(target), self._report.timezone, now)
            found[target] = max(*known, quiet or now)
        return found

    async def _serve(self, target: str) -> list[Sent]:
        """Send what is due to one target until it fails, unless it has just taken something.

        One message may be what it refuses; two in a row are a target that has enough.
        """
        made: list[Sent] = []
        try:
            for entry in await self._due(target):
                if quiet_until(self._quiet.get(target), self._report.timezone, self._clock.now()):
                    break
                sent = await self._attempt(entry)
                made.append(sent)
                if sent.error is None:
                    self._failures.pop(target, None)
                elif all(one.error is not None for one in made[-2:]):
                    self._rest(target)
                    break
        except StoreError as error:
            logger().warning("the outbox cannot be used", target=target, error=str(error))
            self._rest(target)
        return made

    def _rest(self, target: str) -> None:
        count = self._failures.get(target, (0, None))[0] + 1
        if count == 1:
            logger().warning("alerts do not arrive; they are repeated", target=target)
        until = self._clock.now() + waits.pause(target, count)
        self._failures[target] = (count, until)

    async def _due(self, target: str) -> list[Entry]:
        now = self._clock.now()
        digest, zone = self._report.digest, self._report.timezone
        day, _ = last_slot(digest, zone, now)
        async with self._database.begin() as connection:
            await outbox.gather(
                connection, target, day, now, following=next_slot(digest, zone, now)
            )
            return await outbox.due(connection, target, now)

    async def _attempt(self, entry: Entry) -> Sent:
        error: Retryable | None = None
        if entry.message not in self._unmarked:
            try:
                await send(self._to[entry.target], _message(entry), self._timeout_s)
            except Retryable as failed:
                error = failed
            else:
                self._unmarked.add(entry.message)
        now = self._clock.now()
        async with self._database.begin() as connection:
            if error is None:
                await outbox.delivered(connection, entry, now)
            else:
                await outbox.not_delivered(
                    connection, entry, now, error=str(error), again=_again(entry, now, error)
                )
        self._unmarked.discard(entry.message)
        return Sent(entry.target, entry.message, None if error is None else str(error))


def _again(entry: Entry, now: datetime, error: Retryable) -> datetime | None:
    if waits.given_up(entry.tried_at or now, now):
        logger().error("an alert was given up", target=entry.target, message=entry.message)
        return None
    return now + waits.pause(entry.message, entry.attempts + 1, error.retry_after)


def _message(entry: Entry) -> messages.Message:
    write = messages.of_digest if entry.kind == DIGEST else messages.of_finding
    return write(entry.message, entry.target, entry.body)


async def try_out(
    to: Mapping[str, Address], now: datetime, *, only: str | None = None,
    timeout_s: float = TIMEOUT_S,
) -> list[Sent]:  # fmt: skip
    """Send a test to every target now, or to `only` one, whatever the hour; keep nothing.

    Raises:
        BadConfiguration: there is no target, or none of that name.
    """
    if not to:
        msg = "channels.toml has no [[alert]]; docs/alerts.md says how to write one"
        raise BadConfiguration(msg)
    if only is not None and only not in to:
        msg = f"--target: no [[alert]] has the target {only!r}; there are: {', '.join(to)}"
        raise BadConfiguration(msg)
    chosen: Iterable[str] = to if only is None else (only,)
    return list(await asyncio.gather(*(_tested(to[name], now, timeout_s) for name in chosen)))


async def _tested(address_: Address, now: datetime, timeout_s: float) -> Sent:
    message_id = f"test_{address_.target}_{int(now.timestamp())}"
    message = messages.of_test(message_id, address_.target, as_rfc3339(now))
    try:
        await send(address_, message, timeout_s)
    except Retryable as error:
        return Sent(address_.target, message_id, str(error))
    return Sent(address_.target, message_id, None)
