"""The front page of the folder of reports: what lies there, where the channels stand, no script."""

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.model import Judgement, State
from monitor.report import words
from monitor.report.index import MOST, page
from monitor.report.shelf import FILES, Shelved
from tests.report.building import AT, HOSTILE, judgement, view

EN, FA, RU = words.load("en"), words.load("fa"), words.load("ru")
PLATFORMS = {"soroush": "Soroush", "igap": "iGap"}


def shelved(name: str, *, language: str = "en", revision: int = 1, headline: str = "") -> Shelved:
    return Shelved(
        name,
        language,
        revision,
        datetime(2018, 4, 16, tzinfo=UTC),
        datetime(2018, 4, 23, tzinfo=UTC),
        datetime(2018, 4, 23, 6, tzinfo=UTC),
        headline,
        FILES,
    )


def cells(tree: LexborHTMLParser, table: str) -> list[list[str]]:
    rows = tree.css(f"{table} tbody tr")
    return [[" ".join(c.text().split()) for c in row.css("th, td")] for row in rows]


def test_every_report_is_listed_with_language_revision_and_date() -> None:
    reports = [
        shelved("2018-W16", language="fa", revision=3, headline="سرخط ساختگی"),
        shelved("2018-04-01_2018-04-30"),
    ]
    tree = LexborHTMLParser(page(reports, judgement(), EN, PLATFORMS))
    week, stretch = cells(tree, ".reports")
    assert week == [
        "2018-W16 · 16 Apr 2018 to 22 Apr 2018سرخط ساختگی",
        "Persian",
        "3",
        "23 Apr 2018, 06:00 UTC",
        "report.pdf, channels.csv, findings.csv, summary.json",
    ]
    assert stretch[0].startswith("2018-04-01_2018-04-30")
    links = [a.attributes["href"] for a in tree.css(".reports a")]
    assert links[:2] == ["2018-W16/report.html", "2018-W16/report.pdf"]
    headline = tree.css_first(".reports small")
    assert headline is not None
    assert headline.attributes["dir"] == "rtl"


def test_the_cases_stand_there_those_that_left_first() -> None:
    tree = LexborHTMLParser(page([], judgement(), EN, PLATFORMS))
    rows = cells(tree, ".cases")
    assert len(rows) == 11
    assert [row[1] for row in rows][:3] == ["left", "left", "gone"]
    assert rows[0][0].endswith("composed_office")
    assert rows[0][4] == "Soroush sakhtegi iGap sakhtegi".replace(" iGap", "iGap")
    assert "No weekly report has been written yet." in tree.html  # type: ignore[operator]  # there is a document


@pytest.mark.parametrize(("said", "way"), [(EN, "ltr"), (FA, "rtl"), (RU, "ltr")])
def test_it_runs_in_its_language_and_loads_and_runs_nothing(said: words.Words, way: str) -> None:
    source = page([shelved("2018-W16", headline=HOSTILE)], judgement(), said, PLATFORMS)
    tree = LexborHTMLParser(source)
    root = tree.css_first("html")
    assert root is not None
    assert (root.attributes["lang"], root.attributes["dir"]) == (said.language, way)
    for forbidden in ("script", "img", "iframe", "object", "form", "link[rel=stylesheet]"):
        assert not tree.css(forbidden)
    style, policy = tree.css_first("style"), tree.css_first("meta[http-equiv]")
    assert style is not None
    assert policy is not None
    inside = re.search(r"<style>(.*?)</style>", source, re.DOTALL)
    assert inside is not None
    digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in str(policy.attributes["content"])
    feed = tree.css_first("link[rel=alternate]")
    assert feed is not None
    assert feed.attributes["href"] == "feed.atom"
    outside = [a.attributes["href"] or "" for a in tree.css("a")]
    assert all(not place.startswith(("http", "//", "javascript")) for place in outside)


def test_a_thousand_channels_are_cut_and_said_to_be() -> None:
    views = tuple(view(f"crowd_{n}", State.ACTIVE) for n in range(MOST + 7))
    tree = LexborHTMLParser(page([], Judgement(AT, (), views), EN, PLATFORMS))
    assert len(cells(tree, ".cases")) == MOST
    assert "7 further channels are in the weekly report." in (tree.html or "")


def test_an_empty_store_has_a_page_too() -> None:
    source = page([], Judgement(AT, (), ()), FA, PLATFORMS)
    assert "هنوز کانالی شناخته نیست." in source
