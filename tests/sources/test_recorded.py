"""Replaying WARC files: our own, other tools' and broken ones. All pages are composed."""

import base64
import gzip
import hashlib
import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor.model import Fetched
from monitor.sources.http_message import MAX_BODY
from monitor.sources.items import Skipped
from monitor.sources.recorded import MAX_BLOCK, MAX_HEADER, replay

URL = "https://t.me/s/composed"
DATE = "2018-04-20T10:00:00Z"
BODY = b"<html>composed</html>"


def _record(
    block: bytes, *, kind: str = "response", url: str = URL, date: str = DATE, extra: str = ""
) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"{extra}Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def _http(body: bytes = BODY, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + body


def _replay(folder: Path, *records: bytes) -> list[Fetched | Skipped]:
    path = folder / "a.warc"
    path.write_bytes(b"".join(records))
    return list(replay(path))


def _one(folder: Path, record: bytes) -> Fetched:
    (answer,) = _replay(folder, record)
    assert isinstance(answer, Fetched), answer
    return answer


def _reason(folder: Path, *records: bytes) -> str:
    last = _replay(folder, *records)[-1]
    assert isinstance(last, Skipped), last
    return last.reason


def test_an_answer_comes_back_with_address_time_status_headers_and_body(tmp_path: Path) -> None:
    answer = _one(tmp_path, _record(_http(headers="Content-Type: text/html\r\nbroken\r\n")))
    assert answer == Fetched(
        URL, datetime(2018, 4, 20, 10, tzinfo=UTC), 200, BODY, (("Content-Type", "text/html"),)
    )


def test_other_answers_than_200_keep_their_status(tmp_path: Path) -> None:
    record = _record(_http(b"", "302 Found", "Location: https://t.me/composed\r\n"))
    answer = _one(tmp_path, record)
    assert (answer.status, answer.headers) == (302, (("Location", "https://t.me/composed"),))


def test_resource_records_are_pages_too(tmp_path: Path) -> None:
    assert _one(tmp_path, _record(BODY, kind="resource", url=f"<{URL}>")).body == BODY


def test_what_warcio_writes_is_read_gzip_and_plain(tmp_path: Path) -> None:
    for packed in (True, False):
        stream = BytesIO()
        writer = WARCWriter(stream, gzip=packed)
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
        for url in (URL, "https://example.org/"):
            record = writer.create_warc_record(
                url, "response", payload=BytesIO(BODY), http_headers=headers
            )
            writer.write_record(record)
        answer, passed = _replay(tmp_path, stream.getvalue())
        assert isinstance(answer, Fetched)
        assert answer.body == BODY
        assert isinstance(passed, Skipped)
        assert passed.reason.startswith("1 records are no answers of t.me")


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("response", "https://example.org/t.me/"),
        ("response", "https://nott.me/s/composed"),
        ("response", "http://[broken"),
    ],
)
def test_other_records_are_counted_and_passed_over(tmp_path: Path, kind: str, url: str) -> None:
    records = _record(b"x" * 200_000, kind=kind, url=url), _record(_http())
    answer, passed = _replay(tmp_path, *records)
    assert isinstance(answer, Fetched)
    assert isinstance(passed, Skipped)
    assert passed.reason.startswith("1 records")


@pytest.mark.parametrize("kind", ["warcinfo", "request", "revisit", "metadata"])
def test_records_that_are_no_answers_need_no_word(tmp_path: Path, kind: str) -> None:
    (answer,) = _replay(tmp_path, _record(b"x" * 200_000, kind=kind, url=URL), _record(_http()))
    assert isinstance(answer, Fetched)


def test_what_was_collected_over_a_mirror_on_this_machine_is_replayed(tmp_path: Path) -> None:
    (answer,) = _replay(tmp_path, _record(_http(), url="http://127.0.0.1:8080/s/composed"))
    assert isinstance(answer, Fetched)


@pytest.mark.parametrize("packing", ["gzip", "x-gzip", "deflate", "raw deflate", "none"])
@pytest.mark.parametrize("chunked", [True, False])
def test_bodies_are_joined_and_unpacked(tmp_path: Path, packing: str, *, chunked: bool) -> None:
    raw = zlib.compressobj(wbits=-15)
    body = {
        "gzip": gzip.compress(BODY, mtime=0),
        "x-gzip": gzip.compress(BODY, mtime=0),
        "deflate": zlib.compress(BODY),
        "raw deflate": raw.compress(BODY) + raw.flush(),
        "none": BODY,
    }[packing]
    headers = "" if packing == "none" else f"Content-Encoding: {packing.removeprefix('raw ')}\r\n"
    if chunked:
        headers += "Transfer-Encoding: chunked\r\n"
        first, rest = body[:7], body[7:]
        body = b"7\r\n%s\r\n%x;ext=1\r\n%s\r\n0\r\n\r\n" % (first, len(rest), rest)
    answer = _one(tmp_path, _record(_http(body, headers=headers)))
    assert answer.body == BODY
    assert answer.headers == ()


