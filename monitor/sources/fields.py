"""Checks of single values from files: what enters is untrusted, what leaves is bounded and typed.

Every function raises `BadRow` with a reason that names the value. Nothing is read or written.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from monitor.errors import BadUsage
from monitor.model import Interval, Post
from monitor.sources.display_counts import read_count

FIRST_POST_AT = datetime(2013, 8, 14, tzinfo=UTC)
"""Telegram's first public release (its own history page); nothing in it can be older."""

LAST_POST_AT = datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC)
"""Telegram's dates are signed 32-bit seconds (core.telegram.org/schema, `date:int`)."""

MAX_ID = 2**31 - 1
"""Message ids are `int` in Telegram's schema."""

MAX_CHANNEL_ID = 2**53 - 1
"""Telegram keeps peer ids within 52 significant bits (core.telegram.org/api/peers)."""

MAX_TEXT = 4 * 4096
"""UTF-16 units: Telegram's limit of a message, 4096, times a margin for what converters add."""

MAX_COUNT = 2**31 - 1
"""Views, forwards and members are `int` in Telegram's schema."""

MAX_URL = 4096
"""Characters of one address; uncalibrated, twice what browsers and servers commonly take."""

MAX_LINKS = 1000
"""Links of one post; uncalibrated, ten times Telegram's 100 entities a message."""

MAX_NAME = 256
"""Characters of a title or name; Telegram's own limit is 128."""

