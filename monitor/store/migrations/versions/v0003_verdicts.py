"""What posts say is kept, and which posts wait to be judged; a channel's life without its words."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_JUDGED = ("channel", "id", "at", "text", "links", "forwarded_from", "service")
"""The columns of a post that a verdict depends on, or is found by."""

_WAITS = "INSERT OR IGNORE INTO unjudged (channel, id) VALUES (new.channel, new.id);"
"""An explicit OR of the outer statement would count instead: IGNORE and REPLACE do as well."""
_FORGOTTEN = """
    DELETE FROM unjudged WHERE channel = old.channel AND id = old.id;
    DELETE FROM verdict WHERE channel = old.channel AND id = old.id;
"""
_CHANGED = " OR ".join(f"old.{name} IS NOT new.{name}" for name in _JUDGED)
_MOVED = "old.channel IS NOT new.channel OR old.id IS NOT new.id"
_NAMES = ", ".join(_JUDGED)

_EVENTS = {
    "post_added": ("INSERT ON post", _WAITS),
    "post_changed": (f"UPDATE OF {_NAMES} ON post WHEN {_CHANGED}", _WAITS),
    "post_moved": (f"UPDATE OF channel, id ON post WHEN {_MOVED}", _FORGOTTEN),
    "post_removed": ("DELETE ON post", _FORGOTTEN),
    "revision_added": ("INSERT ON post_revision", _WAITS),
    "revision_changed": ("UPDATE ON post_revision", _WAITS),
}


def upgrade() -> None:
    """Add tables, indexes and triggers; every channel is judged whole the next time."""
    op.create_table(
        "verdict",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["channel"], ["channel.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("channel", "id"),
    )
    op.create_table(
        "judged",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["channel.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "unjudged",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("post_timeline", "post", ["channel", "id", "at", "service", "observed_at"])
    op.create_index(
        "post_deleted", "post", ["channel", "id"], sqlite_where=sa.text("deleted_at IS NOT NULL")
    )
    for name, (event, steps) in _EVENTS.items():
        op.execute(f"CREATE TRIGGER {name} AFTER {event} BEGIN {steps} END")
