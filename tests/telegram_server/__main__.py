"""The server as a process of its own: `python -m tests.telegram_server --session FILE`.

Prints one line of JSON that says where it listens, and serves until its standard input ends.
"""

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.telegram_server import TelegramServer

PORTION = 10_000
"""Posts written at a time: the server's loop must answer within ten seconds."""


def main() -> None:
    """Serve one channel, `composed`, to a session file that is signed in."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--session", type=Path, required=True)
    asked.add_argument("--posts", type=int, default=1000)
    options = asked.parse_args()
    start = datetime.now(UTC).replace(microsecond=0) - options.posts * timedelta(minutes=10)
    with TelegramServer() as server:
        channel = server.add_channel(1001, "Composed", username="composed")
        for before in range(0, options.posts, PORTION):
            server.fill(
                channel, min(PORTION, options.posts - before),
                start=start + before * timedelta(minutes=10), every=timedelta(minutes=10),
                text=lambda n, b=before: f"خبر ترکیبی شماره {b + n} برای سنجش سرعت خواندن",  # type: ignore[misc]  # mypy and defaults
            )  # fmt: skip
        server.authorise(options.session)
        where = {"host": server.host, "port": server.port, "public_key": server.public_key}
        print(json.dumps(where), flush=True)  # noqa: T201 - this is what it is run for
        sys.stdin.read()


if __name__ == "__main__":
    main()
