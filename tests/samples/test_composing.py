"""Promises of the composer: the same source gives the same bytes, in Telegram's own structure."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.samples import loading
from monitor.sources.preview import parse_page
from tools import compose_samples
from tools.composing.draws import draw, draw_int
from tools.composing.pages import absent_page, feed_page, landing_page, oldest_shown, rounded
from tools.composing.plan import ChannelPlan, Plan, Wording, read_plan, read_wording
from tools.composing.posting import Posted, posts_of, subscribers, views

NOON = datetime(2020, 1, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(compose_samples.PLANS / "iran-2018.toml")


@pytest.fixture(scope="module")
def wording() -> Wording:
    return read_wording(compose_samples.PLANS / "fa.toml")


@pytest.fixture
def channel(plan: Plan) -> ChannelPlan:
    return replace(plan.channels[0], username="somebody", quiet=(), events=())


def one_post(number: int, text: str = "x") -> Posted:
    return Posted(number, NOON + timedelta(minutes=number), text)


def test_the_committed_samples_are_what_the_composer_writes() -> None:
    assert compose_samples.plan_names() == loading.names()
    assert compose_samples.main(["--check"]) == 0


def test_two_runs_give_the_same_bytes() -> None:
    assert compose_samples.composed("russia-2026") == compose_samples.composed("russia-2026")


def test_a_changed_or_missing_file_is_found_and_written_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "russia-2026"
    shutil.copytree(loading.folder("russia-2026"), folder)
    (folder / "README.md").write_text("altered", "utf-8")
    (folder / "sources.toml").unlink()
    to = ["russia-2026", "--to", str(tmp_path)]
    assert compose_samples.main([*to, "--check"]) == 1
    assert capsys.readouterr().out.count("differs") == 2
    assert (folder / "README.md").read_text("utf-8") == "altered"
    assert compose_samples.main(to) == 0
    assert compose_samples.main([*to, "--check"]) == 0


def test_chance_depends_on_its_key_alone() -> None:
    assert draw("a", 1) == draw("a", 1) != draw("a", 2)
    assert {draw_int(2, 4, "k", n) for n in range(100)} == {2, 3, 4}


def test_a_source_file_with_a_typo_is_refused(tmp_path: Path) -> None:
    text = (compose_samples.PLANS / "russia-2026.toml").read_text("utf-8")
    path = tmp_path / "typo.toml"
    path.write_text(text.replace("per_day", "perday", 1), "utf-8")
    with pytest.raises(ValueError, match="perday"):
        read_plan(path)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"), (999, "999"), (1000, "1K"), (6530, "6.53K"), (9995, "10K"), (23_440, "23.4K"),
        (147_300, "147K"), (999_499, "999K"), (999_500, "1M"), (1_304_500, "1.3M"),
        (11_286_994, "11.3M"), (100_000, "100K"),
    ],
)  # fmt: skip
def test_counts_are_shown_as_telegram_shows_them(count: int, shown: str) -> None:
    assert rounded(count) == shown


def test_a_feed_page_shows_the_newest_twenty_and_asks_for_the_rest(channel: ChannelPlan) -> None:
    posts = tuple(one_post(number) for number in range(1, 51))
    at = NOON + timedelta(minutes=45)
    page = parse_page(feed_page(channel, posts, at).encode())
    assert [post.id for post in page.posts] == list(range(26, 46))
    assert oldest_shown(posts, at) == page.older == 26
    older = parse_page(feed_page(channel, posts, at, 26).encode())
    assert [post.id for post in older.posts] == list(range(6, 26))
    assert oldest_shown(posts, at, 6) is None
    assert oldest_shown((), at) is None


def test_text_and_titles_are_escaped_and_read_back_as_they_were(channel: ChannelPlan) -> None:
    text = "a < b & «c»\n<script>alert(1)</script> sapp.ir/farsna, @farsna"
    hostile = replace(channel, title='<b>"T" & Co</b>', about="<i>")
    body = feed_page(hostile, (one_post(1, text),), NOON + timedelta(hours=1))
    page = parse_page(body.encode())
    assert "<script>alert" not in body
    assert page.posts[0].text == text
    assert page.title == '<b>"T" & Co</b>'
    assert page.posts[0].links[0].url == "http://sapp.ir/farsna"
    assert parse_page(landing_page(hostile, NOON).encode()).title == '<b>"T" & Co</b>'


def test_a_landing_page_has_the_exact_count_and_an_absent_one_none(channel: ChannelPlan) -> None:
    page = parse_page(landing_page(channel, NOON).encode())
    assert page.state == "ok"
    assert page.subscribers is not None
    assert page.subscribers.low == page.subscribers.high == subscribers(channel, NOON)
    absent = parse_page(absent_page("somebody").encode())
    assert (absent.state, absent.subscribers) == ("not_found", None)


def test_counts_run_between_the_given_days_and_stay_outside_them(channel: ChannelPlan) -> None:
    plain = replace(channel, counts=((date(2020, 1, 1), 1000), (date(2020, 1, 11), 2000)))
    middle = subscribers(plain, datetime(2020, 1, 6, tzinfo=UTC))
    assert 1413 <= middle <= 1415  # the geometric middle, up to the noise
    assert 999 <= subscribers(plain, datetime(2019, 1, 1, tzinfo=UTC)) <= 1001
    assert 1999 <= subscribers(plain, datetime(2021, 1, 1, tzinfo=UTC)) <= 2001


def test_views_only_grow(channel: ChannelPlan) -> None:
    post = one_post(1)
    seen = [views(channel, post, post.at + timedelta(hours=h)) for h in (0, 1, 5, 24, 200)]
    assert seen[0] == 1
    assert seen == sorted(seen)
    assert seen[-1] < subscribers(channel, NOON)


def test_quiet_and_absent_stretches_have_no_ordinary_posts(
    channel: ChannelPlan, wording: Wording
) -> None:
    quiet = (datetime(2020, 1, 5, tzinfo=UTC), datetime(2020, 1, 8, tzinfo=UTC))
    absent = (datetime(2020, 1, 10, tzinfo=UTC), datetime(2020, 1, 12, tzinfo=UTC))
    silent = replace(channel, quiet=(quiet,), absent=(absent,))
    posts = posts_of(silent, date(2020, 1, 1), date(2020, 1, 14), wording)
    days = {post.at.day for post in posts}
    assert days == {1, 2, 3, 4, 8, 9, 12, 13, 14}
    assert [post.id for post in posts] == list(range(posts[0].id, posts[0].id + len(posts)))


def test_lines_do_not_repeat_soon_and_a_pool_without_lines_enough_is_refused(
    channel: ChannelPlan, wording: Wording
) -> None:
    posts = posts_of(channel, date(2020, 1, 1), date(2020, 3, 1), wording)
    texts = [post.text for post in posts]
    assert all(len(set(texts[n : n + 20])) == 20 for n in range(len(texts) - 20))
    small = Wording(slots={}, pools={"office": ("the same", "and again")})
    with pytest.raises(ValueError, match="too few lines"):
        posts_of(channel, date(2020, 1, 1), date(2020, 1, 9), small)
