"""`import`, `classify`, `evaluate`, `check`, `migrate` and the global options, as typed."""

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli.program import COMMANDS, app
from monitor.store import schema_version
from tests.cli.running import Terminal

NOTICE = "This channel stops its work in Telegram from today. Follow us: ble.ir/composed_office"


def row(number: int, date: str, text: str = "Composed post") -> str:
    return json.dumps({"channel": "composed_office", "id": number, "date": date, "text": text})


def test_a_file_of_posts_and_counts_becomes_a_case(terminal: Terminal) -> None:
    days = [f"2018-04-{day:02d}T09:00:00Z" for day in range(1, 18)]
    lines = [row(n, at) for n, at in enumerate(days, 1)] + [row(18, "2018-04-18T09:00:00Z", NOTICE)]
    (terminal.folder / "posts.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    (terminal.folder / "counts.csv").write_text(
        "observed_at,channel,subscribers,max_post_id\n"
        "2018-04-17T00:00:00Z,composed_office,100000,16\n"
        "2018-04-20T00:00:00Z,composed_office,90000,18\n"
        "2018-04-30T00:00:00Z,composed_office,۸۹ هزار,18\n",
        encoding="utf-8",
    )
    first = terminal.ok("import", "posts.jsonl.gz", "counts.csv")
    assert "18 posts (18 new), 3 counts (3 new)" in first.out
    again = terminal.ok("import", "posts.jsonl.gz", "counts.csv")
    assert "18 posts (0 new), 3 counts (0 new)" in again.out
    (case,) = terminal.ok("cases", "--json", "--now", "2018-05-01T00:00:00Z").json
    assert (case["state"], case["since"]) == ("left", "2018-04-18T09:00:00Z")
    assert case["destinations"] == [
        {"platform": "bale", "handle": "composed_office", "first_seen": "2018-04-18T09:00:00Z"}
    ]
    found = terminal.ok("findings", "--json", "--now", "2018-05-01T00:00:00Z").json
    assert [f["kind"] for f in found if f["kind"].startswith("subscriber")] == ["subscriber_drop"]
    # Judged as of the day before, the notice is not known.
    (before,) = terminal.ok("cases", "--json", "--now", "2018-04-17T12:00:00Z").json
    assert (before["state"], before["notice"]) == ("active", None)


def test_findings_keep_their_ids_and_can_be_chosen(terminal: Terminal) -> None:
    (terminal.folder / "p.jsonl").write_text(row(1, "2018-04-18T09:00:00Z", NOTICE))
    terminal.ok("import", "p.jsonl")
    terminal.ok("detect")
    first = terminal.ok("findings", "--json").json
    (terminal.folder / "q.jsonl").write_text(row(2, "2018-04-18T10:00:00Z"))
    terminal.ok("import", "q.jsonl")
    terminal.ok("detect")
    second = terminal.ok("findings", "--json").json
    assert {f["id"] for f in first} <= {f["id"] for f in second}

    def kinds(*options: str) -> set[str]:
        return {f["kind"] for f in terminal.ok("findings", "--json", *options).json}

    assert kinds("--kind", "closure_notice") == {"closure_notice"}
    assert kinds("--since", "2018-04-18", "--until", "2018-04-18") == kinds()
    assert kinds("--since", "2018-04-19") == kinds("--until", "2018-04-17") == set()
    assert kinds("--channel", "@COMPOSED_OFFICE") == kinds()
    assert kinds("--channel", "other") == kinds("--review") == set()
    assert "announces that it leaves Telegram" in terminal.ok("findings").out
    assert "composed_office" in terminal.ok("cases", "--channel", "composed_office").out
    assert terminal.type("findings", "--kind", "nonsense").code == 2
    assert terminal.type("findings", "--since", "soon").code == 2
    assert terminal.type("findings", "--since", "2018-04-02", "--until", "2018-04-01").code == 2
    assert terminal.type("findings", "--until", "9999-12-31").code == 2


def test_bad_rows_are_named_and_only_strict_fails(terminal: Terminal) -> None:
    lines = [row(1, "2018-04-01T09:00:00Z"), "{torn", row(2, "2018-04-01T09:00:00")]
    (terminal.folder / "p.jsonl").write_text("\n".join(lines))
    ran = terminal.ok("import", "p.jsonl")
    assert "1 posts (1 new)" in ran.out
    assert "p.jsonl: line 2" in ran.err
    assert "p.jsonl: line 3" in ran.err
    assert "2 skipped" in ran.out
    assert terminal.type("import", "p.jsonl", "--strict").code == 1
    zoned = terminal.ok("import", "p.jsonl", "--timezone", "Asia/Tehran")
    assert "2 posts (1 new)" in zoned.out
    assert terminal.type("import", "p.jsonl", "--as", "nonsense").code == 2
    assert terminal.type("import", "absent.jsonl").code in {1, 2}


