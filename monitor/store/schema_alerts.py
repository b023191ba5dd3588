"""The outbox's table; see schema.py for the form. Changed only by a migration."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, UniqueConstraint

from monitor.store.schema import metadata

# What goes to whom: one entry a finding and target, for ever, found again as a review is (by
# `channel`, `kind`, `first`). A digest is an entry of its own: kind "digest", `first` its day.
# `state` is waiting, delivered, failed (given up), withdrawn (no longer true before it was sent) or
# digested.
alert = Table(
    "alert",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("target", Text, nullable=False),
    # A channel's key, 0 for what is of no one channel: nulls would not be the same.
    Column("channel", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("first", Text, nullable=False),
    Column("message", Text, nullable=False),  # its id in every attempt
    Column("body", Text, nullable=False),
    Column("digest", Boolean, nullable=False),  # waits for the day's digest
    Column("state", Text, nullable=False),
    Column("entered_at", Integer, nullable=False),
    Column("due_at", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried_at", Integer),  # the first time
    Column("done_at", Integer),
    Column("error", Text),
    UniqueConstraint("target", "channel", "kind", "first"),
)
Index("alert_open", alert.c.state, alert.c.target)
