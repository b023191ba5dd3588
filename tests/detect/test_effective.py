"""The day that a notice names is read, whatever the calendar; a day long past is none to come."""

from datetime import UTC, datetime

import pytest

from monitor.catalog.text import fold
from monitor.detect.effective import effective

SPRING = datetime(2018, 4, 18, 9, 30, tzinfo=UTC)  # Wednesday, 29 Farvardin 1397
WINTER = datetime(2026, 1, 28, 20, 0, tzinfo=UTC)  # Wednesday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("از اول اردیبهشت این کانال تعطیل می‌شود", "2018-04-21"),
        ("از ۱ اردیبهشت ماه ۱۳۹۷", "2018-04-21"),
        ("تا پایان فروردین در تلگرام هستیم", "2018-04-20"),
        ("از تاریخ ۱۳۹۷/۰۲/۱۰", "2018-04-30"),
        ("از تاریخ ۹۷/۲/۱۰", "2018-04-30"),
        ("از امروز هیچ مطلبی منتشر نخواهد شد", "2018-04-18"),
        ("از فردا فقط در سروش", "2018-04-19"),
        ("از شنبه در بله", "2018-04-21"),
        ("از پایان این ماه", "2018-04-20"),
        ("نیمه خرداد", "2018-06-05"),
        ("تا آخر هفته", "2018-04-20"),
        ("as of 10 Ordibehesht the channel closes", "2018-04-30"),
        ("اعتباراً من الأول من أيار", "2018-05-01"),
        ("اعتبارا من يوم غد", "2018-04-19"),
        ("ابتداء من 6 آب 2018", "2018-08-06"),
        ("حتى نهاية نيسان", "2018-04-30"),
    ],
)
def test_a_day_of_spring_2018_is_read(text: str, day: str) -> None:
    assert effective(fold(text), SPRING) == datetime.fromisoformat(f"{day}T00:00:00+00:00")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("С 1 февраля канал не ведётся", "2026-02-01"),
        ("с 15.02.2026 только в MAX", "2026-02-15"),
        ("с 15.02 только в MAX", "2026-02-15"),
        ("до конца марта", "2026-03-31"),
        ("до конца месяца", "2026-01-31"),
        ("до конца недели", "2026-02-01"),
        ("С завтрашнего дня работаю только в Max", "2026-01-29"),
        ("с понедельника", "2026-02-02"),
        ("On February 3rd, 2026 this channel closes", "2026-02-03"),
        ("from March 1", "2026-03-01"),
        ("from 2026-02-10 on", "2026-02-10"),
        ("by the end of the month", "2026-01-31"),
        ("closes in two weeks", "2026-02-11"),
        ("с 5 декабря 26 г.", "2026-12-05"),
        ("yesterday we closed on 27 January", "2026-01-27"),
    ],
)
def test_a_day_of_winter_2026_is_read(text: str, day: str) -> None:
    assert effective(fold(text), WINTER) == datetime.fromisoformat(f"{day}T00:00:00+00:00")


@pytest.mark.parametrize(
    "text",
    [
        "канал закрыт",
        "since 3 March 2019 we have been with you",
        "31 февраля",
        "с 40.15.2026",
        "32 of January",
        "1/2 of the readers",
        "в 10:30 и на 3-4 площадках",
        "до конца февраля 2019",
        "из версии 1.2.3",
    ],
)
def test_no_day_is_made_up(text: str) -> None:
    assert effective(fold(text), WINTER) is None


def test_the_first_plausible_day_counts() -> None:
    text = fold("Основан 1 марта 2015 года, закроется 5 марта, архив до 1 апреля")
    assert effective(text, WINTER) == datetime(2026, 3, 5, tzinfo=UTC)
