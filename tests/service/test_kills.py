"""Killed at any moment of a busy life, at its start too: nothing is lost, nothing is doubled.

MONITOR_TEST_KILLS says how often; 200 are the long form.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.alerts.receivers import WebReceiver
from tests.cli.telegram.serving import CLOSURE
from tests.page_server import PageServer
from tests.service.kept import alerted, kept_once, reported_once
from tests.service.world import HOUR, World
from tests.telegram_server import TelegramServer

KILLS = int(os.environ.get("MONITOR_TEST_KILLS", "6"))
START = datetime(2022, 3, 27, 18, tzinfo=UTC)
"""A Sunday evening: the report of the week falls due in the middle of the kills."""
END = START + timedelta(days=30)
SPEED = 2_000.0
PUSHED = "composed_pushed"
OFFICES = {"composed_page": False, "composed_other_page": False, PUSHED: True}


@pytest.mark.timeout(60 + 30 * KILLS)
def test_killed_again_and_again_at_its_busiest(tmp_path: Path) -> None:
    """Posts come every ten minutes, one in six is a notice, and everything is due all the time."""
    folder = tmp_path / "service"
    folder.mkdir()
    draw = random.Random(11)
    with PageServer(now=START) as pages, TelegramServer() as server, WebReceiver() as web:
        world = World(tmp_path, folder, pages, server, web, start=START, speed=SPEED)
        for name, by_account in OFFICES.items():
            world.office(name, by_account=by_account, since=START - timedelta(days=20))
            world.goes_on(name, START, END, timedelta(minutes=12))
            for hours in range(0, 30 * 24, 2):
                world.post(name, f"{CLOSURE} {hours}", START + hours * HOUR)
        world.configure("Europe/Berlin")
        for number in range(KILLS):
            # Every third dies while it starts; the first lives, else no report is promised.
            world.lives(draw.uniform(0.2, 4), begun=number % 3 != 1)
        with world.watched():
            world.no_more()
            world.go(world.hand.true + 12 * HOUR)
            world.catch_up()
            assert world.stop() == 0, world.said()
    kept_once(world)
    assert (PUSHED, "closure_notice") in alerted(world, kills=KILLS)
    ended = world.hand.true
    # Six in the morning of a Monday in Berlin, by summer time.
    mondays = [datetime(2022, 3, 28, 4, tzinfo=UTC) + timedelta(weeks=n) for n in range(5)]
    due = [f"2022-W{at.isocalendar().week - 1}" for at in mondays if at <= ended]
    reported_once(world, due)
