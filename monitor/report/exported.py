"""The tables of an export and their columns: what each holds, in words, and how it is typed."""

from dataclasses import dataclass
from typing import Literal

Form = Literal["text", "int", "float", "bool", "time", "texts", "ints", "links", "cited", "json"]
"""How a value is written. `time`: seconds since 1970 in, RFC 3339 or a timestamp with zone out;
`links`, `cited`: lists of structures; `json`: any JSON, written as text outside of JSON lines."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    form: Form
    says: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `by` is the time that its Parquet files are laid out by week by, if by any."""

    name: str
    says: str
    by: str | None
    columns: tuple[Column, ...]


_WHO = (
    Column("channel", "text", "The channel's username as of now; it may have had others."),
    Column("telegram_id", "int", "Its numeric id, which stays; missing until one was seen."),
)
_PROOF = Column("sha256", "text", "SHA-256 of the kept body that says so; missing where none was.")

POSTS = Table(
    "posts",
    "Every post, in the version that stood at the time of the export. Deleted ones stay.",
    "at",
    (
        *_WHO,
        Column("id", "int", "The post's number in its channel; orders a channel."),
        Column("at", "time", "When it was posted, as Telegram says."),
        Column("text", "text", "Its words."),
        Column("links", "links", "Its addresses: url, shown (visible, hidden, button), words."),
        Column("edited", "bool", "Whether it is marked, or was seen, as edited."),
        Column("edited_at", "time", "When it was last edited, where Telegram tells."),
        Column("forwarded_from", "text", "The channel it came from, or `person`, never a name."),
        Column("reply_to", "int", "The post that it answers."),
        Column("album", "ints", "The numbers of the posts of its album."),
        Column("media", "texts", "What it shows beside words."),
        Column("poll", "json", "A poll's question and options, as [question, options, quiz]."),
        Column("service", "text", "For service messages, which: created, renamed, pinned ..."),
        Column("author", "text", "The signature, where the channel signs its posts."),
        Column("views_low", "int", "Views, as the page rounds them: at least so many."),
        Column("views_high", "int", "Views: at most so many."),
        Column("views_at", "time", "When the views were seen."),
        Column("forwards", "int", "Forwards, where told."),
        Column("reactions", "int", "Reactions of all sorts, where told."),
        Column("deleted_at", "time", "When it was noticed to be gone; missing while it was not."),
        Column("first_seen", "time", "When we first saw it."),
        Column("observed_at", "time", "Since when this version is known to us."),
        _PROOF,
    ),
)
POST_REVISIONS = Table(
    "post_revisions",
    "What edited posts said before: one row for each superseded version that we saw.",
    "observed_at",
    (
        *_WHO,
        Column("id", "int", "The post's number in its channel."),
        Column("observed_at", "time", "When this version was seen."),
        Column("text", "text", "Its words then."),
        Column("links", "links", "Its addresses then."),
        Column("edited_at", "time", "When that version had been edited, where told."),
        _PROOF,
    ),
)
POST_VIEWS = Table(
    "post_views",
    "Views as they were seen over time, the last ones included.",
    "at",
    (
        *_WHO,
        Column("id", "int", "The post's number in its channel."),
        Column("at", "time", "When they were seen."),
        Column("low", "int", "At least so many."),
        Column("high", "int", "At most so many."),
        Column("forwards", "int", "Forwards, where told."),
        Column("reactions", "int", "Reactions of all sorts, where told."),
    ),
)
COUNTS = Table(
    "counts",
    "Subscribers as they were seen: an interval, for pages round.",
    "at",
    (
        *_WHO,
        Column("at", "time", "When it was seen."),
        Column("source", "text", "Where: feed, landing, telegram, or an imported table."),
        Column("low", "int", "At least so many subscribers."),
        Column("high", "int", "At most so many; equal to low where the count is exact."),
        Column("max_post_id", "int", "The highest post number at that time, where told."),
        Column("title", "text", "The title that stood beside it, where told."),
        _PROOF,
    ),
)
PROFILES = Table(
    "profiles",
    "What a channel says of itself in public, at each change.",
    "at",
    (
        *_WHO,
        Column("at", "time", "Since when, as we saw it."),
        Column("username", "text", "Its username then."),
        Column("title", "text", "Its title."),
        Column("about", "text", "Its description."),
        Column("verified", "bool", "Whether Telegram marks it as verified."),
        Column("pinned_id", "int", "The pinned post, where told."),
        Column("linked_chat", "int", "The id of its discussion group, where told."),
        Column("restriction", "text", "Why Telegram restricts it, where it does."),
        Column("migrated_from", "int", "The group that it was made from, where told."),
        _PROOF,
    ),
)
PROBES = Table(
    "probes",
    "Every asking after a channel and what it met, our own failures too.",
    "at",
    (
        *_WHO,
        Column("at", "time", "When."),
        Column("route", "text", "Over which route: preview, telegram, import."),
        Column("state", "text", "What was met; `unreachable` is our own failure."),
        Column("covers_from", "time", "From when on this look saw all posts."),
        Column("covers_to", "time", "Until when it did."),
        Column("detail", "text", "What went wrong or was strange."),
        _PROOF,
    ),
)
FINDINGS = Table(
    "findings",
    "What was concluded, with what it rests on.",
    "at",
    (
        Column("id", "text", "Sixteen hexadecimal digits that survive another judgement."),
        Column("channel", "text", "The channel's username; missing for one of no one channel."),
        Column("kind", "text", "What kind: closure_notice, subscriber_drop, silence ..."),
        Column("at", "time", "Of what time: the post's, a drop's start, a silence's last post."),
        Column("confidence", "float", "How sure, 0 to 1; below 0.7 it waits for a person."),
        Column("rule", "text", "The rule that concluded it."),
        Column("summary", "text", "One sentence."),
        Column("evidence", "cited", "Post, address, quote and SHA-256 that it rests on."),
        Column("details", "json", "What belongs to its kind, as in `findings --json`."),
        Column("review", "text", "accepted or rejected, where a person decided."),
        Column("review_note", "text", "Why."),
    ),
)
CASES = Table(
    "cases",
    "One row a channel: how its migration stands at the time of the export.",
    None,
    (
        Column("channel", "text", "The channel's username."),
        Column("state", "text", "active, announced, left, gone, returned ..."),
        Column("since", "time", "When the state began."),
        Column("confidence", "float", "How sure, 0 to 1."),
        Column("availability", "text", "What the last look met."),
        Column("notice", "text", "The id of the notice that counts."),
        Column("subscribers_before", "int", "The middle of the count before the notice."),
        Column("subscribers_after", "int", "The middle of the count after it."),
        Column("subscribers_change_pct", "float", "The change of the middles, in %."),
        Column("silence_days", "float", "Days without a post up to when we could last see."),
        Column("last_post_at", "time", "The last post that we know of."),
        Column("why", "text", "What made the state, in words."),
        Column("because", "texts", "The ids of the findings that made it."),
        Column("would_change", "texts", "What would change it, in words."),
    ),
)
DESTINATIONS = Table(
    "destinations",
    "Where each channel shows a presence of its own on another platform.",
    None,
    (
        Column("channel", "text", "The channel's username."),
        Column("platform", "text", "The platform, by its key in the catalogue."),
        Column("handle", "text", "The name there, or the code of an invitation."),
        Column("first_seen", "time", "The post that first showed it was of this time."),
    ),
)

TABLES = (
    POSTS, POST_REVISIONS, POST_VIEWS, COUNTS, PROFILES, PROBES, FINDINGS, CASES, DESTINATIONS,
)  # fmt: skip
"""In the order in which they are written."""
