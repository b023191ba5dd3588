"""Promises of the bundled archives: composed, said to be, and true to the dated facts.

They are read as any recording is: through the replay of WARC files and the parser of live pages.
"""

import gzip
import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor import config
from monitor.samples import loading
from tests.samples.recorded_pages import NAMES, absences, counts, feeds, of, posts, seen
from tools import compose_samples

NOTICES = {
    "iran-2018": {
        "khamenei_ir": datetime(2018, 4, 18, 7, 35, tzinfo=UTC),
        "reconstructed_president_2018": datetime(2018, 4, 18, 16, 20, tzinfo=UTC),
        "reconstructed_first_vp_2018": datetime(2018, 4, 18, 12, 5, tzinfo=UTC),
        "iribnews": datetime(2018, 4, 20, 9, 10, tzinfo=UTC),
        "farsna": datetime(2018, 4, 20, 11, 30, tzinfo=UTC),
        "isna94": datetime(2018, 5, 1, 8, 30, tzinfo=UTC),
    },
    "russia-2026": {
        "reconstructed_samara_governor": datetime(2025, 9, 10, 13, 30, tzinfo=UTC),
        "reconstructed_mchs_sverdlovsk": datetime(2026, 1, 6, 8, 10, tzinfo=UTC),
        "reconstructed_mchs_kuban": datetime(2026, 1, 2, 9, 0, tzinfo=UTC),
        "reconstructed_mchs_primorye": datetime(2026, 1, 5, 5, 30, tzinfo=UTC),
    },
}
RETURNS = {
    "farsna": datetime(2018, 11, 10, 6, 10, tzinfo=UTC),
    "isna94": datetime(2018, 11, 10, 8, 25, tzinfo=UTC),
    "reconstructed_samara_governor": datetime(2026, 1, 19, 9, 20, tzinfo=UTC),
    "reconstructed_mchs_sverdlovsk": datetime(2026, 1, 13, 7, 45, tzinfo=UTC),
}
CASES = [(name, username) for name, by_channel in NOTICES.items() for username in by_channel]


@pytest.mark.parametrize("name", NAMES)
def test_every_file_and_every_page_says_that_it_is_a_reconstruction(name: str) -> None:
    folder = loading.folder(name)
    for file in ("channels.toml", "sources.toml", "README.md"):
        assert "reconstruction" in (folder / file).read_text("utf-8").casefold()
    with gzip.open(folder / "pages.warc.gz") as archive:
        head = archive.read(2000).decode().split("\r\n\r\n")[:2]
    assert "WARC-Type: warcinfo" in head[0]
    assert "Reconstruction: dates are taken from the sources listed" in head[1]
    for one in seen(name):
        assert b"<!-- reconstruction: wording and counts composed" in one.fetched.body
        assert ("X-Reconstruction", "composed") in one.fetched.headers


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_small_and_holds_no_path_of_a_machine(name: str) -> None:
    folder = loading.folder(name)
    here = str(compose_samples.ROOT).encode()
    assert sum(path.stat().st_size for path in folder.iterdir()) < 3_000_000
    for path in folder.iterdir():
        body = path.read_bytes()
        assert here not in (gzip.decompress(body) if path.suffix == ".gz" else body)


@pytest.mark.parametrize("name", NAMES)
def test_the_parser_of_live_pages_reads_every_page_without_a_problem(name: str) -> None:
    for one in seen(name):
        assert one.page.kind in {"feed", "landing"}
        assert one.page.state is not None
        assert one.page.problems == ()
        if one.page.kind == "feed":
            assert one.page.at == one.fetched.at
            assert 1 <= len(one.page.posts) <= 20
            assert all(post.at <= one.fetched.at for post in one.page.posts)
            assert one.page.older == min(post.id for post in one.page.posts)


@pytest.mark.parametrize("name", NAMES)
def test_the_channels_are_those_of_its_configuration_under_composed_ids(name: str) -> None:
    settings = config.load(loading.folder(name) / "channels.toml")
    configured = {channel.username: channel for channel in settings.channel}
    for username, channel in configured.items():
        pages = feeds(name, username)
        assert {one.page.title for one in pages} == {channel.title}
        ids = {one.page.telegram_id for one in pages}
        assert len(ids) == 1
        assert all(number is not None and number > 9_990_000_000 for number in ids)
    assert {one.fetched.url.split("?")[0].rsplit("/", 1)[1] for one in seen(name)} == set(
        configured
    )
    assert {fact.channel for fact in loading.read_sources(name).facts} - {None} == set(configured)


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_in_the_order_of_time_within_the_span(name: str) -> None:
    info = loading.read_sources(name)
    times = [one.fetched.at for one in seen(name)]
    assert times == sorted(times)
    assert info.start <= times[0].date()
    assert times[-1].date() == info.end
    for username in {one.page.username for one in seen(name)} - {None}:
        assert username is not None
        assert min(post.at.date() for post in posts(name, username)) == info.start


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_of_the_span_happens_in_the_pages_within_its_days(name: str) -> None:
    info = loading.read_sources(name)
    for fact in info.facts:
        if fact.channel is None or fact.latest > info.end:
            continue
        if fact.what in {"left", "returned"}:
            at = (NOTICES[name] if fact.what == "left" else RETURNS)[fact.channel]
            assert at in {post.at for post in posts(name, fact.channel)}
            assert fact.earliest <= at.date() <= fact.latest
        else:
            days = {post.at.date() for post in posts(name, fact.channel)}
            assert any(fact.earliest <= day <= fact.latest for day in days), fact


