"""The catalogue is whole: every example works, every host has one owner, only sure rules count."""

import pytest

from monitor.catalog import addresses, platforms
from monitor.catalog.text import fold

CATALOGUE = platforms.load()
RULES = [(p, rule) for p in CATALOGUE.platforms.values() for rule in p.rules]


@pytest.mark.parametrize(("platform", "rule"), RULES, ids=lambda x: getattr(x, "id", None))
def test_every_rule_finds_its_own_example(
    platform: platforms.Platform, rule: platforms.AddressRule
) -> None:
    found = addresses.match(rule.example)
    assert found is not None
    assert (found.platform, found.kind) == (platform.id, rule.kind)
    assert rule.note
    assert platform.note
    assert set(rule.hosts) <= set(platform.hosts)


def test_no_host_and_no_name_belongs_to_two_platforms() -> None:
    hosts = [host for p in CATALOGUE.platforms.values() for host in p.hosts]
    names = [name for p in CATALOGUE.platforms.values() for name in p.names]
    assert len(hosts) == len(set(hosts))
    assert len(names) == len(set(names))
    assert all(name == fold(name) and name for name in names)


def test_rules_that_nobody_has_seen_are_not_in_force() -> None:
    found = addresses.match("https://vkvideo.ru/@somebody")
    assert found is not None
    assert found.kind == "site"
    assert found.handle is None


def test_max_is_known_in_latin_cyrillic_and_mixed_letters() -> None:
    for name in ("MAX", "МАХ", "MAХ", "МAX", "Макс"):
        assert CATALOGUE.by_name[fold(name)].id == "max"


def test_a_name_with_a_joiner_is_known_with_a_space_and_joined() -> None:
    for name in ("آی\u200cگپ", "آی گپ", "آیگپ"):
        assert CATALOGUE.by_name[fold(name)].id == "igap"


def test_it_is_read_once() -> None:
    assert platforms.load() is CATALOGUE
    assert CATALOGUE.platforms["telegram"].group == "origin"
