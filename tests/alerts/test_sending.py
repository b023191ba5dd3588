"""Messages arrive at real servers, signed where they should be; a failure tells no secret."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from threading import enumerate as threads

import pytest

from monitor.alerts.addresses import Address, address
from monitor.alerts.messages import Message
from monitor.alerts.sending import send
from monitor.errors import BadConfiguration, Retryable
from monitor.secrets import AlertSecret
from tests.alerts.receivers import MailReceiver, WebReceiver, until

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "whsec_" + base64.b64encode(b"composed key of thirty-two bytes").decode()
MESSAGE = Message(
    "msg_1", "finding", "closure notice: @demo", "Says: \u2068خداحافظ تلگرام <b>\u2069", {"a": 1}
)


def to(url: str, key: str = "") -> Address:
    return address(AlertSecret("desk", "MONITOR_ALERT_DESK", url, key))


def verify(headers: Mapping[str, str], body: bytes) -> None:
    """Run the lines of docs/alerts.md."""
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    lines = text[text.index("    key = base64") : text.index("    # webhook-id: seen before?")]
    known = {"base64": base64, "hmac": hmac, "time": time, "KEY": KEY}
    exec(textwrap.dedent(lines), {**known, "headers": headers, "body": body})  # noqa: S102 - our own document


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.asyncio
async def test_a_webhook_is_json_that_the_lines_of_the_documentation_verify() -> None:
    with WebReceiver() as web:
        await send(to(f"webhook+http://{web.host}/in?x=1", KEY), MESSAGE)
    (got,) = web.got
    verify(got.headers, got.body)
    with pytest.raises(AssertionError):
        verify(got.headers, got.body + b" ")
    with pytest.raises(AssertionError):
        verify({**got.headers, "webhook-id": "msg_2"}, got.body)
    assert (got.path, got.headers["webhook-id"]) == ("/in?x=1", "msg_1")
    said = json.loads(got.body)
    assert said["type"] == "monitor.finding"
    assert said["data"] == {"title": MESSAGE.title, "text": MESSAGE.text, "a": 1}


@pytest.mark.asyncio
async def test_another_key_or_another_body_makes_another_signature() -> None:
    other = "a passphrase of twenty-four letters and more"
    with WebReceiver() as web:
        await send(to(f"webhook+http://{web.host}/", KEY), MESSAGE)
        await send(to(f"webhook+http://{web.host}/", other), MESSAGE)
    first, second = web.got
    signed = f"msg_1.{second.headers['webhook-timestamp']}.".encode() + second.body
    made = base64.b64encode(hmac.digest(other.encode(), signed, hashlib.sha256)).decode()
    assert second.headers["webhook-signature"] == f"v1,{made}"
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


@pytest.mark.asyncio
async def test_apprise_takes_the_text_as_text() -> None:
    with WebReceiver() as web:
        await send(to(f"json://{web.host}/in"), MESSAGE)
    said = json.loads(web.got[0].body)
    assert (said["title"], said["message"]) == (MESSAGE.title, MESSAGE.text)


@pytest.mark.asyncio
async def test_a_mail_is_plain_text_in_its_own_letters() -> None:
    with MailReceiver() as mail:
        await send(
            to(
                f"mailto://office:pass%2Fword@b.example:{mail.port}?smtp=127.0.0.1"
                "&from=monitor@b.example&to=desk@b.example&mode=insecure&format=text"
            ),
            MESSAGE,
        )
    ((people, got),) = mail.got
    assert people == ["desk@b.example"]
    assert got["subject"] == MESSAGE.title
    body = got.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == MESSAGE.text
    assert mail.logins == ["\0office\0pass/word"]


@pytest.mark.asyncio
@pytest.mark.parametrize("way", ["webhook+http", "json"])
async def test_what_is_not_taken_is_said_without_any_part_of_the_address(way: str) -> None:
    with WebReceiver() as web:
        web.answers.extend([500, 302])
        web.headers["location"] = f"http://{web.host}/elsewhere"
        hidden = to(f"{way}://user:passw0rd@{web.host}/t0ken-in-path?q=t0ken-in-query", KEY)
        for _ in range(2):
            with pytest.raises(Retryable) as failed:
                await send(hidden, MESSAGE)
            for part in ("passw0rd", "user", "t0ken", "127.0.0.1", web.host, KEY):
                assert part not in str(failed.value)
            assert str(failed.value)
            assert failed.value.__cause__ is None, "a traceback would repeat it"
    assert len(web.got) == 2, "a redirect is not followed"


@pytest.mark.asyncio
@pytest.mark.parametrize("way", ["webhook+http://", "json://", "mailto://a.example:"])
async def test_a_port_where_nobody_listens_is_a_failure(way: str) -> None:
    port = closed_port()
    url = f"{way}127.0.0.1:{port}/secret-path"
    if way.startswith("mailto"):
        url = f"{way}{port}?smtp=127.0.0.1&from=m@a.example&to=d@a.example&mode=insecure"
    with pytest.raises(Retryable) as failed:
        await send(to(url, KEY), MESSAGE)
    assert str(failed.value)
    assert "secret-path" not in str(failed.value)
    assert "a.example" not in str(failed.value)


@pytest.mark.asyncio
@pytest.mark.parametrize("way", ["webhook+http", "json"])
async def test_a_server_that_does_not_answer_is_given_up_in_time(way: str) -> None:
    with WebReceiver() as web:
        web.answers.append(3.0)
        begun = time.monotonic()
        with pytest.raises(Retryable, match=r"no answer within 0\.3 s"):
            await send(to(f"{way}://{web.host}/", KEY), MESSAGE, 0.3)
        assert time.monotonic() - begun < 2.5


@pytest.mark.asyncio
async def test_two_targets_may_have_one_address() -> None:
    """Such as what is urgent and the digest, to the same mailbox, at the same moment."""
    with WebReceiver() as web:
        one = to(f"json://{web.host}/")
        await asyncio.gather(*(send(one, MESSAGE) for _ in range(5)))
        assert len(web.got) == 5


@pytest.mark.asyncio
async def test_an_attempt_that_was_given_up_is_not_doubled_while_it_goes_on() -> None:
    """A server that drips could else gather one thread more with each attempt."""
    with WebReceiver() as web:
        web.answers.append(2.0)
        slow = to(f"json://{web.host}/")
        with pytest.raises(Retryable, match="no answer within"):
            await send(slow, MESSAGE, 0.5)
        with pytest.raises(Retryable, match="the attempt before still waits"):
            await send(slow, MESSAGE, 0.5)
        await asyncio.to_thread(until, lambda: not any(t.name == "alert" for t in threads()))
        await send(slow, MESSAGE)
        assert len(web.got) == 2


def test_a_program_whose_target_drips_ends_in_time() -> None:
    """Each byte comes before a read times out; the waiting thread must not keep the program."""
    program = """
