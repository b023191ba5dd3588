"""PDF: made where WeasyPrint is, refused with the remedy where it is not."""

import importlib
import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.errors import BadUsage
from monitor.report import pdf, render
from monitor.report.render import write
from monitor.report.summary import summarise
from tests.report.building import WEEK, judgement

INSTALLED = importlib.util.find_spec("weasyprint") is not None


@pytest.mark.skipif(not INSTALLED, reason="WeasyPrint is not installed (extra: pdf)")
def test_a_pdf_is_written_beside_the_page(tmp_path: Path) -> None:
    told = judgement()
    path = write(summarise(told, window=WEEK, name="w", language="fa"), told, tmp_path, ["pdf"])
    assert path.read_bytes().startswith(b"%PDF-")


@pytest.mark.skipif(INSTALLED, reason="WeasyPrint is installed: nothing to refuse")
def test_without_weasyprint_nothing_is_written_and_the_remedy_is_named(tmp_path: Path) -> None:
    told = judgement()
    with pytest.raises(BadUsage, match=r"pip install 'channel-migration-monitor\[pdf\]'.*Pango"):
        write(summarise(told, window=WEEK, name="w"), told, tmp_path, ["html", "pdf"])
    assert not list(tmp_path.iterdir())


def test_without_pango_the_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_name: str) -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(BadUsage, match="system library Pango"):
        pdf.require()


class Layout:
    """Stands where WeasyPrint's HTML is: it is an optional extra that tests must not need."""

    def __init__(self, *, string: str, url_fetcher: object) -> None:
        self.said = f"{string}|{url_fetcher}"

    def write_pdf(self) -> bytes:
        return self.said.encode()


def test_weasyprint_may_fetch_data_addresses_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetcher(*, allowed_protocols: set[str]) -> str:
        return f"only {sorted(allowed_protocols)}"

    fake = SimpleNamespace(HTML=Layout, urls=SimpleNamespace(URLFetcher=fetcher))
    monkeypatch.setattr(importlib, "import_module", lambda _name: fake)
    assert pdf.as_pdf("page") == b"page|only ['data']"


def test_the_pdf_is_laid_out_from_a_page_whose_texts_have_their_directions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = SimpleNamespace(URLFetcher=lambda **_: "data only")
    fake = SimpleNamespace(HTML=Layout, urls=urls)
    for module in (pdf, render):
        monkeypatch.setattr(module, "require", lambda: fake)
    told = judgement()
    path = write(summarise(told, window=WEEK, name="w"), told, tmp_path, ["pdf"])
    assert path.name == "report.pdf"
    assert 'dir="auto"' not in path.read_text(encoding="utf-8")
    assert not (tmp_path / "w" / "report.html").exists()


def test_a_weasyprint_too_old_to_be_kept_from_the_network_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = SimpleNamespace(HTML=Layout, urls=SimpleNamespace(), __version__="63.1")
    monkeypatch.setattr(importlib, "import_module", lambda _name: old)
    with pytest.raises(BadUsage, match=r"63\.1 is too old; 68 or newer"):
        pdf.as_pdf("page")
