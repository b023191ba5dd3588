"""The style sheet of every page that we write, its fonts inside it, and the policy that allows it.

A content security policy names the one style sheet by its hash; nothing else may load or run.
"""

import base64
import hashlib
from functools import cache
from importlib.resources import files


@cache
def style(language: str) -> str:
    """Return the style sheet with both fonts inside it, so that Persian looks the same anywhere."""
    folder = files("monitor.report")
    faces = ""
    for name, weight in (("Regular", 400), ("Bold", 700)):
        font = folder.joinpath(f"fonts/Vazirmatn-{name}.woff2").read_bytes()
        faces += (
            '@font-face{font-family:"Vazirmatn";font-style:normal;'
            f"font-weight:{weight};src:url(data:font/woff2;base64,"
            f"{base64.b64encode(font).decode()}) format('woff2');"
            # Vazirmatn has no Cyrillic: in Russian it writes Persian quotes only, so that words
            # and numbers come from one font.
            + (
                "unicode-range:U+0600-06FF,U+200C-200D,U+FB50-FDFF,U+FE70-FEFF"
                if language == "ru"
                else ""
            )
            + "}\n"
        )
    return faces + folder.joinpath("templates/report.css").read_text(encoding="utf-8")


@cache
def policy(language: str) -> str:
    """Return the content security policy of a page with that style sheet."""
    digest = base64.b64encode(hashlib.sha256(style(language).encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; font-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