def test_many_bad_rows_are_counted_not_all_named(terminal: Terminal) -> None:
    (terminal.folder / "p.jsonl").write_text(row(1, "2018-04-01T09:00:00Z") + "\n" + "{torn\n" * 80)
    ran = terminal.ok("import", "p.jsonl")
    assert ran.err.count("skipped: p.jsonl") == 50
    assert "80 skipped" in ran.out


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>another site</body></html>", b"\xff\xfe\x00" * 50, b"<div>" * 300_000],
    ids=["empty", "another site", "invalid bytes", "nested"],
)
def test_a_page_that_is_none_is_a_clear_error(terminal: Terminal, body: bytes) -> None:
    (terminal.folder / "page.html").write_bytes(body)
    ran = terminal.type("import", "page.html", "--as", "page", "--channel", "composed_office")
    assert ran.code == 1 or "skipped" in ran.err
    assert "page.html" in ran.err
    assert "Traceback" not in ran.err


def test_classify_answers_each_line_and_a_bad_one_with_its_error(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        json.dumps({"id": "a", "text": NOTICE, "channel": {"username": "composed_office"}}),
        "",
        "not json",
        json.dumps({"id": "b"}),
        '{"id": NaN, "text": "x"}',
        json.dumps({"id": "c", "text": "x", "channel": 5}),
        json.dumps({"id": "d", "text": "x", "channel": {"title": 5}}),
        json.dumps({"id": "e", "text": "x", "urls": "no list"}),
        json.dumps({"id": "f", "text": "x", "date": "2018-04-18T00:00:00"}),
        json.dumps(["no object"]),
        "[" * 100_000,
        json.dumps({"id": "\ud800", "text": "x", "label": "not of ours"}),
        json.dumps({"id": "g", "text": "x", "unknown": 1, "date": "2018-04-18T00:00:00Z"}),
    ]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode())))
    ran = terminal.type("classify")
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 1
    assert answers[0]["label"] == "closure"
    assert answers[0]["own_destinations"] == [{"platform": "bale", "handle": "composed_office"}]
    quote = answers[0]["evidence"][0]
    assert NOTICE[quote["start"] : quote["end"]] == quote["quote"]
    assert answers[-1]["label"] == "none"
    assert [a["id"] for a in answers if "error" in a] == [
        None,
        "b",
        None,
        "c",
        "d",
        "e",
        "f",
        None,
        None,
    ]