_USERNAME = re.compile(r"[A-Za-z0-9_]{1,32}")
_CHANNEL_PREFIX = re.compile(
    r"^(?:@|(?:https?://)?(?:www\.)?t(?:elegram)?\.me/(?:s/)?)", re.IGNORECASE
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_WHOLE = re.compile(r"([0-9]{1,19})(?:\.0)?")


class BadRow(Exception):
    """One row cannot be taken in; the message is the reason."""


class NothingFits(BadRow):
    """A row lacks what all rows of such a file lack; met first, it condemns the file."""


def shown(value: object) -> str:
    """Quote a value for a message: on one line, at most 60 characters."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def as_zone(name: str) -> tzinfo:
    """Return the zone named as `Asia/Tehran`, `UTC` or `+03:30`.

    Raises:
        BadUsage: there is no such zone.
    """
    if name.upper() in {"Z", "UTC"}:
        return UTC
    if offset := _OFFSET.fullmatch(name):
        sign, hours, minutes = offset.groups()
        if int(hours) <= 14 and int(minutes) < 60:
            width = timedelta(hours=int(hours), minutes=int(minutes))
            return timezone(-width if sign == "-" else width)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadUsage(
            f"--timezone {shown(name)} is no time zone; write it as Asia/Tehran, UTC or +03:30"
        ) from error


def as_channel(value: object) -> str:
    """Return a channel's username, or its numeric id as text, without `@` and address."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadRow(f"channel {shown(value)} is not a name")
    name = _CHANNEL_PREFIX.sub("", value.strip()).rstrip("/")
    # The Bot API and many exports write a channel's id as -100 and then the id.
    if name.startswith("-100") and name[4:].isascii() and name[4:].isdigit():
        name = name[4:]
    if not _USERNAME.fullmatch(name):
        raise BadRow(
            f"channel {shown(value)} is neither a username (letters, digits, _; at most 32)"
            " nor a numeric id"
        )
    return name


def telegram_id_of(channel: str) -> int | None:
    """Return the numeric id that a channel is named by, None for a username."""
    if not channel.isdigit():  # a username never begins with a digit
        return None
    number = int(channel)
    if not 0 < number <= MAX_CHANNEL_ID:
        raise BadRow(f"channel id {channel} lies outside 1 to {MAX_CHANNEL_ID}")
    return number


def as_whole(name: str, value: object, *, low: int = 0, high: int) -> int:
    """Return a whole number within `low` to `high`; text of digits counts, `12.0` too."""
    if isinstance(value, str) and (digits := _WHOLE.fullmatch(value.strip())):
        # pandas writes whole numbers of a column with gaps as 12.0
        value = int(digits[1])
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadRow(f"{name} {shown(value)} is not a whole number")
    if not low <= value <= high:
        raise BadRow(f"{name} {shown(value)} lies outside {low} to {high}")
    return value


def as_post_id(value: object) -> int:
    """Return a post's id, 1 to `MAX_ID`."""
    return as_whole("id", value, low=1, high=MAX_ID)


def as_time(name: str, value: object, zone: tzinfo | None) -> datetime:
    """Return an ISO 8601 time in UTC, to the second; without a zone it is of `zone`.

    Raises:
        NothingFits: it names no zone and none was given.
        BadRow: it is not a time, or none that Telegram can have seen.
    """
    if not isinstance(value, str):
        raise BadRow(f"{name} {shown(value)} is not an ISO 8601 time")
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise BadRow(f"{name} {shown(value)} is not an ISO 8601 time") from error
    if at.tzinfo is None:
        if zone is None:
            raise NothingFits(
                f"{name} {shown(value)} names no time zone; say which with --timezone,"
                " such as --timezone Asia/Tehran"
            )
        at = at.replace(tzinfo=zone)
    return as_possible(name, at)


def as_possible(name: str, at: datetime) -> datetime:
    """Return an aware time in UTC, to the second, if Telegram can have seen it."""
    try:
        at = at.astimezone(UTC).replace(microsecond=0)
    except OverflowError as error:
        raise BadRow(f"{name} {at.isoformat()} lies outside the calendar") from error
    if not FIRST_POST_AT <= at <= LAST_POST_AT:
        raise BadRow(
            f"{name} {at.isoformat()} lies outside Telegram's time,"
            f" {FIRST_POST_AT:%Y-%m-%d} to {LAST_POST_AT:%Y-%m-%d}"
        )
    return at


def as_text(name: str, value: object, *, most: int = MAX_TEXT) -> str:
    """Return a text of at most `most` UTF-16 units, without NUL or half characters."""
    if not isinstance(value, str):
        raise BadRow(f"{name} {shown(value)} is not text")
    if "\0" in value:
        raise BadRow(f"{name} contains NUL characters")
    try:
        length = len(value) if value.isascii() else len(value.encode("utf-16-le")) // 2
    except UnicodeEncodeError as error:
        raise BadRow(f"{name} contains broken characters (lone surrogates or no UTF-8)") from error
    if length > most:
        raise BadRow(f"{name} is {length} UTF-16 units long; at most {most} are read")
    return value


def as_name(name: str, value: object) -> str | None:
    """Return a title or name on one line, None for none."""
    if value is None:
        return None
    return " ".join(as_text(name, value, most=MAX_NAME).split()) or None


def as_url(name: str, value: object) -> str:
    """Return an address as it was written, bounded, on one line."""
    url = as_text(name, value, most=MAX_URL).strip()
    if not url or not url.isprintable():
        raise BadRow(f"{name} {shown(value)} is not an address")
    return url


def as_views(name: str, value: object) -> Interval | None:
    """Return a count as an interval: exact (`6360`) or as shown (`6.36K`); None for none."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and not _WHOLE.fullmatch(value.strip()):
        return as_shown(name, value)
    number = as_whole(name, value, high=MAX_COUNT)
    return Interval(number, number)


def as_shown(name: str, value: str) -> Interval:
    """Return a count written as Telegram or a person shows it, such as `1.82M`."""
    try:
        interval = read_count(as_text(name, value, most=64))
    except ValueError as error:
        raise BadRow(f"{name} {shown(value)} is not a count ({error})") from error
    if interval.high > MAX_COUNT:
        raise BadRow(f"{name} {shown(value)} is more than {MAX_COUNT}")
    return interval


def vouched_from(post: Post) -> datetime:
    """Return the time from which a file without observation times vouches for a post's text.

    It is the last edit, else the post's date: from then on Telegram showed these words. So the
    same file read twice gives the same facts, and judging "as of" an earlier time (`--now`) sees
    the posts that stood then. The file's own age would hide all of them from such a judgement.
    """
    return max(post.at, post.edited_at) if post.edited_at else post.at
