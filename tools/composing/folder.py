"""A plan in; the files of its sample folder out, as bytes by name. Writes nothing to disk."""

import json
from datetime import date
from typing import Any

from tools.composing.archive import as_warc
from tools.composing.plan import Plan, Wording
from tools.composing.visiting import fetches

_TOLD = ("username", "title", "aliases", "category", "country", "language")


def compose(plan: Plan, wordings: dict[str, Wording]) -> dict[str, bytes]:
    """Return pages.warc.gz, channels.toml, sources.toml and README.md of a sample."""
    info = {
        "software": "tools/compose_samples.py of channel-migration-monitor",
        "format": "WARC File Format 1.0",
        "description": plan.notice,
        "conformsTo": "http://bibnum.bnf.fr/WARC/WARC_ISO_28500_version1_latestdraft.pdf",
    }
    return {
        "pages.warc.gz": as_warc(plan.name, info, fetches(plan, wordings)),
        "channels.toml": _channels(plan).encode(),
        "sources.toml": _sources(plan).encode(),
        "README.md": _readme(plan).encode(),
    }


def _head(plan: Plan) -> str:
    return (
        f"# RECONSTRUCTION. {plan.notice}\n"
        f"# Written by tools/compose_samples.py from tools/samples/{plan.name}.toml; edit that.\n"
    )


def _channels(plan: Plan) -> str:
    tables = [
        "[[channel]]\n" + "".join(f"{key} = {_value(getattr(channel, key))}\n" for key in _TOLD)
        for channel in plan.channels
    ]
    return "\n".join([_head(plan), *tables])


def _sources(plan: Plan) -> str:
    top = "".join(
        f"{key} = {_value(getattr(plan, key))}\n"
        for key in ("name", "title", "notice", "start", "end")
    )
    tables = [
        f"[[{kind}]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in table.items())
        for kind, rows in (("source", plan.sources), ("fact", plan.facts))
        for table in rows
    ]
    return "\n".join([_head(plan), top, *tables])


def _value(value: Any) -> str:  # noqa: ANN401 - whatever TOML can hold
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    # JSON's strings and booleans are TOML's too.
    return json.dumps(value, ensure_ascii=False)


def _readme(plan: Plan) -> str:
    numbers = {source["id"]: number for number, source in enumerate(plan.sources, 1)}
    rows = [
        f"| {fact.get('channel', '(context)')} | {fact['what']} | {_when(fact)} "
        f"| {'**sources differ**: ' if fact['conflict'] else ''}{fact['note']} "
        f"| {', '.join(f'[{numbers[name]}]' for name in fact['sources'])} |"
        for fact in plan.facts
    ]
    cited = [
        f"{number}. {source['publisher']}, {source['date']}: {source['title']}."
        + (f" <{source['url']}>" if "url" in source else "")
        for number, source in enumerate(plan.sources, 1)
    ]
    return "\n".join(
        [
            f"# {plan.title}: a reconstruction",
            "",
            f"**{plan.notice}**",
            "",
            f"Span: {plan.start} to {plan.end}, UTC.",
            "Written by `python -m tools.compose_samples`; the same source gives the same files.",
            "",
            "## What is sourced",
            "",
            "| channel | what | between | as the sources have it | sources |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "## What is composed",
            "",
            *[f"- {remark}" for remark in plan.remarks],
            "",
            "## Sources",
            "",
            *cited,
            "",
        ]
    )


def _when(fact: dict[str, Any]) -> str:
    first, last = fact["earliest"], fact["latest"]
    return f"{first}" if first == last else f"{first} and {last}"
