"""Every error that this program raises on purpose, by what the caller does about it.

MonitorError                 one clear sentence: what, where, what to do
├── BadUsage                 the command line or the configuration is wrong   exit 2
│   └── BadConfiguration     names the file, the key and the remedy           exit 2
├── NeedsPerson              someone has to log in or decide                  exit 3
├── BadInput                 a file, a row or a page that cannot be read      exit 1
├── StoreError               the database cannot be used as it is             exit 1
│   └── StoreBusy            another writer holds it                          exit 1
├── ModelFailed              the model of meaning gave no vector              exit 1
└── Retryable                the network or a server failed; try again later  exit 1
"""

from datetime import timedelta


class MonitorError(Exception):
    """The root: its message gives the value, the place and the remedy."""

    exit_code = 1


class BadUsage(MonitorError):
    """The command cannot be run as it was typed."""

    exit_code = 2


class BadConfiguration(BadUsage):
    """A setting is wrong; the message names file, key and remedy."""


class NeedsPerson(MonitorError):
    """Only a person can go on: log in, answer a ban, confirm."""

    exit_code = 3


class BadInput(MonitorError):
    """What was given to read is not what it claims to be."""


class StoreError(MonitorError):
    """The database is missing, foreign, of another schema, or cannot be written."""


class StoreBusy(StoreError):
    """Another process writes; the message names it."""


class ModelFailed(MonitorError):
    """The model that turns texts into vectors failed; judging without it goes on as ever."""


class Interrupted(MonitorError):
    """A person pressed Ctrl-C; what was committed is kept."""

    exit_code = 130


class Retryable(MonitorError):
    """A failure of the network or of a server that may pass.

    Args:
        message: what failed, where.
        retry_after: how long the other side asked us to wait, if it did.
    """

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
