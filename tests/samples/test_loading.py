"""Promises of the sample loader: the bundled facts can be read, and damage is named, not used."""

from datetime import date
from pathlib import Path

import pytest

from monitor.errors import BadInput
from monitor.samples import loading

GOOD = """
name = "x-2000"
title = "X"
notice = "Reconstruction: composed for a test."
start = 2000-01-01
end = 2000-02-01
[[source]]
id = "a"
title = "T"
publisher = "P"
date = "2000-01"
url = "https://example.org/a"
[[fact]]
channel = "somebody"
what = "left"
earliest = 2000-01-02
latest = 2000-01-03
sources = ["a"]
conflict = true
note = "They differ."
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, "utf-8")
    return path


def test_both_samples_are_there_with_their_four_files() -> None:
    assert loading.names() == ("iran-2018", "russia-2026")
    for name in loading.names():
        files = {path.name for path in loading.folder(name).iterdir()}
        assert files == {"pages.warc.gz", "channels.toml", "sources.toml", "README.md"}


def test_an_unknown_sample_is_refused_with_the_known_ones() -> None:
    for name in ("iran-1906", "", "..", "../samples/iran-2018"):
        with pytest.raises(BadInput, match="there are: iran-2018, russia-2026"):
            loading.folder(name)


@pytest.mark.parametrize("name", loading.names())
def test_every_bundled_fact_cites_a_source_and_every_source_is_cited(name: str) -> None:
    info = loading.read_sources(name)
    assert info.name == name
    assert info.notice.startswith("Reconstruction")
    cited = {source.id for fact in info.facts for source in info.cited(fact)}
    assert cited == {source.id for source in info.sources}
    assert all(source.url is None or source.url.startswith("https://") for source in info.sources)


def test_the_day_of_the_presidents_notice_is_shown_as_disputed() -> None:
    info = loading.read_sources("iran-2018")
    fact = next(f for f in info.facts if f.channel == "reconstructed_president_2018")
    assert (fact.what, fact.earliest, fact.latest) == ("left", date(2018, 4, 18), date(2018, 4, 20))
    assert fact.conflict
    assert {source.publisher for source in info.cited(fact)} >= {"Middle East Institute", "Youm7"}
    assert (info.start, info.end) == (date(2018, 3, 15), date(2018, 11, 20))


def test_conflicts_of_the_iran_sample_are_those_that_the_sources_have() -> None:
    disputed = {fact.channel for fact in loading.read_sources("iran-2018").facts if fact.conflict}
    assert disputed == {
        "khamenei_ir",
        "reconstructed_president_2018",
        "farsna",
        "reconstructed_foreign_ministry",
    }


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    info = loading.read_sources_file(written(tmp_path, GOOD))
    source = loading.Source("a", "T", "P", "2000-01", "https://example.org/a")
    assert info.sources == (source,)
    assert info.cited(info.facts[0]) == (source,)
    assert info.facts[0].note == "They differ."


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('note = "They differ."', 'note = "x"\nnotes = "y"', "notes"),
        ('note = "They differ."', 'note = ""', "note"),
        ("conflict = true", "", "conflict"),
        ('what = "left"', 'what = "gone away"', "what"),
        ('sources = ["a"]', 'sources = ["b"]', "no known source: b"),
        ('sources = ["a"]', "sources = []", "no known source: none given"),
        ("latest = 2000-01-03", "latest = 2000-01-01", "is before earliest"),
        ("end = 2000-02-01", "end = 1999-01-01", "is before start"),
        ('channel = "somebody"', "", "names its channel"),
        ('what = "left"', 'what = "context"', "names its channel"),
        ("https://example.org/a", "javascript:alert(1)", "url"),
        ('date = "2000-01"', 'date = "soon"', "date"),
        ("[[fact]]", '[[source]]\nid = "a"\ntitle = "T"\npublisher = "P"\ndate = "2000"\n[[fact]]',
         "'a' is there twice"),
        ('name = "x-2000"', "name = ", "no valid TOML"),
        ('name = "x-2000"', "name = " + "[" * 5000, "no valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(BadInput, match=says) as caught:
        loading.read_sources_file(path)
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text_a_huge_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    with pytest.raises(BadInput, match="cannot be read"):
        loading.read_sources_file(path)
    path.write_bytes(b'name = "\xff\xfe"')
    with pytest.raises(BadInput, match="no valid TOML"):
        loading.read_sources_file(path)
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(BadInput, match="larger than 1000000 bytes"):
        loading.read_sources_file(path)
