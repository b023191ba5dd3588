"""Bring a database to this program's schema, or say why it cannot be used as it is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from monitor.errors import StoreError

_MAGIC = b"SQLite format 3\x00"


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    # A path with % in it is not an interpolation, and one with a space is not two paths.
    config.set_main_option("path_separator", "newline")
    return config


def head() -> str:
    """Return the name of the newest migration that this program knows."""
    found = ScriptDirectory.from_config(_alembic()).get_current_head()
    if found is None:  # pragma: no cover - the package always ships at least one
        msg = "no migrations are installed; install the package again"
        raise StoreError(msg)
    return found


def check(path: Path) -> str | None:
    """Return the schema's version in a file, None where there is no database yet.

    Raises:
        StoreError: the file is not a database, is damaged, or cannot be read.
    """
    try:
        if not path.exists() or path.stat().st_size == 0:
            return None
        with path.open("rb") as file:
            if file.read(16) != _MAGIC:
                msg = f"{path} is not a SQLite database; name another with --database"
                raise StoreError(msg)
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(path)), poolclass=sa.NullPool
        )
        with engine.connect() as connection:
            version = MigrationContext.configure(connection).get_current_revision()
            tables = sa.inspect(connection).get_table_names()
    except (sa.exc.DatabaseError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        msg = (
            f"the database {path} cannot be read: {cause}; check its folder (SQLite writes beside "
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
    known = {step.revision for step in ScriptDirectory.from_config(_alembic()).walk_revisions()}
    if version is None:
        msg = f"there is no database at {path}; make one with `collect`, `import` or `migrate`"
    elif version in known:
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
    known = {step.revision for step in ScriptDirectory.from_config(_alembic()).walk_revisions()}
    if before is not None and before not in known:
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
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(target)), poolclass=sa.NullPool
        )
        with engine.begin() as connection:
            config = _alembic()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        if before is None:
            target.replace(path)
    except (sa.exc.DatabaseError, sqlite3.DatabaseError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        msg = f"the database {path} cannot be made or migrated: {cause}; check folder and disk"
        raise StoreError(msg) from error
    return before, head()