import asyncio, sys
from monitor.alerts.through_apprise import send
from monitor.alerts.messages import of_test
asyncio.run(send(sys.argv[1], of_test("id", "desk", "now"), 1.0))
"""
    with WebReceiver() as web:
        web.drip_s = 60
        ran = subprocess.run(
            [sys.executable, "-c", program, f"json://{web.host}/"], timeout=20,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False, capture_output=True, text=True,
        )  # fmt: skip
    assert "Retryable: no answer within 1 s" in ran.stderr


@pytest.mark.asyncio
async def test_what_others_wrote_is_escaped_where_a_service_takes_html() -> None:
    with MailReceiver() as mail:
        url = f"mailto://b.example:{mail.port}?smtp=127.0.0.1&from=m@b.example&to=d@b.example"
        await send(to(f"{url}&mode=insecure&format=html"), MESSAGE)
    ((_, got),) = mail.got
    body = got.get_body(("html",))
    assert body is not None
    assert "&lt;b&gt;" in body.get_content()
    assert "<b>" not in body.get_content()


@pytest.mark.asyncio
async def test_a_webhook_that_asks_for_patience_gets_it() -> None:
    with WebReceiver() as web:
        web.answers.extend([429, 503])
        web.headers["retry-after"] = "90"
        with pytest.raises(Retryable, match="answered 429") as failed:
            await send(to(f"webhook+http://{web.host}/", KEY), MESSAGE)
        assert failed.value.retry_after == timedelta(seconds=90)
        web.headers["retry-after"] = "Wed, 25 Nov 2026 12:00:00 GMT"
        with pytest.raises(Retryable, match="answered 503") as failed:
            await send(to(f"webhook+http://{web.host}/", KEY), MESSAGE)
        assert failed.value.retry_after is None


@pytest.mark.parametrize(
    ("url", "key", "said"),
    [
        ("t0ps3cret", "", "MONITOR_ALERT_DESK: is no address that Apprise knows"),
        ("nonsense://t0ps3cret", "", "MONITOR_ALERT_DESK: is no address that Apprise knows"),
        ("webhook+ftp://t0ps3cret/x", KEY, "MONITOR_ALERT_DESK: is no webhook"),
        ("webhook+https://[t0ps3cret", KEY, "MONITOR_ALERT_DESK: is no webhook"),
        ("webhook+https://t0ps3cret:99999/", KEY, "MONITOR_ALERT_DESK: is no webhook"),
        ("webhook+https://t0ps3cret/x", "", "MONITOR_ALERT_DESK_KEY: is not set"),
        ("webhook+https://t0ps3cret/x", "t0ps3cret", "MONITOR_ALERT_DESK_KEY: has 9 bytes"),
        ("webhook+https://t0ps3cret/x", "whsec_t0ps3cret!", "DESK_KEY: is not whsec_ and base64"),
    ],
)
def test_an_address_that_cannot_be_used_names_its_variable_and_not_its_value(
    url: str, key: str, said: str
) -> None:
    with pytest.raises(BadConfiguration) as refused:
        to(url, key)
    assert said in str(refused.value)
    assert "t0ps3cret" not in str(refused.value)
    assert "t0ps3cret" not in repr(AlertSecret("desk", "MONITOR_ALERT_DESK", url, key))
