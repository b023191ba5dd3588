"""Read the store, conclude, and write all of it as tables for other people's tools."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor import __version__
from monitor.clock import as_rfc3339, as_utc
from monitor.config import Settings
from monitor.errors import BadUsage
from monitor.jobs.judging import concluded
from monitor.model import Channel, Json
from monitor.report import exported, publishing_exports
from monitor.report.export import Row, Writer, open_writer
from monitor.report.exported import TABLES, Table
from monitor.samples import loading
from monitor.store import channels, conclusions, exports
from monitor.store.database import Connection, Database
from monitor.store.exports import Span

_FACTS: Mapping[str, Callable[[Connection, Iterable[Channel], Span], AsyncIterator[Row]]] = {
    "posts": exports.posts,
    "post_revisions": exports.revisions,
    "post_views": exports.views,
    "counts": exports.counts,
    "profiles": exports.profiles,
    "probes": exports.probes,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported: the format, and which channel and times; None is all."""

    kind: str
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export: its manifest, the rows of each table, and what a reader must know."""

    manifest: Path
    rows: Mapping[str, int]
    warnings: tuple[str, ...]


async def export(
    database: Database,
    settings: Settings,
    out: Path,
    wanted: Wanted,
    *,
    now: datetime,
    asked_for_now: bool = False,
) -> Exported:
    """Write all tables as of a time into a folder; only reads the database.

    An earlier export there of the same format is replaced, once the new one is complete.

    Raises:
        BadUsage: the folder holds something else, or the channel is not stored.
        MonitorError: the folder cannot be written, or another export is writing into it.
    """
    names = {table.name: _target(table, wanted.kind) for table in TABLES}
    publishing_exports.refuse_foreign(out, wanted.kind, list(names.values()))
    findings, cases, _ = await concluded(database, settings, now, asked_for_now=asked_for_now)
    told = _conclusions(findings, cases, wanted)
    # One transaction: all facts are of one moment, whatever is written meanwhile.
    async with database.look() as connection:
        chosen = await _chosen(connection, wanted)
        with publishing_exports.preparing(out) as scratch:
            made = scratch / "made"
            made.mkdir()
            span = Span(now, wanted.since, wanted.until)
            rows: dict[str, int] = {}
            for table in TABLES:
                facts = _FACTS.get(table.name)
                source = facts(connection, chosen, span) if facts else _each(told[table.name])
                rows[table.name] = await _write(
                    source, open_writer(wanted.kind, table, made, scratch)
                )
            warnings = await _warnings(connection)
            manifest: dict[str, Json] = {
                "program": publishing_exports.PROGRAM,
                "version": __version__,
                "format": wanted.kind,
                "at": as_rfc3339(now),
                "since": as_rfc3339(wanted.since) if wanted.since else None,
                "until": as_rfc3339(wanted.until) if wanted.until else None,
                "channels": [channel.username for channel in chosen],
                "warnings": list[Json](warnings),
                "tables": {
                    table.name: {
                        "says": table.says,
                        "rows": rows[table.name],
                        "files": publishing_exports.files_of(made, names[table.name]),
                    }
                    for table in TABLES
                },
            }
            path = publishing_exports.put_in_place(made, out, list(names.values()), manifest)
    return Exported(path, rows, warnings)


async def _write(rows: AsyncIterator[Row], writer: Writer) -> int:
    count = 0
    try:
        async for row in rows:
            writer.add(row)
            count += 1
    except BaseException:
        writer.abandon()
        raise
    writer.close()
    return count


async def _each(rows: Iterable[Row]) -> AsyncIterator[Row]:
    for row in rows:
        yield row


def _target(table: Table, kind: str) -> str:
    return table.name if kind == "parquet" else f"{table.name}.{kind}"


async def _chosen(connection: Connection, wanted: Wanted) -> list[Channel]:
    stored = await channels.everyone(connection)
    if wanted.channel is None:
        return stored
    name = wanted.channel.removeprefix("@").casefold()
    found = [channel for channel in stored if channel.username.casefold() == name]
    if not found:
        raise BadUsage(f"--channel: {wanted.channel!r} is not stored; `cases` lists who is")
    return found


async def _warnings(connection: Connection) -> tuple[str, ...]:
    """Say what a reader must know first: that something in here is no capture of Telegram."""
    return tuple(
        loading.read_sources(name).notice
        for name in await conclusions.samples(connection)
        if name in loading.names()
    )


def _conclusions(
    findings: Iterable[Mapping[str, Json]], cases: Iterable[Mapping[str, Json]], wanted: Wanted
) -> dict[str, list[Row]]:
    """Return the rows of findings, cases and destinations; only findings have a time to choose."""
    of_cases = [case for case in cases if _is_of(case, wanted)]
    return {
        exported.FINDINGS.name: [
            _as_finding(finding)
            for finding in findings
            if _is_of(finding, wanted)
            and (wanted.since is None or as_utc(str(finding["at"])) >= wanted.since)
            and (wanted.until is None or as_utc(str(finding["at"])) < wanted.until)
        ],
        exported.CASES.name: [_as_case(case) for case in of_cases],
        exported.DESTINATIONS.name: [
            {
                "channel": case["channel"],
                "platform": place["platform"],
                "handle": place["handle"],
                "first_seen": _seconds(place["first_seen"]),
            }
            for case in of_cases
            for place in _objects(case["destinations"])
        ],
    }


def _is_of(form: Mapping[str, Json], wanted: Wanted) -> bool:
    if wanted.channel is None:
        return True
    return str(form["channel"] or "").casefold() == wanted.channel.removeprefix("@").casefold()


def _as_finding(form: Mapping[str, Json]) -> Row:
    review = form["review"]
    decided = review if isinstance(review, dict) else {}
    return {
        **form,
        "at": _seconds(form["at"]),
        "review": decided.get("decision"),
        "review_note": decided.get("note"),
    }


def _as_case(form: Mapping[str, Json]) -> Row:
    notice, change = form["notice"], form["subscribers"]
    counted = change if isinstance(change, dict) else {}
    return {
        **form,
        "since": _seconds(form["since"]),
        "last_post_at": _seconds(form["last_post_at"]),
        "notice": notice["id"] if isinstance(notice, dict) else None,
        "subscribers_before": counted.get("before"),
        "subscribers_after": counted.get("after"),
        "subscribers_change_pct": counted.get("change_pct"),
    }


def _seconds(text: Json) -> int | None:
    return int(as_utc(text).timestamp()) if isinstance(text, str) else None


def _objects(value: Json) -> Collection[Mapping[str, Json]]:
    return [x for x in value if isinstance(x, dict)] if isinstance(value, list) else []
