"""Fit monitor/catalog/semantic.json: what posts show together with vectors of their meaning.

`tools/fit_weights.py` calls this with the same posts and features, so that both files are always of
one state. A vector takes a tenth of a second: they are kept in a folder of the user's cache.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut

from monitor.catalog import weights
from monitor.detect import scoring
from monitor.detect.looking import Look
from monitor.detect.meaning import text_of
from monitor.model import Encoder, Label

RIDGE = 0.2
"""As in fit_weights; 0.1 and 0.4 are no better here."""
LOUD = 8.0
"""How long a vector, less the mean of all, stands beside the roles; the best of 5, 8, 10, 12, 20
and 30 in cross-validation by set, 2026-11-25."""
BATCH = 16
LEAST = 0.01
PROBED = 8
"""Numbers of the probe's vector that are kept: enough to know another model by."""

Matrix = np.ndarray[Any, np.dtype[np.float64]]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """Posts that a model may be asked about: labelled, described, as vectors, each of its set."""

    rows: Sequence[Row]
    features: Sequence[Mapping[str, float]]
    vectors: Matrix
    sets: Sequence[str]


def gather(
    rows: Sequence[Row],
    looks: Sequence[Look | None],
    sets: Sequence[str],
    encoder: Encoder,
    folder: Path,
) -> Told:
    """Return the posts that are looked at and hold more than addresses, with their vectors."""
    found = [
        (row, dict(seen.features()), text, of)
        for row, seen, of in zip(rows, looks, sets, strict=True)
        if seen is not None and (text := text_of(seen))
    ]
    kept, features, texts, origins = zip(*found, strict=True)
    return Told(kept, features, vectors(encoder, texts, folder), origins)


def vectors(encoder: Encoder, texts: Sequence[str], folder: Path) -> Matrix:
    """Return a row of numbers for each text, from the cache where it was encoded before."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{encoder.name.replace(' ', '-')}.npz"
    known: dict[str, Any] = dict(np.load(file)) if file.exists() else {}
    names = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() for text in texts]
    todo = list({n: t for n, t in zip(names, texts, strict=True) if n not in known}.items())
    for start in range(0, len(todo), BATCH):
        part = todo[start : start + BATCH]
        found = encoder.vectors([text for _, text in part])
        known |= {n: np.array(v) for (n, _), v in zip(part, found, strict=True)}
    if todo:
        print(f"{len(todo)} vectors made, kept in {file}")
        np.savez(file, **known)
    return np.array([known[name] for name in names])


def cross_validated(told: Told) -> Iterator[tuple[str, scoring.Scores]]:
    """Score each set of posts with weights fitted on the others: without vectors, and with."""
    rows, found, given = told.rows, told.features, told.vectors
    gold = np.array([row["label"] for row in rows])
    for name, loud in (("without", 0.0), ("with", LOUD)):
        said = np.empty(len(rows), dtype=object)
        for fit, test in LeaveOneGroupOut().split(gold, gold, told.sets):
            mean, names = given[fit].mean(0), DictVectorizer()
            one = names.fit_transform([found[i] for i in fit])
            other = names.transform([found[i] for i in test])
            model = _model().fit(_beside(one, (given[fit] - mean) * loud), gold[fit])
            said[test] = model.predict(_beside(other, (given[test] - mean) * loud))
        yield (
            name,
            scoring.score(
                (Label(one), Label(other), row.get("lang"))
                for one, other, row in zip(gold, said, rows, strict=True)
            ),
        )


def _model() -> LogisticRegression:
    return LogisticRegression(C=RIDGE, max_iter=5000, class_weight="balanced", tol=1e-3)


def _beside(features: Any, given: Matrix) -> Any:  # noqa: ANN401 - scipy's matrices have no types
    return hstack([features, csr_matrix(given)]).tocsr()


def fitted(encoder: Encoder, told: Told, fitted_on: Mapping[str, str]) -> str:
    """Return semantic.json, fitted on everything; scale and mean are in its numbers."""
    rows, given = told.rows, told.vectors
    names, mean = DictVectorizer(), given.mean(0)
    features = names.fit_transform(told.features)
    model = _model().fit(_beside(features, (given - mean) * LOUD), [row["label"] for row in rows])
    count = features.shape[1]
    of_vector = model.coef_[:, count:] * LOUD
    bias = model.intercept_ - of_vector @ mean
    table = {
        name: [round(float(w), 4) for w in column]
        for name, column in zip(
            names.get_feature_names_out(), model.coef_[:, :count].T, strict=True
        )
        if np.abs(column).max() >= LEAST
    }
    probe = encoder.vectors([weights.PROBE])[0][:PROBED]
    head = {
        "labels": list(model.classes_),
        "bias": [round(float(b), 4) for b in bias],
        "model": encoder.name,
        "probe": [round(x, 4) for x in probe],
        "fitted_on": dict(fitted_on),
    }
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table.items())
    places = ",\n".join(json.dumps([round(float(w), 3) for w in row]) for row in of_vector.T)
    return (
        json.dumps(head, indent=1)[:-2]
        + ',\n "vector": [\n' + places
        + '],\n "features": {\n' + lines + "\n}}\n"
    )  # fmt: skip
