"""What must be true of everything that the service kept, whatever befell it."""

import json
from collections.abc import Sequence

from tests.service.world import World


def kept_once(world: World) -> None:
    """Every post of the servers is in the database, once, and the database is whole."""
    assert world.rows("PRAGMA integrity_check") == [("ok",)]
    rows = world.rows(
        "SELECT channel.username, post.id FROM post JOIN channel ON channel.key = post.channel"
        " ORDER BY 1, 2"
    )
    assert rows == sorted((name, n) for name, ids in world.posts().items() for n in ids)


def reported_once(world: World, weeks: Sequence[str]) -> None:
    """These weeks have a report, no others, and none was written again."""
    folder = world.folder / "reports"
    written = sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name[0] != ".")
    assert written == sorted(weeks)
    for week in weeks:
        told = json.loads((folder / week / "summary.json").read_text(encoding="utf-8"))
        assert told["revision"] == 1, week
