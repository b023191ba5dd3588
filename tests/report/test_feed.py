"""The feed: valid Atom whatever stands in titles and quotes, with ids that stay for ever."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from monitor.model import Decision, Evidence, Finding, Judgement, Kind, Review
from monitor.report import words
from monitor.report.feed import ATOM, MOST, entry_id, feed, feed_id, listed, updated
from tests.report.building import AT, HOSTILE, at, finding, judgement, view

ID = "urn:uuid:9f1c2a8e-4b57-4a35-8f3e-0d7f3f1f2a11"
EN, FA, RU = words.load("en"), words.load("fa"), words.load("ru")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")  # RFC 3339, as RFC 4287 section 3.3 wants
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def only(parent: ET.Element, name: str) -> ET.Element:
    found = parent.findall(tag(name))
    assert len(found) == 1, (name, len(found))
    return found[0]


def text(parent: ET.Element, name: str) -> str:
    return only(parent, name).text or ""


def checked(source: str) -> ET.Element:
    """Parse a feed and hold it to what RFC 4287 demands; returns its root."""
    root = ET.fromstring(source.encode())  # noqa: S314 - we wrote it ourselves
    assert root.tag == tag("feed")
    # 4.1.1: exactly one id, title and updated; an author; at most one alternate of a type.
    for name in ("id", "title", "updated"):
        assert text(root, name)
    assert text(only(root, "author"), "name")
    known = {"id", "title", "subtitle", "updated", "author", "generator", "link", "entry"}
    assert {child.tag for child in root} <= {tag(name) for name in known}
    for holder in (root, *root.iter(tag("entry"))):
        for name in ("published", "updated"):
            times = [e.text for e in holder.findall(tag(name))]
            assert all(TIME.fullmatch(t or "") for t in times)
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", text(holder, "id"))
        links = holder.findall(tag("link"))
        assert all(link.get("href") for link in links)
        kinds = [(x.get("rel"), x.get("type")) for x in links if x.get("rel") == "alternate"]
        assert len(kinds) == len(set(kinds))
    assert root.attrib.keys() <= {LANG}
    ids = []
    for entry in root.iter(tag("entry")):
        # 4.1.2: exactly one each, and content or a link to what it is about.
        ids.append(text(entry, "id"))
        only(entry, "updated")
        assert text(entry, "title")
        assert only(entry, "summary").get("type") == "text"
        content = only(entry, "content")
        assert content.get("type") == "html"
        tree = LexborHTMLParser(content.text or "")
        for forbidden in ("script", "img", "iframe", "style", "object", "[onerror]", "[style]"):
            assert not tree.css(forbidden)
        for category in entry.findall(tag("category")):
            assert category.get("term") in set(Kind)
    assert len(ids) == len(set(ids))
    return root


def entries(source: str) -> list[ET.Element]:
    return checked(source).findall(tag("entry"))


def of(*findings: Finding, channel: str = "composed", title: str = "Composed") -> Judgement:
    return Judgement(AT, findings, (view(channel, title=title, language="en"),))


@pytest.mark.parametrize("said", [EN, FA, RU])
def test_the_feed_of_every_kind_of_channel_is_valid_in_every_language(said: words.Words) -> None:
    told = judgement()
    source = feed(told, said, identity=ID)
    root = checked(source)
    assert root.get(LANG) == said.language
    assert text(root, "id") == ID
    assert len(root.findall(tag("entry"))) == len({f.id for f in told.findings})


def test_a_persian_feed_says_its_direction_and_keeps_names_of_others_apart() -> None:
    found = finding("composed", Kind.CLOSURE_NOTICE, at(4, 18), quote="متن ساختگی: خداحافظ")
    (entry,) = entries(feed(of(found, title="دفتر ساختگی"), FA, identity=ID))
    assert text(entry, "title") == "اعلام ترک: دفتر ساختگی (\u2068@composed\u2069)"
    assert only(entry, "summary").get(LANG) == "en"
    tree = LexborHTMLParser(text(entry, "content"))
    frame, quote = tree.css_first("div"), tree.css_first("blockquote")
    assert frame is not None
    assert quote is not None
    assert (frame.attributes["dir"], frame.attributes["lang"]) == ("rtl", "fa")
    assert quote.attributes["dir"] == "rtl"
    assert quote.text() == "متن ساختگی: خداحافظ"


def test_an_entry_leads_to_the_post_and_to_the_report_of_its_week_if_there_is_one() -> None:
    found = finding("composed", Kind.CLOSURE_NOTICE, at(4, 18), quote="Composed", post_id=7)
    other = finding("composed", Kind.SILENCE, at(5, 1), first="later")
    source = feed(of(found, other), EN, identity=ID, weeks={"2018-W16"})
    late, early = entries(source)
    links = {x.get("rel"): x.get("href") for x in early.findall(tag("link"))}
    assert links == {
        "alternate": "https://t.me/composed/7",
        "related": "2018-W16/report.html",
    }
    assert "related" not in {x.get("rel") for x in late.findall(tag("link"))}
    assert found.id in text(early, "content")


def test_ids_outlive_a_changed_confidence_a_new_title_and_another_language() -> None:
    found = finding("composed", Kind.CLOSURE_NOTICE, at(4, 18), quote="Composed")
    sure = replace(found, confidence=0.99, summary="other words")
    seen = {
        text(entries(feed(of(f, title=title), said, identity=ID))[0], "id")
        for f in (found, sure)
        for title in ("Composed", "Another")
        for said in (EN, FA)
    }
    assert seen == {entry_id(found.id)}
    # Written down once: a change here makes every finding new to every reader.
    assert entry_id("0334cb78bbb8cb96") == "urn:uuid:328bf258-f80b-56ae-a117-9a464f71a611"


def test_what_waits_for_a_person_is_left_out_until_one_accepts_it() -> None:
    waits = replace(finding("composed", Kind.CLOSURE_NOTICE, at(4, 18)), confidence=0.5)
    marked = replace(
        finding("composed", Kind.SILENCE, at(4, 19), first="m"), details={"review": True}
    )
    assert not entries(feed(of(waits, marked), EN, identity=ID))
    decided = Review(Decision.ACCEPTED, "It is <so>.", at(5, 2))
    (entry,) = entries(feed(of(replace(waits, review=decided)), EN, identity=ID))
    assert text(entry, "updated") == "2018-05-02T09:00:00Z"
    assert text(entry, "published") == "2018-04-18T09:00:00Z"
    assert "It is &lt;so&gt;." in text(entry, "content")


def test_what_was_told_and_then_rejected_is_withdrawn_and_what_never_was_is_not_told() -> None:
    no = Review(Decision.REJECTED, "Another office.", at(5, 2))
    told = replace(finding("composed", Kind.CLOSURE_NOTICE, at(4, 18)), review=no)
    never = replace(finding("composed", Kind.SILENCE, at(4, 18)), confidence=0.4, review=no)
    assert listed(told)
    assert not listed(never)
    (entry,) = entries(feed(of(told, never), EN, identity=ID))
    assert text(entry, "title").startswith("Withdrawn: ")
    assert "Another office." in text(entry, "content")
    assert updated(told) == at(5, 2)


def test_the_newest_two_hundred_stand_in_it_the_newest_first() -> None:
    many = [
        finding("composed", Kind.CLOSURE_NOTICE, AT - timedelta(hours=n), first=str(n))
        for n in range(MOST + 50)
    ]
    root = checked(feed(of(*many), EN, identity=ID))
    times = [text(e, "updated") for e in root.findall(tag("entry"))]
    assert len(times) == MOST
    assert times == sorted(times, reverse=True)
    assert text(root, "updated") == times[0] == "2018-05-08T06:00:00Z"


def test_a_feed_without_findings_is_valid_and_as_new_as_its_judgement() -> None:
    root = checked(feed(Judgement(AT, (), ()), EN, identity=ID))
    assert text(root, "updated") == "2018-05-08T06:00:00Z"


def test_the_same_judgement_gives_the_same_bytes_and_keeps_its_identity() -> None:
    source = feed(judgement(), FA, identity=ID)
    assert source == feed(judgement(), FA, identity=ID)
    assert feed_id(source) == ID
    assert feed_id("<feed>broken") is None


HOSTILE_TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(
        alphabet="\x00\x08\x0b\x1b\x85\ud800\udfff\ufffe\uffff\u202e<>&\"']]>\n\r\t", max_size=30
    ),
    st.sampled_from([HOSTILE, "]]>", "<![CDATA[", "&#0;", "&bogus;", "<?xml ?>", "\U0001fffe"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    title=HOSTILE_TEXTS, quote=HOSTILE_TEXTS, summary=HOSTILE_TEXTS, url=HOSTILE_TEXTS,
    name=HOSTILE_TEXTS, rule=HOSTILE_TEXTS, note=HOSTILE_TEXTS, persian=st.booleans(),
)  # fmt: skip
def test_no_text_of_others_breaks_the_feed_or_gets_markup_into_it(
    title: str, quote: str, summary: str, url: str, name: str, rule: str, note: str, *,
    persian: bool,
) -> None:  # fmt: skip
    found = Finding(
        channel=name,
        kind=Kind.CLOSURE_NOTICE,
        at=datetime(2018, 4, 18, tzinfo=UTC),
        confidence=0.9,
        rule=rule,
        summary=summary,
        evidence=(Evidence(1, url, quote, title), Evidence(2, f"https://t.me/{url}", summary)),
        key="composed\nfirst",
        review=Review(Decision.ACCEPTED, note, AT),
    )
    told = Judgement(AT, (found,), (view(name, title=title, language=None),))
    source = feed(told, FA if persian else EN, identity=ID)
    (entry,) = entries(source)
    tree = LexborHTMLParser(text(entry, "content"))
    places = [a.attributes["href"] or "" for a in tree.css("a")]
    assert all(place.startswith(("http://", "https://")) for place in places)
    assert "\u202e" not in source