def test_evaluate_scores_a_labelled_file(terminal: Terminal) -> None:
    lines = [
        {"id": 1, "text": NOTICE, "label": "closure", "lang": "en"},
        {"id": 2, "text": "Composed weather report", "label": "closure", "lang": "en"},
        {"id": 3, "text": "Composed weather report", "label": "none"},
    ]
    (terminal.folder / "l.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ran = terminal.ok("evaluate", "l.jsonl")
    assert "missed 2: closure taken for none" in ran.out
    scores = terminal.ok("evaluate", "l.jsonl", "--json").json
    assert scores["missed"] == [{"id": 2, "gold": "closure", "predicted": "none"}]
    with gzip.open(terminal.folder / "l.jsonl.gz", "wt") as file:
        file.write("\n".join([*map(json.dumps, lines), json.dumps({"id": 4, "text": "x"})]))
    unlabelled = terminal.type("evaluate", "l.jsonl.gz")
    assert (unlabelled.code, "has no label" in unlabelled.err) == (1, True)
    assert terminal.type("evaluate", "absent.jsonl").code == 1
    (terminal.folder / "empty.jsonl").write_text("")
    assert "nothing to score" in terminal.type("evaluate", "empty.jsonl").err
    (terminal.folder / "torn.gz").write_bytes(b"\x1f\x8b\x08torn")
    assert terminal.type("evaluate", "torn.gz").code == 1


def test_global_options_may_stand_anywhere(terminal: Terminal) -> None:
    (terminal.folder / "p.jsonl").write_text(row(1, "2018-04-18T09:00:00Z", NOTICE))
    terminal.ok("import", "p.jsonl", "--database", "sqlite:///./other.db", "--quiet")
    assert (terminal.folder / "other.db").exists()
    terminal.ok("--database=sqlite:///./other.db", "cases")
    assert terminal.type("cases", "--now", "yesterday").code == 2
    assert terminal.type("cases", "--now", "2018-04-18T00:00:00").code == 2
    assert terminal.type("cases", "--now").code == 2
    assert terminal.type("nonsense").code == 2
    assert terminal.type("check", "--", "--now").code == 2
    assert terminal.ok("--version").out.startswith("channel-monitor ")


def test_a_database_that_is_not_there_or_not_ours_is_refused(terminal: Terminal) -> None:
    missing = terminal.type("cases")
    assert (missing.code, "there is no database" in missing.err) == (1, True)
    (terminal.folder / "monitor.db").write_text("this is no database, but a text of some length")
    for command in (["cases"], ["detect"], ["migrate"], ["report", "--week", "2018-W16"]):
        ran = terminal.type(*command)
        assert (ran.code, "is not a SQLite database" in ran.err) == (1, True)
    assert terminal.type("cases", "--verbose").err.count("Traceback") == 1


def test_migrate_makes_a_database(terminal: Terminal) -> None:
    assert f"schema {schema_version.head()}" in terminal.ok("migrate").out
    assert terminal.ok("cases", "--json").json == []


def test_check_names_what_is_wrong(terminal: Terminal) -> None:
    path = terminal.folder / "channels.toml"
    assert terminal.type("check").code == 2
    for body, words in (
        ('[[channel]]\nusername = "composed_office"\ntitel = "x"\n', "did you mean 'title'"),
        ('[[channel]]\nusername = "1bad"\n', "no Telegram username"),
        ('[[channel]]\nusername = "abcd"\n[[channel]]\nusername = "ABCD"\n', "already channel 1"),
        ('[[channel]]\nusername = "abcd"\nbogus_key = 1\n', "unknown key; remove it"),
        ('[report]\ntimezone = "Mars/Base"\n', "no time zone"),
        ('[sources.preview]\npoll = "often"\n', "length of time"),
        ('[sources.preview]\npoll = "9999999w"\n', "century"),
        ('[sources.preview]\nbase_url = "t.me"\n', "base address"),
        ('[sources.preview]\nproxy = "socks5://u:hush@h"\n', "secrets do not belong"),
        ('[[channel]]\nusername = "abcd"\ndestinations = ["soroush"]\n', "no destination"),
        ('[[channel]]\nusername = "abcd"\ndestinations = ["nowhere:x"]\n', "no platform"),
        ("= broken", "no valid TOML"),
    ):
        path.write_text(body, encoding="utf-8")
        ran = terminal.type("check")
        assert (ran.code, words in ran.err) == (2, True), (body, ran.err)
        assert "channels.toml" in ran.err
        assert "hush" not in ran.err
    path.write_bytes(b"\xff\xfe")
    assert terminal.type("check").code == 2
    path.write_text('[[channel]]\nusername = "@abcd"\ndestinations = ["soroush:abcd"]\n')
    assert "@abcd" in terminal.ok("check").out
    path.write_text("")
    assert terminal.type("collect").code == 2


def test_secrets_come_from_a_file_or_the_environment_and_are_never_repeated(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.configure("http://127.0.0.1:9", "composed_office")
    secrets = terminal.folder / "secrets.env"
    monkeypatch.setenv("MONITOR_SECRETS", str(secrets))
    assert terminal.type("collect").code == 2
    secrets.write_text("hush hush\n")
    torn = terminal.type("collect")
    assert (torn.code, "line 1" in torn.err, "hush" in torn.err) == (2, True, False)
    secrets.write_text("# ours\n\nMONITOR_PROXY=socks5://me:hush@127.0.0.1:9\n")
    ran = terminal.type("collect", "--verbose")
    assert ran.code == 1
    assert "hush" not in ran.out + ran.err


def test_the_watched_channels_of_this_repository_are_valid(terminal: Terminal) -> None:
    root = Path(__file__).resolve().parent.parent.parent
    ran = terminal.ok("check", "--config", root / "channels.toml")
    assert {"@farsna", "@iribnews", "@drpezeshkian_ir"} <= set(ran.out.split())


def test_each_command_is_found_in_the_module_that_registers_it(terminal: Terminal) -> None:
    """A command that the table forgets would be unknown when it is typed."""
    terminal.ok("--help")  # names no command, so all modules are read
    found: dict[str, set[str]] = {}
    for command in app.registered_commands:
        assert command.callback is not None
        module = command.callback.__module__.removeprefix("monitor.cli.")
        found.setdefault(module, set()).add(command.name or command.callback.__name__)
    for group in app.registered_groups:
        assert group.typer_instance is not None
        module = group.typer_instance.registered_commands[0].callback.__module__
        found.setdefault(module.removeprefix("monitor.cli."), set()).add(str(group.name))
    assert found == {module: set(names) for module, names in COMMANDS.items()}


def test_a_wrong_command_is_told_of_all_that_there_are() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "monitor", "repotr"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 2
    assert "repotr" in said.stderr
    assert "'report'" in said.stderr
