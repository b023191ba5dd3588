"""Find addresses in a text and match an address against the catalogue of platforms.

A text or an address enters; places or a `DestinationLink` leave. Whose they are is not decided.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from monitor.catalog.platforms import load
from monitor.model import DestinationLink, LinkKind

MAX_ADDRESS = 2048
"""Characters of an address that are read; longer ones are cut. RFC 9110 section 4.1 asks for 8000,
but no form in the catalogue is longer than 60."""
MAX_FOUND = 400
"""Addresses taken from one text; a post of 4096 characters cannot hold more."""

# ASCII only: linkify-it-py and urlextract swallow the Arabic comma and U+200F after an address.
# The look-behinds start a match only where a token starts, which keeps long runs linear.
_ADDRESS = re.compile(
    r"(?:(?<![a-z0-9+.\-])[a-z][a-z0-9+.\-]{1,19}://(?P<authority>[a-z0-9._~%:@+\-]{1,300})"
    r"|(?<![a-z0-9@._/+\-])(?P<bare>(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,18})"
    r"(?::\d{1,5})?(?![a-z0-9@_\-]))"
    rf"(?P<rest>[/?#][a-z0-9\-._~:/?#@!$&'()*+,;=%]{{0,{MAX_ADDRESS}}})?",
    re.IGNORECASE | re.ASCII,
)
_TAIL = ".,:;!?'\"*)]}("
_RESOLVE = re.compile(r"(?:^|&)(?:domain|invite)=@?(?P<name>[\w.\-+]{3,64})(?:&|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """An address as written, and its place: `text[start:end] == url`."""

    url: str
    start: int
    end: int


def _without_tail(url: str) -> str:
    depth = 0
    for place, char in enumerate(url):
        depth += (char == "(") - (char == ")")
        if depth < 0:  # the bracket of a Markdown link, or one around the address
            url = url[:place]
            break
    while url and (url[-1] in _TAIL or url.endswith("__")):
        if url[-1] == ")" and "(" in url:
            break
        url = url[:-2] if url.endswith("__") else url[:-1]
    return url


@lru_cache(maxsize=16)
def find(text: str) -> tuple[Found, ...]:
    """Return the addresses in a raw text in order, with or without a scheme, at most `MAX_FOUND`.

    Punctuation after an address, Markdown's closing marks and anything that is not ASCII end it.
    The last texts are remembered: a post is asked for its addresses more than once.
    """
    out: list[Found] = []
    for hit in _ADDRESS.finditer(text):
        url = _without_tail(hit.group())
        out.append(Found(url, hit.start(), hit.start() + len(url)))
        if len(out) == MAX_FOUND:
            break
    return tuple(out)


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    host: str
    path: str
    query: str
    fragment: str

    def read_by(self, pattern: str) -> str:
        """Return the part that a rule's pattern is about, by the sign that it begins with."""
        if pattern.startswith("#"):
            return f"#{self.fragment}"
        return f"?{self.query}" if pattern.startswith(r"\?") else self.path


def _parts(url: str) -> _Parts:
    scheme, colon, rest = url[:MAX_ADDRESS].strip().partition("://")
    if not colon:
        scheme, rest = "", url[:MAX_ADDRESS].strip()
    cut = next((i for i, char in enumerate(rest) if char in "/?#\\"), len(rest))
    host = rest[:cut].rpartition("@")[2].partition(":")[0].rstrip(".").lower()
    before, _, fragment = rest[cut:].partition("#")
    path, _, query = before.partition("?")
    return _Parts(scheme.lower(), host, unquote(path).strip("/"), query, fragment)


@lru_cache(maxsize=4096)
def match(url: str) -> DestinationLink | None:
    """Return what an address is on which platform, or None where no host of the catalogue is meant.

    Hosts are compared whole (`www.` and `m.` aside): `groble.im` is not `ble.im`. A known host
    with a path that no rule knows is a `site`. Telegram's own addresses are matched as well.
    """
    catalogue = load()
    parts = _parts(url)
    scheme, host = parts.scheme, parts.host
    if scheme in catalogue.by_scheme and host in {"resolve", "join"}:
        named = _RESOLVE.search(parts.query)
        if named is None:
            return None
        kind: LinkKind = "handle" if host == "resolve" else "join"
        platform = catalogue.by_scheme[scheme]
        return DestinationLink(url, platform.id, kind, named.group("name"))
    for prefix in ("", "www.", "m."):
        known = catalogue.by_host.get(host.removeprefix(prefix))
        if known is not None:
            host = host.removeprefix(prefix)
            break
    else:
        return None
    for rule in known.rules:
        place = parts.read_by(rule.path.pattern)
        if host in rule.hosts and (hit := rule.path.fullmatch(place)):
            return DestinationLink(url, known.id, rule.kind, hit.groupdict().get("name"))
    return DestinationLink(url, known.id, "site")
