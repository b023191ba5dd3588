"""Numbers in; what a person reads out: lengths of time, sizes, moments. Pure."""

from datetime import UTC, datetime

_SIZES = ("bytes", "kB", "MB", "GB", "TB")


def as_length(seconds: float) -> str:
    """Write a length of time in its two largest units: 3 h 10 min, 2 d 4 h, 45 s."""
    left = round(seconds)
    sign, left = ("-", -left) if left < 0 else ("", left)
    parts: list[tuple[int, str]] = []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or parts or unit == "s":
            parts.append((count, unit))
    shown = [f"{count} {unit}" for count, unit in parts[:2] if count or len(parts) == 1]
    return sign + " ".join(shown)


def as_count(count: int, what: str) -> str:
    """Write how many there are of something whose plural takes an s: 1 post, 1,200 posts."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def as_size(count: float) -> str:
    """Write a size in decimal units: 1.4 MB."""
    size = float(count)
    for unit in _SIZES[:-1]:
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} {_SIZES[-1]}"


def as_moment(at: datetime | str) -> str:
    """Write a moment to the minute, UTC stated; a text is an RFC 3339 time."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
