"""The page: self-contained, escaped, each notice quoted, linked, hashed; readable by ear."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.model import Evidence, Judgement, Kind, State
from monitor.report.figures import draw
from monitor.report.page import Revision, page
from monitor.report.summary import Reconstruction, summarise
from tests.report.building import (
    AT,
    END,
    HOSTILE,
    SHA,
    START,
    WEEK,
    WINDOW,
    at,
    counts,
    finding,
    judgement,
    reconstruction,
    view,
)


def html(
    told: Judgement | None = None,
    *,
    window: tuple[object, object] = WINDOW,
    language: str = "en",
    composed: Reconstruction | None = None,
    figures: Path | None = None,
    browser: bool = True,
    revision: Revision | None = None,
) -> str:
    summary = summarise(
        told or judgement(),
        window=window,  # type: ignore[arg-type]  # a pair of times
        name="a-report",
        language=language,
        reconstruction=composed,
    )
    drawn = draw(summary, figures) if figures else []
    return page(summary, drawn, revision or Revision(), shown=40, browser=browser)


def first(tree: LexborHTMLParser, selector: str) -> LexborNode:
    node = tree.css_first(selector)
    assert node is not None
    return node


def text_of(source: str, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in LexborHTMLParser(source).css(selector)]


@pytest.mark.parametrize("language", ["en", "fa", "ru"])
def test_nothing_is_fetched_and_no_script_style_or_element_of_others_gets_in(
    tmp_path: Path, language: str
) -> None:
    source = html(language=language, composed=reconstruction(), figures=tmp_path)
    tree = LexborHTMLParser(source)
    assert not tree.css("script, iframe, object, embed, link, base, form, svg")
    assert all((i.attributes["src"] or "").startswith("data:image/png") for i in tree.css("img"))
    assert not re.search(r"@import|url\((?!data:font)", source)
    own = {"html", "head", "meta", "title", "style", "body", "img"}
    handlers = {a for node in tree.css("*") if node.tag not in own for a in node.attributes}
    assert not {name for name in handlers if name.startswith("on") or name == "style"}
    assert "<script>alert" not in source
    assert "\u202e" not in source
    assert "{{7*7}}" in source  # printed as it stands, not computed


def test_the_policy_allows_this_style_sheet_alone(tmp_path: Path) -> None:
    source = html(figures=tmp_path)
    tree = LexborHTMLParser(source)
    policy = first(tree, "meta[http-equiv=Content-Security-Policy]").attributes["content"] or ""
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:; font-src data:;")
    assert "script" not in policy
    assert len(style[1]) < 400_000


def test_each_notice_is_quoted_in_its_own_direction_linked_dated_and_hashed() -> None:
    tree = LexborHTMLParser(html())
    quote = first(tree, "#c1 blockquote")
    assert quote.attributes["dir"] == "auto"
    assert quote.attributes["lang"] == "fa"
    assert quote.text().startswith("متن ساختگی")
    link = first(tree, "#c1 a.address")
    assert link.attributes["href"] == "https://t.me/composed_office/100"
    assert link.attributes["rel"] == "noopener noreferrer"
    card = " ".join(first(tree, "#c1").text().split())
    for part in (SHA, "18 Apr 2018, 09:00 UTC", "rule closure_notice.composed", "confidence 93%"):
        assert part in card
    assert "Why this state: it announced that it leaves" in card


def test_a_hostile_quote_stays_text_and_a_very_long_one_is_shortened_and_says_so() -> None:
    source = html()
    shown = text_of(source, "blockquote")
    assert any(quote.startswith('<script>alert("x")</script>') for quote in shown)
    assert max(len(quote) for quote in shown) <= 1201
    assert text_of(source, "#c3 .notice .note") == ["shortened; the whole text is in the store"]


def test_a_reconstruction_says_so_at_its_head_and_foot_names_sources_and_shows_conflicts() -> None:
    source = html(composed=reconstruction())
    (banner,) = text_of(source, "header .reconstruction")
    assert "the wording of the posts and all daily counts are composed by us" in banner
    assert "Composed for tests: nothing of this happened." in banner
    (conflict,) = text_of(source, "#c1 .conflict")
    assert conflict == (
        "Sources differ: 18 Apr 2018 to 20 Apr 2018. closure notice. Sources: A says 18, B says 20"
    )
    assert any("Sources differ" in row for row in text_of(source, "table.channels .conflict"))
    assert (
        "composed post: the address does not lead to these words"
        in text_of(source, "#c1 .evidence")[0]
    )
    links = [a.attributes["href"] for a in LexborHTMLParser(source).css("#sources a")]
    assert links == ["https://example.org/paper"]
    assert len(text_of(source, "#sources li")) == 3
    assert "reconstruction" in text_of(source, "footer")[0]
    assert "reconstruction" not in html().lower().split("<body>")[1]


def test_followers_are_not_measured_and_a_week_not_seen_is_not_zero() -> None:
    rows = text_of(html(), "table.trend tr")
    assert rows[-1].count("not measured") == 3
    unseen = Judgement(AT, (), (view("never_seen", covered=()),))
    assert all("not seen" in row for row in text_of(html(unseen), "table.trend tbody tr")[:5])


def test_an_empty_week_says_so_and_a_report_without_channels_stands() -> None:
    quiet = Judgement(AT, (), (view("quiet"),))
    assert text_of(html(quiet, window=WEEK), ".quiet")[0].startswith("An empty week")
    assert text_of(html(quiet, window=(START, END)), ".quiet")[0].startswith("An empty window")
    assert "No finding falls in this window." in html(quiet)
    assert "No channel was watched" in html(Judgement(AT, (), ()))


def test_persian_turns_the_page_and_writes_its_own_digits() -> None:
    source = html(language="fa")
    tree = LexborHTMLParser(source)
    assert first(tree, "html").attributes == {"lang": "fa", "dir": "rtl"}
    shown = " ".join(node.text() for node in tree.css("table.trend td"))
    assert not re.search("[0-9]", shown)
    assert "دیده شد" in shown


def test_tables_and_pictures_can_be_read_by_ear(tmp_path: Path) -> None:
    tree = LexborHTMLParser(html(figures=tmp_path))
    assert len(tree.css("img")) == 4
    assert all(len(i.attributes["alt"] or "") > 20 for i in tree.css("img"))
    assert all(head.attributes.get("scope") in {"col", "row"} for head in tree.css("th"))
    assert [len(tree.css(f"h{n}")) for n in (1, 2)] == [1, 8]


def test_fetched_text_is_isolated_and_weasyprint_gets_directions_instead_of_auto() -> None:
    tree = LexborHTMLParser(html())
    assert all(node.attributes.get("dir") for node in tree.css("bdi"))
    printed = LexborHTMLParser(html(language="fa", browser=False))
    ways = {n.attributes["dir"] for n in printed.css("blockquote, bdi")}
    assert ways == {"ltr", "rtl"}
    assert first(printed, "#c2 blockquote").attributes["dir"] == "ltr"


def test_a_report_is_named_by_its_week_or_its_days() -> None:
    assert text_of(html(window=WEEK), "h1") == [
        "Official channels and Telegram, 2018-W16 (16 Apr 2018 to 22 Apr 2018)"
    ]
    assert text_of(html(), "h1")[0].endswith("Telegram, 19 Mar 2018 to 6 May 2018")


def test_a_week_seen_but_not_counted_at_both_ends_says_so() -> None:
    seen = Judgement(AT, (), (view("uncounted"),))
    assert text_of(html(seen), "table.trend tr")[-2].count("not counted") == 3


def test_a_revision_lists_what_changed_as_text() -> None:
    source = html(revision=Revision(3, ("one <b>changed</b>", "two"), "revision-2/"))
    assert text_of(source, ".revision li") == ["one <b>changed</b>", "two"]
    assert "Revision 3 of “a-report”" in text_of(source, ".revision")[0]
    assert 'class="revision"' not in html().split("<body>")[1]


def test_a_notice_shows_its_announced_date_and_survives_one_that_is_none() -> None:
    def told(effective: str) -> Judgement:
        details = {"effective_at": effective, "text": "Composed words"}
        note = finding("dated", Kind.CLOSURE_NOTICE, at(4, 18), details=details, sha256=None)
        note = replace(note, evidence=(Evidence(),))
        return Judgement(AT, (note,), (view("dated", State.ANNOUNCED, timeline=[note]),))

    source = html(told("2018-04-21T00:00:00Z"))
    assert "announced for 21 Apr 2018" in source
    assert text_of(source, "blockquote") == ["Composed words"]
    assert "no single post" in source
    assert "no page kept" in source
    for wrong in ("tomorrow", "2018-04-21T00:00:00", "0001-01-01T00:00:00+14:00"):
        assert "announced for" not in html(told(wrong))


def test_a_notice_without_evidence_or_words_is_still_told() -> None:
    note = replace(finding("bare", Kind.CLOSURE_NOTICE, at(4, 18)), evidence=())
    source = html(Judgement(AT, (note,), (view("bare", State.ANNOUNCED, timeline=[note]),)))
    assert text_of(source, "#c1 .label")[0] == "closure notice · 18 Apr 2018, 09:00 UTC"
    assert not text_of(source, "blockquote")


def test_many_findings_are_bounded_and_the_rest_is_counted() -> None:
    many = [finding("busy", Kind.INVITATION, at(4, 18), first=str(n)) for n in range(130)]
    source = html(Judgement(AT, tuple(many), (view("busy", timeline=many),)))
    assert len(text_of(source, "table.findings tbody tr")) == 100
    assert "30 further findings" in source
    assert "118 further findings" in text_of(source, "#c1 .steps")[0]


def test_changes_of_subscribers_are_exact_a_range_or_undetermined() -> None:
    def change(rounded: int, daily: float) -> str:
        series = counts(100_000, daily=daily, rounded=rounded)
        return text_of(html(Judgement(AT, (), (view("counted", series=series),))), ".channels td")[
            3
        ]

    assert re.search(r"\+[\d,]+ \(\+\d\.\d%\)$", change(1, 0.001))
    assert re.search(r"−[\d,]+ to −[\d,]+$", change(1000, -0.004))
    assert change(10_000, 0.0001).endswith("undetermined: the counts are too rounded")


def test_counts_of_two_channels_that_held_one_name_make_no_change() -> None:
    handed = finding("counted", Kind.USERNAME_REASSIGNED, at(4, 18))
    told = view("counted", series=counts(1000), timeline=[handed])
    assert "%" not in text_of(html(Judgement(AT, (), (told,))), ".channels td")[3]


def test_a_channel_of_which_no_post_was_seen_has_no_last_post() -> None:
    told = view("silent_one", timeline=[finding("silent_one", Kind.INVITATION, at(4, 18))])
    told = replace(told, case=replace(told.case, last_post_at=None, silence_days=None, since=None))
    card = text_of(html(Judgement(AT, (), (told,))), "article p")[0]
    assert card.endswith("Confidence in the state 90%.")


def test_one_count_and_no_name_can_be_shown() -> None:
    told = view("counted", title="\u202e", series=counts(1000, days=1))
    cells = text_of(html(Judgement(AT, (), (told,))), ".channels td")
    assert cells[3] == "1,001 on 19 Mar 2018"
    assert text_of(html(Judgement(AT, (), (told,))), ".channels th bdi")[0] == "@counted"


def test_a_hostile_title_is_one_bounded_line() -> None:
    (title,) = [t for t in text_of(html(), "h3 bdi") if t.startswith("<script>")]
    assert len(title) <= 81
    assert HOSTILE.startswith(title[:20])
