"""Waits between attempts grow, differ, obey and end."""

from datetime import UTC, datetime, timedelta

from monitor.alerts.waits import FIRST, GIVE_UP, LONGEST, given_up, pause

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_waits_double_up_to_the_longest_and_are_never_under_half() -> None:
    for attempts in range(1, 60):
        whole = min(LONGEST, FIRST * 2.0 ** min(attempts - 1, 9))
        assert whole / 2 <= pause("msg", attempts) <= whole


def test_messages_that_failed_together_do_not_come_back_together() -> None:
    waits = {pause(f"msg_{n}", 5) for n in range(50)}
    assert len(waits) > 40
    assert pause("msg_1", 5) == pause("msg_1", 5)


def test_what_the_other_side_asks_for_is_obeyed_within_reason() -> None:
    assert pause("msg", 1, timedelta(minutes=10)) == timedelta(minutes=10)
    assert pause("msg", 1, timedelta(days=9)) == LONGEST
    assert pause("msg", 9, timedelta(0)) == pause("msg", 9)


def test_a_message_is_given_up_after_days_and_not_before() -> None:
    assert not given_up(AT, AT + GIVE_UP - timedelta(seconds=1))
    assert given_up(AT, AT + GIVE_UP)
