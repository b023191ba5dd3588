"""How a repeated request is said: softly, since an outage of hours is one trouble."""

from functools import cache

from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from monitor.log import logger


def _say(details: RetryDetails) -> None:
    logger().debug("asked again", number=details.retry_num, why=str(details.caused_by))


@cache
def say_softly() -> None:
    """Put our words in place of stamina's own, which warn each time, with names of ours."""
    set_on_retry_hooks([_say])
