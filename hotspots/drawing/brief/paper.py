"""A brief as PDF: tagged for who cannot see it (PDF/UA-1), its letters inside, the same page for the same answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hotspots.drawing.brief import letters
from hotspots.drawing.brief.parts import Parts
from hotspots.views.one_page import OnePage

TEMPLATE = Path(__file__).with_name("page.typ")
PAPERS: dict[str, str] = {"a4": "a4", "letter": "us-letter"}
EPOCH = 946_684_800  # the file names no moment: the page says how far the data reach


def pdf(*pages: OnePage, paper: str = "a4", title: str = "") -> bytes:
    """Return pages as one PDF on `paper` (one of `PAPERS`); its `title` is that of the first page where none is given."""
    import typst

    how: dict[str, Any] = {"format": "pdf", "pdf_standards": "ua-1", "timestamp": EPOCH}
    found = _compiled(pages, paper=paper, title=title or pages[0].title, **how)
    assert isinstance(found, bytes), typst.__name__
    return found


def picture(svg: str, *, width: float, ppi: float = 220.0) -> bytes:
    """Return an SVG as PNG, `width` pixels of 1/96 inch across: for slides, which cannot hold it."""
    import typst

    source = (
        "#set page(width: auto, height: auto, margin: 0pt)\n"
        f'#set text(font: "{letters.FAMILY}", fallback: false)\n'
        '#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1pt)'
    )
    found = typst.compile(
        source.encode(), font_paths=_fonts(), format="png", ppi=ppi, sys_inputs={"svg": letters.shown(svg), "width": str(width * 0.75)}
    )
    assert isinstance(found, bytes)
    return found


def _compiled(pages: Sequence[OnePage], *, paper: str, title: str, **how: Any) -> Any:
    import typst

    told = json.dumps(letters.shown([Parts.of(page).plain() for page in pages]), ensure_ascii=False)
    inputs = {"pages": told, "paper": PAPERS[paper], "title": letters.shown(title)}
    return typst.compile(TEMPLATE.read_bytes(), font_paths=_fonts(), sys_inputs=inputs, **how)


def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(letters.folder())])
