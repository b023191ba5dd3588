"""CSV: every channel and finding, and no cell that a spreadsheet would run."""

import csv
import io
from dataclasses import replace

import pytest

from monitor.model import Judgement
from monitor.report.summary import summarise
from monitor.report.tables import channels_csv, disarmed, findings_csv
from tests.report.building import AT, WINDOW, judgement, reconstruction, view


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r", " =", "＝"])
def test_text_that_would_run_as_a_formula_gets_an_apostrophe(start: str) -> None:
    assert str(disarmed(f"{start}cmd()")).startswith("'")


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    assert disarmed(-12) == -12
    assert disarmed(None) == ""
    assert disarmed("plain - text") == "plain - text"
    assert disarmed("a\x00b\ud800") == "ab?"


def test_channels_have_one_row_each_with_counts_and_conflicts() -> None:
    summary = summarise(judgement(), window=WINDOW, name="w", reconstruction=reconstruction())
    rows = {row["channel"]: row for row in read(channels_csv(summary))}
    assert len(rows) == 11
    office = rows["composed_office"]
    assert (office["state"], office["notice_at"]) == ("left", "2018-04-18T09:00:00Z")
    assert office["destinations"] == "soroush:sakhtegi igap:sakhtegi"
    assert office["conflicts"] == "closure notice: 2018-04-18 to 2018-04-20"
    assert int(office["last_high"]) < int(office["first_low"])
    assert rows["never_seen"]["first_low"] == ""


def test_findings_have_one_row_each_and_hostile_text_is_disarmed() -> None:
    told = judgement()
    trap = replace(told.findings[0], summary="=HYPERLINK(1)", key="trap", evidence=())
    summary = summarise(replace(told, findings=(*told.findings, trap)), window=WINDOW, name="w")
    rows = read(findings_csv(summary))
    assert len(rows) == len(summary.findings)
    assert "'=HYPERLINK(1)" in {row["summary"] for row in rows}


def test_a_title_that_is_a_formula_is_disarmed() -> None:
    told = Judgement(AT, (), (view("trap", title="@SUM(A1)"),))
    (row,) = read(channels_csv(summarise(told, window=WINDOW, name="w")))
    assert row["title"] == "'@SUM(A1)"
