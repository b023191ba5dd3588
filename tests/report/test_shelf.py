"""Which reports lie in a folder, and how a file of it is replaced."""

import json
import os
import stat
from pathlib import Path

import pytest

from monitor.report import shelf
from monitor.report.in_place import replace_text
from monitor.report.render import write
from monitor.report.summary import summarise
from tests.report.building import WEEK, judgement

SUMMARY = {
    "language": "ru",
    "revision": 2,
    "window": {"from": "2018-04-16T00:00:00Z", "to": "2018-04-23T00:00:00Z"},
    "judged_at": "2018-04-23T06:00:00Z",
    "headline": "Составлено",
}


def lay(folder: Path, name: str, told: object = None) -> Path:
    (folder / name).mkdir()
    text = told if isinstance(told, str) else json.dumps({**SUMMARY, **(told or {})})  # type: ignore[dict-item]  # a mapping, if it is no text
    (folder / name / "summary.json").write_text(text, encoding="utf-8")
    return folder / name


def test_a_written_report_is_found_as_it_was_written(tmp_path: Path) -> None:
    told = judgement()
    summary = summarise(told, window=WEEK, name="2018-W16", language="fa")
    write(summary, told, tmp_path, ["html", "csv"])
    (found,) = shelf.reports(tmp_path)
    assert (found.name, found.language, found.revision) == ("2018-W16", "fa", 1)
    assert (found.start, found.end) == WEEK
    assert found.judged_at == told.at
    assert found.headline == summary.headline
    assert found.files == ("report.html", "channels.csv", "findings.csv", "summary.json")
    assert found.weekly


def test_the_newest_stands_first_and_a_new_revision_is_seen(tmp_path: Path) -> None:
    later = {"window": {"from": "2018-04-23T00:00:00Z", "to": "2018-04-30T00:00:00Z"}}
    lay(tmp_path, "2018-W16")
    folder = lay(tmp_path, "2018-W17", later)
    assert [(r.name, r.revision) for r in shelf.reports(tmp_path)] == [
        ("2018-W17", 2), ("2018-W16", 2),
    ]  # fmt: skip
    (folder / "summary.json").unlink()
    (folder / "summary.json").write_text(json.dumps({**SUMMARY, **later, "revision": 30}))
    assert shelf.reports(tmp_path)[0].revision == 30


@pytest.mark.parametrize(
    "told",
    ["", "{", "[]", "null", '{"language": "xx"}', {"language": "de"}, {"window": {}},
     {"judged_at": "yesterday"}, {"judged_at": "2018-04-23T06:00:00"}, {"revision": "many"},
     {"judged_at": 1}, {"window": {"from": 1, "to": 2}}],
)  # fmt: skip
def test_what_is_no_report_is_passed_over(tmp_path: Path, told: object) -> None:
    lay(tmp_path, "2018-W15", told)
    lay(tmp_path, "2018-W16")
    (tmp_path / "note.txt").write_text("not a folder")
    assert [r.name for r in shelf.reports(tmp_path)] == ["2018-W16"]


def test_half_written_folders_links_and_no_folder_at_all_are_passed_over(tmp_path: Path) -> None:
    away = tmp_path / "elsewhere"
    away.mkdir()
    lay(away, "2018-W14")
    out = tmp_path / "reports"
    assert shelf.reports(out) == []
    out.mkdir()
    lay(out, ".2018-W16.before")
    (out / "2018-W14").symlink_to(away / "2018-W14")
    (out / "2018-W15").mkdir()
    (out / "2018-W15" / "summary.json").symlink_to(away / "2018-W14" / "summary.json")
    assert shelf.reports(out) == []


def test_a_summary_too_large_to_be_ours_is_not_read(tmp_path: Path) -> None:
    folder = lay(tmp_path, "2018-W16")
    with (folder / "summary.json").open("r+b") as file:
        file.truncate(shelf.LARGEST + 1)
    assert shelf.reports(tmp_path) == []


def test_a_file_is_replaced_whole_and_left_alone_where_it_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "new" / "index.html"
    assert replace_text(path, "eins")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    before = path.stat()
    assert not replace_text(path, "eins")
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    with path.open(encoding="utf-8") as reader:
        assert replace_text(path, "zwei")
        assert reader.read() == "eins"  # who had it open reads the old one to its end
    assert path.read_text(encoding="utf-8") == "zwei"
    assert [p.name for p in path.parent.iterdir()] == ["index.html"]


def test_a_failed_replacement_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.html"
    replace_text(path, "eins")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_text(path, "zwei")
    assert path.read_text(encoding="utf-8") == "eins"
    assert list(tmp_path.iterdir()) == [path]
