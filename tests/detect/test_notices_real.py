"""On thirty thousand real posts in which nobody left, nobody is said to leave."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from monitor.detect.notices import NOTHING, judge
from monitor.model import Label, Speaker

ACTS = {Label.CLOSURE, Label.PARTIAL_MOVE, Label.RETURN}
FEW = 5
"""Partial moves and returns that are wrongly told; docs/evaluation.md names each."""


def persian(shared: Path) -> Iterator[tuple[Speaker, str]]:
    for name, title in (("akhbarefori", "خبرفوری"), ("ircfspace", "IRCF")):
        with gzip.open(shared / "data" / "posts" / f"posts_{name}.jsonl.gz", "rt") as file:
            for line in file:
                yield Speaker(name, title), json.loads(line).get("text") or ""


def russian(shared: Path) -> Iterator[tuple[Speaker, str]]:
    titles = {"d_code": "Код Дурова", "kommersant": "Коммерсантъ", "rbc_news": "РБК"}
    for name, title in {**titles, "tass_agency": "ТАСС"}.items():
        path = shared / "data" / "posts" / f"ru_2025_{name}.csv.gz"
        with gzip.open(path, "rt", newline="") as file:
            for row in csv.DictReader(file):
                yield Speaker(name, title), row["text"] or ""


def test_no_persian_news_post_becomes_a_notice(shared: Path) -> None:
    """No closure among them, and few partial moves or returns."""
    posts = list(persian(shared))
    assert len(posts) == 25_847 + 337
    verdicts = [judge(speaker, text) for speaker, text in posts]
    assert not any(v.label is Label.CLOSURE for v in verdicts)
    assert sum(v.label in ACTS for v in verdicts) <= FEW
    assert sum(v is NOTHING for v in verdicts) > len(posts) / 2
    own = {one for v in verdicts for one in v.own_destinations}
    assert ("eitaa", "AkhbareFori") in own


def test_no_russian_news_post_becomes_a_notice(shared: Path) -> None:
    posts = list(russian(shared))
    assert len(posts) == 4_000
    verdicts = [judge(speaker, text) for speaker, text in posts]
    assert not any(v.label is Label.CLOSURE for v in verdicts)
    assert sum(v.label in ACTS for v in verdicts) <= FEW
    tass = [v for (s, _), v in zip(posts, verdicts, strict=True) if s.username == "tass_agency"]
    assert sum(v.label is Label.INVITATION for v in tass) > 150
    assert {one for v in tass for one in v.own_destinations} <= {
        ("max", "tass_agency"),
        ("max", "moscow_tass"),
    }
