"""Times as the tables hold them: whole seconds since 1970 UTC."""

from datetime import UTC, datetime


def as_time(seconds: int | None) -> datetime | None:
    """Read a column that may be empty."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def as_seconds(at: datetime | None) -> int | None:
    """Write a column that may be empty."""
    return None if at is None else int(at.timestamp())
