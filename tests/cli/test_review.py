"""`review` and `findings --review`: a person decides, and everything that is told follows."""

import json
from pathlib import Path

import pytest

from monitor.detect.notices import judge
from monitor.model import SURE, Label, Speaker
from tests.cli.running import Ran, Terminal

NAME = "composed_office"
COMPOSED = Path(__file__).parent.parent / "data" / "notices_composed.jsonl"
SURE_NOTICE = "This channel stops its work in Telegram from today. ble.ir/composed_office"
NOW = ("--now", "2018-05-20T00:00:00Z")
NOTE = "the office <b>denied</b> it"


def uncertain() -> str:
    """Return a composed notice that the present rules take for a closure, but are unsure of."""
    for line in COMPOSED.read_text("utf-8").splitlines():
        text = str(json.loads(line)["text"])
        verdict = judge(Speaker(NAME), text)
        if verdict.label is Label.CLOSURE and round(verdict.confidence, 3) < SURE:
            return text
    pytest.fail("no composed notice is uncertain any more; add one to the file")


def keep(terminal: Terminal, notice: str) -> None:
    """Store a channel with a post a day and the notice last, its file covering a month more."""
    posts = [(n, f"2018-04-{n:02d}T09:00:00Z", f"Composed news {n}") for n in range(1, 18)]
    posts.append((18, "2018-04-18T09:00:00Z", notice))
    lines = [
        json.dumps({"channel": NAME, "id": n, "date": at, "text": text}) for n, at, text in posts
    ]
    (terminal.folder / "p.jsonl").write_text("\n".join(lines), encoding="utf-8")
    terminal.ok("import", "p.jsonl")


def state(terminal: Terminal, *options: str) -> tuple[str, str]:
    (case,) = terminal.ok("cases", "--json", *options).json
    return case["state"], case["why"]


def waiting(terminal: Terminal, *options: str) -> list[str]:
    listed = terminal.ok("findings", "--review", "--json", *options).json
    return [str(f["id"]) for f in listed if f["kind"] == "closure_notice"]


def test_an_uncertain_notice_waits_is_decided_and_then_counts(terminal: Terminal) -> None:
    text = uncertain()
    keep(terminal, text)
    now = ("--now", "2018-04-19T00:00:00Z")
    assert state(terminal, *now)[0] == "active"
    assert "waits for review" in state(terminal, *now)[1]
    (wanted,) = waiting(terminal, *now)
    told = terminal.ok("findings", "--review", *now)
    for part in (wanted, "https://t.me/composed_office/18", "rule closure.", "against it: "):
        assert part in told.out
    (found,) = terminal.ok("findings", "--json", "--kind", "closure_notice", *now).json
    quote = found["evidence"][0]["quote"]
    assert quote in text
    assert f"“{' '.join(quote.split())[:30]}" in told.out
    assert "review accept|reject ID" in told.err

    made = terminal.ok("review", "accept", wanted[:12], "--note", NOTE, *now)
    assert made.out.startswith(f"{wanted} accepted: ")
    assert state(terminal, *now)[0] == "announced"
    assert waiting(terminal, *now) == []
    terminal.ok("detect", *now)
    (found,) = terminal.ok("findings", "--json", "--kind", "closure_notice", *now).json
    assert found["confidence"] < SURE
    assert found["review"] == {
        "decision": "accepted", "note": NOTE, "decided_at": "2018-04-19T00:00:00Z",
    }  # fmt: skip
    listed = terminal.ok("findings", *now).out
    assert f"accepted by review at 2018-04-19T00:00:00Z: {NOTE}" in listed


def test_deciding_again_replaces_and_says_so_and_time_is_kept(terminal: Terminal) -> None:
    keep(terminal, SURE_NOTICE)
    (found,) = terminal.ok("findings", "--json", "--kind", "closure_notice").json
    assert found["review"] is None
    first, later = ("--now", "2018-04-20T00:00:00Z"), ("--now", "2018-04-22T00:00:00Z")
    terminal.ok("review", "reject", found["id"], "--note", NOTE, *first)
    assert state(terminal, *first)[0] == "active"
    again = terminal.ok("review", "accept", found["id"], "--note", "after all", *later)
    assert f"in place of: rejected at 2018-04-20T00:00:00Z, {NOTE}" in again.out
    assert state(terminal, *later)[0] == "announced"
    assert state(terminal, *first)[0] == "active"  # a later decision is not known
    assert state(terminal, "--now", "2018-04-19T00:00:00Z")[0] == "announced"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "rejected by review"),
        ("fa", "در بازبینی رد شد"),
        ("ru", "отклонено при проверке"),
    ],
)
def test_a_report_shows_the_decision_and_its_note_as_text(
    terminal: Terminal, language: str, words: str
) -> None:
    keep(terminal, SURE_NOTICE)
    (found,) = terminal.ok("findings", "--json", "--kind", "closure_notice").json
    terminal.ok("review", "reject", found["id"], "--note", NOTE, *NOW)
    ran = terminal.ok(
        "report", "--week", "2018-W16", "--language", language, "--format", "html,json,csv", *NOW
    )
    path = Path(ran.out.strip())
    page = path.read_text(encoding="utf-8")
    assert words in page
    assert "the office &lt;b&gt;denied&lt;/b&gt; it" in page
    assert "<b>denied" not in page
    summary = json.loads((path.parent / "summary.json").read_text("utf-8"))
    assert [f["review"]["note"] for f in summary["findings"] if f["review"]] == [NOTE]
    assert NOTE in (path.parent / "findings.csv").read_text("utf-8")


def refused(ran: Ran) -> str:
    assert (ran.code, "Traceback" in ran.err, ran.out) == (2, False, "")
    return ran.err


def test_what_cannot_be_decided_is_refused_with_the_remedy(terminal: Terminal) -> None:
    keep(terminal, SURE_NOTICE)
    unknown = refused(terminal.type("review", "accept", "0" * 16, "--note", "x"))
    assert unknown == (
        "error: no finding has the id '0000000000000000'; "
        "`channel-monitor findings` lists each with its id\n"
    )
    assert "say why" in refused(terminal.type("review", "accept", "00", "--note", "  "))
    assert "1 to 2000" in refused(terminal.type("review", "reject", "00", "--note", "x" * 2001))
    assert "--note" in refused(terminal.type("review", "accept", "00"))
    assert refused(terminal.type("review", "perhaps", "00", "--note", "x"))


def test_nothing_to_decide_is_said(terminal: Terminal) -> None:
    terminal.ok("migrate")
    ran = terminal.ok("findings", "--review")
    assert (ran.out, "nothing waits for review" in ran.err) == ("", True)
