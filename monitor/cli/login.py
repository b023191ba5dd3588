"""`login`: sign an account in, once; the session file is all that is kept."""

import getpass
import signal
import sys
from typing import Annotated

import segno
import typer

from monitor import log, secrets
from monitor.cli.context import Invocation, result, run, say
from monitor.cli.program import app, asked
from monitor.errors import BadConfiguration, BadUsage, NeedsPerson
from monitor.jobs.passes import NO_ACCOUNT
from monitor.secrets import AccountSecrets
from monitor.sources.telegram.signing_in import signing_in


@app.command()
def login(
    context: typer.Context,
    account: Annotated[str, typer.Option(help="Which account: 1, 2 ...")] = "1",
    qr: Annotated[bool, typer.Option("--qr", help="By a code that your app scans.")] = False,
) -> None:
    """Sign an account in with phone and code, or by QR; asks for what the environment lacks."""
    invoked = asked(context)
    known = secrets.accounts()
    if not known:
        raise BadConfiguration(NO_ACCOUNT)
    chosen = next((a for a in known if a.name == account), None)
    if chosen is None:
        names = ", ".join(a.name for a in known)
        msg = f"--account: there is no account {account!r}; configured are {names}"
        raise BadUsage(msg)
    done = run(_login(invoked, chosen, by_qr=qr))
    result(f"account {account}: {done}; session at {chosen.session}")


async def _login(invoked: Invocation, account: AccountSecrets, *, by_qr: bool) -> str:
    settings = invoked.settings().sources.telegram
    opening = signing_in(account, settings, invoked.clock, base=invoked.config.parent)
    async with opening as client:
        if await client.signed_in():
            return "signed in already"
        if by_qr:
            await client.by_qr(_show, lambda: _ask("Two-step password: ", secret=True))
        else:
            phone = account.phone or _ask("Phone, with its country code: ")
            await client.by_phone(
                phone,
                lambda: _ask("Code that Telegram sent: ", secret=True),
                lambda: _ask("Two-step password: ", secret=True),
            )
    return "signed in"


def _show(url: str) -> None:
    """Draw the code on standard error; its address is a key and is not written out."""
    say("scan this in Telegram: Settings > Devices > Link a device")
    segno.make(url).terminal(out=sys.stderr, compact=True)


def _ask(words: str, *, secret: bool = False) -> str:
    """Ask on standard error, read from standard input; what is secret is not echoed."""
    # asyncio's own handler only cancels the task, which reading would not notice: Ctrl-C would
    # do nothing before the next Enter.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        answer = _typed(words, secret=secret)
    finally:
        signal.signal(signal.SIGINT, before)
    if not answer:
        msg = "standard input ended before the question was answered; run `login` by hand"
        raise NeedsPerson(msg)
    log.hide([answer.strip()])
    return answer.strip()


def _typed(words: str, *, secret: bool) -> str:
    """Return the line that a person typed, with its end; nothing where there is none to come."""
    if secret and sys.stdin.isatty():
        try:
            return getpass.getpass(words, stream=sys.stderr) + "\n"
        except EOFError:
            return ""
    print(words, end="", file=sys.stderr, flush=True)  # noqa: T201 - a question for a person
    answer = sys.stdin.readline()
    if not sys.stdin.isatty():
        print(file=sys.stderr)  # noqa: T201 - nobody's Enter ended the line of the question
    return answer
