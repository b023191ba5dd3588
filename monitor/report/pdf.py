"""The report's HTML in, a PDF out, by WeasyPrint, which is an optional extra."""

import importlib
from types import ModuleType
from typing import Never

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
        BadUsage: WeasyPrint is not installed.
    """
    weasyprint = require()
    fetch = _inside_only(weasyprint)
    body: bytes = weasyprint.HTML(string=html, url_fetcher=fetch).write_pdf()
    return body
