"""The last judgement, kept so that listing it costs nothing; thrown away by the next one."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.model import Json
from monitor.store.schema import case_state, fact, finding


async def replace(
    connection: AsyncConnection,
    *,
    findings: Sequence[Mapping[str, Json]],
    cases: Sequence[Mapping[str, Json]],
    judged_at: datetime,
    basis: int = 0,
    version: float | None = None,
) -> None:
    """Store findings and cases, in their JSON form, in place of the earlier ones.

    `basis` is a number for what they were judged by, beside the facts; `version` that of the facts
    (`facts_version`) if they may have changed since, None for those of now.
    """
    await connection.execute(finding.delete())
    await connection.execute(case_state.delete())
    # Two channels that had one name in turn may say the same of it: told twice, it is one finding.
    findings = list({str(f["id"]): f for f in findings}.values())
    if findings:
        await connection.execute(
            finding.insert(),
            [
                {
                    "id": f["id"], "channel": f["channel"], "kind": f["kind"],
                    "at": int(datetime.fromisoformat(str(f["at"])).timestamp()),
                    "body": json.dumps(f, ensure_ascii=False),
                }
                for f in findings
            ],
        )  # fmt: skip
    if cases:
        await connection.execute(
            case_state.insert(),
            [
                {
                    "position": n, "channel": case["channel"],
                    "body": json.dumps(case, ensure_ascii=False),
                }
                for n, case in enumerate(cases)
            ],
        )  # fmt: skip
    if version is None:
        version = await facts_version(connection)
    made = (
        ("judged_version", version),
        ("judged_at", judged_at.timestamp()),
        ("judged_basis", basis),
    )
    for name, value in made:
        statement = insert(fact).values(name=name, value=value)
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"value": statement.excluded.value}
            )
        )


async def judged_at(connection: AsyncConnection, basis: int = 0) -> datetime | None:
    """Return when the kept judgement was made; None if never, by other rules or of other facts."""
    at = await _fact(connection, "judged_at")
    if at is None or await _fact(connection, "judged_basis") != basis:
        return None
    if await _fact(connection, "judged_version") != await facts_version(connection):
        return None
    return datetime.fromtimestamp(at, UTC)


async def read(
    connection: AsyncConnection,
) -> tuple[list[dict[str, Json]], list[dict[str, Json]]]:
    """Return the stored findings, oldest first, and cases, in their JSON form."""
    found = await connection.execute(sa.select(finding.c.body).order_by(finding.c.at, finding.c.id))
    return [json.loads(row.body) for row in found], await cases(connection)


async def cases(connection: AsyncConnection) -> list[dict[str, Json]]:
    """Return the stored cases alone, in their JSON form."""
    found = await connection.execute(sa.select(case_state.c.body).order_by(case_state.c.position))
    return [json.loads(row.body) for row in found]


async def facts_version(connection: AsyncConnection) -> float:
    """Return a number that rises with every change of the facts."""
    return await _fact(connection, "version") or 0.0


async def _fact(connection: AsyncConnection, name: str) -> float | None:
    row = (await connection.execute(sa.select(fact.c.value).where(fact.c.name == name))).first()
    return None if row is None else float(row.value)


_SAMPLE = "sample:"


async def mark_sample(connection: AsyncConnection, name: str) -> None:
    """Note that a bundled reconstruction was replayed into this database."""
    await connection.execute(
        insert(fact).values(name=f"{_SAMPLE}{name}", value=1).on_conflict_do_nothing()
    )


async def samples(connection: AsyncConnection) -> list[str]:
    """Return the names of the reconstructions that were replayed into this database."""
    rows = await connection.execute(
        sa.select(fact.c.name).where(fact.c.name.startswith(_SAMPLE)).order_by(fact.c.name)
    )
    return [str(name).removeprefix(_SAMPLE) for name in rows.scalars()]
