"""The archive of evidence: what was kept can be read, and a torn end never hides what follows."""

import gzip
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from monitor.errors import StoreError
from monitor.model import Fetched
from monitor.store import archive as archive_module
from monitor.store.archive import Archive, Kept

APRIL = datetime(2018, 4, 20, 10, tzinfo=UTC)
NAME = "telegram-2018-04.warc.gz"
HEADERS = (("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "stel_ssid=secret"))


def _answer(body: bytes = b"composed", at: datetime = APRIL, status: int = 200) -> Fetched:
    return Fetched("https://t.me/s/composed?before=5", at, status, body, HEADERS)


def _by_warcio(path: Path) -> list[bytes]:
    """Read all bodies with another reader than ours, digests checked."""
    bodies = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            bodies.append(record.content_stream().read())
            assert record.digest_checker.passed
    return bodies


def test_whole_records_that_no_row_points_to_stay_however_large(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    bodies = [b"a" * 200_000, random.Random(1).randbytes(300_000), b"one", b"b" * 3_000_000]
    for body in bodies:
        archive.append(_answer(body))
    assert Archive(tmp_path).recover({}) == []
    assert _by_warcio(tmp_path / NAME) == bodies


def test_threads_that_append_at_once_do_not_mix_their_records(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    bodies = [bytes([number]) * 50_000 for number in range(40)]

    def keep(body: bytes) -> Kept:
        place = archive.append(_answer(body))
        archive.sync()
        return place

    with ThreadPoolExecutor(4) as threads:
        kept = list(threads.map(keep, bodies))
    assert [archive.read(place.file, place.offset) for place in kept] == bodies
    assert sorted(_by_warcio(tmp_path / NAME)) == bodies


def test_what_was_appended_is_read_back_and_by_warcio(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "new" / "folder")
    bodies = [b"one", b"", b"\r\n\r\n three \r\n\r\n", bytes(range(256)) * 500]
    kept = [archive.append(_answer(body)) for body in bodies]
    archive.sync()
    assert [archive.read(place.file, place.offset) for place in kept] == bodies
    assert _by_warcio(tmp_path / "new" / "folder" / NAME) == bodies
    assert [place.offset for place in kept[1:]] == [p.offset + p.length for p in kept[:-1]]
    assert kept[0].sha256.startswith("7692c3ad3540bb803c020b3aee66cd88")  # of "one"


def test_a_record_says_where_when_and_how_it_was_answered(tmp_path: Path) -> None:
    Archive(tmp_path).append(_answer(status=404))
    with (tmp_path / NAME).open("rb") as file:
        (record,) = ArchiveIterator(file)
        assert record.rec_type == "response"
        said = record.rec_headers
        assert said.protocol == "WARC/1.1"
        assert said.get_header("WARC-Target-URI") == "https://t.me/s/composed?before=5"
        assert said.get_header("WARC-Date") == "2018-04-20T10:00:00Z"
        assert said.get_header("WARC-Payload-Digest").startswith("sha256:")
        assert said.get_header("WARC-Block-Digest").startswith("sha256:")
        assert record.http_headers.get_statuscode() == "404"
        assert record.http_headers.get_header("Content-Type") == HEADERS[0][1]


def test_cookies_are_left_out_and_untrue_headers_renamed(tmp_path: Path) -> None:
    headers = (*HEADERS, ("Content-Encoding", "gzip"), ("Content-Length", "9"))
    Archive(tmp_path).append(Fetched("https://t.me/x", APRIL, 200, b"composed", headers))
    plain = gzip.decompress((tmp_path / NAME).read_bytes())
    assert b"secret" not in plain
    assert b"\r\nX-Archive-Orig-Content-Encoding: gzip\r\n" in plain
    assert _by_warcio(tmp_path / NAME) == [b"composed"]


def test_line_breaks_cannot_forge_headers(tmp_path: Path) -> None:
    url = "https://t.me/x\r\nWARC-Type: warcinfo\r\n\ud800"
    headers = (("A\r\nB: c", "d\r\nE: f\ud800"),)
    kept = Archive(tmp_path).append(Fetched(url.replace("\ud800", ""), APRIL, 599, b"x", headers))
    assert Archive(tmp_path).read(kept.file, kept.offset) == b"x"
    with (tmp_path / NAME).open("rb") as file:
        (record,) = ArchiveIterator(file)
        assert record.rec_type == "response"
        assert record.http_headers.get_header("E") is None
        assert record.http_headers.get_header("B") is None


def test_each_utc_month_has_a_file_of_its_own(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    late = datetime.fromisoformat("2018-05-01T02:00:00+03:30")
    assert archive.append(_answer(at=late)).file == NAME
    may = archive.append(_answer(at=datetime(2018, 5, 1, tzinfo=UTC)))
    assert (may.file, may.offset) == ("telegram-2018-05.warc.gz", 0)
    archive.sync()
    archive.sync()


def test_killed_at_any_byte_of_a_record_nothing_else_is_lost(tmp_path: Path) -> None:
    """For every length that the last record can be left with: recover, append, read all."""
    archive = Archive(tmp_path)
    first = archive.append(_answer(b"first"))
    second = archive.append(_answer(b"second, committed to the archive only"))
    path = tmp_path / NAME
    whole = path.read_bytes()
    committed = {NAME: first.length}
    for cut in range(second.length):
        path.write_bytes(whole[: second.offset + cut])
        again = Archive(tmp_path)
        said = again.recover(committed)
        assert len(said) == (1 if cut else 0)
        assert not cut or f"cut {cut} bytes" in said[0]
        third = again.append(_answer(b"third"))
        assert again.read(NAME, first.offset) == b"first"
        assert again.read(NAME, third.offset) == b"third"
        assert _by_warcio(path) == [b"first", b"third"]


def test_whole_records_stay_though_no_row_points_to_them(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for body in (b"first", b"second", b"third" * 50_000):
        archive.append(_answer(body))
    size = (tmp_path / NAME).stat().st_size
    assert Archive(tmp_path).recover({}) == []
    assert (tmp_path / NAME).stat().st_size == size


@pytest.mark.parametrize(
    "tail", [b"garbage", gzip.compress(b"no record", mtime=0), b"\x1f\x8b\x08\0torn"]
)
def test_what_is_no_record_is_cut_off(tmp_path: Path, tail: bytes) -> None:
    kept = Archive(tmp_path).append(_answer())
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes() + tail)
    (said,) = Archive(tmp_path).recover({NAME: kept.length})
    assert f"cut {len(tail)} bytes" in said
    assert path.stat().st_size == kept.length


def test_files_that_are_not_the_archives_are_left_alone(tmp_path: Path) -> None:
    for name in ("other.warc.gz", "telegram-2018-04.txt"):
        (tmp_path / name).write_bytes(b"not ours")
    assert Archive(tmp_path).recover({}) == []
    assert (tmp_path / "other.warc.gz").read_bytes() == b"not ours"
    assert Archive(tmp_path / "missing").recover({}) == []


def test_lost_files_and_lost_ends_are_told(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = archive.append(_answer(b"first"))
    second = archive.append(_answer(b"second"))
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[: second.offset + 5])
    committed = {NAME: second.offset + second.length, "telegram-2017-01.warc.gz": 5, "../x": 1}
    said = Archive(tmp_path).recover(committed)
    assert [line.split(":")[0] for line in said] == [
        "../x",
        "telegram-2017-01.warc.gz",
        NAME,
        NAME,
    ]
    assert "backup" in said[2]
    assert "cut 5 bytes" in said[3]
    assert path.stat().st_size == first.length


@pytest.mark.parametrize(
    ("file", "offset"),
    [
        ("../../etc/passwd", 0),
        (NAME, -1),
        (NAME, 3),
        (NAME, 10**9),
        ("telegram-2000-01.warc.gz", 0),
    ],
)
def test_a_place_that_holds_no_record_is_refused(tmp_path: Path, file: str, offset: int) -> None:
    archive = Archive(tmp_path)
    archive.append(_answer())
    with pytest.raises(StoreError):
        archive.read(file, offset)


def test_an_altered_record_is_never_handed_out(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = archive.append(_answer())
    plain = gzip.decompress((tmp_path / NAME).read_bytes())
    (tmp_path / NAME).write_bytes(gzip.compress(plain.replace(b"composed\r", b"tampered\r")))
    with pytest.raises(StoreError, match="altered"):
        archive.read(kept.file, kept.offset)


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from tests.store.test_archive import NAME, _answer
from monitor.errors import StoreError
from monitor.store.archive import Archive

folder = Path(sys.argv[1])
archive = Archive(folder)
first = archive.append(_answer(b"first"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = first.length + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    archive.append(_answer(b"second"))
except StoreError as error:
    print(error)
print((folder / NAME).stat().st_size - first.length)
"""


@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_full_disk_leaves_no_half_record(tmp_path: Path, room: int) -> None:
    """In a process that may not make the file longer, which fails as a full disk does."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, tmp_path, str(room), root],
        capture_output=True,
        text=True,
        check=True,
    )
    said, left = done.stdout.splitlines()
    assert "free some space" in said
    assert left == "0"
    assert _by_warcio(tmp_path / NAME) == [b"first"]


def test_a_folder_that_cannot_be_used_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="check rights"):
        Archive(tmp_path / "file" / "archive").append(_answer())
    archive = Archive(tmp_path / "gone")
    archive.append(_answer())
    (tmp_path / "gone" / NAME).unlink()
    with pytest.raises(StoreError, match="check the disk"):
        archive.sync()


def test_a_body_beyond_the_bound_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "MAX_BODY", 10)
    with pytest.raises(StoreError, match="at most 10"):
        Archive(tmp_path).append(_answer(b"eleven bytes"))
