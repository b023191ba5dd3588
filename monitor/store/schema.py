"""The tables. Times are whole seconds since 1970 UTC; JSON is text. Changed only by a migration.

Facts are kept as first seen and superseded, never overwritten unseen: an edited text goes to
`post_revision`, earlier views to `post_views`. `verdict`, `judged` and `unjudged` stand between
facts and conclusions; `finding` and `case_state` are conclusions. Both can be thrown away.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

channel = Table(
    "channel",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("telegram_id", Integer, unique=True),
    Column("username", Text, nullable=False),
    Column("folded", Text, nullable=False),
    # False once another channel has taken the name.
    Column("holds_name", Boolean, nullable=False, default=True),
    # When it was last seen under its name; an older page cannot take a name back.
    Column("named_at", Integer, nullable=False, default=0),
)
Index("channel_by_name", channel.c.folded, channel.c.holds_name)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("source", Text, nullable=False),  # an address, or a file's name
    Column("at", Integer, nullable=False),
    # Where the archive holds the body; null for imported tables of rows. Where it was let go,
    # only `length` stays.
    Column("file", Text),
    Column("offset", Integer),
    Column("length", Integer),
    UniqueConstraint("sha256", "source", "at"),
)

post = Table(
    "post",
    metadata,
    Column("channel", Integer, ForeignKey("channel.key"), primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("links", Text),
    Column("edited", Boolean, nullable=False),
    Column("edited_at", Integer),
    Column("forwarded_from", Text),
    Column("reply_to", Integer),
    Column("album", Text),
    Column("media", Text),
    Column("poll", Text),
    Column("service", Text),
    Column("author", Text),
    Column("forwards", Integer),
    Column("views_low", Integer),
    Column("views_high", Integer),
    Column("views_at", Integer),
    Column("reactions", Integer),
    # When its deletion was noticed; the row stays.
    Column("deleted_at", Integer),
    Column("first_seen", Integer, nullable=False),
    Column("observed_at", Integer, nullable=False),  # of the version in this row
    Column("evidence", Integer, ForeignKey("evidence.id")),
)

# All that the shape of a channel's life needs, without its words: read instead of the rows.
Index(
    "post_timeline",
    post.c.channel,
    post.c.id,
    post.c.at,
    post.c.service,
    post.c.observed_at,
)
Index("post_deleted", post.c.channel, post.c.id, sqlite_where=post.c.deleted_at.is_not(None))

post_revision = Table(
    "post_revision",
    metadata,
    Column("channel", Integer, ForeignKey("channel.key"), primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("observed_at", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("links", Text),
    Column("edited_at", Integer),
    Column("evidence", Integer, ForeignKey("evidence.id")),
)

post_views = Table(
    "post_views",
    metadata,
    Column("channel", Integer, ForeignKey("channel.key"), primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("at", Integer, primary_key=True),
    Column("low", Integer, nullable=False),
    Column("high", Integer, nullable=False),
    Column("forwards", Integer),
    Column("reactions", Integer),
)

subscriber_count = Table(
    "subscriber_count",
    metadata,
    Column("channel", Integer, ForeignKey("channel.key"), primary_key=True),
    Column("at", Integer, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("low", Integer, nullable=False),
    Column("high", Integer, nullable=False),
    Column("max_post_id", Integer),
    Column("title", Text),
    Column("evidence", Integer, ForeignKey("evidence.id")),
)

probe = Table(
    "probe",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", Integer, ForeignKey("channel.key"), nullable=False),
    Column("at", Integer, nullable=False),
    Column("route", Text, nullable=False),
    Column("state", Text),
    Column("covers_from", Integer),
    Column("covers_to", Integer),
    Column("detail", Text, nullable=False, default=""),
    Column("evidence", Integer, ForeignKey("evidence.id")),
)
Index("probe_by_channel", probe.c.channel, probe.c.at)

profile = Table(
    "profile",
    metadata,
    Column("channel", Integer, ForeignKey("channel.key"), primary_key=True),
    Column("at", Integer, primary_key=True),
    Column("username", Text, nullable=False),
    Column("title", Text),
    Column("about", Text),
    Column("verified", Boolean),
    Column("evidence", Integer, ForeignKey("evidence.id")),
    # What only an account is told: pinned post, discussion group, why it is restricted, and the
    # group that it was made from.
    Column("pinned_id", Integer),
    Column("linked_chat", Integer),
    Column("restriction", Text),
    Column("migrated_from", Integer),
)

# What each post says, as far as it says anything: made from the posts by the rules, kept so that
# only what changed is judged again. `at` is the post's time; `before` the label of its oldest
# version, where it was edited.
verdict = Table(
    "verdict",
    metadata,
    Column("channel", Integer, ForeignKey("channel.key", ondelete="CASCADE"), primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("before", Text),
)

# By what the verdicts of a channel were made: rules, lexicons, and who is speaking.
judged = Table(
    "judged",
    metadata,
    Column("channel", Integer, ForeignKey("channel.key", ondelete="CASCADE"), primary_key=True),
    Column("basis", Text, nullable=False),
)

# Posts whose verdict is missing or old. Triggers on `post` and `post_revision` write it (migration
# 0003), so that nothing that writes posts can forget to.
unjudged = Table(
    "unjudged",
    metadata,
    Column("channel", Integer, primary_key=True),
    Column("id", Integer, primary_key=True),
    sqlite_with_rowid=False,
)

finding = Table(
    "finding",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text),
    Column("kind", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("body", Text, nullable=False),
)
Index("finding_by_time", finding.c.at)

case_state = Table(
    "case_state",
    metadata,
    Column("channel", Text, nullable=False),
    Column("position", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)

# What people decided about findings; never changed, only followed by a later decision. `kind` and
# `first` say on which of a channel's findings (null: of no one channel), whatever its name is now;
# the rest is what was seen when it was decided.
review = Table(
    "review",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", Integer, ForeignKey("channel.key")),
    Column("kind", Text, nullable=False),
    Column("first", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("username", Text),
    Column("rule", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("decision", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("decided_at", Integer, nullable=False),
)

fact = Table(
    "fact",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Float, nullable=False),
)
"""Counters: `version` rises with every change of the facts; `judged_version`, `judged_at`.

`superseded:FILE` is the size of an archive file whose place another took and that is to be removed
still; `sample:NAME` marks a database that a bundled reconstruction was replayed into.
"""
