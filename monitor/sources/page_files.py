"""Saved pages and recorded ones (WARC) as page items: the body as evidence, and what it says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from monitor.errors import BadInput
from monitor.model import Fetched, Page
from monitor.sources.fields import BadRow, as_channel, as_possible
from monitor.sources.files import DAMAGE, named, open_bytes
from monitor.sources.items import Item, PageItem, Skipped
from monitor.sources.preview import MAX_PAGE_BYTES, parse_page
from monitor.sources.recorded import replay
from monitor.sources.rows import Reading
from monitor.sources.told import SCHEME, as_told


def read_page(path: Path, reading: Reading, now: datetime | None) -> Iterator[Item]:
    """Yield the one page of a saved HTML file.

    Its time is its own (the `t` of its posts' `data-view`), else `now`. Its address is made from
    the channel's name: the file does not keep it.

    Raises:
        BadInput: it is no page of a Telegram channel, its time or channel is not known, or it is
            another channel's than `--channel`.
    """
    with open_bytes(path) as file:
        try:
            body = file.read(MAX_PAGE_BYTES + 1)
        except DAMAGE as error:
            raise BadInput(
                f"{named(path)}: is torn or damaged ({error}); save the page again"
            ) from error
    page = parse_page(body)
    try:
        at = _time_of(page, now)
        page = _named(page, reading, None)
    except BadRow as error:
        raise BadInput(f"{named(path)}: {error}") from error
    kind = "s/" if page.kind == "feed" else ""
    fetched = Fetched(f"https://t.me/{kind}{page.username}", at, 200, body)
    yield PageItem(fetched, page, at)


def read_warc(path: Path, reading: Reading) -> Iterator[Item]:
    """Yield the channel pages of a WARC file, each observed at its own time or the record's.

    Answers with another status than 200 are `Skipped`: `recorded.replay` has them whole.

    Raises:
        BadInput: the file cannot be opened.
    """
    for answer in replay(path):
        if isinstance(answer, Skipped):
            yield answer
            continue
        if urlsplit(answer.url).scheme == SCHEME:
            try:
                yield as_told(answer)
            except BadRow as error:
                yield Skipped(path.name, None, str(error))
            continue
        if answer.status != 200:
            why = f"{answer.url}: the server answered {answer.status}, not with a page"
            yield Skipped(path.name, None, why)
            continue
        try:
            page = parse_page(answer.body)
            at = _time_of(page, answer.at)
            page = _named(page, reading, answer.url)
        except BadRow as error:
            yield Skipped(path.name, None, f"{answer.url}: {error}")
        else:
            yield PageItem(answer, page, at)


def _time_of(page: Page, otherwise: datetime | None) -> datetime:
    if page.kind == "unknown":
        raise BadRow(f"cannot be read as a page: {'; '.join(page.problems[:3])}")
    at = page.at or otherwise
    if at is None:
        raise BadRow("does not say when it was saved; give the time with --now")
    return as_possible("the page's time", at)


def _named(page: Page, reading: Reading, url: str | None) -> Page:
    """Return the page with its channel's name: its own, else the address's or `--channel`.

    A page without any name is one that Telegram shows for a name nobody has.
    """
    name = page.username
    if name is None and url is not None:
        path = urlsplit(url).path.strip("/").removeprefix("s/")
        name = as_channel(path.split("/")[0])
    return replace(page, username=reading.channel_of(name))
