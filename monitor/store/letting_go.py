"""Bodies of old evidence, let go: which may be, and an archive file written anew without them.

The rows stay, with digest, source and time; only where the body lay is forgotten. A file is never
changed: what stays is written to a new one, the rows move there in one transaction, and then the
old one is removed. Killed between any two of these steps, nothing is lost: `leftovers` says
what is still to be removed.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.clock import as_utc
from monitor.errors import StoreError
from monitor.store.archive import NAME, Archive, fsync
from monitor.store.schema import case_state, evidence, fact, finding

_SUPERSEDED = "superseded:"
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Body:
    """A row of evidence whose body lies in an archive file."""

    id: int
    sha256: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file without what was let go: its name (None: nothing stays), and where each body is."""

    old: str
    old_size: int
    new: str | None
    new_size: int
    offsets: Mapping[int, int]

    def stands(self, folder: Path) -> bool:
        """Return whether the new file is there; another process may have thought it left over."""
        path = folder / (self.new or "")
        return self.new is None or (path.is_file() and path.stat().st_size == self.new_size)


async def old_files(connection: AsyncConnection, before: datetime) -> list[str]:
    """Return the archive files whose whole month lies before a time; only those are let go of.

    Nothing is appended to them any more, but by imports and by a clock that was set back.
    """
    rows = await connection.execute(
        sa.select(evidence.c.file).where(evidence.c.file.is_not(None)).distinct()
    )
    first = f"{before.astimezone(UTC):%Y-%m}"  # the month that `before` is in stays
    names = [str(name) for name in rows.scalars()]
    return sorted(n for n in names if (m := NAME.fullmatch(n)) and m["month"] < first)


async def bodies(connection: AsyncConnection, file: str) -> list[Body]:
    """Return the rows whose bodies lie in a file, in the order that they lie there."""
    rows = await connection.execute(
        sa.select(evidence.c.id, evidence.c.sha256, evidence.c.offset, evidence.c.length)
        .where(evidence.c.file == file)
        .order_by(evidence.c.offset, evidence.c.id)
    )
    return [Body(row.id, row.sha256, row.offset, row.length) for row in rows]


# What a finding rests on, or may come to rest on when rules change: posts that say something, wait
# to be judged, were edited or deleted; every change of a profile; every absence.
_RESTED_ON = """
SELECT e.id FROM evidence AS e WHERE e.file = :file AND e.id IN (
    SELECT p.evidence FROM verdict AS v JOIN post AS p USING (channel, id)
    UNION SELECT p.evidence FROM unjudged AS u JOIN post AS p USING (channel, id)
    UNION SELECT p.evidence FROM post_revision AS r JOIN post AS p USING (channel, id)
    UNION SELECT evidence FROM post_revision
    UNION SELECT evidence FROM post WHERE deleted_at IS NOT NULL
    UNION SELECT evidence FROM profile
    UNION SELECT evidence FROM probe WHERE state NOT IN ('ok', 'unreachable')
    UNION SELECT p.evidence FROM review AS r JOIN post AS p
        ON p.id = CAST(r.first AS INTEGER) AND p.channel = coalesce(r.channel, p.channel)
)
"""
_OF_POST = sa.text(
    "SELECT p.evidence FROM post AS p JOIN channel AS c ON c.key = p.channel"
    " WHERE c.folded = :name AND p.id = :id AND p.evidence IS NOT NULL"
)
_OF_COUNTS = sa.text(
    "SELECT s.evidence FROM subscriber_count AS s JOIN channel AS c ON c.key = s.channel"
    " WHERE c.folded = :name AND s.at BETWEEN :first AND :last AND s.evidence IS NOT NULL"
)


async def cited(connection: AsyncConnection, file: str, told: frozenset[str]) -> frozenset[int]:
    """Return the ids of a file's rows whose bodies must stay.

    Those that a finding, a case, a review or one of the digests `told` (of kept reports) cites,
    and those that a finding may yet come to cite.
    """
    rows = await connection.execute(sa.text(_RESTED_ON), {"file": file})
    stay = {int(i) for i in rows.scalars()}
    digests = set(told)
    for column in (finding.c.body, case_state.c.body):
        for text in (await connection.execute(sa.select(column))).scalars():
            digests.update(_DIGEST.findall(str(text)))
    found = await connection.execute(sa.select(finding.c.channel, finding.c.kind, finding.c.body))
    for channel, kind, text in found.all():
        if channel is not None:
            body = json.loads(text)
            name = str(channel).casefold()
            for entry in body["evidence"]:
                # Where there is a digest, that holds it already.
                if entry.get("post_id") is not None and not entry.get("sha256"):
                    values = {"name": name, "id": entry["post_id"]}
                    stay.update((await connection.execute(_OF_POST, values)).scalars())
            if str(kind).startswith(("subscriber", "undetermined")):
                span = _span(body)
                if span is not None:
                    values = {"name": name, "first": span[0], "last": span[1]}
                    stay.update((await connection.execute(_OF_COUNTS, values)).scalars())
    known = await connection.execute(
        sa.select(evidence.c.id, evidence.c.sha256).where(evidence.c.file == file)
    )
    return frozenset(row.id for row in known if row.id in stay or row.sha256 in digests)


def _span(body: Mapping[str, object]) -> tuple[int, int] | None:
    """Return between which times, a day wider, the counts lie that a change was read from."""
    details = body.get("details")
    told = details if isinstance(details, dict) else {}
    times = []
    for text in (body.get("at"), told.get("started_at"), told.get("ended_at")):
        if isinstance(text, str):
            try:
                times.append(int(as_utc(text).timestamp()))
            except ValueError:
                continue
    return (min(times) - _DAY_S, max(times) + _DAY_S) if times else None


