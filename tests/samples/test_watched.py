"""Promises of the top-level channels.toml: valid, and of the channels that are sure."""

import tomllib
from pathlib import Path

from monitor import config

WATCHED = Path(__file__).resolve().parents[2] / "channels.toml"

UNCONFIRMED = {"drpezeshkian_ir"}


def test_every_entry_says_who_it_is_and_by_which_names() -> None:
    settings = config.load(WATCHED)
    assert len(settings.channel) > 30
    for channel in settings.channel:
        assert channel.title
        assert channel.aliases
        assert channel.category
        assert (channel.country, channel.language) in {
            ("IR", "fa"), ("IR", "ar"), ("IR", "en"), ("RU", "ru"),
        }  # fmt: skip


def test_settings_are_the_defaults_until_somebody_uncomments_them() -> None:
    assert config.load(WATCHED).sources == config.SourcesSettings()
    text = WATCHED.read_text("utf-8").replace("# [sources", "[sources")
    for key in ("base_url", "requests_per_second", "poll", "first"):
        text = text.replace(f"# {key} =", f"{key} =")
    settings = config.read(tomllib.loads(text), "channels.toml")
    assert settings.sources == config.SourcesSettings()


def test_it_watches_the_channels_that_research_is_sure_of(shared: Path) -> None:
    research = tomllib.loads((shared / "research" / "channels.toml").read_text("utf-8"))
    sure = {c["username"] for c in research["channel"] if c["sure"] in {"high", "medium"}} - {""}
    assert {c.username for c in config.load(WATCHED).channel} == sure | UNCONFIRMED
