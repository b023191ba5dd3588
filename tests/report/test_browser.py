"""In a real browser: the page opens from disk, runs nothing and shows its pictures and fonts."""

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from monitor.report.render import write
from monitor.report.summary import summarise
from tests.report.building import WINDOW, judgement, reconstruction

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH"),
]


def run(page: Path, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--no-first-run", "--disable-background-networking", "--enable-logging=stderr",
            f"--user-data-dir={profile}", *options, page.as_uri(),
        ],
        check=True, capture_output=True, text=True, timeout=50,
    )  # fmt: skip


def test_the_page_is_drawn_in_full_and_its_policy_stops_nothing_of_ours(tmp_path: Path) -> None:
    told = judgement()
    summary = summarise(
        told, window=WINDOW, name="w", language="fa", reconstruction=reconstruction()
    )
    page = write(summary, told, tmp_path, ["html"])
    shot = tmp_path / "shot.png"
    done = run(page, tmp_path / "profile", f"--screenshot={shot}", "--window-size=800,9000")
    assert "Content Security Policy" not in done.stderr
    with Image.open(shot) as image:
        colours = image.convert("RGB").getcolors(1 << 24)
        assert colours is not None
        # The reconstruction banner, and the blue of the bars in the figure of links.
        found = {colour for _, colour in colours}
        assert {(255, 244, 224), (0, 114, 178)} <= found


def test_hostile_text_runs_nothing(tmp_path: Path) -> None:
    told = judgement()
    page = write(summarise(told, window=WINDOW, name="w"), told, tmp_path, ["html"])
    done = run(page, tmp_path / "profile", "--dump-dom")
    assert "&lt;script&gt;alert" in done.stdout
    assert "<script" not in done.stdout
