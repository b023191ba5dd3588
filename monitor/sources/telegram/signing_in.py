"""Sign one account in: by phone and code, by QR, and with the two-step password."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from telethon import errors

from monitor.clock import Clock
from monitor.config import TelegramSettings
from monitor.errors import BadConfiguration, MonitorError, NeedsPerson, Retryable
from monitor.secrets import AccountSecrets
from monitor.sources.telegram.client import PacedClient
from monitor.sources.telegram.failures import as_ours
from monitor.sources.telegram.pace import Pace
from monitor.sources.telegram.proxies import transport
from monitor.sources.telegram.session import install_key, open_session

TRIES = 3
QR_S = 300.0
"""How long a person may take to scan; Telegram renews the code every half a minute or so."""

_WRONG_CODE = (
    errors.PhoneCodeInvalidError,
    errors.PhoneCodeEmptyError,
    errors.PhoneCodeExpiredError,
)


class SigningIn:
    """A connected client that may not be signed in yet; see `signing_in`."""

    def __init__(self, client: PacedClient, secrets: AccountSecrets) -> None:
        self._client = client
        self._secrets = secrets

    async def signed_in(self) -> bool:
        """Return whether the session file is signed in already."""
        return await self._client.get_me() is not None

    async def by_phone(
        self, phone: str, ask_code: Callable[[], str], ask_password: Callable[[], str]
    ) -> None:
        """Ask Telegram to send a code, and sign in with it.

        Raises:
            NeedsPerson: the codes were wrong, or the account is banned or does not exist.
            BadConfiguration: the phone or the API id is none.
        """
        async with _said(self._secrets.name):
            await self._client.send_code_request(phone)
            for _ in range(TRIES):
                try:
                    await self._client.sign_in(phone, code=ask_code())
                except _WRONG_CODE:
                    continue
                except errors.SessionPasswordNeededError:
                    await self._by_password(ask_password)
                return
        msg = f"the code was wrong {TRIES} times; wait a few minutes and run `login` again"
        raise NeedsPerson(msg)

    async def by_qr(self, show: Callable[[str], None], ask_password: Callable[[], str]) -> None:
        """Show a code that a signed-in app scans, renewing it until that is done.

        Raises:
            NeedsPerson: nobody scanned it in time.
        """
        async with _said(self._secrets.name):
            try:
                async with asyncio.timeout(QR_S):
                    code = await self._client.qr_login()
                    while True:
                        show(code.url)
                        try:
                            await code.wait()
                        except TimeoutError:
                            await code.recreate()
                            continue
                        return
            except errors.SessionPasswordNeededError:
                await self._by_password(ask_password)
                return
            except TimeoutError:
                msg = "nobody scanned the code in time; run `login --qr` again"
                raise NeedsPerson(msg) from None

    async def _by_password(self, ask: Callable[[], str]) -> None:
        given = self._secrets.password
        for _ in range(TRIES):
            try:
                await self._client.sign_in(password=given or ask())
            except errors.PasswordHashInvalidError:
                given = None
                continue
            return
        msg = f"the two-step password was wrong {TRIES} times; run `login` again"
        raise NeedsPerson(msg)


@asynccontextmanager
async def signing_in(
    secrets: AccountSecrets, settings: TelegramSettings, clock: Clock, *, base: Path
) -> AsyncIterator[SigningIn]:
    """Open an account's session file and connect, signed in or not.

    Raises:
        Retryable: Telegram cannot be reached.
        BadConfiguration: see `open_session`, `install_key` and `transport`.
    """
    server = settings.server
    if server is not None:
        install_key(server.public_key, base)
    pace = Pace(settings.requests_per_second, settings.resolves_per_minute, clock)
    async with open_session(secrets.session, server) as session:
        client = PacedClient(
            session, secrets.api_id, secrets.api_hash, account=secrets.name, pace=pace,
            timeout=settings.timeout, patience=settings.patience, **transport(secrets.proxy),
        )  # fmt: skip
        try:
            async with _said(secrets.name):
                await client.connect()
            yield SigningIn(client, secrets)
        finally:
            await client.leave()


@asynccontextmanager
async def _said(account: str) -> AsyncIterator[None]:
    """Turn Telethon's errors into sentences that name no phone, code or password."""
    try:
        yield
    except MonitorError:
        raise
    except (errors.PhoneNumberInvalidError, errors.PhoneNumberUnoccupiedError) as error:
        msg = (
            f"account {account}: Telegram knows no account with this phone; check MONITOR_PHONE, "
            "or make the account in an official app first"
        )
        raise NeedsPerson(msg) from error
    except (errors.ApiIdInvalidError, errors.ApiIdPublishedFloodError) as error:
        msg = "MONITOR_API_ID, MONITOR_API_HASH: Telegram refuses them; see my.telegram.org"
        raise BadConfiguration(msg) from error
    except Exception as error:
        ours: Any = as_ours(error, account, "signing in")
        if ours is None:
            raise
        if type(ours) is Retryable:
            msg = f"{ours}; check the network, the proxy and the server, and try again"
            raise Retryable(msg, retry_after=timedelta(seconds=30)) from error
        raise ours from error
