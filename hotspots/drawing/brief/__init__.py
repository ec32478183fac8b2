"""One page about a place, drawn: on paper (PDF), on a slide (PPTX), in the browser (HTML). Each library is loaded when it is needed."""

from __future__ import annotations

from hotspots.views.one_page import OnePage

SUFFIXES: tuple[str, ...] = (".pdf", ".pptx", ".html")


def render(page: OnePage, suffix: str, *, paper: str = "a4") -> bytes:
    """Return the bytes of a brief as a file with the ending `suffix`, one of `SUFFIXES`; `paper` is `a4` or `letter`."""
    if suffix == ".pdf":
        from hotspots.drawing.brief import paper as sheet

        return sheet.pdf(page, paper=paper)
    if suffix == ".pptx":
        from hotspots.drawing.brief import slides

        return slides.pptx(page)
    from hotspots.drawing.brief import browser

    return browser.html(page).encode()
