"""Platforms' names in a text: whole words, with what each language adds to them."""

import pytest

from monitor.catalog import names
from monitor.catalog.text import fold


def found(text: str) -> list[str]:
    return [hit.platform for hit in names.find(fold(text))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ایتای ما", ["eitaa"]),
        ("ایتالیا", []),
        ("سروشی", []),
        ("بإنستغرام عالواتس", ["instagram", "whatsapp"]),
        ("وهالانستا ولفيسبوك", ["instagram", "facebook"]),
        ("ВКонтакте и Рутубе", ["vk", "rutube"]),
        ("VK Видео", ["vk"]),
        ("@one_x and max.ru", []),
        ("We post on X", ["x"]),
    ],
)
def test_a_name_counts_as_a_word_with_its_endings_and_prefixes(
    text: str, wanted: list[str]
) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("ایتا، بله و سروش", 1),
        ("على إكس وإنستغرام", 1),
        ("в VK и в MAX", 1),
        ("على إكس وعلى إنستغرام", 1),
        ("سروش پلاس در ایتا", 2),
        ("ایتا. بعد از آن بله", 2),
    ],
)
def test_names_in_one_list_are_one_chain(text: str, lists: int) -> None:
    folded = fold(text)
    assert len(names.chains(folded, names.find(folded))) == lists


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("بله: nemune_x", 1),
        ("Signal @nemune_x", 1),
        ("Gap: nemune_x", 1),
        ("سروش nemunex", 1),
        ("Gap: nothing", 0),
        ("Signal lost", 0),
    ],
)
def test_an_ambiguous_name_counts_where_a_handle_follows(text: str, count: int) -> None:
    folded = fold(text)
    kept = names.supported(folded, names.find(folded), [])
    assert len(kept) == count


def test_some_names_of_a_plain_platform_are_everyday_words() -> None:
    sure = {hit.platform: hit.sure for hit in names.find(fold("Twitter"))}
    doubtful = {hit.platform: hit.sure for hit in names.find(fold("X"))}
    assert sure == {"x": True}
    assert doubtful == {"x": False}


def test_a_short_name_inside_a_word_opens_no_gate() -> None:
    assert not names.passes(fold("сквозь поле"))
    assert names.passes(fold("пишем в ВК"))
