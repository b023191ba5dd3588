"""Say what one sentence claims about a channel's presence: closing, narrowing, staying, returning.

A `Sentence` and what the post around it shows enter; a `Frame` or None leaves. Who speaks is
decided in actors.py, the post's label in notices.py.
"""

from dataclasses import dataclass

from monitor.catalog.finding import Hit
from monitor.detect.clauses import MARK, Sentence

NEAR = 90
"""Characters between a verb and the channel or network that it governs; chosen on the composed
notices, 2026-11-23."""
ONLY_REACH = 60
"""Characters between "only" and the place that it narrows to; chosen as `NEAR`."""
BACK_REACH = 30
"""The same between "back" and "Telegram": people go back to many places; chosen as `NEAR`."""
OF_US = 25
"""Characters between "information about" and the channel's own name; uncalibrated."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the whole post shows: Telegram, a destination (or its address), this very channel."""

    telegram: bool
    destination: bool
    here: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A claim of one sentence: its rule, the words, and whether only a part is concerned."""

    rule: str
    hits: tuple[Hit, ...]
    part: bool = False


def _closest(
    hits: tuple[Hit, ...], part: Sentence, *roles: str, reach: int = NEAR
) -> tuple[Hit, Hit] | None:
    pairs = [
        (max(hit.start - other.end, other.start - hit.end), hit, other)
        for hit in hits
        for role in roles
        for other in part.hits(role)
    ]
    best = min(pairs, key=lambda pair: pair[0], default=None)
    return None if best is None or best[0] > reach else (best[1], best[2])


def _away(part: Sentence) -> bool:
    return bool(part.names) or part.has("elsewhere")


def unsaid(part: Sentence) -> bool:
    """Whether a sentence asks, supposes, or speaks of other things than a channel's presence."""
    if part.question or part.has("maybe", "pause", "fake"):
        return True
    return part.has("block") and not part.has("telegram")


def closing(part: Sentence, around: Around) -> Frame | None:  # noqa: C901, PLR0911 - rules, in order
    """Find a stop, a leaving, a last post or a move away; denial and pauses are none."""
    if not part.has("stop", "nomore", "last", "leave", "move"):
        return None
    if unsaid(part) or part.has("deny", "denial"):
        return None
    for role, where in (
        ("stop", ("account", "here")),
        ("nomore", ("telegram", "here", "account")),
        ("last", ("telegram", "here", "account")),
        ("leave", ("telegram", "here")),
    ):
        pair = _closest(part.hits(role), part, *where)
        if pair is not None and (role != "nomore" or part.has("forever", "from_now")):
            return Frame(f"{role}.{pair[0].phrase}", pair)
    if part.has("telegram"):
        pair = _closest(part.hits("stop"), part, "channel", "ours", "we")
        if pair is not None:
            return Frame(f"stop.{pair[0].phrase}", pair)
        pair = _closest(part.hits("stop"), part, "telegram")
        if pair is not None and part.own():
            return Frame(f"stop.{pair[0].phrase}", pair)
    if around.telegram or around.destination:
        # The place is named in another sentence; the speaker must then speak of itself here.
        for role, beside in (
            ("leave", "address"),
            ("last", "ours"),
            ("last", "we"),
            ("stop", "we"),
        ):
            pair = _closest(part.hits(role), part, beside)
            if pair is not None and (role != "stop" or part.has("channel")):
                return Frame(f"{role}.around.{pair[0].phrase}", pair)
    return moving(part, around)


def _beside_place(hits: tuple[Hit, ...], part: Sentence, reach: int) -> Hit | None:
    """Return the first hit that has a place elsewhere within reach."""
    places = [(name.start, name.end) for name in part.names]
    places += [(hit.start, hit.end) for hit in part.hits("elsewhere")]
    for hit in hits:
        if any(max(start - hit.end, hit.start - end) <= reach for start, end in places):
            return hit
    return None


