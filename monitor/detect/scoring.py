"""Score predicted labels against a person's: precision, recall, F1, intervals, confusion.

Pairs of labels enter, `Scores` leaves. Nothing is judged and nothing is read here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt

from monitor.model import Json, Label

Z95 = 1.959963984540054
"""The normal distribution's 97.5 % point, for a two-sided 95 % interval."""


def wilson(hits: int, of: int, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, as (low, high) in [0, 1].

    (0, 1) where nothing was counted. Source: E. B. Wilson, "Probable inference, the law of
    succession, and statistical inference", JASA 22 (1927) 209-212; recommended for small samples by
    Brown, Cai and DasGupta, Statistical Science 16 (2001) 101-133, section 4.
    """
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One label's counts: predicted rightly, predicted wrongly, missed."""

    right: int
    wrong: int
    missed: int

    @property
    def support(self) -> int:
        """How many posts a person gave this label."""
        return self.right + self.missed

    @property
    def predicted(self) -> int:
        """How many posts were given this label here."""
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        """The share of predictions that are right; None where nothing was predicted."""
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """The share of the label's posts that were found; None where there are none."""
        return self.right / self.support if self.support else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None where the label never occurs at all."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else None


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one labelled set; `languages` holds the same for each language in it."""

    confusion: Mapping[tuple[Label, Label], int]
    """How often (a person's label, the predicted label) came together."""
    languages: Mapping[str, "Scores"] = field(default_factory=dict)
    firm: "Scores | None" = None
    """The same with what only a model of meaning supports counted as none; None without one."""

    @property
    def total(self) -> int:
        """How many posts were scored."""
        return sum(self.confusion.values())

    @property
    def right(self) -> int:
        """How many got the label that a person gave."""
        return sum(n for (gold, said), n in self.confusion.items() if gold == said)

    @property
    def accuracy(self) -> float | None:
        """The share of right labels; None for an empty set."""
        return self.right / self.total if self.total else None

    def of(self, label: Label) -> LabelScore:
        """Return one label's counts."""
        right = self.confusion.get((label, label), 0)
        said = sum(n for (_, other), n in self.confusion.items() if other == label)
        gold = sum(n for (other, _), n in self.confusion.items() if other == label)
        return LabelScore(right, said - right, gold - right)

    @property
    def macro_f1(self) -> float | None:
        """The plain mean of F1 over the labels that occur, given or predicted; None for none."""
        values = [f1 for label in Label if (f1 := self.of(label).f1) is not None]
        return sum(values) / len(values) if values else None

    def as_json(self) -> dict[str, Json]:
        """Return everything for machines; shares are 0 to 1, intervals 95 % Wilson."""
        labels: dict[str, Json] = {}
        for label in Label:
            one = self.of(label)
            labels[label.value] = {
                "precision": one.precision,
                "precision_interval": list(wilson(one.right, one.predicted)),
                "recall": one.recall,
                "recall_interval": list(wilson(one.right, one.support)),
                "f1": one.f1,
                "support": one.support,
                "predicted": one.predicted,
            }
        table: dict[str, Json] = {
            gold.value: {said.value: self.confusion.get((gold, said), 0) for said in Label}
            for gold in Label
        }
        out: dict[str, Json] = {
            "total": self.total,
            "accuracy": self.accuracy,
            "accuracy_interval": list(wilson(self.right, self.total)),
            "macro_f1": self.macro_f1,
            "labels": labels,
            "confusion": table,
        }
        if self.firm is not None:
            out["without_review"] = self.firm.as_json()
        if self.languages:
            out["languages"] = {name: one.as_json() for name, one in self.languages.items()}
        return out

    def as_text(self) -> str:
        """Return tables for people: a line a label, the confusion, a line a language."""
        lines = [
            f"{'label':<14}{'precision':>24}{'recall':>24}{'F1':>7}{'posts':>7}",
            *(_line(label, self.of(label)) for label in Label),
            "",
            (
                f"posts {self.total}, accuracy {_share(self.accuracy, self.right, self.total)},"
                f" macro F1 {_number(self.macro_f1)}"
            ),
            "",
            "a person's label (rows), the predicted one (columns)",
            f"{'':<14}" + "".join(f"{label.value:>14}" for label in Label),
        ]
        for gold in Label:
            cells = "".join(f"{self.confusion.get((gold, said), 0):>14}" for said in Label)
            lines.append(f"{gold.value:<14}{cells}")
        if self.languages:
            lines.append("")
        for name, one in self.languages.items():
            lines.append(
                f"{name:<14}posts {one.total}, accuracy"
                f" {_share(one.accuracy, one.right, one.total)}, macro F1 {_number(one.macro_f1)}"
            )
        if self.firm is not None:
            lines += ["", "what only the model of meaning supports (for review) taken for none:"]
            lines.append(_line(Label.CLOSURE, self.firm.of(Label.CLOSURE)))
            lines.append(f"macro F1 {_number(self.firm.macro_f1)}")
        return "\n".join(lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _share(value: float | None, hits: int, of: int) -> str:
    if value is None:
        return "-"
    low, high = wilson(hits, of)
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _line(label: Label, one: LabelScore) -> str:
    precision = _share(one.precision, one.right, one.predicted)
    recall = _share(one.recall, one.right, one.support)
    return f"{label.value:<14}{precision:>24}{recall:>24}{_number(one.f1):>7}{one.support:>7}"


def score(pairs: Iterable[tuple[Label, Label, str | None]]) -> Scores:
    """Score (a person's label, the predicted label, the post's language or None) for each post.

    Posts without a language count in the whole and in no language.
    """
    whole: Counter[tuple[Label, Label]] = Counter()
    spoken: dict[str, Counter[tuple[Label, Label]]] = {}
    for gold, said, language in pairs:
        whole[gold, said] += 1
        if language is not None:
            spoken.setdefault(language, Counter())[gold, said] += 1
    return Scores(whole, {name: Scores(spoken[name]) for name in sorted(spoken)})
