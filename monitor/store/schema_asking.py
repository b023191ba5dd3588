"""The tables of asking: when whom, by which account, and how it went; see schema.py for the form.

Changed only by a migration.
"""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, Table, Text

from monitor.store.schema import metadata

# When a configured name is due, and how asking for it went: schedule state is data.
visit = Table(
    "visit",
    metadata,
    Column("folded", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("last_at", Integer),
    Column("last_success", Integer),
    Column("errors", Integer, nullable=False, default=0),
    Column("last_error", Text),
    # Pages were read without a gap from post `bottom` up to post `top`. While newer pages are
    # being read, newest first, `pending_top` is where that began and `pending_low` how far down
    # it has come: after a kill the next pass closes that gap first.
    Column("bottom", Integer),
    Column("top", Integer),
    Column("pending_top", Integer),
    Column("pending_low", Integer),
    # The time down to which the first pass still has to read; null when it has.
    Column("back_until", Integer),
    # Whose pages those were: the name may have passed to another channel since.
    Column("telegram_id", Integer),
    # Accounts only: who asks, when it is due again, when full information and the re-reading of
    # recent posts were last asked for.
    Column("account", Text),
    Column("due_at", Integer),
    Column("full_at", Integer),
    Column("reread_at", Integer),
)

# Stretches of post ids, both ends included, that accounts read without a gap.
read_range = Table(
    "read_range",
    metadata,
    Column("channel", Integer, ForeignKey("channel.key"), primary_key=True),
    Column("low", Integer, primary_key=True),
    Column("high", Integer, nullable=False),
)

# A watched name as one account resolved it; an access hash serves that account alone.
account_peer = Table(
    "account_peer",
    metadata,
    Column("account", Text, primary_key=True),
    Column("folded", Text, primary_key=True),
    Column("telegram_id", Integer, nullable=False),
    Column("access_hash", Integer, nullable=False),
    Column("joined", Boolean, nullable=False),
    Column("at", Integer, nullable=False),
)

# How each account stood when it was last used; nothing here says who it is.
account_state = Table(
    "account_state",
    metadata,
    Column("account", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Column("at", Integer, nullable=False),
)

# Not before when an account may ask something again: flood waits, and the spacing of resolves.
request_hold = Table(
    "request_hold",
    metadata,
    Column("account", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("until", Float, nullable=False),
    Column("reason", Text, nullable=False),
)

request_count = Table(
    "request_count",
    metadata,
    Column("day", Integer, primary_key=True),  # its first second, UTC
    Column("account", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("floods", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
)

# What the service does from time to time: up to where it is done, when it is due again, and how the
# last attempts went.
duty = Table(
    "duty",
    metadata,
    Column("name", Text, primary_key=True),
    Column("done", Text),
    Column("last_success", Integer),
    Column("due_at", Integer),
    Column("errors", Integer, nullable=False, default=0),
    Column("last_error", Text),
)
