"""What is shown in; HTML pages out, escaped, and the policy that lets their one style sheet in."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitor.log import harmless
from monitor.model import Json
from monitor.pages.content import Cases, Health
from monitor.pages.lengths import as_count, as_length, as_moment, as_size


def overview(health: Health) -> str:
    """Write the page that everything is reached from."""
    return _page("overview.html", "Overview", here="/", health=health)


def status(told: Mapping[str, Json]) -> str:
    """Write how things stand, for people."""
    return _page("status.html", "How collecting goes", here="/status", s=told)


def cases(found: Cases) -> str:
    """Write where each channel stands."""
    return _page("cases.html", "Where the channels stand", here="/cases", cases=found)


def error(title: str, said: str) -> str:
    """Write a page that says what went wrong."""
    return _page("error.html", title, here="", said=said)


@cache
def policy() -> str:
    """Return the content security policy of these pages; a page in a frame is refused too."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _page(name: str, title: str, **shown: object) -> str:
    template = _environment().get_template(name)
    # Our own text, and it must reach the page unescaped for its hash to hold.
    style = Markup(_style())  # noqa: S704
    return template.render(title=title, style=style, **shown)


@cache
def _style() -> str:
    folder = files("monitor.pages")
    return folder.joinpath("templates/pages.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("monitor.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Words of others pass through here: none of them may turn the line around, or be
        # something that UTF-8 cannot hold.
        finalize=lambda value: _fit(value) if type(value) is str else value,
    )
    made.filters |= {
        "moment": as_moment,
        "size": as_size,
        "length_of": as_length,
        "count_of": as_count,
    }
    return made


def _fit(text: str) -> str:
    return harmless(text).encode("utf-8", "replace").decode("utf-8")
