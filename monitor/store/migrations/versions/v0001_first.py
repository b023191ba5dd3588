"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "case_state",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_table(
        "channel",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("telegram_id", sa.Integer(), nullable=True),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("holds_name", sa.Boolean(), nullable=False),
        sa.Column("named_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("telegram_id"),
    )
    op.create_index("channel_by_name", "channel", ["folded", "holds_name"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("offset", sa.Integer(), nullable=True),
        sa.Column("length", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256", "source", "at"),
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("finding_by_time", "finding", ["at"], unique=False)
    op.create_table(
        "visit",
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("last_at", sa.Integer(), nullable=True),
        sa.Column("last_success", sa.Integer(), nullable=True),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("bottom", sa.Integer(), nullable=True),
        sa.Column("top", sa.Integer(), nullable=True),
        sa.Column("pending_top", sa.Integer(), nullable=True),
        sa.Column("pending_low", sa.Integer(), nullable=True),
        sa.Column("back_until", sa.Integer(), nullable=True),
        sa.Column("telegram_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("folded", "route"),
    )
    op.create_table(
        "post",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("links", sa.Text(), nullable=True),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("edited_at", sa.Integer(), nullable=True),
        sa.Column("forwarded_from", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Integer(), nullable=True),
        sa.Column("album", sa.Text(), nullable=True),
        sa.Column("media", sa.Text(), nullable=True),
        sa.Column("poll", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("forwards", sa.Integer(), nullable=True),
        sa.Column("views_low", sa.Integer(), nullable=True),
        sa.Column("views_high", sa.Integer(), nullable=True),
        sa.Column("views_at", sa.Integer(), nullable=True),
        sa.Column("first_seen", sa.Integer(), nullable=False),
        sa.Column("observed_at", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["channel.key"],
        ),
        sa.ForeignKeyConstraint(
            ["evidence"],
            ["evidence.id"],
        ),
        sa.PrimaryKeyConstraint("channel", "id"),
    )
    op.create_table(
        "post_revision",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("observed_at", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("links", sa.Text(), nullable=True),
        sa.Column("edited_at", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["channel.key"],
        ),
        sa.ForeignKeyConstraint(
            ["evidence"],
            ["evidence.id"],
        ),
        sa.PrimaryKeyConstraint("channel", "id", "observed_at"),
    )
    op.create_table(
        "post_views",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["channel.key"],
        ),
        sa.PrimaryKeyConstraint("channel", "id", "at"),
    )
    op.create_table(
        "probe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("covers_from", sa.Integer(), nullable=True),
        sa.Column("covers_to", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["channel.key"],
        ),
        sa.ForeignKeyConstraint(
            ["evidence"],
            ["evidence.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("probe_by_channel", "probe", ["channel", "at"], unique=False)
    op.create_table(
        "profile",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=True),
        sa.Column("evidence", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["channel.key"],
        ),
        sa.ForeignKeyConstraint(
            ["evidence"],
            ["evidence.id"],
        ),
        sa.PrimaryKeyConstraint("channel", "at"),
    )
    op.create_table(
        "subscriber_count",
        sa.Column("channel", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("max_post_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel"],
            ["channel.key"],
        ),
        sa.ForeignKeyConstraint(
            ["evidence"],
            ["evidence.id"],
        ),
        sa.PrimaryKeyConstraint("channel", "at", "source"),
    )
