"""The unit, the image and the compose file agree with the program and with each other."""

import re
import shlex
import shutil
import subprocess
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

from monitor import __version__, secrets
from monitor.cli.program import COMMANDS
from monitor.config import ServiceSettings, as_duration
from monitor.errors import BadConfiguration, NeedsPerson
from monitor.store.database import sqlite_path

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KNOWN = {name for commands in COMMANDS.values() for name in commands}
PORT = ServiceSettings().listen.rpartition(":")[2]
STOP_WITHIN = ServiceSettings().stop_within


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    """The settings of the unit's section [Service], each with its values in order."""
    found: dict[str, list[str]] = defaultdict(list)
    text = (DEPLOY / "channel-monitor.service").read_text(encoding="utf-8")
    for line in text.partition("[Service]")[2].partition("[Install]")[0].splitlines():
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[key].append(value)
    return found


@pytest.fixture(scope="module")
def dockerfile() -> list[list[str]]:
    """The words of each instruction of the image's last stage."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    last = max(n for n, line in enumerate(lines) if line.startswith("FROM"))
    return [line.split() for line in lines[last:]]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def set_for(unit: dict[str, list[str]]) -> dict[str, str]:
    """Return the unit's environment, as systemd would fill it in."""
    places = {"%S": "/var/lib", "%C": "/var/cache", "%d": "/run/credentials/unit"}
    pairs = (re.sub("%[SCd]", lambda m: places[m[0]], v) for v in unit["Environment"])
    return dict(pair.split("=", 1) for pair in pairs)


def test_the_unit_starts_a_command_that_exists(unit: dict[str, list[str]]) -> None:
    program, *words = shlex.split(unit["ExecStart"][0])
    assert Path(program).name == "channel-monitor"
    assert words == ["run"]
    assert set(words) <= KNOWN


def test_the_unit_gives_the_program_longer_to_stop_than_it_takes(
    unit: dict[str, list[str]],
) -> None:
    assert as_duration(unit["TimeoutStopSec"][0]) > 2 * STOP_WITHIN


def test_the_unit_starts_nothing_anew_that_needs_a_person(unit: dict[str, list[str]]) -> None:
    codes = {str(kind.exit_code) for kind in (BadConfiguration, NeedsPerson)}
    assert set(unit["RestartPreventExitStatus"][0].split()) == codes


