"""Shown counts become intervals that hold every number they can stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Interval
from monitor.sources.display_counts import MAX_COUNT, read_count
from tests.served_pages import as_shown


@pytest.mark.parametrize(
    "shown",
    [
        "11 286 994",
        "11\u00a0286\u00a0994 subscribers",
        "11\u202f286\u202f994 members",
        "11,286,994",
        "11.286.994",
        "11286994",
        "  11 286 994  subscribers ",
        "۱۱٬۲۸۶٬۹۹۴ عضو",
        "۱۱۲۸۶۹۹۴",
        "\u200f١١٢٨٦٩٩٤",
        "11 286 994 подписчика",
    ],
)
def test_an_exact_count_has_no_width(shown: str) -> None:
    assert read_count(shown) == Interval(11_286_994, 11_286_994)


@pytest.mark.parametrize(
    ("shown", "low", "high"),
    [
        ("1.82M", 1_815_000, 1_825_000),
        ("11.3M", 11_250_000, 11_350_000),
        ("11.3M subscribers", 11_250_000, 11_350_000),
        ("15.4K", 15_350, 15_450),
        ("1.1B", 1_050_000_000, 1_150_000_000),
        ("۱٫۸۲ میلیون", 1_815_000, 1_825_000),
        ("۱٫۸۲ میلیون عضو", 1_815_000, 1_825_000),
        ("۱۲ هزار", 11_500, 12_500),
        ("٣ ألف", 2_500, 3_500),
        ("2,5 тыс.", 2_450, 2_550),
        ("1,2 млн", 1_150_000, 1_250_000),
        ("1,2 млн подписчиков", 1_150_000, 1_250_000),
        ("8.67M views", 8_665_000, 8_675_000),
        ("1M", 500_000, 1_500_000),
        ("0K", 0, 500),
    ],
)
def test_a_rounded_count_is_half_its_last_digit_wide(shown: str, low: int, high: int) -> None:
    assert read_count(shown) == Interval(low, high)


def test_one_subscriber_is_one() -> None:
    assert read_count("1 subscriber") == Interval(1, 1)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "many",
        "-5",
        "1.5",
        "1,5",
        "1,23,456",
        "1 234,567",
        "1,234K",  # 1.234 thousand to some, 1234 thousand to others
        "1.2345M",
        "12 monkeys",
        "9 767 members, 1 295 online",
        "1e9",
        "²",
        "K",
        "5KK",
        "12" * 60,
    ],
)
def test_what_is_no_count_or_could_be_two_is_refused(shown: str) -> None:
    with pytest.raises(ValueError, match=r"count|read in two ways"):
        read_count(shown)


@pytest.mark.parametrize("shown", ["10000000001", "11B", "10B"])
def test_more_than_there_are_people_is_refused(shown: str) -> None:
    with pytest.raises(ValueError, match=f"more than {MAX_COUNT}"):
        read_count(shown)


@given(st.integers(min_value=0, max_value=9_000_000_000))
def test_a_number_written_as_telegram_writes_it_lies_in_what_is_read_back(number: int) -> None:
    shown = read_count(as_shown(number))
    assert shown.low <= number <= shown.high


@given(st.text(max_size=100))
def test_any_text_is_a_count_or_a_value_error(text: str) -> None:
    try:
        found = read_count(text)
    except ValueError:
        return
    assert 0 <= found.low <= found.high <= MAX_COUNT
