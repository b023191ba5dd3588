"""Parse one page with our parser and with two widely used ones: same bytes, same run.

Runs in `.venv-bench`. None of them touches the network: each is given the page as it came. Ours
also counts subscribers, and minet's is measured without its second parse for that.
"""

import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from statistics import median

from benchmarks import data
from monitor.sources.preview import parse_page

ROUNDS = 15
"""Pages a parser reads, turn by turn with the others, so that all meet the same noise."""


def by_ours(body: bytes) -> int:
    """Return the number of posts that our parser finds."""
    return len(parse_page(body).posts)


def by_snscrape(body: bytes) -> int:
    """Return the number of posts that snscrape's parser finds, as its own code calls it."""
    telegram = import_module("snscrape.modules.telegram")
    soup = import_module("bs4").BeautifulSoup(body.decode(), "lxml")
    scraper = telegram.TelegramChannelScraper("durov")
    return len(list(scraper._soup_to_items(soup, "https://t.me/s/durov")))  # noqa: SLF001  # its parser has no public name


def by_minet(body: bytes) -> int:
    """Return the number of posts that minet's parser finds."""
    scraper = import_module("minet.telegram.scraper")
    return len(scraper.scrape_channel_messages(body.decode())[1])


def measured(
    parsers: dict[str, Callable[[bytes], int]], body: bytes
) -> dict[str, tuple[str, float | None]]:
    """Return for each parser what it found, and its median seconds, None where it failed."""
    found: dict[str, str] = {}
    spent: dict[str, list[float]] = {name: [] for name in parsers}
    for turn in range(ROUNDS + 1):
        for name, parse in parsers.items():
            if found.get(name, "").startswith("failed"):
                continue
            start = time.perf_counter()
            try:
                found[name] = str(parse(body))
            except Exception as error:  # noqa: BLE001  # other people's code on a newer layout: a result
                found[name] = f"failed: {type(error).__name__}"
                continue
            if turn:  # the first is for imports and caches
                spent[name].append(time.perf_counter() - start)
    return {
        name: (found[name], None if found[name].startswith("failed") else median(spent[name]))
        for name in parsers
    }


def main() -> None:
    """Write Markdown to standard output."""
    body, what = data.page()
    theirs = {
        f"snscrape {version('snscrape')}": by_snscrape,
        f"minet {version('minet')}": by_minet,
    }
    ours = "channel-monitor"
    results = measured({ours: by_ours, **theirs}, body)
    base = results[ours][1] or float("nan")
    print("\n## Parsing a public page\n")
    print(f"{what[0].upper()}{what[1:]}; {len(body):,} bytes, median of {ROUNDS} rounds.\n")
    print("| parser | posts found | ms a page | times ours |\n|---|--:|--:|--:|")
    for name, (found, seconds) in results.items():
        cost = "" if seconds is None else f"{1000 * seconds:.1f}"
        ratio = "" if seconds is None else f"{seconds / base:.1f}"
        print(f"| {name} | {found} | {cost} | {ratio} |")


if __name__ == "__main__":
    main()
