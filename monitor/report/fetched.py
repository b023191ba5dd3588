"""Text that others wrote, made fit to print: no control or direction characters, bounded.

The escaping itself is the template's; this is about what escaping leaves in: characters that
turn the line around, that cannot be encoded, or that pile up over their neighbours.
"""

import re
import unicodedata
from urllib.parse import urlsplit

TITLE = 80
"""The longest channel title, in characters; Telegram itself allows 128 (uncalibrated)."""
QUOTE = 1200
"""The longest quote, in characters: a long notice whole, a 4,096-character post shortened."""
_MARKS = 3
"""More marks than this on one letter are decoration: Persian needs two, Vietnamese two."""

# Embeddings, overrides, isolates and marks of direction (UAX #9, section 2): the page isolates
# each text itself. ZWNJ and ZWJ stay: Persian is misspelt without them.
_DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_DROPPED = re.compile(f"[{_DIRECTION}\ufeff\u2028\u2029\x00-\x08\x0b-\x1f\x7f-\x9f]")
_UNPRINTABLE = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_USERNAME = re.compile(r"[A-Za-z0-9_]{2,40}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def printable(text: str, limit: int) -> str:
    """Return a text safe to lay out, at most `limit` characters and an ellipsis."""
    # Cut first so that a megabyte costs no more than a page; twice over for what is dropped.
    clean = _UNPRINTABLE.sub("\ufffd", _DROPPED.sub("", text[: 2 * limit + 100]))
    letters: list[str] = []
    marks = 0
    for letter in clean:
        marks = marks + 1 if unicodedata.category(letter) in {"Mn", "Me"} else 0
        if marks <= _MARKS:
            letters.append(letter)
    clean = "".join(letters).strip()
    if len(clean) <= limit and len(text) <= 2 * limit + 100:
        return clean
    return clean[:limit].rstrip() + "…"


def one_line(text: str, limit: int = TITLE) -> str:
    """Return a text on one line, as titles and table cells need it."""
    return printable(" ".join(text[: 4 * limit + 100].split()), limit)


def script(text: str) -> str:
    """Name the script that most letters of a text are of: `arab`, `cyrl` or `latn`."""
    seen = {"arab": 0, "cyrl": 0, "latn": 0}
    for letter in text[:500]:
        if "\u0600" <= letter <= "\u06ff" or "\ufb50" <= letter <= "\ufeff":
            seen["arab"] += 1
        elif "\u0400" <= letter <= "\u04ff":
            seen["cyrl"] += 1
        elif letter.isalpha():
            seen["latn"] += 1
    return max(seen, key=lambda name: (seen[name], name == "latn"))


def direction(text: str) -> str:
    """Return `rtl` or `ltr` by the first letter that has a direction (UAX #9, rule P2)."""
    for letter in text:
        strong = unicodedata.bidirectional(letter)
        if strong in {"R", "AL"}:
            return "rtl"
        if strong == "L":
            return "ltr"
    return "ltr"


def language(tag: str | None, text: str) -> str | None:
    """Return a language tag for a quote: the channel's where it fits the script, else none."""
    fits = {"arab": {"fa", "ar", "ur", "ps", "ckb"}, "cyrl": {"ru", "uk", "be", "kk", "tg"}}
    if tag is None or not _LANGUAGE.fullmatch(tag):
        return None
    known = fits.get(script(text))
    if known is None:
        return tag if all(tag not in tags for tags in fits.values()) else None
    return tag if tag in known else None


def post_address(username: str | None, post_id: int | None) -> str | None:
    """Return a post's public address, None where the name or the number cannot be one."""
    if username is None or post_id is None or post_id < 1 or not _USERNAME.fullmatch(username):
        return None
    return f"https://t.me/{username}/{post_id}"


def web_address(text: str | None) -> str | None:
    """Return an address that may become a link (http or https with a host), else None."""
    if text is None or len(text) > 2000 or re.search(r"[\s<>\"'\\\x00-\x1f]", text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in {"http", "https"} and parts.hostname else None