def moving(part: Sentence, around: Around) -> Frame | None:
    """Find a move to a place elsewhere that does not say "also"."""
    # "News is now in A" says where something is, not that anything was moved.
    there = {(hit.start, hit.end) for hit in part.hits("there")}
    hits = tuple(hit for hit in part.hits("move") if (hit.start, hit.end) not in there)
    if not hits or unsaid(part) or part.has("deny", "also"):
        return None
    hit = _beside_place(hits, part, NEAR)
    if hit is None and around.destination:
        pair = _closest(hits, part, "account", "here")
        hit = pair[0] if pair is not None else None
    return None if hit is None else Frame(f"move.{hit.phrase}", (hit,))


def _partial(part: Sentence) -> bool:
    """Whether only a part of the content is meant; "information about us" is all of it."""
    ours = [start for start, _ in part.own()]
    return any(
        not any(0 <= start - hit.end <= OF_US for start in ours) for hit in part.hits("part")
    )


def narrowing(part: Sentence, around: Around) -> Frame | None:
    """Find "only there": of everything, or of a part of what the channel publishes."""
    if not part.has("only", "from_now", "instead") or unsaid(part):
        return None
    only = part.hits("only")
    linked = (
        around.destination
        and part.has("from_now", "we", "ours")
        and (MARK in part.text or part.text.rstrip().endswith((":", "👇")))
    )
    hit = _beside_place(only, part, ONLY_REACH) or (only[0] if only and linked else None)
    if hit is not None and (part.has("publish", "ours", "we", "from_now") or _partial(part)):
        # "This channel only there": the channel itself is what is narrowed, not a part of it.
        itself = any(account.end <= hit.start for account in part.hits("account"))
        total = bool(_whole(part)) or ((part.has("all") or itself) and not _partial(part))
        return Frame("only.all" if total else "only.part", (hit,), part=not total)
    start = part.hits("from_now") or part.hits("instead")
    whole = _whole(part)
    if start and whole and _away(part) and part.has("publish") and not part.has("also"):
        return Frame("moved.all", (start[0], whole[0]))
    return None


def _whole(part: Sentence) -> tuple[Hit, ...]:
    words = ("کلیه", "تمام", "همه", "все", "вся", "всю", "all", "everything", "جمیع", "کل", "کافه")
    return tuple(
        hit for hit in part.hits("all") if part.text[hit.start : hit.end].startswith(words)
    )


def returning(part: Sentence, around: Around) -> Frame | None:
    """Find a coming back to Telegram or to this channel."""
    if not part.has("returns") or unsaid(part):
        return None
    pair = _closest(part.hits("returns"), part, "telegram", "here", "account", reach=BACK_REACH)
    pair = pair or _closest(part.hits("returns"), part, "account", "here")
    if pair is None and (around.telegram or around.here) and not _away(part):
        pair = _closest(part.hits("returns"), part, "we", reach=BACK_REACH)
    return None if pair is None else Frame(f"returns.{pair[0].phrase}", pair)


def staying(part: Sentence) -> Frame | None:
    """Find that the channel stays, or that its closing is denied."""
    if not part.has("stays", "deny", "denial") or part.question:
        return None
    if part.has("maybe", "archive"):
        return None
    acts = [hit for role in ("stop", "leave", "nomore", "move") for hit in part.hits(role)]
    hits = tuple(
        hit
        for hit in part.hits("stays")
        # "in Telegram stopped and its continuation" spans a stop: nothing stays there.
        if not any(hit.start <= act.start < hit.end for act in acts)
    )
    if hits and part.has("telegram", "here", "account"):
        return Frame(f"stays.{hits[0].phrase}", hits[:1])
    pair = _closest(part.hits("deny"), part, "telegram", "account", "here")
    if pair is None and part.has("stop", "leave", "move"):
        pair = _closest(part.hits("denial"), part, "telegram", "account", "here")
    if pair is not None:
        return Frame(f"deny.{pair[0].phrase}", pair)
    return None
