"""Find what may be a handle in a sentence, and how a sentence is written around its places.

A sentence enters; handles, words and yes or no leave. Which platform a handle is on is not decided.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.catalog import platforms
from monitor.detect.clauses import Sentence

BARE_WORDS = 3
"""A line with no more words than these beside its names and handles only lists them;
uncalibrated."""
MAX_HANDLES = 60
"""Handles looked at in one post."""

HANDLE = re.compile(r"(?<![\w@./])@([a-z][a-z0-9_.]{1,63})(?![\w@])")
_REVERSED = re.compile(r"(?<![\w@./\-])([a-z][a-z0-9_.]{2,63})@(?![\w@.])")
_BARE = re.compile(r"(?<![\w@./\-+#&•'])([a-z0-9][a-z0-9_.]{2,62}[a-z0-9])(?!_*\w|[@/\-•'+&])")
_SITE = re.compile(r"\.(?:com|org|net|info|ir|ru|iq|sy|gov|edu|me|im|io|app|рф|tv|news|ai|uk|us)\Z")
SIGN_AND_NAME = re.compile(r"@|(?<![a-z•/.])[a-z0-9_.]{4}")
"""What a sentence with a handle has somewhere."""
_EVERYDAY = frozenset(
    (
        *("again", "also", "below", "above", "here", "there", "soon", "daily", "weekly", "free"),
        *("only", "live", "news", "later", "today", "tomorrow", "please", "photos", "videos"),
        *("video", "photo", "links", "link", "everyone", "everywhere", "same", "name", "updates"),
        *("official", "page", "channel", "account", "group", "community", "http", "https", "www"),
        *("html", "json", "android", "iphone", "google", "play", "apple", "store", "windows"),
        *("bazaar", "myket", "online", "full", "breaking", "both", "more", "read", "watch", "join"),
        *("follow", "subscribe", "closed", "open", "alone", "either", "neither", "respectively"),
        *("messenger", "messengers", "download", "erid", "telegram", "site", "website", "email"),
        *("tiktok", "twitch", "reddit", "linkedin", "discord", "snapchat", "pinterest", "skype"),
        *("handle", "handles", "username", "address", "nickname", "alias", "channels", "pages"),
    )
)
"""Words that stand where a name is given and are none."""
_WORDS = re.compile(r"[^\W\d_]{2,}")
_PLACE = re.compile(r"[a-z0-9]\.[a-z]|[/@•]")
"""What only an address or a handle has among its characters."""


@dataclass(frozen=True, slots=True)
class Handle:
    """A handle as spelled, its place in the sentence, and whether it stands without a sign."""

    name: str
    start: int
    end: int
    bare: bool

    @property
    def bot(self) -> bool:
        """Whether it is a bot's: Telegram's must end so, and MAX's do."""
        return self.name.casefold().endswith("bot")


def _words(part: Sentence) -> list[str]:
    text = part.text
    for hit in reversed(part.names):
        text = text[: hit.start] + " " + text[hit.end :]
    return _WORDS.findall(" ".join(t for t in text.split() if not _PLACE.search(t)))


def words_beside(part: Sentence) -> int:
    """Return how many words a sentence has that are no address, no handle, no platform's name."""
    return len(_words(part))


def in_latin(parts: Sequence[Sentence]) -> bool:
    """Whether a post is written in Latin letters; where not, a bare Latin word in it is a name."""
    words = [word for part in parts for word in _words(part)]
    named = (part.text[hit.start : hit.end] for part in parts for hit in part.names)
    words += [name for name in named if not name.isascii()]
    return 2 * sum(word.isascii() for word in words) > len(words)


def _spelled(raw: str, handle: str) -> str:
    """Return a folded handle as the raw text spells it, without a closing full stop."""
    handle = handle.rstrip(".")
    if handle in raw:
        return handle
    hit = re.search(re.escape(handle), raw, re.IGNORECASE)
    return hit.group() if hit is not None else handle


def handles_of(raw: str, part: Sentence) -> list[Handle]:
    """Return what may be a handle in a sentence, in order."""
    text = part.text
    found = [
        Handle(_spelled(raw, h.group(1)), *h.span(), bare=False) for h in HANDLE.finditer(text)
    ]
    if "@" in text:
        found += [
            Handle(_spelled(raw, h.group(1)), *h.span(), bare=False)
            for h in _REVERSED.finditer(text)
        ]
    catalogue = platforms.load()
    for hit in _BARE.finditer(text):
        word = hit.group(1)
        if (
            word.isdigit()
            or word in _EVERYDAY
            or word in catalogue.by_name
            or _SITE.search(word)
            or not any(char.isalpha() for char in word)
            or (word[0].isdigit() and len(word) < 8)
        ):
            continue
        spelled = re.search(re.escape(word), raw, re.IGNORECASE)
        if spelled is not None:  # the fold makes "no17" of a number sign
            found.append(Handle(spelled.group(), *hit.span(1), bare=True))
    return sorted(found, key=lambda handle: handle.start)[:MAX_HANDLES]
