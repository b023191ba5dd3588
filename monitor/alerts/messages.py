"""A finding's JSON form in; a message's words out: plain, bounded, harmless where they land."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor import __version__
from monitor.model import Json

TITLE = 200
TEXT = 3500
"""The longest text, in UTF-16 units: Telegram takes 4,096 (Bot API, sendMessage)."""
QUOTE = 300
LINES = 40
"""Findings that a digest tells one by one."""

_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]+")
_CALLS = re.compile(r"@(?=(?:everyone|here|channel|all|room)\b)|<(?=[!@#])", re.IGNORECASE)
"""What chat programs take for a call to everybody, or for a command."""
_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: `id` is the same in every attempt; `kind` and `data` are for programs."""

    id: str
    kind: str
    title: str
    text: str
    data: Mapping[str, Json]


def plain(text: object, most: int = QUOTE) -> str:
    """Return what others wrote on one line, without what a terminal, mail or chat would obey."""
    line = " ".join(_OBEYED.sub(" ", str(text)).split())
    line = line if len(line) <= most else line[: most - 1] + "…"
    return _CALLS.sub(lambda found: found[0] + _JOINER, line)


def isolated(text: object, most: int = QUOTE) -> str:
    """Return the same, set apart so that its direction does not turn what stands around it."""
    return f"\N{FIRST STRONG ISOLATE}{plain(text, most)}\N{POP DIRECTIONAL ISOLATE}"


def of_finding(message_id: str, target: str, body: Mapping[str, Json]) -> Message:
    """Write the message of one finding; `body` holds its JSON form and that of its channel."""
    finding, channel = _table(body["finding"]), _table(body.get("channel"))
    kind = str(finding["kind"]).replace("_", " ")
    name = finding["channel"]
    about = [isolated(channel["title"])] if channel.get("title") else []
    about += [plain(f"@{name}")] if name else []
    about += [plain(channel[key]) for key in ("category", "country") if channel.get(key)]
    lines = [plain(finding["summary"]), ""]
    lines += [f"Channel: {', '.join(about)}"] if about else []
    lines.append(f"Kind: {kind} (rule {plain(finding['rule'])})")
    lines.append(f"Time: {finding['at']}")
    lines.append(f"Confidence: {_confidence(finding)}{_review(body)}")
    evidence = [_table(e) for e in _list(finding.get("evidence"))]
    for quote in dict.fromkeys(isolated(e["quote"]) for e in evidence if e.get("quote")):
        lines.append(f"Says: {quote}")
    for url in dict.fromkeys(plain(e["url"]) for e in evidence if e.get("url")):
        lines.append(f"Post: {url}")
    for sha256 in dict.fromkeys(str(e["sha256"]) for e in evidence if e.get("sha256")):
        lines.append(f"Seen in: SHA-256 {plain(sha256)}")
    title = f"{kind}: @{name}" if name else f"{kind}: {finding['summary']}"
    return Message(
        message_id, "finding", plain(title, TITLE),
        _whole(lines, [f"Finding: {finding['id']}", *_foot(message_id, target)]), body,
    )  # fmt: skip


def of_digest(message_id: str, target: str, body: Mapping[str, Json]) -> Message:
    """Write the message of a day; `body` holds the day, the count, and the first findings."""
    findings = [_table(_table(one)["finding"]) for one in _list(body["findings"])]
    count = int(str(body["count"]))
    lines = [f"{count} finding{'s' * (count != 1)}", ""]
    for finding in findings[:LINES]:
        urls = [_table(e).get("url") for e in _list(finding.get("evidence"))]
        lines.append(
            f"- {finding['at']} {str(finding['kind']).replace('_', ' ')} "
            f"({_confidence(finding)}): {isolated(finding['summary'], 160)}"
            f"{f' {plain(urls[0])}' if urls and urls[0] else ''}"
        )
    foot = [f"Digest of {body['day']}", *_foot(message_id, target)]
    if count > LINES:
        foot.insert(0, f"and {count - LINES} more: `channel-monitor findings` lists all")
    return Message(
        message_id, "digest", f"digest of {body['day']}: {lines[0]}", _whole(lines, foot), body
    )


def of_test(message_id: str, target: str, at: str) -> Message:
    """Write the message of `test-alert`."""
    lines = ["A test: alerts for this target arrive here.", "", f"Time: {at}"]
    return Message(
        message_id, "test", "test of alerts", _whole(lines, _foot(message_id, target)), {"at": at}
    )


def _foot(message_id: str, target: str) -> Sequence[str]:
    return (
        f"From: channel-migration-monitor {__version__}, target {target}",
        f"Message: {message_id} (the same if it comes twice)",
    )


def _whole(lines: Sequence[str], foot: Sequence[str]) -> str:
    """Join the lines that fit; the foot always does."""
    end = "\n".join(("", *foot))
    room = TEXT - _units(end) - 2
    kept: list[str] = []
    for line in lines:
        room -= _units(line) + 1
        if room < 0:
            kept.append("…")
            break
        kept.append(line)
    return "\n".join((*kept, end))


def _units(text: str) -> int:
    """Return how long a text is as Telegram counts: in UTF-16, where an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _confidence(finding: Mapping[str, Json]) -> str:
    value = finding["confidence"]
    return f"{value:.2f}" if isinstance(value, int | float) else "unknown"


def _review(body: Mapping[str, Json]) -> str:
    if body.get("waits") is True:
        return ", waits for a person to decide"
    made = _table(body["finding"]).get("review")
    return f", {_table(made)['decision']} by review" if isinstance(made, dict) else ""


def _table(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else ()
