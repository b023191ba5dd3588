"""The report's HTML in, a PDF out, by WeasyPrint, which is an optional extra."""

import importlib
from types import ModuleType

from monitor.errors import BadUsage


def require() -> ModuleType:
    """Load WeasyPrint.

    Raises:
        BadUsage: it, or the system library Pango that it needs, is not installed.
    """
    try:
        return importlib.import_module("weasyprint")
    except ImportError as error:
        raise BadUsage(
            "a PDF needs WeasyPrint, which is not installed: "
            "pip install 'channel-migration-monitor[pdf]', and the system library Pango "
            "(Debian: libpango-1.0-0 libpangoft2-1.0-0); or leave pdf out of --format"
        ) from error
    except OSError as error:
        raise BadUsage(
            "WeasyPrint is installed but not the system library Pango that it needs "
            f"({error}); Debian: libpango-1.0-0 libpangoft2-1.0-0; or leave pdf out of --format"
        ) from error


def as_pdf(html: str) -> bytes:
    """Lay a page out on A4; whatever is not inside the page is refused, never fetched.

    Raises:
        BadUsage: WeasyPrint is not installed, or is too old to be kept from the network.
    """
    weasyprint = require()
    try:
        fetch = weasyprint.urls.URLFetcher(allowed_protocols={"data"})
    except AttributeError as error:
        raise BadUsage(
            f"WeasyPrint {weasyprint.__version__} is too old; 68 or newer is needed: "
            "pip install --upgrade weasyprint"
        ) from error
    body: bytes = weasyprint.HTML(string=html, url_fetcher=fetch).write_pdf()
    return body
