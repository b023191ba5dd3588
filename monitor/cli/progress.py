"""How far a command has come, drawn on standard error; nothing where that is no terminal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from rich import progress
from rich.console import Console
from rich.text import Text

from monitor.cli.context import Invocation
from monitor.config import ChannelSettings
from monitor.model import Page, Post


class _Rate(progress.ProgressColumn):
    """Posts a second of one channel."""

    def render(self, task: progress.Task) -> Text:  # type: ignore[explicit-override]  # typing.override is of Python 3.12
        """Draw the rate since the channel's first post."""
        posts, elapsed = task.fields.get("posts", 0), task.elapsed or 0
        return Text(f"{posts} posts, {posts / elapsed:.0f}/s" if elapsed and posts else "")


def progress_bar(*, quiet: bool, known_total: bool = False) -> progress.Progress:
    """Make a progress bar on standard error; nothing is drawn where that is not a terminal."""
    console = Console(stderr=True)
    columns: list[progress.ProgressColumn] = [
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TimeElapsedColumn(),
        _Rate(),
    ]
    if known_total:
        columns += [progress.MofNCompleteColumn(), progress.TimeRemainingColumn()]
    return progress.Progress(
        *columns, console=console, disable=quiet or not console.is_terminal, transient=True
    )


class Progress:
    """One line a channel: days of history that were read, posts a second, time left."""

    def __init__(
        self,
        invoked: Invocation,
        entries: Sequence[ChannelSettings],
        now: datetime,
        back_to: datetime | None,
    ) -> None:
        self._now = now
        self._back_to = back_to
        self._days = round((now - back_to) / timedelta(days=1)) if back_to else None
        self._bar = progress_bar(quiet=invoked.quiet, known_total=back_to is not None)
        self._tasks = {
            e.username: self._bar.add_task(f"@{e.username}", total=self._days, posts=0)
            for e in entries
        }

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the lines away."""
        self._bar.stop()

    def on_page(self, name: str, page: Page) -> None:
        """Hear of a page: pages are read newest first."""
        self._posts(name, len(page.posts))
        oldest = min((p.at for p in page.posts), default=None)
        if oldest is not None and self._days is not None:
            self._bar.update(self._tasks[name], completed=self._clipped(self._now - oldest))

    def on_posts(self, name: str, posts: list[Post]) -> None:
        """Hear of posts that an account was told: oldest first."""
        self._posts(name, len(posts))
        newest = max((p.at for p in posts), default=None)
        if newest is not None and self._back_to is not None:
            self._bar.update(self._tasks[name], completed=self._clipped(newest - self._back_to))

    def _posts(self, name: str, more: int) -> None:
        task = self._tasks[name]
        before = self._bar.tasks[task].fields.get("posts", 0)
        self._bar.update(task, posts=before + more)

    def _clipped(self, done: timedelta) -> int:
        return max(0, min(round(done / timedelta(days=1)), self._days or 0))
