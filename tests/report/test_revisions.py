"""What changed between two summaries, in words; the earlier one is not trusted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.model import Json
from monitor.report import revisions
from monitor.report.revisions import changes, read, revision, same
from monitor.report.summary import summarise
from tests.report.building import WEEK, judgement

NAMES = {"vk": "VKontakte"}


def record() -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(
        json.dumps(summarise(judgement(), window=WEEK, name="w").as_json())
    )
    return plain


def said(edit: Callable[[dict[str, Any]], object]) -> list[str]:
    """Return the changes from an edited earlier summary to the present one."""
    old = record()
    edit(old)
    return [
        line.replace("\u2068", "").replace("\u2069", "") for line in changes(old, record(), NAMES)
    ]


def test_a_channel_added_and_one_withdrawn_are_named() -> None:
    def edit(old: dict[str, Any]) -> None:
        old["channels"][0]["channel"] = "was_here"

    assert said(edit) == [
        "@gone_channel is now among the watched channels.",
        "@was_here is no longer among the watched channels.",
    ]


def test_two_channels_that_held_one_name_in_turn_are_kept_apart() -> None:
    def pair(told: dict[str, Any], second_state: str) -> dict[str, Any]:
        first = dict(told["channels"][0], telegram_id=1)
        told["channels"] = [first, dict(first, telegram_id=2, state=second_state)]
        return told

    (line,) = changes(pair(record(), "active"), pair(record(), "left"), NAMES)
    assert "the state was “active” and is now “left”" in line


def test_notices_counts_and_findings_that_changed_are_named() -> None:
    def edit(old: dict[str, Any]) -> None:
        office = next(c for c in old["channels"] if c["channel"] == "composed_office")
        office["notice"] = None
        office["subscribers"] = None
        old["findings"] = old["findings"][1:]

    lines = said(edit)
    assert "@composed_office: the notice changed." in lines
    assert "@composed_office: the subscriber counts changed." in lines
    assert any(line.startswith("Finding added: closure notice, @composed_office") for line in lines)


def test_a_finding_without_channel_or_with_an_unreadable_time_is_still_named() -> None:
    def edit(old: dict[str, Any]) -> None:
        old["findings"].append({"id": "x", "channel": None, "kind": "new_kind", "at": "sometime"})

    assert said(edit) == ["Finding withdrawn: new kind, —, sometime."]


def test_figures_window_coverage_and_links_that_changed_are_named() -> None:
    def edit(old: dict[str, Any]) -> None:
        old["trend"]["rows"][0]["this"].update(low=None, high=None)
        old["trend"]["rows"][3]["last"].update(low=2.0, high=5.0)
        old["trend"]["rows"] = old["trend"]["rows"][:-2]
        old["window"]["to"] = "2018-04-22T00:00:00Z"
        old["coverage_pct"] = 40.0
        old["links"][-1]["posts"]["vk"] = 7
        old["headline"] = "Other <b>words</b>\u202e."

    assert said(edit) == [
        "The headline changed; it was: “Other <b>words</b>.”",
        "The window changed.",
        "Coverage was 40% and is now 91%.",
        "Notices of closure, this week: was not seen, is now 4.",
        "Posts linking to Soroush, last week: was 2 to 5, is now 0.",
        "Posts linking to VKontakte: were 7, are now 8.",
    ]


def test_where_only_details_changed_that_is_said() -> None:
    def edit(old: dict[str, Any]) -> None:
        old["reconstruction"] = {"notice": "other"}

    assert said(edit) == [
        "Wording or details changed; states, findings and figures did not."
    ]  # fmt: skip


def test_a_change_of_language_stands_for_the_headline_and_an_unknown_one_is_not_repeated() -> None:
    assert said(lambda old: old.update(language="fa", headline="دیگر"))[0] == (
        "The language was fa and is now en."
    )
    assert said(lambda old: old.update(language="<x>"))[0] == "The language was ? and is now en."


def test_very_many_changes_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "MOST", 3)
    lines = said(lambda old: old.update(findings=[]))
    assert len(lines) == 4
    assert lines[-1].endswith("further changes.")


def test_a_row_without_an_app_and_one_of_an_unknown_measure_have_names() -> None:
    def edit(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
        for told, value in ((old, 1.0), (new, 2.0)):
            cell = {"low": value, "high": value}
            told["trend"]["rows"] = [
                {"measure": "links", "platform": None, "this": cell},
                {"measure": "brand_new", "platform": None, "this": cell},
            ]
        return changes(old, new, NAMES)

    assert edit(record(), record()) == [
        "Posts linking to own presences elsewhere, this week: was 1, is now 2.",
        "brand_new, this week: was 1, is now 2.",
    ]


@pytest.mark.parametrize("old", [None, {}, {"language": 3}, {"channels": "x"}])
def test_an_earlier_summary_of_another_shape_is_said_to_be_unreadable(
    old: dict[str, Json] | None,
) -> None:
    assert changes(old, record(), NAMES) == [
        "The earlier summary could not be read, so what changed is not known."
    ]


def test_two_summaries_are_the_same_but_for_the_moment_of_judging() -> None:
    old = record() | {"judged_at": "2020-01-01T00:00:00Z", "revision": 4, "changes": ["x"]}
    old["channels"][0]["silence_days"] = 99.0
    assert same(old, record())
    old["channels"][0]["state"] = "active"
    assert not same(old, record())


def test_a_revision_that_is_no_number_counts_as_the_first() -> None:
    odd: list[dict[str, Json] | None] = [None, {}, {"revision": "9"}, {"revision": 0}]
    assert [revision(told) for told in odd] == [1] * 4
    assert revision({"revision": 7}) == 7


def test_a_summary_too_large_or_not_there_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "summary.json"
    assert read(path) is None
    path.write_text('{"a": 1}')
    assert read(path) == {"a": 1}
    monkeypatch.setattr(revisions, "LARGEST", 3)
    assert read(path) is None
