"""The bundled samples come out as their sources say: each case's state and day, and the waves.

The days are those of sources.toml: from the earliest to the latest that the sources leave open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor import config
from monitor.samples import loading
from tests.cli.running import Terminal

JUNE, NOVEMBER = "2018-06-30T00:00:00Z", "2018-11-21T00:00:00Z"
AUTUMN, WINTER, MARCH = "2025-11-01T00:00:00Z", "2026-01-10T00:00:00Z", "2026-03-01T00:00:00Z"
FARS = {"soroush:farsna", "eitaa:farsna", "igap:farsna", "bale:farsna", "wispi:farsna"}


@dataclass(frozen=True)
class Row:
    """A channel as of a time: its state, the days between which that began, its destinations."""

    now: str
    channel: str
    state: str
    earliest: str
    latest: str
    destinations: frozenset[str] | set[str]
    because: Sequence[str]


LEFT = ("closure_notice", "silence")
IRAN = [
    Row(JUNE, "khamenei_ir", "left", "2018-04-18", "2018-04-19",
        {"soroush:khamenei_ir", "igap:khamenei_ir", "gap:khamenei_ir"}, LEFT),
    Row(JUNE, "reconstructed_president_2018", "left", "2018-04-18", "2018-04-20",
        {"soroush:reconstructed_president_2018", "gap:reconstructed_president_2018"}, LEFT),
    Row(JUNE, "reconstructed_first_vp_2018", "left", "2018-04-18", "2018-04-18", set(), LEFT),
    Row(JUNE, "iribnews", "left", "2018-04-20", "2018-04-21", {"soroush:iribnews"}, LEFT),
    Row(JUNE, "farsna", "left", "2018-04-20", "2018-05-31", FARS, LEFT),
    Row(JUNE, "isna94", "left", "2018-04-20", "2018-05-31", set(), LEFT),
    # The source has it post again on the announced day, 21 April; where the day named in the
    # notice is not read, the state begins with the first post past the limit.
    Row(JUNE, "reconstructed_shabake_khabar", "announced_not_done", "2018-04-21", "2018-04-24",
        {"soroush:reconstructed_shabake_khabar"}, ("closure_notice",)),
    Row(JUNE, "reconstructed_foreign_ministry", "active", "2018-03-15", "2018-03-15", set(), ()),
    Row(NOVEMBER, "farsna", "returned", "2018-11-10", "2018-11-10", FARS,
        ("return_notice", "resumed")),
    Row(NOVEMBER, "isna94", "returned", "2018-11-10", "2018-11-10", set(),
        ("return_notice", "resumed")),
    Row(NOVEMBER, "khamenei_ir", "left", "2018-04-18", "2018-04-19",
        {"soroush:khamenei_ir", "igap:khamenei_ir", "gap:khamenei_ir"}, LEFT),
    Row(NOVEMBER, "iribnews", "left", "2018-04-20", "2018-04-21", {"soroush:iribnews"}, LEFT),
]  # fmt: skip
SVERDLOVSK = {f"{app}:reconstructed_mchs_sverdlovsk" for app in ("max", "vk", "ok")}
RUSSIA = [
    Row(AUTUMN, "reconstructed_samara_governor", "gone", "2025-09-10", "2025-09-11",
        {"max:reconstructed_samara_governor"}, ("gone",)),
    Row(AUTUMN, "reconstructed_pskov_governor", "partial", "2025-09-12", "2025-09-12",
        {"max:reconstructed_pskov_governor"}, ("partial_move",)),
    Row(AUTUMN, "news_kremlin", "parallel", "2025-09-08", "2025-09-08",
        {"max:news_kremlin"}, ("invitation",)),
    Row(AUTUMN, "reconstructed_mchs_sverdlovsk", "active", "2025-08-28", "2025-08-28", set(), ()),
    Row(AUTUMN, "reconstructed_mchs_kuban", "active", "2025-08-28", "2025-08-28", set(), ()),
    Row(AUTUMN, "reconstructed_mchs_primorye", "active", "2025-08-28", "2025-08-28", set(), ()),
    # Left on the sixth, in the middle of the Russian holidays; silent in what we saw.
    Row(WINTER, "reconstructed_mchs_kuban", "left", "2026-01-02", "2026-01-02",
        {"max:reconstructed_mchs_kuban"}, LEFT),
    Row(WINTER, "reconstructed_mchs_primorye", "left", "2026-01-05", "2026-01-05",
        {"max:reconstructed_mchs_primorye"}, LEFT),
    Row(MARCH, "reconstructed_mchs_sverdlovsk", "returned", "2026-01-13", "2026-01-13",
        SVERDLOVSK, ("return_notice", "resumed")),
    Row(MARCH, "reconstructed_samara_governor", "returned", "2026-01-19", "2026-01-19",
        {"max:reconstructed_samara_governor"}, ("return_notice", "resumed")),
    Row(MARCH, "reconstructed_mchs_kuban", "left", "2026-01-02", "2026-01-02",
        {"max:reconstructed_mchs_kuban"}, LEFT),
    Row(MARCH, "reconstructed_mchs_primorye", "left", "2026-01-05", "2026-01-05",
        {"max:reconstructed_mchs_primorye"}, LEFT),
    Row(MARCH, "reconstructed_pskov_governor", "partial", "2025-09-12", "2025-09-12",
        {"max:reconstructed_pskov_governor"}, ("partial_move",)),
    Row(MARCH, "news_kremlin", "parallel", "2025-09-08", "2025-09-08",
        {"max:news_kremlin"}, ("invitation",)),
]  # fmt: skip
WAVES = {
    "iran-2018": ("2018-04-18", "2018-04-20", "IR", None, {
        "khamenei_ir", "reconstructed_president_2018", "reconstructed_first_vp_2018", "iribnews",
        "farsna", "reconstructed_shabake_khabar",
    }),
    "russia-2026": ("2026-01-02", "2026-01-06", "RU", "emergency", {
        "reconstructed_mchs_kuban", "reconstructed_mchs_primorye", "reconstructed_mchs_sverdlovsk",
    }),
}  # fmt: skip


def table(terminal: Terminal, sample: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Import a sample, compare its cases with the rows; return all that was found by its end."""
    folder = loading.folder(sample)
    database = f"sqlite:///{terminal.folder / sample}.db"
    base = ("--database", database, "--config", str(folder / "channels.toml"))
    terminal.ok("import", folder / "pages.warc.gz", "--as", "warc", *base)
    found: list[dict[str, Any]] = []
    for now in sorted({row.now for row in rows}):
        terminal.ok("detect", "--now", now, *base)
        cases = {c["channel"]: c for c in terminal.ok("cases", "--json", "--now", now, *base).json}
        found = terminal.ok("findings", "--json", "--now", now, *base).json
        kinds = {f["id"]: f["kind"] for f in found}
        for row in (row for row in rows if row.now == now):
            case: Mapping[str, Any] = cases[row.channel]
            about = (now, row.channel, case["since"])
            assert (case["state"], *about) == (row.state, *about)
            assert row.earliest <= str(case["since"])[:10] <= row.latest, about
            shown = {f"{d['platform']}:{d['handle'].casefold()}" for d in case["destinations"]}
            assert shown == row.destinations, about
            assert [kinds[name] for name in case["because"]] == list(row.because), about
            assert case["would_change"], about
    watched = config.load(folder / "channels.toml").channel
    assert {c.username for c in watched} == {row.channel for row in rows}
    return found


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("sample", "rows"), [("iran-2018", IRAN), ("russia-2026", RUSSIA)])
def test_every_case_and_wave_of_a_sample_is_as_its_sources_say(
    terminal: Terminal, sample: str, rows: Sequence[Row]
) -> None:
    found = table(terminal, sample, rows)
    (wave,) = [f for f in found if f["kind"] == "wave"]
    details = wave["details"]
    assert (
        details["started_at"][:10],
        details["ended_at"][:10],
        details["country"],
        details["category"],
        {member["channel"] for member in details["members"]},
    ) == WAVES[sample]
    assert wave["channel"] is None
    # Nobody was silent without a reason in the sources: no silence without notice or absence.
    silent = {f["channel"] for f in found if f["kind"] == "silence"}
    left = {row.channel for row in rows if row.state in {"left", "returned", "gone"}}
    assert silent == left
    effects = [f for f in found if f["kind"] == "notice_effect"]
    assert {f["channel"] for f in effects} <= {"reconstructed_pskov_governor"}


@pytest.mark.timeout(240)
def test_whatever_is_written_of_a_replayed_database_says_that_it_is_a_reconstruction(
    terminal: Terminal,
) -> None:
    """A report of one's own too; and no feed or front page tells it as what happened."""
    terminal.ok("demo", "--out", "demo")
    where = ("--database", "sqlite:///demo/iran-2018/monitor.db")
    ran = terminal.ok("report", "--week", "2018-W16", "--language", "fa", "--out", "mine", *where)
    html = Path(ran.out.strip()).read_text(encoding="utf-8")
    assert "Reconstruction: dates are taken from the sources listed" in html
    assert [path.name for path in (terminal.folder / "mine").iterdir()] == ["2018-W16"]