def digests_in(folder: Path) -> frozenset[str]:
    """Return every SHA-256 that a kept report cites: all of its tables, summaries and pages.

    Raises:
        StoreError: a report cannot be read, so that what it cites is not known.
    """
    found: set[str] = set()
    if not os.path.lexists(folder):
        return frozenset()
    try:
        for path in _inside(folder):
            with path.open(encoding="utf-8", errors="replace") as lines:
                found.update(digest for line in lines for digest in _DIGEST.findall(line))
    except OSError as error:
        raise StoreError(
            f"the reports in {folder} cannot be read ({error}), so nothing is let go; mend that"
        ) from error
    return frozenset(found)


def _inside(folder: Path) -> Iterator[Path]:
    """Yield what may cite; what cannot be looked into is an error, where `rglob` passes it over."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from _inside(path)
        elif path.suffix in {".json", ".csv", ".html"} and path.is_file():
            yield path


def rewrite(archive: Archive, file: str, every: Sequence[Body], stay: frozenset[int]) -> Rewritten:
    """Write what stays of a file to a new one, synced; the old one is left as it is.

    Each body that stays is read and held against its row first: what is damaged is not passed on.

    Raises:
        StoreError: the disk is full, or what stays is damaged; then nothing was changed.
    """
    old = archive.folder / file
    end = max((body.offset + body.length for body in every), default=0)
    kept = [body for body in every if body.id in stay]
    for body in kept:
        if archive.digest(file, body.offset) != body.sha256:
            raise StoreError(f"{file} at {body.offset}: is not the body that its row names")
    new = _next_name(archive.folder, file)
    part = archive.folder / f"{new}.new"
    try:
        offsets: dict[int, int] = {}
        placed: dict[int, int] = {}
        with old.open("rb") as source, part.open("wb") as target:
            for body in kept:
                if body.offset not in placed:
                    source.seek(body.offset)
                    placed[body.offset] = target.tell()
                    target.write(source.read(body.length))
                offsets[body.id] = placed[body.offset]
            target.flush()
            written = target.tell()
            size = _settled(old, part, end)
        if not kept:
            part.unlink()
            return Rewritten(file, size, None, 0, {})
        fsync(part)
        part.rename(archive.folder / new)
        fsync(archive.folder)
    except OSError as error:
        raise StoreError(
            f"{old} cannot be written anew ({error}); nothing was let go; check space and rights"
        ) from error
    return Rewritten(file, size, new, written, offsets)


def _settled(old: Path, made_now: Path, end: int) -> int:
    """Return a file's size, once it is sure that no transaction is about to point behind `end`.

    What lies there without a row is being committed, or was left by a kill a day ago and longer.
    """
    told = old.stat()
    if told.st_size > end and made_now.stat().st_mtime - told.st_mtime < _DAY_S:
        made_now.unlink()
        raise StoreError(f"{old.name}: is being written to; it is gone through next time")
    return told.st_size


def _next_name(folder: Path, file: str) -> str:
    named = NAME.fullmatch(file)
    month = named["month"] if named else ""
    made = [
        int(found["made"] or 0)
        for path in folder.glob(f"telegram-{month}*.warc.gz")
        if (found := NAME.fullmatch(path.name))
    ]
    return f"telegram-{month}-r{max(made, default=0) + 1}.warc.gz"


async def move(connection: AsyncConnection, done: Rewritten, every: Iterable[Body]) -> None:
    """Let the rows of a file point to the new one, or nowhere, and note that the old one is done.

    All in the transaction of `connection`.
    """
    for body in every:
        stays = body.id in done.offsets
        await connection.execute(
            evidence.update()
            .where(evidence.c.id == body.id)
            .values(
                file=done.new if stays else None, offset=done.offsets[body.id] if stays else None
            )
        )
    statement = insert(fact).values(name=f"{_SUPERSEDED}{done.old}", value=done.old_size)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"value": statement.excluded.value}
        )
    )


async def superseded(connection: AsyncConnection) -> dict[str, int]:
    """Return the files whose place another took, and the size that each had then."""
    rows = await connection.execute(
        sa.select(fact.c.name, fact.c.value).where(fact.c.name.startswith(_SUPERSEDED))
    )
    return {str(row.name).removeprefix(_SUPERSEDED): int(row.value) for row in rows}


async def forget(connection: AsyncConnection, file: str) -> None:
    """Note that nothing of a superseded file is left to do."""
    await connection.execute(fact.delete().where(fact.c.name == f"{_SUPERSEDED}{file}"))


async def leftovers(connection: AsyncConnection, archive: Archive) -> dict[str, int]:
    """Return the files that nobody needs, and their sizes: superseded ones, and new ones of a kill.

    A file that a row points into is never among them. Only files that `rewrite` made, or whose
    place was taken, are: whatever else lies there without a row stays.
    """
    rows = await connection.execute(
        sa.select(evidence.c.file).where(evidence.c.file.is_not(None)).distinct()
    )
    needed = set(rows.scalars())
    found = {
        name: size
        for name, size in (await superseded(connection)).items()
        if name not in needed and NAME.fullmatch(name)
    }
    for path in archive.folder.glob("telegram-*"):
        named = NAME.fullmatch(path.name.removesuffix(".new"))
        if named and named["made"] and path.name not in needed:
            found.setdefault(path.name, path.stat().st_size)
    return found
