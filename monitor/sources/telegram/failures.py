"""Telethon's errors in, ours out: by what the caller does about them."""

from datetime import timedelta

from telethon import errors

from monitor.errors import MonitorError, NeedsPerson, Retryable
from monitor.log import redacted
from monitor.model import Availability


class Unavailable(MonitorError):
    """The channel cannot be had: a fact about it, as far as this account can tell."""

    def __init__(self, state: Availability, message: str) -> None:
        super().__init__(message)
        self.state = state


class AccountLost(NeedsPerson):
    """The account cannot be used until a person acts; `state` is `signed_out` or `banned`."""

    def __init__(self, state: str, message: str) -> None:
        super().__init__(message)
        self.state = state


class StaleAccess(MonitorError):
    """The stored id or access hash is refused: the name must be resolved again."""


class Flooded(Retryable):
    """Telegram asked us to wait longer than we are ready to."""


_BANNED = (
    errors.UserDeactivatedBanError,
    errors.UserDeactivatedError,
    errors.PhoneNumberBannedError,
)
_SIGNED_OUT = (errors.UnauthorizedError, errors.AuthKeyError, errors.AuthKeyNotFound)
_NO_SUCH_NAME = (errors.UsernameNotOccupiedError, errors.UsernameInvalidError)
_CLOSED = (errors.ChannelPrivateError, errors.ChannelPublicGroupNaError)
_NETWORK = (
    OSError, TimeoutError, ConnectionError, errors.SecurityError, errors.TypeNotFoundError,
    errors.InvalidChecksumError, errors.InvalidBufferError, errors.BadMessageError,
)  # fmt: skip


def as_ours(  # noqa: PLR0911 - one way out for each kind of error
    error: BaseException, account: str, asked: str
) -> MonitorError | None:
    """Return our error for one of Telethon's, None where it is none of what we know.

    Args:
        error: what the request raised.
        account: the account's name, never its phone.
        asked: the method, for the message.
    """
    if isinstance(error, MonitorError):
        return error
    said = redacted(str(error))  # it is stored and printed, not only logged
    if isinstance(error, _BANNED):
        return AccountLost(
            "banned",
            f"account {account}: Telegram has banned or deactivated it; write to Telegram's "
            "support from its official app, or configure another account",
        )
    if isinstance(error, _SIGNED_OUT):
        return AccountLost(
            "signed_out",
            f"account {account}: its session was revoked or never signed in; run "
            f"`channel-monitor login --account {account}`",
        )
    if isinstance(error, _NO_SUCH_NAME):
        return Unavailable(Availability.NOT_FOUND, f"{asked}: nobody has this username")
    if isinstance(error, _CLOSED):
        return Unavailable(Availability.PRIVATE, f"{asked}: the channel is closed to this account")
    if isinstance(error, errors.ChannelInvalidError | errors.PeerIdInvalidError):
        return StaleAccess(f"{asked}: the stored access to the channel is refused")
    if isinstance(error, errors.FloodError):
        wait = timedelta(seconds=getattr(error, "seconds", 0))
        return Flooded(f"account {account}: {asked} must wait {wait}", retry_after=wait)
    if isinstance(error, (*_NETWORK, errors.RPCError)):
        return Retryable(f"account {account}: {asked}: {type(error).__name__}: {said}")
    if isinstance(error, ValueError) and "unsuccessful" in str(error):
        return Retryable(f"account {account}: {asked}: Telegram has internal trouble")
    return None
