"""A judgement in; its findings as one Atom feed (RFC 4287) out, as text. Pure.

Only what may be told as a fact: a finding that waits for a person is left out until one decides,
for a feed cannot take back what its readers have fetched. One that had been told and was then
rejected stays, as withdrawn. An entry's id is made from the finding's, and is the same for ever.
"""

import re
import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree as ET

from markupsafe import Markup

from monitor import __version__
from monitor.clock import as_rfc3339, iso_week
from monitor.model import Channel, Finding, Judgement
from monitor.report.fetched import (
    QUOTE,
    direction,
    language,
    one_line,
    printable,
    web_address,
)
from monitor.report.reviewed import reviewed
from monitor.report.words import Words

ATOM = "http://www.w3.org/2005/Atom"
MOST = 200
"""Entries of the feed, the newest (uncalibrated): weeks of 300 channels, 400 kB at the worst."""
QUOTES = 3
"""Quotes of one finding. Uncalibrated."""

_ENTRIES = uuid.UUID("2c0dd23a-64f6-5b0e-9f0c-5f7ad8e7a0c1")
"""The namespace of entries' ids (RFC 9562, section 5.5). Chosen once; changing it would make every
finding new to every reader."""

# Everything that XML 1.0 does not allow (section 2.2, "Char").
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ID = re.compile(r"<id>(urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})</id>")


def entry_id(finding_id: str) -> str:
    """Return the id of a finding's entry, for ever the same."""
    return f"urn:uuid:{uuid.uuid5(_ENTRIES, finding_id)}"


def feed_id(earlier: str) -> str | None:
    """Return the id of a feed that was written before, so that the next one keeps it."""
    found = _ID.search(earlier)
    return found[1] if found else None


def updated(finding: Finding) -> datetime:
    """Return when what is told of a finding last changed: it happened, or a person decided."""
    return max(finding.at, finding.review.decided_at) if finding.review else finding.at


def listed(finding: Finding) -> bool:
    """Return whether a finding stands in the feed: told as a fact, or withdrawn after it was."""
    return finding.told or (finding.rejected and replace(finding, review=None).told)


def feed(judgement: Judgement, words: Words, *, identity: str, weeks: Collection[str] = ()) -> str:
    """Write the feed.

    Args:
        judgement: whose findings.
        words: the language of what we say; summaries are English, quotes as they were written.
        identity: the feed's own id, an address such as urn:uuid:...
        weeks: of which ISO weeks a report lies beside the feed, as `2018-W16/report.html`.
    """
    chosen = {f.id: f for f in judgement.findings if listed(f)}
    newest = sorted(chosen.values(), key=lambda f: (updated(f), f.id), reverse=True)[:MOST]
    channels = {v.channel.username: v.channel for v in judgement.views}
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": words.language})
    _add(root, "id", identity)
    _add(root, "title", words.say("feed.title"))
    _add(root, "subtitle", words.say("feed.subtitle"))
    # Without findings there is nothing newer than the judgement that found none.
    _add(root, "updated", as_rfc3339(max(map(updated, newest), default=judgement.at)))
    _add(_add(root, "author"), "name", "channel-migration-monitor")
    _add(root, "generator", "channel-migration-monitor", version=__version__)
    # Relative to wherever the feed lies: we do not know under which address it is served.
    _add(root, "link", rel="self", type="application/atom+xml", href="feed.atom")
    _add(root, "link", rel="alternate", type="text/html", href="index.html")
    for finding in newest:
        root.append(_entry(finding, words, channels.get(finding.channel or ""), weeks))
    ET.indent(root, " ")
    body = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _entry(
    finding: Finding, words: Words, channel: Channel | None, weeks: Collection[str]
) -> ET.Element:
    entry = ET.Element("entry")
    kind = words.name("kinds", finding.kind)
    who = _who(finding, words, channel)
    title = words.say("feed.entry", kind=kind, channel=who)
    if finding.rejected:
        title = words.say("feed.withdrawn", title=title)
    _add(entry, "id", entry_id(finding.id))
    _add(entry, "title", title)
    _add(entry, "published", as_rfc3339(finding.at))
    _add(entry, "updated", as_rfc3339(updated(finding)))
    _add(entry, "category", term=str(finding.kind), label=kind)
    address = _address(finding)
    if address is not None:
        _add(entry, "link", rel="alternate", type="text/html", href=address)
    week = iso_week(finding.at)
    report = f"{week}/report.html" if week in weeks else None
    if report is not None:
        said = words.say("feed.report", week=week)
        _add(entry, "link", rel="related", type="text/html", href=report, title=said)
    # The judges write English (report.html says so too).
    summary = one_line(finding.summary, QUOTE)
    _add(entry, "summary", summary or kind, **{"xml:lang": "en", "type": "text"})
    tongue = channel.language if channel else None
    body = [*_told(finding, words, who, tongue), *_checkable(finding, words, address, report)]
    frame = Markup('<div lang="{}" dir="{}">{}</div>')
    side = "rtl" if words.rtl else "ltr"
    content = frame.format(words.language, side, Markup("").join(body))
    _add(entry, "content", str(content), type="html")
    return entry


