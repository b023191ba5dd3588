"""All of channels.toml as one frozen value."""

from typing import Self

from pydantic import model_validator

from monitor.config.alerts import AlertSettings
from monitor.config.channels import ChannelSettings
from monitor.config.judging import DetectSettings
from monitor.config.service import ReportSettings, RetentionSettings, ServiceSettings
from monitor.config.sources import SourcesSettings
from monitor.config.values import Strict


class Settings(Strict):
    """All of channels.toml."""

    channel: tuple[ChannelSettings, ...] = ()
    sources: SourcesSettings = SourcesSettings()
    detect: DetectSettings = DetectSettings()
    report: ReportSettings = ReportSettings()
    service: ServiceSettings = ServiceSettings()
    retention: RetentionSettings = RetentionSettings()
    alert: tuple[AlertSettings, ...] = ()

    @model_validator(mode="after")
    def _one_quiet_a_target(self) -> Self:
        for one in self.alert:
            if any(o.target == one.target and o.quiet != one.quiet for o in self.alert):
                msg = f"alert: the target {one.target!r} has different quiet hours; write the same"
                raise ValueError(msg)
        return self

    def named(self, username: str) -> ChannelSettings | None:
        """Return the entry of a username, letter case aside."""
        wanted = username.casefold()
        return next((c for c in self.channel if c.username.casefold() == wanted), None)