def test_the_unit_keeps_everything_in_the_folder_that_it_may_write(
    unit: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = set_for(unit)
    state = Path("/var/lib") / unit["StateDirectory"][0]
    assert unit["WorkingDirectory"] == [f"%S/{unit['StateDirectory'][0]}"]
    assert sqlite_path(environment["MONITOR_DATABASE"]).parent == state
    monkeypatch.setattr(Path, "home", lambda: Path("/nowhere"))
    monkeypatch.setattr(secrets, "_read", lambda _e: {
        "MONITOR_API_ID": "1", "MONITOR_API_HASH": "0" * 32,
    })  # fmt: skip
    (account,) = secrets.accounts(environment)
    assert account.session.is_relative_to(state)


def test_the_unit_hands_over_the_secrets_as_the_program_reads_them(
    unit: dict[str, list[str]], tmp_path: Path
) -> None:
    name, _, source = unit["LoadCredential"][0].partition(":")
    assert set_for(unit)["MONITOR_SECRETS"] == f"/run/credentials/unit/{name}"
    assert Path(source).parent == Path("/etc") / unit["ConfigurationDirectory"][0]
    file = tmp_path / name
    file.write_text("", encoding="utf-8")
    assert secrets.accounts({"MONITOR_SECRETS": str(file)}) == ()  # an empty one is fine


def test_a_command_as_the_service_uses_the_same_folders_and_file(
    unit: dict[str, list[str]],
) -> None:
    script = (DEPLOY / "channel-monitor-as-service").read_text(encoding="utf-8")
    script = script.replace("$name", "channel-monitor")
    for key in (
        "DynamicUser", "User", "StateDirectory", "StateDirectoryMode", "CacheDirectory",
        "ProtectSystem", "ProtectHome", "NoNewPrivileges", "UMask", "LimitCORE",
    ):  # fmt: skip
        assert re.search(rf'--property={key}="?{re.escape(unit[key][0])}"?\s', script), key
    assert f'LoadCredential="{unit["LoadCredential"][0]}"' in script
    environment = set_for(unit)
    for key in ("MONITOR_DATABASE", "XDG_STATE_HOME", "MPLCONFIGDIR"):
        assert f'--setenv={key}="{environment[key]}"' in script
    assert shlex.split(unit["ExecStart"][0])[0] in script


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    text = (DEPLOY / "channel-monitor.service").read_text(encoding="utf-8")
    copy = tmp_path / "channel-monitor.service"
    copy.write_text(re.sub("/opt/channel-monitor/bin/.*", "/bin/true", text), encoding="utf-8")
    ran = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, timeout=50,
        check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_image_runs_the_service_as_nobody_in_particular(
    dockerfile: list[list[str]], compose: dict[str, Any]
) -> None:
    said = {words[0]: words[1:] for words in dockerfile}
    assert said["USER"] == ["10001:10001"]
    assert compose["services"]["monitor"]["user"] == "10001:10001"
    assert said["CMD"] == ['["run"]']
    assert said["ENTRYPOINT"] == ['["enter"]']
    assert said["VOLUME"] == said["WORKDIR"] == ["/data"]


def test_the_image_keeps_everything_in_its_volume(dockerfile: list[list[str]]) -> None:
    (pairs,) = [words[1:] for words in dockerfile if words[0] == "ENV"]
    environment = dict(pair.split("=", 1) for pair in pairs)
    assert sqlite_path(environment["MONITOR_DATABASE"]).parent == Path("/data")
    assert environment["XDG_STATE_HOME"] == "/data"
    assert environment["MPLCONFIGDIR"].startswith("/tmp/")  # noqa: S108 - a path in the image


def test_image_and_compose_name_the_port_where_the_program_listens(
    dockerfile: list[list[str]], compose: dict[str, Any]
) -> None:
    health = " ".join(next(words for words in dockerfile if words[0] == "HEALTHCHECK"))
    assert f"'127.0.0.1', {PORT}" in health
    assert "'/healthz'" in health
    assert ["EXPOSE", PORT] in dockerfile
    assert compose["services"]["monitor"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    advised = re.search(r'listen = "([^"]+)"', text)
    assert advised is not None
    assert ServiceSettings(listen=advised[1]).listen == f"0.0.0.0:{PORT}"


def test_compose_gives_the_program_longer_to_stop_than_it_takes(compose: dict[str, Any]) -> None:
    grace = as_duration(compose["services"]["monitor"]["stop_grace_period"])
    assert grace > 2 * STOP_WITHIN > timedelta()


def test_compose_takes_every_right_away(compose: dict[str, Any]) -> None:
    service = compose["services"]["monitor"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["image"].endswith(f":{__version__}")


def test_compose_mounts_what_the_image_begins_with(compose: dict[str, Any]) -> None:
    service, enter = compose["services"]["monitor"], (DEPLOY / "enter").read_text(encoding="utf-8")
    (secret,) = service["secrets"]
    assert secret in compose["secrets"]
    assert f"/run/secrets/{secret}" in enter
    assert "/config/channels.toml" in enter
    assert [v.split(":")[1] for v in service["volumes"]] == ["/data", "/config"]


def test_what_the_image_is_made_of_is_sent_to_the_engine() -> None:
    sent = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        word
        for line in text.splitlines()
        if line.startswith("COPY") and "--from" not in line
        for word in line.split()[1:-1]
        if not word.startswith("--")
    ]
    assert copied
    for word in copied:
        assert f"!{word}" in sent
        assert (ROOT / word).exists()
