"""In a real browser over HTTP: the policies let our own style and fonts in, and nothing else."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from monitor.jobs.publishing import publish
from monitor.pages.server import serving
from monitor.report.render import write
from monitor.report.summary import summarise
from tests.pages.serving import Shown
from tests.report.building import WEEK, judgement

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio,
    pytest.mark.timeout(180),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH"),
]


def look(address: str, folder: Path) -> tuple[str, set[tuple[int, ...]]]:
    """Open an address; returns what the browser complained of, and the colours it drew."""
    shot = folder / "shot.png"
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
            f"--user-data-dir={folder / 'profile'}", f"--screenshot={shot}",
            "--window-size=1100,1400", address,
        ],
        check=True, capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    with Image.open(shot) as image:
        colours = image.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    return done.stderr, {colour for _, colour in colours if isinstance(colour, tuple)}


async def test_status_front_page_and_report_are_drawn_in_full(tmp_path: Path) -> None:
    told, out = judgement(), tmp_path / "reports"
    write(summarise(told, window=WEEK, name="2018-W16", language="fa"), told, out, ["html"])
    publish(told, out, "fa")
    wanted: dict[str, set[tuple[int, ...]]] = {
        "status": {(255, 227, 196)},  # an error of a channel
        "cases": {(255, 227, 196)},  # a channel that announced
        "reports/": {(27, 79, 122)},  # a channel that left
        "reports/2018-W16/report.html": {(27, 39, 51)},  # the bar above, by its own style
    }
    async with serving(Shown(out).content, "127.0.0.1", 0) as address:
        for path, colours in wanted.items():
            said, drawn = await asyncio.to_thread(look, address + path, tmp_path)
            assert "Content Security Policy" not in said
            assert colours <= drawn, path
