"""All of channels.toml as one frozen value."""

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

    def named(self, username: str) -> ChannelSettings | None:
        """Return the entry of a username, letter case aside."""
        wanted = username.casefold()
        return next((c for c in self.channel if c.username.casefold() == wanted), None)
