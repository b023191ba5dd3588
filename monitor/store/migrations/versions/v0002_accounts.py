"""What accounts need: who asks, what was read, what must wait; deletions and reactions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_COLUMNS: dict[str, dict[str, sa.Integer | sa.Text]] = {
    "post": {"reactions": sa.Integer(), "deleted_at": sa.Integer()},
    "post_views": {"forwards": sa.Integer(), "reactions": sa.Integer()},
    "profile": {
        "pinned_id": sa.Integer(),
        "linked_chat": sa.Integer(),
        "restriction": sa.Text(),
        "migrated_from": sa.Integer(),
    },
    "visit": {
        "account": sa.Text(),
        "due_at": sa.Integer(),
        "full_at": sa.Integer(),
        "reread_at": sa.Integer(),
    },
}


def upgrade() -> None:
    """Add the columns and tables."""
    for table, columns in _COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "read_range",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["channel.key"]),
        sa.PrimaryKeyConstraint("channel", "low"),
    )
    op.create_table(
        "account_peer",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("telegram_id", sa.Integer(), nullable=False),
        sa.Column("access_hash", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "folded"),
    )
    op.create_table(
        "account_state",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.create_table(
        "request_hold",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "method"),
    )
    op.create_table(
        "request_count",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("floods", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "account", "method"),
    )
