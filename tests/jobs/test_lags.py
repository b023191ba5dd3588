"""How far behind channels are, which are due, and what kind of trouble each met."""

import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from monitor.config import Settings, read
from monitor.jobs.lags import CLASSES, as_class, lags, slowest
from monitor.store.totals import Visit

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = read(
    tomllib.loads("""
    [[channel]]
    username = "Paged"
    [[channel]]
    username = "asked"
    source = "telegram"
    """),
    "c",
)


def visit(
    folded: str, route: str, *, success: timedelta | None, due: timedelta | None = None,
    error: str | None = None,
) -> dict[tuple[str, str], Visit]:  # fmt: skip
    return {
        (folded, route): Visit(
            folded, route, NOW, None if success is None else NOW - success,
            None if due is None else NOW + due, int(error is not None), error,
        )
    }  # fmt: skip


def test_a_channel_that_was_never_asked_is_due_and_has_no_lag() -> None:
    paged, asked = lags(SETTINGS, {}, NOW)
    assert (paged.lag, paged.due, paged.errors, paged.failing) == (None, True, 0, None)
    assert asked.due


def test_a_page_is_due_after_its_poll_and_an_account_when_its_row_says() -> None:
    seen = visit("paged", "preview", success=HOUR) | visit(
        "asked", "telegram", success=HOUR, due=HOUR
    )
    paged, asked = lags(SETTINGS, seen, NOW)
    assert (paged.lag, paged.due) == (HOUR, True)
    assert (asked.lag, asked.due) == (HOUR, False)
    later = NOW + HOUR
    assert [lag.due for lag in lags(SETTINGS, seen, later)] == [True, True]
    early = NOW - timedelta(minutes=1)
    assert [lag.due for lag in lags(SETTINGS, seen, early)] == [False, False]


def test_public_pages_read_in_an_accounts_place_count_as_being_seen() -> None:
    seen = visit("asked", "telegram", success=9 * HOUR, error="account 1: banned")
    seen |= visit("asked", "preview", success=HOUR)
    _, asked = lags(SETTINGS, seen, NOW)
    assert (asked.lag, asked.failing) == (HOUR, "account")


def test_a_clock_that_was_set_back_makes_no_negative_lag() -> None:
    paged, _ = lags(SETTINGS, visit("paged", "preview", success=-HOUR), NOW)
    assert paged.lag == timedelta()
    assert not paged.due


def test_the_slowest_poll_is_that_of_the_sources_in_use() -> None:
    assert slowest(Settings()) == timedelta()
    quick = '[sources.preview]\npoll = "5m"\n[sources.telegram]\nslowest = "3h"\n'
    paged = read(tomllib.loads('[[channel]]\nusername = "paged"\n' + quick), "c")
    assert slowest(paged) == timedelta(minutes=5)
    both = '[[channel]]\nusername = "asked"\nsource = "telegram"\n' + quick
    settings = read(tomllib.loads('[[channel]]\nusername = "paged"\n' + both), "c")
    assert slowest(settings) == 3 * HOUR


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("account 1: messages.GetHistory must wait 0:50:00", "flood"),
        ("https://t.me/x answered 429 and asks us to wait 900 s, longer than", "flood"),
        ("account 1: its session was revoked or never signed in; run `login`", "account"),
        ("https://t.me/x did not answer in full within 30 s; gave up after 5 attempts", "timeout"),
        ("https://t.me/x could not be read (ConnectError); gave up", "network"),
        ("account 1: the connection was given up; it is made anew", "network"),
        ("https://t.me/x answered 503; gave up after 5 attempts", "server"),
        ("https://t.me/x redirects to another host ('a.example'), which is not", "redirect"),
        ("composed and unheard of", "other"),
    ],
)
def test_errors_are_classed_by_the_sentences_that_we_write(said: str, found: str) -> None:
    assert as_class(said) == found
    assert found in CLASSES
