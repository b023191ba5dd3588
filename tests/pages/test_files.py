"""Only files of reports, and only from below their folder."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.pages.files import KINDS, LARGEST, find


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    (folder / "2026-W01").mkdir(parents=True)
    (folder / "index.html").write_text("front")
    (folder / "2026-W01" / "report.html").write_text("report")
    (tmp_path / "secret.html").write_text("secret")
    (tmp_path / "monitor.db").write_text("secret")
    return folder


@pytest.mark.parametrize(
    "asked",
    [
        "../secret.html", "..", "../", "2026-W01/../../secret.html", "2026-W01/..",
        "./index.html", "/etc/passwd", "//etc/passwd", "%2e%2e/secret.html", "..%2fsecret.html",
        "2026-W01\\..\\..\\secret.html", "index.html\x00.png", "index.html/",
        "2026-W01//report.html",
        ".hidden/report.html", ".index.html.new", "2026-W01", "ｉndex.html", "index.html ",
        "index.HTML", "a/b/c/d/report.html", "x" * 5000 + ".html", "\ud800.html", "~root/x.html",
        "C:index.html", "index.html?x", "index.html#x", "-rf.html",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_folder_or_to_what_is_no_file(reports: Path, asked: str) -> None:
    assert find(reports, asked) is None


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["..", ".", "", "2026-W01", "index.html", "secret.html", "~", "%2e%2e"]
            ),
            st.text(max_size=8),
        ),
        max_size=6,
    )
)
def test_whatever_is_found_lies_below_the_folder(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "property" / "reports"
    (folder / "2026-W01").mkdir(parents=True, exist_ok=True)
    for path in (folder / "index.html", folder / "2026-W01" / "report.html"):
        path.write_text("x")
    (folder.parent / "secret.html").write_text("secret")
    found = find(folder, "/".join(parts))
    assert found is None or found.path.resolve().is_relative_to(folder.resolve())


def test_links_are_not_followed_wherever_they_lead(reports: Path, tmp_path: Path) -> None:
    (reports / "out.html").symlink_to(tmp_path / "secret.html")
    (reports / "inside.html").symlink_to(reports / "index.html")
    (reports / "2026-W02").symlink_to(tmp_path)
    (reports / "2026-W03").symlink_to(reports / "2026-W01")
    for asked in ("out.html", "inside.html", "2026-W02/secret.html", "2026-W03/report.html"):
        assert find(reports, asked) is None


def test_a_folder_of_reports_that_is_itself_a_link_is_served(reports: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").symlink_to(reports)
    found = find(tmp_path / "elsewhere", "2026-W01/report.html")
    assert found is not None
    assert found.path.read_text() == "report"


@pytest.mark.parametrize("name", ["monitor.db", "pages.warc.gz", "x.svg", "x.js", "x.py", "x"])
def test_only_kinds_that_we_write_are_given(reports: Path, name: str) -> None:
    (reports / name).write_text("x")
    assert find(reports, name) is None


def test_every_kind_that_a_report_has_is_given_as_what_it_is(reports: Path) -> None:
    for suffix, kind in KINDS.items():
        (reports / f"x{suffix}").write_text("x")
        found = find(reports, f"x{suffix}")
        assert found is not None
        assert found.kind == kind


def test_pipes_folders_and_giants_are_not_opened(reports: Path) -> None:
    os.mkfifo(reports / "pipe.html")
    (reports / "folder.html").mkdir()
    with (reports / "giant.pdf").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert [find(reports, n) for n in ("pipe.html", "folder.html", "giant.pdf")] == [None] * 3


def test_without_a_folder_nothing_is_found(tmp_path: Path) -> None:
    assert find(tmp_path / "reports", "index.html") is None


def test_the_tag_changes_with_the_file(reports: Path) -> None:
    first = find(reports, "index.html")
    (reports / "index.html").write_text("front page")
    second = find(reports, "index.html")
    assert first is not None
    assert second is not None
    assert first.tag != second.tag
