"""Bring a database to this program's schema, or say why it cannot be used as it is."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from monitor.errors import StoreError

_MIGRATIONS = Path(__file__).parent / "migrations"
_STEP = re.compile(r"v(\d{4})_\w+\.py")


def known() -> list[str]:
    """Return the names of the migrations that this program knows, oldest first.

    Read from their files' names; Alembic, which takes a tenth of a second to load, is needed only
    to run them.
    """
    files = (_MIGRATIONS / "versions").iterdir()
    return sorted(step[1] for file in files if (step := _STEP.fullmatch(file.name)))


def head() -> str:
    """Return the name of the newest migration that this program knows."""
    return known()[-1]


def check(path: Path) -> str | None:
    """Return the schema's version in a file, None where there is no database yet.

    Raises:
        StoreError: the file is not a database, is damaged, or cannot be read.
    """
    try:
        if not path.exists() or path.stat().st_size == 0:
            return None
        # Never opened but by SQLite: closing such a file ends the locks of all connections that
        # this process has to it, and the next reader elsewhere then throws their log away
        # (sqlite.org/howtocorrupt.html, 2.2).
        with closing(sqlite3.connect(path)) as raw:
            tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
            version = None
            if "alembic_version" in tables:
                row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
                version = row and str(row[0])
    except (sqlite3.DatabaseError, OSError) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            msg = f"{path} is not a SQLite database; name another with --database"
            raise StoreError(msg) from None
        msg = (
            f"the database {path} cannot be read: {error}; check its folder (SQLite writes beside "
            "it even to read) and the disk, or restore it from a backup"
        )
        raise StoreError(msg) from error
    if version is None and tables:
        msg = f"{path} is a database of another program; name another with --database"
        raise StoreError(msg)
    return version


def require_current(path: Path) -> None:
    """Refuse a database whose schema is older or newer than this program's.

    Raises:
        StoreError: with what to do about it.
    """
    version = check(path)
    if version == head():
        return
    if version is None:
        msg = f"there is no database at {path}; make one with `collect`, `import` or `migrate`"
    elif version in known():
        msg = (
            f"the database {path} has the older schema {version} (this program's is {head()}); "
            "make a copy of it, then run `channel-monitor migrate`"
        )
    else:
        msg = (
            f"the database {path} has the schema {version}, which this program does not know "
            f"(its newest is {head()}); install a newer channel-migration-monitor"
        )
    raise StoreError(msg)


def migrate(path: Path) -> tuple[str | None, str]:
    """Make a database, or bring an older one up to date; return the versions before and after.

    Raises:
        StoreError: it is newer than this program, not a database, or cannot be written.
    """
    before = check(path)
    if before is not None and before not in known():
        require_current(path)
    # A new one is made beside and then renamed: killed in between, it leaves no half a schema.
    target = path if before is not None else path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if before is None:
            for left in (target, Path(f"{target}-wal"), Path(f"{target}-shm")):
                left.unlink(missing_ok=True)
        # Set outside a transaction and for good: write-ahead logging lets readers read on.
        with closing(sqlite3.connect(target)) as raw:
            raw.execute("PRAGMA journal_mode=WAL")
        _upgrade(target)
        if before is None:
            target.replace(path)
    except (sa.exc.DatabaseError, sqlite3.DatabaseError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        msg = f"the database {path} cannot be made or migrated: {cause}; check folder and disk"
        raise StoreError(msg) from error
    return before, head()


def _upgrade(path: Path) -> None:
    from alembic import command  # noqa: PLC0415 - see known()
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    # A path with % in it is not an interpolation, and one with a space is not two paths.
    config.set_main_option("path_separator", "newline")
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), poolclass=sa.NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
