"""A brief as one HTML file: no script, no request, readable on a phone, printed on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hotspots.drawing.brief.parts import Parts
from hotspots.drawing.site.markup import Html, el, joined, raw
from hotspots.views.one_page import OnePage

STYLE = Path(__file__).with_name("page.css")


def html(page: OnePage) -> str:
    """Return the page as HTML."""
    told = Parts.of(page).plain()
    body = [
        _head(page, told),
        _figures(told),
        _where(told),
        _lists(told),
        _blocks(told),
        _foot(told),
        *(_table(one) for one in told["tables"]),
    ]
    top = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", page.title),
        el("style", raw(STYLE.read_text(encoding="utf-8"))),
    )
    return "<!doctype html>\n" + el("html", top, el("body", el("main", *body)), lang=page.language)


def _head(page: OnePage, told: dict[str, Any]) -> Html:
    mark = [el("strong", told["mark"])] if told["mark"] else []
    ours = page.agency
    name = [el("strong", ours.name), " · "] if ours else []
    left = el("p", *name, el("strong", told["city"]), el("br"), el("span", told["about"], class_="quiet"))
    logo = [el("img", src=ours.picture, alt="", class_="logo")] if ours and ours.logo else []
    left = el("div", *logo, left, class_="whose")
    right = el(
        "p",
        el("strong", told["place"]),
        el("br"),
        el("span", told["reach"], class_="quiet"),
        *([" · ", *mark] if mark else []),
        class_="right",
    )
    style = f"border-color:{ours.primary}" if ours else None
    return joined([el("header", left, right, style=style), el("h1", told["title"]), el("p", " ".join(told["lead"]), class_="lead")])


def _figures(told: dict[str, Any]) -> Html:
    boxes = []
    for one in told["figures"]:
        head = el("p", el("strong", one["label"]), " ", el("span", one["days"], class_="quiet"))
        bar = [raw(one["bar"].replace("<svg", '<svg aria-hidden="true"', 1))] if one["bar"] else []
        boxes.append(
            el(
                "div",
                head,
                el("p", one["text"], class_="number"),
                *bar,
                el("p", one["said"], class_="outside" if one["outside"] else "quiet"),
            )
        )
    return el("section", *boxes, class_="figures") if boxes else raw("")


def _titled(one: dict[str, Any]) -> Html:
    return joined([el("h2", one["title"]), *([el("p", one["about"], class_="quiet")] if one["about"] else [])])


def _where(told: dict[str, Any]) -> Html:
    right = []
    if told["graph"] is not None:
        graph = told["graph"]
        signs = [el("li", el("strong", number), " ", text) for number, text in graph["signs"]]
        said = [el("p", line, class_="quiet") for line in graph["said"]]
        right += [_titled(graph), raw(graph["svg"]), el("ul", *signs, class_="signs"), *said]
    if told["bars"]:
        right.append(_titled({"title": told["bars_title"], "about": told["bars_about"]}))
        for one in told["bars"]:
            text = el("p", el("span", one["label"], class_="quiet"), el("span", one["said"]), class_="pair")
            right += [text, raw(one["svg"].replace("<svg", '<svg aria-hidden="true" preserveAspectRatio="none" class="bar"', 1))]
    if told["plan"] is None:
        return el("section", *right) if right else raw("")
    shown = told["plan"]
    legend = [
        el("li", raw(row["swatch"].replace("<svg", '<svg aria-hidden="true"', 1)), el("span", row["label"])) for row in shown["legend"]
    ]
    left = el("div", _titled(shown), raw(shown["svg"]), el("ul", *legend, class_="legend"), el("p", shown["note"], class_="quiet"))
    return el("section", left, el("div", *right), class_="two")


def _lists(told: dict[str, Any]) -> Html:
    found = [el("div", _table(told["places"]))] if told["places"] is not None else []
    found += [el("div", _table(told["when"], small=True))] if told["when"] is not None else []
    return el("section", *found, class_="two wide-left" if len(found) == 2 else None) if found else raw("")


def _table(one: dict[str, Any], *, small: bool = False) -> Html:
    first = [el("th", "№", scope="col")] if one["numbered"] else []
    heads = [el("th", text or "·", scope="col", class_=_kind(one, j)) for j, text in enumerate(one["columns"])]
    rows = []
    for i, row in enumerate(one["rows"]):
        lead = [el("td", el("span", str(i + 1), class_="sign"))] if one["numbered"] else []
        cells = [el("th", row[0], scope="row")]
        for j, cell in enumerate(row[1:], 1):
            shade = one.get("shades")
            style = f"background:{shade[i][j - 1][0]};color:{shade[i][j - 1][1]}" if shade else None
            cells.append(el("td", cell, class_=_kind(one, j), style=style))
        rows.append(el("tr", *lead, *cells, class_="strong" if i == one["strong"] else None))
    whole = el("table", el("thead", el("tr", *first, *heads)), el("tbody", *rows), class_="hours" if small else None)
    return joined([_titled(one), el("div", whole, class_="scroll", role="region", tabindex=0, aria_label=one["title"])])


def _kind(one: dict[str, Any], j: int) -> str | None:
    return "n" if j in one["numbers"] else None


def _blocks(told: dict[str, Any]) -> Html:
    blocks = [el("div", el("h2", one["title"]), *[el("p", line) for line in one["lines"]]) for one in told["blocks"]]
    return el("section", *blocks, class_="two") if blocks else raw("")


def _foot(told: dict[str, Any]) -> Html:
    lines = [el("p", line) for line in told["source"]]
    if not told["link"]:
        return el("footer", el("div", *lines))
    link = el("p", told["link_text"], " ", el("a", told["link_shown"], href=told["link"]))
    code = raw(told["qr"].replace("<svg", '<svg role="img" aria-label="QR" class="qr"', 1))
    return el("footer", el("div", *lines, link), code)
