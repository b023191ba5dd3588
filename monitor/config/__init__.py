"""channels.toml and the environment in; frozen, validated settings out."""

from monitor.config.alerts import AlertSettings
from monitor.config.channels import ChannelSettings
from monitor.config.loading import load, read
from monitor.config.service import ReportSettings, RetentionSettings, ServiceSettings
from monitor.config.settings import Settings
from monitor.config.sources import (
    PreviewSettings,
    ServerSettings,
    SourcesSettings,
    TelegramSettings,
)
from monitor.config.values import USERNAME, as_duration, checked_username

__all__ = [
    "USERNAME",
    "AlertSettings",
    "ChannelSettings",
    "PreviewSettings",
    "ReportSettings",
    "RetentionSettings",
    "ServerSettings",
    "ServiceSettings",
    "Settings",
    "SourcesSettings",
    "TelegramSettings",
    "as_duration",
    "checked_username",
    "load",
    "read",
]
