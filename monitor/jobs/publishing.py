"""Keep the front page of the folder of reports, and its feed, as the latest judgement is."""

import uuid
from pathlib import Path

from monitor.catalog.platforms import load as load_platforms
from monitor.errors import MonitorError
from monitor.model import Judgement
from monitor.report import feed, index, shelf, words
from monitor.report.in_place import replace_text

FEED = "feed.atom"
INDEX = "index.html"


def publish(judgement: Judgement, out: Path, language: str) -> list[Path]:
    """Write `index.html` and `feed.atom` into `out`; returns those that changed.

    Each is replaced as a whole; one that would say the same is not touched. Of a reconstruction
    none is written: they tell what happened, and that did not.

    Raises:
        MonitorError: the folder cannot be written.
    """
    if judgement.reconstructed:
        return []
    said = words.load(language)
    reports = shelf.reports(out)
    platforms = {key: p.name for key, p in load_platforms().platforms.items()}
    texts = {
        out / INDEX: index.page(reports, judgement, said, platforms),
        out / FEED: feed.feed(
            judgement,
            said,
            identity=_identity(out / FEED),
            weeks={r.name for r in reports if r.weekly and "report.html" in r.files},
        ),
    }
    try:
        return [path for path, text in texts.items() if replace_text(path, text)]
    except OSError as error:
        raise MonitorError(
            f"{INDEX} and {FEED} cannot be written to {out} ({error.strerror}); what was concluded "
            "is kept; make the folder writable or make room, then run the command again"
        ) from error


def _identity(path: Path) -> str:
    """Return the id that the feed in this folder has had so far, or a new one.

    A feed's id must be the world's only one (RFC 4287, section 4.2.6) and never change; the file
    itself is the one place that keeps it.
    """
    try:
        earlier = feed.feed_id(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        earlier = None
    return earlier or f"urn:uuid:{uuid.uuid4()}"