def _who(finding: Finding, words: Words, channel: Channel | None) -> str:
    """Name a channel by title and username, kept apart from our words' direction."""
    if finding.channel is None:
        return words.say("feed.all")
    name = one_line(finding.channel)
    title = one_line((channel and channel.title) or "")
    username = _apart(f"@{name}", words)
    return f"{_apart(title, words)} ({username})" if title and title != name else username


def _apart(text: str, words: Words) -> str:
    """Isolate a text that runs the other way (UAX #9, section 2.4.2): Atom has no attribute."""
    base = "rtl" if words.rtl else "ltr"
    return text if not text or direction(text) == base else f"\u2068{text}\u2069"


def _told(finding: Finding, words: Words, who: str, tongue: str | None) -> list[Markup]:
    """Write what a finding says, with the words that it rests on, as escaped HTML."""
    lines = [
        Markup("<p>{} · {} · {}</p>").format(
            words.name("kinds", finding.kind), words.time(finding.at), who
        ),
        Markup('<p lang="en" dir="ltr">{}</p>').format(printable(finding.summary, QUOTE)),
    ]
    quotes = dict.fromkeys(printable(e.quote, QUOTE) for e in finding.evidence if e.quote)
    # Without a language of its own a quote would be read aloud in ours; "" says unknown.
    lines += [
        Markup('<blockquote dir="{}" lang="{}">{}</blockquote>').format(
            direction(quote), language(tongue, quote) or "", quote
        )
        for quote in list(quotes)[:QUOTES]
    ]
    decision = reviewed(finding, words)
    if decision is not None:
        lines.append(
            Markup('<p>{}: <span dir="{}">{}</span></p>').format(
                decision.said, direction(decision.note), decision.note
            )
        )
    return lines


def _checkable(
    finding: Finding, words: Words, address: str | None, report: str | None
) -> list[Markup]:
    """Write where a finding can be looked up: its post, its rule, its page's hash, its report."""
    lines = []
    if address is not None:
        lines.append(Markup('<p><a href="{0}" dir="ltr">{0}</a></p>').format(address))
    if report is not None:
        said = words.say("feed.report", week=report.partition("/")[0])
        lines.append(Markup('<p><a href="{}">{}</a></p>').format(report, said))
    sha256 = next((e.sha256 for e in finding.evidence if e.sha256), None)
    proof = words.say("page.sha" if sha256 else "page.sha_none")
    digest = Markup(' <code dir="ltr">{}</code>').format(printable(sha256, 64)) if sha256 else ""
    lines.append(
        Markup('<p><span dir="ltr">{}</span> · {} · {}{} · <code dir="ltr">{}</code></p>').format(
            printable(finding.rule, 80),
            words.say("page.confidence", share=words.percent(100 * finding.confidence)),
            proof,
            digest,
            finding.id,
        )
    )
    return lines


def _address(finding: Finding) -> str | None:
    return next((a for e in finding.evidence if (a := web_address(e.url)) is not None), None)


def _add(parent: ET.Element, name: str, text: str | None = None, **more: str) -> ET.Element:
    """Add an element; whatever its text came from, XML can hold it."""
    attributes = {key: _FORBIDDEN.sub("\ufffd", value) for key, value in more.items()}
    child = ET.SubElement(parent, name, attributes)
    if text is not None:
        child.text = _FORBIDDEN.sub("\ufffd", text)
    return child