def test_bodies_that_the_recorder_unpacked_are_taken_as_they_are(tmp_path: Path) -> None:
    headers = "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
    assert _one(tmp_path, _record(_http(headers=headers))).body == BODY


def test_plain_line_ends_are_forgiven(tmp_path: Path) -> None:
    assert _one(tmp_path, _record(b"HTTP/1.1 200 OK\nA: b\n\n" + BODY)).headers == (("A", "b"),)


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (b"", "no HTTP answer"),
        (b"GET / HTTP/1.1\r\n\r\n", "no HTTP answer"),
        (_http(headers="A: b\r\n" * 300), "no HTTP answer"),
        (_http(b"\x1f\x8b\x08 broken", headers="Content-Encoding: gzip\r\n"), "is not the gzip"),
        (_http(gzip.compress(BODY, mtime=0)[:-9], headers="Content-Encoding: gzip\r\n"), "cut off"),
        (_http(BODY, headers="Content-Encoding: br\r\n"), "packed as 'br'"),
        (_http(b"3\r\nabc\r\nzz", headers="Transfer-Encoding: chunked\r\n"), "between two chunks"),
        (_http(b"3\r\nabc\r\n9\r\nab", headers="Transfer-Encoding: chunked\r\n"), "two chunks"),
        (_http(b"x" * (MAX_BODY + 1)), "more than"),
        (b"x" * (MAX_BLOCK + 1), "at most"),
    ],
    ids=lambda value: f"{value[:20]!r}-{len(value)}",
)
def test_a_bad_answer_is_skipped_and_the_next_one_read(
    tmp_path: Path, block: bytes, reason: str
) -> None:
    bad, good = _replay(tmp_path, _record(block), _record(_http()))
    assert isinstance(bad, Skipped)
    assert reason in bad.reason
    assert "record 1" in bad.reason
    assert isinstance(good, Fetched)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(100)) + packer.flush()
    record = _record(_http(bomb, headers="Content-Encoding: gzip\r\n"))
    assert "more than" in _reason(tmp_path, record)


def test_a_resource_has_the_bodys_bound(tmp_path: Path) -> None:
    assert "at most" in _reason(tmp_path, _record(b"x" * (MAX_BODY + 1), kind="resource"))


@pytest.mark.parametrize("date", ["", "2018-04-20T10:00:00", "1999-01-01T00:00:00Z", "now"])
def test_a_record_without_a_possible_time_is_skipped(tmp_path: Path, date: str) -> None:
    assert "WARC-Date" in _reason(tmp_path, _record(_http(), date=date))


def test_an_altered_record_is_told_by_its_block_digest(tmp_path: Path) -> None:
    block = _http()
    sha1 = base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
    good = (f"sha1:{sha1}", f"sha256:{hashlib.sha256(block).hexdigest()}", "crc:1", "nothing")
    for digest in good:
        record = _record(block, extra=f"WARC-Block-Digest: {digest}\r\n")
        assert _one(tmp_path, record).body == BODY
    for digest in (good[0], good[1]):
        record = _record(_http(b"other"), extra=f"WARC-Block-Digest: {digest}\r\n")
        assert "altered" in _reason(tmp_path, record)
    for digest in ("sha1:!!", f"sha256:{'z' * 64}"):
        record = _record(block, extra=f"WARC-Block-Digest: {digest}\r\n")
        assert "altered" in _reason(tmp_path, record)


def test_a_header_may_go_on_in_the_next_line(tmp_path: Path) -> None:
    record = _record(_http(), extra="X-Note: one\r\n two\r\n")
    assert _one(tmp_path, record).url == URL


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_torn_anywhere_in_its_last_record_keeps_the_others(
    tmp_path: Path, *, packed: bool
) -> None:
    first, last = _record(_http()), _record(_http(b"the last"))
    if packed:
        first, last = gzip.compress(first), gzip.compress(last)
    # Without its last four bytes a plain record is whole: they are only the gap to the next.
    for cut in range(1, len(last) - (0 if packed else 4)):
        answer, *rest = _replay(tmp_path, first, last[:cut])
        assert isinstance(answer, Fetched)
        assert rest, cut
        # A gzip member that lacks only part of its trailer has given its whole record already.
        assert isinstance(rest[-1], Skipped)
        assert "torn or damaged" in rest[-1].reason


@pytest.mark.parametrize(
    "tail",
    [
        b"garbage\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\n\r\n",
        b"WARC/1.0\r\nContent-Length: -5\r\n\r\n",
        b"WARC/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"WARC/1.0\r\nContent-Length: 999999999\r\n\r\nx",
        b"WARC/1.0\r\nA: " + b"x" * (2 * MAX_HEADER),
        b"WARC/1.0\r\n" + b"A: b\r\n" * MAX_HEADER,
    ],
    ids=lambda tail: f"{tail[:40]!r}-{len(tail)}",
)
def test_what_cannot_be_followed_ends_the_reading_with_a_word(tmp_path: Path, tail: bytes) -> None:
    answer, *_ = answers = _replay(tmp_path, _record(_http()), tail)
    assert isinstance(answer, Fetched)
    assert any(isinstance(a, Skipped) and "torn or damaged" in a.reason for a in answers)
