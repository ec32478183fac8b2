"""HTML and SVG as values: whatever is not markup already passes the one escape, so no text of the data can become anything else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hotspots.agency import Agency
from hotspots.words.escape import safe_html

LONG = 20  # rows from which a table stands in two columns on paper
_VOID = frozenset({"meta", "link", "br", "img"})


class Html(str):
    """A text that is markup: made by `el`, `joined` or `raw` alone."""

    __slots__ = ()


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, the text of each cell, whether these are numbers, and whether it stands on a screen alone."""

    label: str
    cells: Sequence[str]
    number: bool = False
    screen: bool = False


def raw(text: str) -> Html:
    """Return our own markup, unescaped; never text of the data."""
    return Html(text)


def joined(parts: Iterable[str]) -> Html:
    """Return the parts one after another, those that are no markup escaped.

    >>> joined([el("b", "1 < 2"), " & so on"])
    '<b>1 &lt; 2</b> &amp; so on'
    """
    return Html("".join(part if isinstance(part, Html) else safe_html(part) for part in parts))


def el(tag: str, *inside: str, **attributes: object) -> Html:
    """Return an element. `class_` is the attribute class, `aria_label` aria-label; None leaves an attribute out, True leaves it bare.

    >>> el("p", "a", el("br"), "{b}", class_="note", hidden=True)
    '<p class="note" hidden>a<br>&#123;b&#125;</p>'
    """
    said = "".join(_attribute(name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items())
    return Html(f"<{tag}{said}>" if tag in _VOID else f"<{tag}{said}>{joined(inside)}</{tag}>")


def _attribute(name: str, value: object) -> str:
    if value is None:
        return ""
    return f" {name}" if value is True else f' {name}="{safe_html(f"{value:.5g}" if isinstance(value, float) else value)}"'


def policy(style: str, script: str = "") -> str:
    """Return what a page may do that holds nothing but itself: this one style, this one script, and pictures that stand in it."""
    style, script = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() if one else "" for one in (style, script))
    run = f" script-src 'sha256-{script}';" if script else ""
    return f"default-src 'none'; style-src 'sha256-{style}';{run} img-src data:; base-uri 'none'; form-action 'none'"


def brand(city: str, agency: Agency | None) -> Html:
    """Return whose page it is: the agency's logo and name, where there is one, and the city."""
    logo = [el("img", src=agency.picture, alt="", class_="logo")] if agency and agency.logo else []
    name = [agency.name, " · "] if agency else []
    return el("p", *logo, *name, city, class_="brand")


def items(parts: Iterable[str], **attributes: object) -> Html:
    """Return a list of points."""
    return el("ul", *[el("li", part) for part in parts], **attributes)


def table(caption: str, columns: Sequence[Column], *, head: int = 0) -> Html:
    """Return a table that may be wider than a phone: it moves within itself, also by the keys. The column `head` names its rows."""
    top = el("tr", *[el("th", one.label, scope="col", class_=_kind(one)) for one in columns])
    rows = [
        el("tr", *[_cell(cell, columns[i], named=i == head) for i, cell in enumerate(cells)])
        for cells in zip(*[one.cells for one in columns], strict=True)
    ]
    whole = el("table", el("caption", caption), "\n", el("thead", top), "\n", el("tbody", *rows))
    long = bool(columns) and len(columns[0].cells) > LONG
    return el("div", whole, class_="scroll long" if long else "scroll", role="region", tabindex=0, aria_label=caption)


def _cell(text: str, column: Column, *, named: bool) -> Html:
    return el("th", text, scope="row") if named else el("td", text, class_=_kind(column))


def _kind(column: Column) -> str | None:
    return " ".join(name for name in ("number", "screen") if getattr(column, name)) or None


def head(title: str, style: str, *more: Html, script: str = "") -> Html:
    """Return the head of a page that stands by itself: its policy lets nothing be fetched, no style in but this one, no script but one."""
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy(style, script)),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title),
        el("link", rel="icon", href="data:,"),
        *more,
        raw(f"<style>{style}</style>"),
    )