@pytest.mark.parametrize(("name", "username"), CASES)
def test_who_left_says_so_last_and_is_silent_until_the_return(name: str, username: str) -> None:
    notice, back = NOTICES[name][username], RETURNS.get(username)
    after = [post.at for post in posts(name, username) if post.at > notice]
    assert notice in {post.at for post in posts(name, username)}
    if back is None:
        assert after == []
    else:
        assert after[0] == back
        assert len(after) > 5


@pytest.mark.parametrize(("name", "username"), CASES)
def test_subscribers_grow_slowly_before_the_notice_and_fall_after_it(
    name: str, username: str
) -> None:
    notice = NOTICES[name][username].date()
    by_day = counts(name, username)
    before = [count for day, count in by_day if date.fromisoformat(day) < notice]
    after = [
        count
        for day, count in by_day
        if notice < date.fromisoformat(day) <= notice + timedelta(days=14)
    ]
    assert before[0] < before[-1] < before[0] * 1.05
    if not absences(name, username):
        assert 0.02 < 1 - after[-1] / before[-1] < 0.12


def test_fars_leaves_with_its_list_of_apps_and_the_leader_with_three() -> None:
    left = NOTICES["iran-2018"]
    fars = next(p for p in posts("iran-2018", "farsna") if p.at == left["farsna"])
    assert [link.url.removeprefix("http://") for link in fars.links if "t.me" not in link.url] == [
        "sapp.ir/farsna",
        "eitaa.com/farsna",
        "igap.net/farsna",
        "ble.im/Farsna",
        "wispi.me/channel/farsna",
    ]
    leader = next(p for p in posts("iran-2018", "khamenei_ir") if p.at == left["khamenei_ir"])
    assert {link.url.split("/")[2] for link in leader.links} == {"sapp.ir", "igap.net", "gap.im"}
    vice = NOTICES["iran-2018"]["reconstructed_first_vp_2018"]
    notice = next(p for p in posts("iran-2018", "reconstructed_first_vp_2018") if p.at == vice)
    assert notice.links == ()


def test_shabake_khabar_keeps_its_word_until_noon_only() -> None:
    day = [p for p in posts("iran-2018", "reconstructed_shabake_khabar") if p.at.month == 4]
    saturday = [p.at for p in day if p.at.date() == date(2018, 4, 21)]
    # 07:30 UTC was noon in Tehran, which had summer time then.
    assert saturday[0] >= datetime(2018, 4, 21, 7, 30, tzinfo=UTC)
    assert len(saturday) >= 3
    assert any("شنبه اول اردیبهشت" in p.text and p.at.date() == date(2018, 4, 19) for p in day)


def test_the_foreign_ministry_never_stops() -> None:
    days = {p.at.date() for p in posts("iran-2018", "reconstructed_foreign_ministry")}
    assert {date(2018, 3, 15) + timedelta(days=n) for n in range(108)} <= days


def test_the_collector_came_daily_but_for_two_days_in_may_and_the_summer() -> None:
    days = {one.fetched.at.date() for one in seen("iran-2018")}
    spring = {date(2018, 3, 18) + timedelta(days=n) for n in range(105)}
    autumn = {date(2018, 11, 1) + timedelta(days=n) for n in range(20)}
    assert (spring | autumn) - days == {date(2018, 5, 12), date(2018, 5, 13)}
    assert days <= spring | autumn


@pytest.mark.parametrize("name", NAMES)
def test_pages_follow_each_other_without_a_hole_but_for_outage_and_summer(name: str) -> None:
    holes = set()
    for channel in config.load(loading.folder(name) / "channels.toml").channel:
        for old, new in itertools.pairwise(feeds(name, channel.username)):
            newest = max((post.id for post in old.page.posts), default=0)
            if min(post.id for post in new.page.posts) > newest + 1:
                holes.add((channel.username, old.fetched.at.date()))
    assert holes == (
        {
            ("reconstructed_shabake_khabar", date(2018, 5, 11)),
            ("reconstructed_shabake_khabar", date(2018, 6, 30)),
            ("reconstructed_foreign_ministry", date(2018, 6, 30)),
        }
        if name == "iran-2018"
        else set()
    )


def test_the_samara_channel_is_found_by_nobody_while_it_is_deleted() -> None:
    gone = absences("russia-2026", "reconstructed_samara_governor")
    times = [one.fetched.at for one in gone]
    assert times[0].date() == date(2025, 9, 11)
    assert times[-1].date() == date(2026, 1, 18)
    assert sum(b - a > timedelta(hours=1) for a, b in itertools.pairwise(times)) > 20
    inside = [
        one
        for one in of("russia-2026", "reconstructed_samara_governor")
        if times[0] <= one.fetched.at <= times[-1]
    ]
    assert inside == list(gone)
    ids = {one.page.telegram_id for one in feeds("russia-2026", "reconstructed_samara_governor")}
    assert ids == {9_990_000_101}


def test_pskov_and_the_kremlin_post_on_after_their_notices() -> None:
    for username, notice in (
        ("reconstructed_pskov_governor", date(2025, 9, 12)),
        ("news_kremlin", date(2025, 9, 8)),
    ):
        later = [p for p in posts("russia-2026", username) if p.at.date() > notice]
        assert len(later) > 150
