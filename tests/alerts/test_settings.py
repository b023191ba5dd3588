"""[[alert]] in channels.toml, and its addresses in the environment: what is refused, and how."""

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import secrets
from monitor.config import read
from monitor.errors import BadConfiguration
from monitor.model import Kind


def test_an_alert_needs_a_target_and_has_careful_defaults() -> None:
    (alert,) = read({"alert": [{"target": "desk"}]}, "c").alert
    assert Kind.CLOSURE_NOTICE in alert.kinds
    assert Kind.INVITATION not in alert.kinds
    assert (alert.minimum_confidence, alert.max_age) == (0.7, timedelta(days=7))
    assert (alert.quiet, alert.digest, alert.review) == (None, False, False)
    quiet = read({"alert": [{"target": "desk", "quiet": "22:00-07:30"}]}, "c").alert[0].quiet
    assert quiet == (time(22), time(7, 30))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "alert 1, target: Field required"),
        ({"target": "Desk"}, "alert 1, target: a target is a name of your own"),
        ({"target": "json://t0ps3cret@host"}, "alert 1, target: a target is a name of your own"),
        ({"target": "desk_key"}, "a target is a name of your own"),
        ({"target": "d", "kind": ["gone"]}, "alert 1, kind: unknown key; did you mean 'kinds'?"),
        ({"target": "d", "kinds": []}, "alert 1, kinds"),
        ({"target": "d", "kinds": ["gonne"]}, "alert 1 kinds, 0"),
        ({"target": "d", "channels": ["no name"]}, "is no Telegram username"),
        ({"target": "d", "countries": ["Iran"]}, "alert 1 countries, 0"),
        ({"target": "d", "minimum_confidence": 70}, "alert 1, minimum_confidence"),
        ({"target": "d", "quiet": "at night"}, 'quiet hours are written as "22:00-07:00"'),
        ({"target": "d", "quiet": "22:00-25:00"}, 'quiet hours are written as "22:00-07:00"'),
        ({"target": "d", "quiet": "22:00-22:00"}, 'quiet hours are written as "22:00-07:00"'),
        ({"target": "d", "quiet": 22}, 'quiet hours are written as "22:00-07:00"'),
        ({"target": "d", "alert_url": "x"}, "secrets do not belong into this file"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(BadConfiguration) as refused:
        read({"alert": [wrong]}, "channels.toml")
    assert said in str(refused.value)
    assert "t0ps3cret" not in str(refused.value)


def test_one_target_has_one_quiet_time() -> None:
    alerts: list[dict[str, Any]] = [
        {"target": "d", "quiet": "22:00-07:00"},
        {"target": "d", "kinds": ["gone"]},
    ]
    with pytest.raises(BadConfiguration, match="'d' has different quiet hours"):
        read({"alert": alerts}, "c")
    assert read({"alert": [alerts[0], {**alerts[1], "target": "e"}]}, "c").alert


def test_addresses_come_from_the_environment_or_the_secrets_file(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_text("MONITOR_ALERT_DESK=json://a.example\nMONITOR_ALERT_DESK_KEY=k\n")
    environment = {"MONITOR_SECRETS": str(file), "MONITOR_ALERT_NIGHT_2": "json://b.example"}
    desk, night = secrets.alerts(["desk", "night_2", "desk"], environment)
    assert (desk.variable, desk.url, desk.key) == ("MONITOR_ALERT_DESK", "json://a.example", "k")
    assert (night.variable, night.url, night.key) == (
        "MONITOR_ALERT_NIGHT_2", "json://b.example", ""
    )  # fmt: skip


def test_a_target_without_an_address_names_the_variable() -> None:
    with pytest.raises(BadConfiguration, match="MONITOR_ALERT_DESK: is not set"):
        secrets.alerts(["desk"], {"MONITOR_ALERT_DESK": " "})


def test_every_part_of_an_address_is_kept_out_of_what_is_said() -> None:
    hidden = secrets.values(
        {
            "MONITOR_ALERT_A": "tgram://123456789:abcdefghij_token/-100200300",
            "MONITOR_ALERT_B": "mailto://user:passw%2Frd1@mail.example?to=desk@mail.example",
            "MONITOR_ALERT_C": "webhook+https://h.example/hook/t0ken-in-path?sig=s1gnature",
            "MONITOR_ALERT_C_KEY": "whsec_Y29tcG9zZWQ=",
        }
    )
    for part in (
        "abcdefghij_token", "123456789", "-100200300", "passw/rd1", "mail.example",
        "t0ken-in-path", "s1gnature", "whsec_Y29tcG9zZWQ=",
    ):  # fmt: skip
        assert part in hidden
