"""What must be true of everything that the service kept, whatever befell it."""

import json
from collections import Counter
from collections.abc import Sequence

from tests.service.world import World


def kept_once(world: World) -> None:
    """Every post of the servers is in the database, once, and the database is whole."""
    assert world.rows("PRAGMA integrity_check") == [("ok",)]
    assert world.stored() == sorted((name, n) for name, ids in world.posts().items() for n in ids)


def reported_once(world: World, weeks: Sequence[str]) -> None:
    """These weeks have a report, no others, and none was written again."""
    folder = world.folder / "reports"
    written = sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name[0] != ".")
    assert written == sorted(weeks)
    for week in weeks:
        told = json.loads((folder / week / "summary.json").read_text(encoding="utf-8"))
        assert told["revision"] == 1, week


def arrived(world: World) -> set[tuple[str, str]]:
    """Return the channels and kinds of the alerts that were delivered by now."""
    rows = world.rows("SELECT body FROM alert WHERE state = 'delivered'")
    found = [json.loads(str(body))["finding"] for (body,) in rows]
    return {(str(one["channel"]), str(one["kind"])) for one in found}


def alerted(world: World, *, kills: int) -> set[tuple[str, str]]:
    """Every alert has one entry and was delivered; again only where a kill left that open.

    Returns channels and kinds.
    """
    rows = world.rows("SELECT message, state, body FROM alert")
    assert {state for _, state, _ in rows} <= {"delivered", "withdrawn"}, rows
    entered = Counter(str(message) for message, _, _ in rows)
    assert set(entered.values()) <= {1}
    taken = Counter(
        got.headers["webhook-id"]
        for place, got in enumerate(world.web.got)
        if place not in world.refused
    )
    assert set(taken) == {str(message) for message, state, _ in rows if state == "delivered"}
    assert sum(taken.values()) - len(taken) <= kills, taken
    found = [json.loads(str(body))["finding"] for _, _, body in rows]
    return {(str(one["channel"]), str(one["kind"])) for one in found}
