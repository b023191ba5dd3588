"""JSON lines in, verdicts out: what each post says, knowing nothing but its line."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.clock import as_utc
from monitor.detect import scoring
from monitor.detect.notices import judge
from monitor.jobs.forms import verdict_form
from monitor.model import Encoder, Json, Label, Speaker, Verdict

LONGEST_LINE = 4_000_000
"""Characters of one line; a post has 4,096 at most, its addresses may be long."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, read: the post's own id and its verdict, or what is wrong with it."""

    number: int
    id: Json
    verdict: Verdict | None
    error: str | None = None
    gold: Label | None = None
    language: str | None = None

    def as_form(self) -> dict[str, Json]:
        """Return the line that `classify` writes."""
        if self.verdict is None:
            return {"id": self.id, "error": f"line {self.number}: {self.error}"}
        return verdict_form(self.id, self.verdict)


def classify(lines: Iterable[str], encoder: Encoder | None = None) -> Iterator[Line]:
    """Judge posts line by line; a bad line is named and the rest goes on.

    `encoder` is asked for the meaning of what the lexicons leave in doubt.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _judged(number, line, encoder)


def _judged(number: int, line: str, encoder: Encoder | None) -> Line:
    identity: Json = None
    try:
        if len(line) > LONGEST_LINE:
            msg = f"longer than {LONGEST_LINE} characters"
            raise ValueError(msg)
        given = json.loads(line, parse_constant=_no_number)
        if not isinstance(given, dict):
            msg = "is no JSON object"
            raise TypeError(msg)
        identity = given.get("id")
        said = given.get("label")
        gold = Label(said) if isinstance(said, str) and said in set(Label) else None
        speaker = _speaker(given.get("channel"))
        urls = _texts(given.get("urls"), "urls")
        forwarded = _text(given.get("forwarded_from"), "forwarded_from") or None
        text = given.get("text")
        if not isinstance(text, str):
            msg = '"text" is missing, or no text'
            raise TypeError(msg)
        verdict = judge(speaker, text, urls, forwarded, _time(given.get("date")), encoder=encoder)
    except RecursionError:
        return Line(number, None, None, "is nested too deeply")
    except (ValueError, TypeError) as error:
        return Line(number, identity, None, str(error))
    language = given.get("lang")
    return Line(
        number,
        identity,
        verdict,
        gold=gold,
        language=language if isinstance(language, str) else None,
    )


def _no_number(word: str) -> float:
    msg = f"{word} is no JSON number"
    raise ValueError(msg)


def _speaker(channel: object) -> Speaker:
    if channel is None:
        return Speaker()
    if not isinstance(channel, dict):
        msg = '"channel" is no object'
        raise TypeError(msg)
    return Speaker(
        username=_text(channel.get("username"), "channel.username"),
        title=_text(channel.get("title"), "channel.title"),
        aliases=tuple(_texts(channel.get("aliases"), "channel.aliases")),
    )


def _text(value: object, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        msg = f'"{name}" is no text'
        raise TypeError(msg)
    return value


def _texts(value: object, name: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
        msg = f'"{name}" is no list of texts'
        raise TypeError(msg)
    return value


def _time(value: object) -> datetime | None:
    return as_utc(value) if isinstance(value, str) else None


def evaluate(
    lines: Iterable[str], encoder: Encoder | None = None
) -> tuple[scoring.Scores, list[Line], list[Line]]:
    """Score the verdicts on labelled lines; return the scores, the misses and the bad lines.

    A verdict counts by its label however sure it is; with an encoder, those
    that only it supports are counted as none as well (`firm`).
    """
    judged = list(classify(lines, encoder))
    bad = [x for x in judged if x.verdict is None or x.gold is None]
    good = [(x, x.gold, x.verdict) for x in judged if x.verdict and x.gold]
    scores = scoring.score((gold, verdict.label, x.language) for x, gold, verdict in good)
    if encoder is not None:
        firm = scoring.score((gold, verdict.firm, x.language) for x, gold, verdict in good)
        scores = replace(scores, firm=firm)
    return scores, [x for x, gold, verdict in good if gold is not verdict.label], bad
