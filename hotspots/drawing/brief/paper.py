"""A brief as PDF: tagged for who cannot see it (PDF/UA-1), its letters inside, the same page for the same answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hotspots.drawing.brief import letters
from hotspots.drawing.brief.parts import Parts
from hotspots.drawing.brief.typeset import compiled
from hotspots.views.one_page import OnePage

TEMPLATE = Path(__file__).with_name("page.typ")
PAPERS: dict[str, str] = {"a4": "a4", "letter": "us-letter"}
EPOCH = 946_684_800  # the file names no moment: the page says how far the data reach


def pdf(*pages: OnePage, paper: str = "a4", title: str = "") -> bytes:
    """Return pages as one PDF on `paper` (one of `PAPERS`); its `title` is that of the first page where none is given."""
    told = json.dumps(letters.shown([Parts.of(page).plain() for page in pages]), ensure_ascii=False)
    inputs = {"pages": told, "paper": PAPERS[paper], "title": letters.shown(title or pages[0].title)}
    how: dict[str, Any] = {"format": "pdf", "pdf_standards": "ua-1", "timestamp": EPOCH}
    return compiled(TEMPLATE.read_text(encoding="utf-8"), fonts=_fonts(), sys_inputs=inputs, **how)


def picture(svg: str, *, width: float, ppi: float = 220.0) -> bytes:
    """Return an SVG as PNG, `width` pixels of 1/96 inch across: for slides, which cannot hold it."""
    source = (
        "#set page(width: auto, height: auto, margin: 0pt)\n"
        f'#set text(font: "{letters.FAMILY}", fallback: false)\n'
        '#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1pt)'
    )
    inputs = {"svg": letters.shown(svg), "width": str(width * 0.75)}
    return compiled(source, fonts=_fonts(), format="png", ppi=ppi, sys_inputs=inputs)


def _fonts() -> list[str]:
    return [str(letters.folder())]
