"""Pages opened without a browser, and what they say."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

ROOT = Path(__file__).resolve().parent.parent


def open_page(page: str = "map", **query: str) -> AppTest:
    """Open a page of the dashboard with an address."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app._page_hash = calc_hash(page)  # switch_page knows pages that are files; ours are functions
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def asked(app: AppTest) -> dict[str, str]:
    """Return the address of the page."""
    return {name: value if isinstance(value, str) else value[-1] for name, value in app.query_params.items()}


def text(app: AppTest) -> str:
    """Return all sentences of a page."""
    kinds = ("title", "subheader", "caption", "markdown", "info", "warning", "error")
    return " ".join(element.value for kind in kinds for element in app.get(kind) if element.value)
