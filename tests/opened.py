"""Pages opened without a browser, and what they say."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from hotspots.dashboard.public import opened
from hotspots.dashboard.restricted import cached
from hotspots.store.worked_out import ERASED, FOLDER

ROOT = Path(__file__).resolve().parent.parent
_FILES = {path.stem for path in (ROOT / "hotspots/dashboard/restricted/pages").glob("*.py")} - {"__init__", "overview"}
PAGES = ("", *sorted(name.rstrip("_") for name in _FILES))  # where each page of the restricted edition is; the first is at no path
PUBLIC = ("", "city", "people", "done", "left-out", "embed")  # those of the public edition, and "places" where there are several


class _Caches:
    """The store that the caches were filled from: they know a city and a version, not where these lie."""

    store: Path | None = None


def forget() -> None:
    """Empty the caches, for a store of this test's own."""
    cached.forget()
    opened.pages.clear()
    _Caches.store = None


def keep_caches_of(store: Path) -> None:
    """Empty the caches unless they were filled from this store, which no test changes."""
    if _Caches.store != store:
        forget()
        _Caches.store = store


def content(store: Path) -> dict[str, tuple[int, int]]:
    """Return the files of a store with their sizes and times, to see that nobody changed it; what a page keeps of its own work is none."""
    files = [path for path in sorted(store.rglob("*")) if not {FOLDER, ERASED} & {*path.parts} and path.is_file()]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def open_page(page: str = "map", **query: str) -> AppTest:
    """Open a page of the dashboard with an address; a `ValueError` where there is none: Streamlit would show the first page instead."""
    if page not in {*PAGES, *PUBLIC, "places"}:
        raise ValueError(f"no page is at {page!r}")
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
    kinds = ("title", "header", "subheader", "caption", "markdown", "info", "warning", "error")
    return " ".join(element.value for kind in kinds for element in app.get(kind) if element.value)


def words_outside_of_tables(app: AppTest) -> int:
    """Return how many words stand on a page outside of tables and of what is folded away."""
    folded = " ".join(one.value for part in app.expander for kind in ("caption", "markdown") for one in part.get(kind) if one.value)
    return len(text(app).split()) - len(folded.split())
