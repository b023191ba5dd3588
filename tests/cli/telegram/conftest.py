"""A server, one channel, and the secrets of an account."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.telegram.serving import HASH, PHONE
from tests.telegram_server import Channel, TelegramServer


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as running:
        yield running


@pytest.fixture
def channel(server: TelegramServer) -> Channel:
    return server.add_channel(1001, "خبرگزاری", username="farsna", about="رسمی", participants=4321)


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_API_ID", "12345")
    monkeypatch.setenv("MONITOR_API_HASH", HASH)
    monkeypatch.setenv("MONITOR_PHONE", PHONE)
    monkeypatch.setenv("MONITOR_SESSION", str(tmp_path / "private" / "one.session"))


@pytest.fixture
def signed_in(tmp_path: Path, server: TelegramServer) -> Path:
    return server.authorise(tmp_path / "private" / "one.session")
