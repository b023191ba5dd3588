"""Scores are what a person would count by hand, and say how sure they are."""

import json
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.detect.scoring import LabelScore, score, wilson
from monitor.model import Label

C, N, R = Label.CLOSURE, Label.NONE, Label.RETURN
PAIRS: list[tuple[Label, Label, str | None]] = [
    *[(C, C, "fa")] * 3,
    (C, N, "fa"),
    (N, C, "ru"),
    *[(N, N, "ru")] * 4,
    (R, R, None),
]


def test_counts_by_hand() -> None:
    scores = score(PAIRS)
    assert scores.of(C) == LabelScore(right=3, wrong=1, missed=1)
    assert scores.of(C).precision == scores.of(C).recall == 0.75
    assert scores.of(C).f1 == 0.75
    assert scores.of(C).support == 4
    assert scores.of(R).f1 == 1.0
    assert scores.of(Label.INVITATION).f1 is None
    assert scores.of(Label.INVITATION).precision is None
    assert scores.of(Label.INVITATION).recall is None
    assert scores.accuracy == 0.8
    assert scores.macro_f1 is not None
    assert isclose(scores.macro_f1, (0.75 + 0.8 + 1.0) / 3)


def test_each_language_is_scored_alone() -> None:
    scores = score(PAIRS)
    assert list(scores.languages) == ["fa", "ru"]
    assert scores.languages["fa"].total == 4
    assert scores.languages["ru"].accuracy == 0.8


def test_nothing_scored_is_not_zero() -> None:
    empty = score([])
    assert empty.accuracy is None
    assert empty.macro_f1 is None
    assert "accuracy -" in empty.as_text()
    assert empty.as_json()["accuracy"] is None


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_the_published_one(hits: int, of: int, low: float, high: float) -> None:
    got = wilson(hits, of)
    assert isclose(got[0], low, abs_tol=5e-5)
    assert isclose(got[1], high, abs_tol=5e-5)


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_holds_the_share(hits: int, of: int) -> None:
    hits = min(hits, of)
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of + 1e-12
    assert hits / of - 1e-12 <= high <= 1


def test_machines_read_it_whole() -> None:
    out = json.loads(json.dumps(score(PAIRS).as_json()))
    assert out["total"] == 10
    assert set(out["labels"]) == set(Label)
    assert out["labels"]["closure"]["support"] == 4
    assert out["confusion"]["closure"]["none"] == 1
    assert sum(n for row in out["confusion"].values() for n in row.values()) == 10
    assert out["languages"]["fa"]["labels"]["closure"]["recall"] == 0.75
    assert "languages" not in out["languages"]["fa"]


def test_people_read_every_label_and_language() -> None:
    lines = score(PAIRS).as_text().splitlines()
    assert lines[0].split() == ["label", "precision", "recall", "F1", "posts"]
    closure = next(line for line in lines if line.startswith("closure"))
    assert closure.split()[:2] == ["closure", "0.75"]
    assert "0.30 to 0.95" in closure
    assert lines[-2].startswith("fa")
    assert lines[-1].startswith("ru")
    assert not score([(C, C, None)]).as_text().endswith("\n")
