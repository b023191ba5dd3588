"""Recorded fetches in; a WARC file out, the same bytes every time. Fetches nothing.

Written as a collector writes it: a `response` record per fetch, in the order of time, each
compressed by itself. The format is WARC 1.0, ISO 28500:2009.
"""

import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

_SPACE = uuid.UUID("6b9f2f0e-3d0a-5f0e-9c55-6f1f6d2a7c11")
"""Ours, drawn once: record ids are uuid5 of it, so that two runs give the same file."""

_MARK = ("X-Reconstruction", "composed")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One fetch that was answered with a page: the final address, the time, the body."""

    url: str
    at: datetime
    body: str


def as_warc(name: str, info: dict[str, str], fetches: Iterable[Recorded]) -> bytes:
    """Write an archive; `info` goes into its first record, the `warcinfo`."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    ordered = sorted(fetches, key=lambda fetch: (fetch.at, fetch.url))
    lines = "".join(f"{key}: {value}\r\n" for key, value in info.items()).encode()
    writer.write_record(
        writer.create_warc_record(
            "",
            "warcinfo",
            payload=io.BytesIO(lines),
            length=len(lines),
            warc_content_type="application/warc-fields",
            warc_headers_dict=_identity(name, "warcinfo", ordered[0].at)
            | {"WARC-Filename": "pages.warc.gz"},
        )
    )
    for fetch in ordered:
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Date", f"{fetch.at:%a, %d %b %Y %H:%M:%S} GMT"),
            _MARK,
        ]
        body = fetch.body.encode()
        record = writer.create_warc_record(
            fetch.url,
            "response",
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
            warc_headers_dict=_identity(name, fetch.url, fetch.at),
        )
        writer.write_record(record)
    return out.getvalue()


def _identity(name: str, url: str, at: datetime) -> dict[str, str]:
    when = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(_SPACE, f'{name} {url} {when}')}>",
        "WARC-Date": when,
    }
