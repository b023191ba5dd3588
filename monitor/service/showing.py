"""The pages of a running service: the same as `serve` shows, and whether work goes on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from monitor.errors import MonitorError
from monitor.jobs.showing import Subject, pages
from monitor.log import logger
from monitor.pages.content import Series
from monitor.pages.server import listen_at
from monitor.service.edges import Edges
from monitor.service.running import Service
from monitor.store.database import Connection


@asynccontextmanager
async def shown(
    service: Service, database: str, evidence: Path, *, since: datetime, needed: bool
) -> AsyncIterator[None]:
    """Serve health, metrics and pages at `[service] listen` while the block runs.

    Raises:
        BadUsage: `listen` is no place.
        MonitorError: nothing can be served there, and it is `needed`. After the configuration was
            read anew it is not: collecting goes on without, and the log says why.
    """
    means = service.means
    place = listen_at(means.settings.service.listen)
    async with AsyncExitStack() as stack:
        if place is not None:
            subject = Subject(
                database=database,
                settings=lambda: means.settings,
                clock=means.clock,
                evidence=evidence,
                reports=service.reports,
                since=since,
                checks=(service.progress,),
                more=(partial(_troubles, service.edges),),
            )
            try:
                address = await stack.enter_async_context(pages(subject, *place))
            except MonitorError as error:
                if needed:
                    raise
                logger().error("health and metrics are not served", why=str(error))
            else:
                logger().info("health and metrics are served", address=address)
        yield


async def _troubles(edges: Edges, _connection: Connection) -> Sequence[Series]:
    """Tell what failed in this process, by class, and what fails at present."""
    failed = [((name,), float(count)) for name, count in sorted(edges.failures.items())]
    lasting = [(labels, 1.0) for labels in sorted(edges.lasting().items())]
    return (
        Series("failures", "counter", "What failed since the service started.", ("class",), failed),
        Series("trouble", "gauge", "What fails at present; always 1.", ("what", "class"), lasting),
    )
