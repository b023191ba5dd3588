"""What all files of rows share: good rows become items, bad ones say why, hopeless files stop."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import TypeVar

from monitor.errors import BadInput
from monitor.sources.fields import BadRow, NothingFits, as_channel, shown
from monitor.sources.items import Item, Skipped

T = TypeVar("T")

HOPELESS = 100
"""Rows after which a file is given up if all of them lack the same kind of thing; uncalibrated."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read: its name for messages, and what the command line says of it."""

    name: str
    channel: str | None = None
    zone: tzinfo | None = None

    def channel_of(self, value: object) -> str:
        """Return a row's channel: its own, or the one of the command line where it names none.

        Raises:
            NothingFits: neither names one.
            BadRow: it is no channel's name, or the row is another channel's.
        """
        if value is None or value == "":
            if self.channel is None:
                raise NothingFits("the row names no channel; say which with --channel NAME")
            return self.channel
        name = as_channel(value)
        if self.channel is not None and name.casefold() != self.channel.casefold():
            raise BadRow(
                f"the row is of channel {shown(name)}, not of --channel {shown(self.channel)}"
            )
        return name


def read_rows(
    name: str, rows: Iterable[tuple[int, T | BadRow]], read: Callable[[T], Item]
) -> Iterator[Item]:
    """Yield the item of each row, or `Skipped` with the row's line and the reason.

    Rows that lack what every row of such a file needs are held back while nothing else came: if it
    stays so, to the end or for `HOPELESS` rows, the file is refused with one sentence.

    Raises:
        BadInput: not one row of the file can be read.
    """
    held: list[Skipped] = []
    holding, reached, failed = True, False, False
    for line, row in rows:
        try:
            if isinstance(row, BadRow):
                failed = True
                raise row
            reached = True
            item = read(row)
        except BadRow as error:
            item = Skipped(name, line, str(error))
            if holding and isinstance(error, NothingFits) and len(held) < HOPELESS:
                held.append(item)
                continue
            if holding and len(held) == HOPELESS:
                break
        holding = False
        yield from held
        held.clear()
        yield item
    if held:
        raise BadInput(f"{name}: no row can be read; line {held[0].line}: {held[0].reason}")
    if failed and not reached:
        raise BadInput(f"{name}: not one row of it can be read; is it of the kind it is read as?")
