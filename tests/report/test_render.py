"""Writing: all files or none, revisions that say what changed, and nothing touched for nothing."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import BadUsage, MonitorError
from monitor.model import Judgement, State
from monitor.report import render
from monitor.report.render import Written, publish, write
from monitor.report.summary import Summary, summarise
from tests.report.building import AT, WEEK, judgement


def summary(told: Judgement, *, name: str = "2018-W16", language: str = "en") -> Summary:
    return summarise(told, window=WEEK, name=name, language=language)


def put(told: Judgement, out: Path, *formats: str, language: str = "en") -> Written:
    return publish(summary(told, language=language), told, out, formats or ("json",))


def changed() -> Judgement:
    """Return the judgement with one channel back and one finding withdrawn."""
    told = judgement()
    first = replace(told.views[0], case=replace(told.views[0].case, state=State.RETURNED))
    return replace(told, findings=told.findings[1:], views=(first, *told.views[1:]))


def state_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_a_report_has_its_page_figures_numbers_and_tables(tmp_path: Path) -> None:
    told = judgement()
    path = write(summary(told), told, tmp_path / "new" / "reports", ["html", "csv"])
    assert path == tmp_path / "new" / "reports" / "2018-W16" / "report.html"
    assert {p.name for p in path.parent.iterdir()} == {
        "report.html", "summary.json", "channels.csv", "findings.csv", "subscribers.png",
        "links.png", "departures.png", "coverage.png",
    }  # fmt: skip
    record = json.loads((path.parent / "summary.json").read_text())
    assert (record["revision"], record["changes"], record["name"]) == (1, [], "2018-W16")
    assert [p.name for p in path.parent.parent.iterdir()] == ["2018-W16"]


@pytest.mark.parametrize(("kind", "name"), [("json", "summary.json"), ("csv", "channels.csv")])
def test_the_main_file_follows_the_formats(tmp_path: Path, kind: str, name: str) -> None:
    assert put(judgement(), tmp_path, kind).path.name == name


def test_what_a_kill_left_half_written_is_removed_a_day_after(tmp_path: Path) -> None:
    """Of any week, and nothing else: neither what is being written now nor what others put here."""
    left, young = tmp_path / ".2018-W15.ab_c0123", tmp_path / ".2018-W15.xy_z0123"
    others = [tmp_path / name for name in (".git", ".2018-W14.before", "2018-W13", ".a.index.html")]
    for folder in (left, young, *others):
        (folder / "new").mkdir(parents=True)
        if folder != young:
            os.utime(folder, (0, 0))
    put(judgement(), tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {
        "2018-W16", young.name, *(p.name for p in others),
    }  # fmt: skip


def test_the_same_report_again_touches_nothing_and_says_so(tmp_path: Path) -> None:
    put(judgement(), tmp_path, "html", "csv")
    before = state_of(tmp_path)
    again = put(judgement(), tmp_path, "html", "csv")
    assert again.unchanged
    assert again.revision == 1
    assert state_of(tmp_path) == before


def test_judged_a_day_later_with_nothing_new_in_the_window_it_is_the_same_report(
    tmp_path: Path,
) -> None:
    told = judgement()
    put(told, tmp_path)
    later = replace(
        told,
        at=AT + timedelta(days=1),
        views=tuple(
            replace(v, case=replace(v.case, silence_days=18.3), failures=9) for v in told.views
        ),
    )
    assert put(later, tmp_path).unchanged


def test_a_format_that_was_missing_is_added_without_a_revision(tmp_path: Path) -> None:
    put(judgement(), tmp_path, "csv")
    before = state_of(tmp_path)
    more = put(judgement(), tmp_path, "csv", "html", "json")
    assert more.unchanged
    assert more.path.is_file()
    after = state_of(tmp_path)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 5


def test_a_changed_report_becomes_a_revision_that_keeps_the_earlier_and_says_what_changed(
    tmp_path: Path,
) -> None:
    first = put(judgement(), tmp_path, "html")
    body = first.path.read_bytes()
    second = put(changed(), tmp_path, "html")
    assert (second.revision, second.unchanged) == (2, False)
    said = " ".join(second.changes).replace("\u2068", "").replace("\u2069", "")
    assert "@composed_office: the state was “left” and is now “returned”." in said
    assert "Finding withdrawn: closure notice, @composed_office, 18 Apr 2018, 09:00 UTC." in said
    assert "Channels that came back, this week: was 0, is now 1." in said
    assert "The headline changed; it was: “4 of 11" in said
    assert (tmp_path / "2018-W16" / "revision-1" / "report.html").read_bytes() == body
    page = second.path.read_text(encoding="utf-8")
    assert "Revision 2 of “2018-W16”" in page
    assert "the state was “left” and is now “returned”" in page


def test_every_earlier_revision_is_kept(tmp_path: Path) -> None:
    bodies = []
    for told in (judgement(), changed(), judgement()):
        put(told, tmp_path)
        bodies.append((tmp_path / "2018-W16" / "summary.json").read_bytes())
    folder = tmp_path / "2018-W16"
    assert json.loads(bodies[-1])["revision"] == 3
    assert [(folder / f"revision-{n}" / "summary.json").read_bytes() for n in (1, 2)] == bodies[:2]
    assert not list(folder.glob("revision-*/revision-*"))


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"revision": -4}', None])
def test_an_earlier_summary_that_cannot_be_read_is_kept_and_said(
    tmp_path: Path, body: bytes | None
) -> None:
    folder = tmp_path / "2018-W16"
    folder.mkdir()
    if body is not None:
        (folder / "summary.json").write_bytes(body)
    (folder / "report.html").write_text("earlier")
    second = put(judgement(), tmp_path)
    assert second.revision == 2
    assert second.changes == (
        "The earlier summary could not be read, so what changed is not known.",
    )
    assert (folder / "revision-1" / "report.html").read_text() == "earlier"


def test_another_language_is_a_revision_in_the_new_language(tmp_path: Path) -> None:
    put(judgement(), tmp_path)
    assert put(judgement(), tmp_path, language="ru").changes[0] == "Язык был en, стал ru."


def test_a_writing_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(judgement(), tmp_path)
    before = state_of(tmp_path)

    def full(*_: object) -> Iterator[None]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(render, "channels_csv", full)
    with pytest.raises(MonitorError, match="No space left on device"):
        put(changed(), tmp_path, "csv")
    assert state_of(tmp_path) == before


def test_a_report_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That its week is done is noted next; after a power cut the files would else be empty."""
    synced, really = set(), os.fsync

    def fsync(descriptor: int) -> None:
        really(descriptor)
        synced.add(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    put(judgement(), tmp_path, "json", "csv")
    put(changed(), tmp_path, "json", "csv")
    folder = tmp_path / "2018-W16"
    assert {path.stat().st_ino for path in (*folder.rglob("*"), folder, tmp_path)} <= synced


def test_a_swap_that_was_cut_short_is_undone_at_the_next_writing(tmp_path: Path) -> None:
    put(judgement(), tmp_path)
    (tmp_path / "2018-W16").rename(tmp_path / ".2018-W16.before")
    assert put(judgement(), tmp_path).unchanged
    assert [p.name for p in tmp_path.iterdir()] == ["2018-W16"]


def test_a_swap_that_was_cut_after_the_new_one_was_in_place_is_cleaned_up(tmp_path: Path) -> None:
    put(judgement(), tmp_path)
    (tmp_path / ".2018-W16.before").mkdir()
    assert put(judgement(), tmp_path).unchanged
    assert [p.name for p in tmp_path.iterdir()] == ["2018-W16"]


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MonitorError, match="cannot be written to"):
        put(judgement(), tmp_path / "file")


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "revision-1", "x" * 81, "a\nb"])
def test_a_name_that_is_no_safe_file_name_is_refused(tmp_path: Path, name: str) -> None:
    told = judgement()
    with pytest.raises(BadUsage, match="cannot name a report"):
        write(summary(told, name=name), told, tmp_path, ["json"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("formats", [[], ["docx"], ["html", "exe"]])
def test_an_unknown_format_is_refused_naming_the_known(tmp_path: Path, formats: list[str]) -> None:
    told = judgement()
    with pytest.raises(BadUsage, match="html,pdf,json,csv"):
        write(summary(told), told, tmp_path, formats)


def test_a_summary_of_another_judgement_is_refused(tmp_path: Path) -> None:
    told = judgement()
    with pytest.raises(BadUsage, match="of another judgement"):
        write(summary(told), replace(told, views=()), tmp_path, ["json"])


def test_a_lone_surrogate_in_a_quote_does_not_stop_the_report(tmp_path: Path) -> None:
    told = judgement()
    broken = replace(told.findings[0], summary="broken \ud800")
    again = replace(told, findings=(broken, *told.findings[1:]))
    put(again, tmp_path, "html", "csv")
    record = json.loads((tmp_path / "2018-W16" / "summary.json").read_bytes())
    assert "broken \ud800" in {f["summary"] for f in record["findings"]}
    assert put(again, tmp_path, "html", "csv").unchanged
