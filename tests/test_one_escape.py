"""Nothing but the one escape, `words.escape.safe_html`, and the values of `drawing.site.markup` that use it, makes HTML of a text.

The code is read, not run. Wherever a text with a tag in it is put together, each part must be a literal, a number written as one, what
the escape or the markup module returned, or a name or function of the same module that is made of such parts alone. What is none of these
stands in a list below, with the reason; a row that no longer answers anything fails too.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TAG = re.compile(r"<(?:[a-zA-Z!/{%]|$)")
MARKUP = "hotspots/drawing/site/markup.py"
ESCAPE = "hotspots/words/escape.py"
MAKERS = {"safe_html", "el", "joined", "items", "table", "head", "brand"}  # the escape, and the markup module's own
NUMBERS = re.compile(r"[-+]?[0-9,]*(\.[0-9]+)?[dfge%]")  # a text formatted so is refused by Python itself


class Module:
    """A module of ours: its functions, and which of its expressions can hold nothing but our own markup and escaped text."""

    def __init__(self, text: str, name: str = ""):
        self.name, self.text = name, text
        self._inert: dict[str, bool] = {}

    @functools.cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @functools.cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        return {node.name: node for node in self.nodes if isinstance(node, ast.FunctionDef)}

    def calls(self, *words: str) -> list[ast.Call]:
        """Return the calls of a module that names one of the words at all."""
        found = any(word in self.text for word in words)
        return [node for node in self.nodes if isinstance(node, ast.Call)] if found else []

    def inert(self, node: ast.AST, inside: ast.AST) -> bool:
        """Return whether an expression in the function `inside` can hold no text of the data but an escaped one."""
        known = {
            ast.Constant: lambda: True,
            ast.JoinedStr: lambda: all(self.inert(part, inside) for part in node.values),
            ast.FormattedValue: lambda: self._formatted(node, inside),
            ast.IfExp: lambda: self.inert(node.body, inside) and self.inert(node.orelse, inside),
            ast.BoolOp: lambda: all(self.inert(part, inside) for part in node.values),
            ast.BinOp: lambda: self.inert(node.left, inside) and self.inert(node.right, inside),
            ast.GeneratorExp: lambda: self.inert(node.elt, inside),
            ast.ListComp: lambda: self.inert(node.elt, inside),
            ast.List: lambda: all(self.inert(part, inside) for part in node.elts),
            ast.Tuple: lambda: all(self.inert(part, inside) for part in node.elts),
            ast.Starred: lambda: self.inert(node.value, inside),
            ast.Call: lambda: self._call(node, inside),
            ast.Name: lambda: self._name(node.id, inside),
        }
        return type(node) in known and known[type(node)]()

    def _formatted(self, node: ast.FormattedValue, inside: ast.AST) -> bool:
        spec = ast.unparse(node.format_spec)[2:-1] if node.format_spec else ""
        return bool(NUMBERS.fullmatch(spec)) or self.inert(node.value, inside)

    def _call(self, node: ast.Call, inside: ast.AST) -> bool:
        if isinstance(node.func, ast.Name):
            return node.func.id in MAKERS or self.returns_inert(node.func.id)
        if not isinstance(node.func, ast.Attribute):
            return False
        if node.func.attr in {"join", "replace"}:
            return self.inert(node.func.value, inside) and all(self.inert(part, inside) for part in node.args)
        return node.func.attr == "number" and ast.unparse(node.func.value) == "words"

    def returns_inert(self, name: str) -> bool:
        """Return whether all that a function of this module returns is inert."""
        if name not in self._inert:
            self._inert[name] = False  # of itself it may not say so
            made = self.functions.get(name)
            found = [one.value for one in ast.walk(made) if isinstance(one, ast.Return)] if made else []
            self._inert[name] = bool(found) and all(one is not None and self.inert(one, made) for one in found)
        return self._inert[name]

    def _name(self, name: str, inside: ast.AST) -> bool:
        """A name is inert where all that is ever put under it in the function is, and it is no argument and runs over nothing."""
        arguments = getattr(inside, "args", None)
        given = {one.arg for one in ast.walk(arguments) if isinstance(one, ast.arg)} if arguments else set()
        put = list(_put_under(name, inside)) or list(_put_under(name, self.tree))
        key = f"{getattr(inside, 'name', '')}:{name}"
        if key in self._inert:
            return self._inert[key]
        self._inert[key] = True  # `text = f"<b>{text}</b>"` is as inert as what `text` held before
        self._inert[key] = name not in given and bool(put) and all(one is not None and self.inert(one, inside) for one in put)
        return self._inert[key]

    def built(self) -> Iterator[tuple[str, ast.AST]]:
        """Yield each text with a tag in it, and the part that may hold a text of the data."""
        for inside in [*self.functions.values(), self.tree] if TAG.search(self.text) else []:
            for node in _own(inside):
                yield from ((f"{self.name}: {ast.unparse(part)}", part) for part in self._parts(node) if not self.inert(part, inside))

    def _parts(self, node: ast.AST) -> list[ast.AST]:
        """Return what a text with a tag in it is put together from, other than its literals."""
        if isinstance(node, ast.JoinedStr) and any(isinstance(one, ast.Constant) and TAG.search(str(one.value)) for one in node.values):
            return [one for one in node.values if isinstance(one, ast.FormattedValue)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod) and any(map(_tagged, (node.left, node.right))):
            return [one for one in (node.left, node.right) if not _tagged(one)]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}:
            return list(node.args) if _tagged(node.func.value) else []
        return []


def _tagged(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(TAG.search(node.value))


def _own(inside: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function, or of a module, but not those of the functions in it; a docstring is no code."""
    for node in ast.iter_child_nodes(inside):
        if not isinstance(node, ast.FunctionDef):
            yield node
            yield from _own(node)


def _put_under(name: str, inside: ast.AST) -> Iterator[ast.AST | None]:
    """Yield what a function puts under a name; None for what cannot be followed, such as what a loop runs over."""
    for node in ast.walk(inside):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from _pair(name, target, node.value)
        elif isinstance(node, ast.For | ast.comprehension) and _names(node.target) & {name}:
            yield None


def _pair(name: str, target: ast.AST, value: ast.AST | None) -> Iterator[ast.AST | None]:
    if isinstance(target, ast.Name):
        if target.id == name:
            yield value
    elif isinstance(target, ast.Tuple):
        options = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
        for option in options:
            if isinstance(option, ast.Tuple) and len(option.elts) == len(target.elts):
                for one, made in zip(target.elts, option.elts, strict=True):
                    yield from _pair(name, one, made)
            elif name in _names(target):
                yield None


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


@functools.cache
def modules() -> dict[str, Module]:
    files = [ROOT / "app.py", *sorted((ROOT / "hotspots").rglob("*.py"))]
    found = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}
    return {name: Module(text, name) for name, text in found.items()}


# Parts of a text with a tag in it that cannot be followed so, and why none of them holds a text of the data.
FOLLOWED_BY_HAND = {
    "hotspots/cli/mailing.py": {"{name}": "an address of a mail", "{sender.rpartition('@')[2].strip('<> ')}": "the same: no HTML"},
    "hotspots/dashboard/restricted/share.py": {"{re.escape(one)}": "a pattern to look for"},
    "hotspots/cli/totals.py": {"{width}": "the width of a column, in letters"},
    "hotspots/drawing/brief/slides.py": dict.fromkeys(("{tag}", "{nsdecls('c')}", "{value}"), "XML of a slide: names of its schema"),
    "hotspots/drawing/maps.py": {
        **dict.fromkeys(("{row.kind}", "{kind}", "{name.kind}"), "one of our own words for a kind"),
        **dict.fromkeys(("{look.edge}", "{look.fill}", "{line}", "{_swatch(sheets.legend_look(row, view), number)}", "{box}"), "colours"),
        **dict.fromkeys(("{number}", "{name.lat}", "{name.lon}"), "numbers"),
        **dict.fromkeys(("{''.join(rows)}", "{''.join(row)}", "{head}", "{rows}"), "rows put together from escaped cells"),
        **dict.fromkeys(("{style}", "{leaflet}"), "files of ours and of Leaflet"),
        **dict.fromkeys(("{scripts.asset('map_page.css')}", "{scripts.asset('map_page.js')}"), "files of ours"),
        "{scripts.of_the_screen('ways.js')}": "a file of ours",
        "{policy}": "hashes",
    },
    "hotspots/drawing/site/find.py": {"{_inert(_data(reading, words))}": "JSON without <", "{script}": "a file of ours"},
    MARKUP: dict.fromkeys(("{tag}", "{said}", "{style}"), "the markup module itself"),
    "hotspots/readers/cityfile/printed.py": {
        "(f'{named[answer]}: {meaning}' for answer, meaning in asked.options.items())": "a page of the documents, of our own words",
    },
}
# What goes unescaped into a page by `raw` or `Html`, and what it is.
RAW = {
    "hotspots/drawing/digests.py": {"''"},
    "hotspots/drawing/brief/browser.py": {
        "STYLE.read_text(encoding='utf-8')", "''",
        "graph['svg']", "shown['svg']",  # drawings made by `el`, in brief/graphs.py and brief/plan.py
        *(f"""{one}.replace('<svg', '<svg {more}', 1)""" for one, more in (
            ("one['bar']", 'aria-hidden="true"'), ("row['swatch']", 'aria-hidden="true"'),
            ("told['qr']", 'role="img" aria-label="QR" class="qr"'),
            ("one['svg']", 'aria-hidden="true" preserveAspectRatio="none" class="bar"'),
        )),
    },
    "hotspots/drawing/brief/plan.py": {"""text.replace('text-anchor="middle"', 'text-anchor="start"')"""},
    "hotspots/drawing/site/find.py": {
        """f'<script type="application/json" id="data">{_inert(_data(reading, words))}</script>'""",
        """f'<script type="module">{script}</script>'""",
    },
}  # fmt: skip
# What makes HTML out of a text by itself, which the map's own page alone may name, and what nothing may.
MAPS = "hotspots/drawing/maps.py"
HTML_MAKERS = {"MacroElement", "Template", "JsCode"}  # that nobody else imports folium holds the import linter
NEVER = {
    "unsafe_allow_html", "unsafe_allow_javascript", "Popup", "Tooltip", "GeoJsonPopup", "GeoJsonTooltip", "DivIcon", "IFrame", "Markup",
    "to_html", "_repr_html_", "HTMLResponse",
}  # fmt: skip
IN_SCRIPTS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|setHTML|createContextualFragment|DOMParser"
    "|javascript:"
)


def named(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_every_text_with_a_tag_is_made_of_what_was_escaped():
    found = {said for module in modules().values() for said, _ in module.built()}
    known = {f"{name}: {part}" for name, parts in FOLLOWED_BY_HAND.items() for part in parts}
    assert sorted(found - known) == [], "let it pass words.escape.safe_html, or drawing.site.markup.el"
    assert sorted(known - found) == [], "these are followed now, or gone: take them off the list"


def test_what_is_said_to_be_markup_is_known():
    others = [module for name, module in modules().items() if name != MARKUP]
    calls = [(module.name, one) for module in others for one in module.calls("raw(", "Html(") if isinstance(one.func, ast.Name)]
    found = {(name, ast.unparse(one.args[0])) for name, one in calls if one.func.id in {"raw", "Html"}}
    assert found == {(name, part) for name, parts in RAW.items() for part in parts}


KEPT = {"kept": 1, "kept_as": 2, "_once": 4}  # what keeps a text that a function makes, and which argument that function is


def made_by(given: ast.AST, module: Module) -> Iterator[ast.AST]:
    """Yield what an expression is that is kept, or made by a function of the same module; itself where it is neither."""
    name = given.func.id if isinstance(given, ast.Call) and isinstance(given.func, ast.Name) else ""
    if isinstance(given, ast.IfExp):
        yield from (one for part in (given.body, given.orelse) for one in made_by(part, module))
    elif name in KEPT:
        maker = given.args[KEPT[name]]
        called = ast.Call(maker, [], []) if isinstance(maker, ast.Name) else maker.body
        yield from made_by(called, module)
    elif name in module.functions:
        returned = [one.value for one in ast.walk(module.functions[name]) if isinstance(one, ast.Return)]
        yield from (one for part in returned for one in made_by(part, module))
    else:
        yield given


def test_what_is_kept_is_followed_to_what_makes_it():
    module = Module(
        "def made(table): return charts.fitting(table)\nkept(table, made)\nkept_as(of, 'x', lambda: of.text)\n_once(1, 2, 3, 4, made)"
    )
    found = [[ast.unparse(one) for one in made_by(line.value, module)] for line in module.tree.body[1:]]
    assert found == [["charts.fitting(table)"], ["of.text"], ["charts.fitting(table)"]]


def shown_as_html(name: str, module: Module) -> Iterator[str]:
    """Yield what goes to `st.html` and may hold a text of the data: not a file, nor what a chart made of escaped cells."""
    drawn = {one for other, made in modules().items() if other.startswith("hotspots/drawing/charts/") for one in made.functions
             if made.returns_inert(one)}  # fmt: skip
    for inside in [*module.functions.values(), module.tree] if ".html(" in module.text else []:
        for one in _own(inside):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "html":
                for given in made_by(one.args[0], module):
                    chart = isinstance(given, ast.Call) and ast.unparse(given.func) in {f"charts.{made}" for made in drawn}
                    if not (chart or ast.unparse(given).startswith("HERE / ") or module.inert(given, inside)):
                        yield f"{name}: {ast.unparse(given)}"


def test_streamlit_is_handed_no_html_but_such():
    found = sorted(said for name, module in modules().items() if "dashboard" in name for said in shown_as_html(name, module))
    # The words of the boxes that take files, out of the catalogue, as strings of a style sheet.
    assert found == [
        "hotspots/dashboard/restricted/parts/uploads.py: _STYLE % tuple((json.dumps(text, ensure_ascii=False) for text in texts))"
    ]
    frames = [(name, ast.unparse(one)) for name, module in modules().items() for one in module.calls("iframe(") if named(one) in {"iframe"}]
    assert frames == [
        ("hotspots/dashboard/restricted/pages/publish.py", "st.iframe(page, height=700)")
    ]  # the page without a server, of `el`
    parts = [
        word for module in modules().values() for one in module.calls("component(") if named(one) == "component" for word in one.keywords
    ]
    assert all(isinstance(word.value, ast.Constant) for word in parts)


def names_in(module: Module) -> set[str]:
    """Return every name that a module reads, imports or hands over, as far as it is in one of the lists; a text is none."""
    if not (NEVER | HTML_MAKERS).intersection(re.findall(r"\w+", module.text)):
        return set()
    words = (getattr(node, how, None) for node in module.nodes for how in ("id", "attr", "arg", "name"))
    return (NEVER | HTML_MAKERS).intersection(word for word in words if isinstance(word, str))


def test_nothing_else_makes_html():
    used = {name: found for name, module in modules().items() if (found := names_in(module))}
    assert used == {MAPS: HTML_MAKERS}
    escapes = [name for name, module in modules().items() for one in module.calls("html.escape") if ast.unparse(one.func) == "html.escape"]
    assert escapes == [ESCAPE]


def test_no_script_of_ours_makes_markup_of_a_text():
    scripts = [file for folder in ("hotspots", "tests") for file in (ROOT / folder).rglob("*.js") if "vendor" not in file.parts]
    assert len(scripts) > 20
    assert [(file.name, found) for file in scripts if (found := IN_SCRIPTS.findall(file.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("def f(name):\n    return f'<b>{name}</b>'", True),
        ("def f(name):\n    return f'<b>{safe_html(name)}</b>'", False),
        ("def f(name):\n    return '<b>' + name", True),
        ("def f(name):\n    return '<b>%s</b>' % name", True),
        ("def f(name):\n    return '<b>{}</b>'.format(name)", True),
        ("def f(names):\n    return '<br>'.join(names)", True),
        ("def f(names):\n    return f'<p>{\"\".join(safe_html(name) for name in names)}</p>'", False),
        ("def f(names):\n    return f'<p>{\"\".join(name for name in names)}</p>'", True),
        ("def f(name):\n    shown = safe_html(name)\n    return f'<b>{shown}</b>'", False),
        ("def f(name):\n    shown = safe_html(name)\n    shown = name\n    return f'<b>{shown}</b>'", True),
        ("def f(width):\n    return f'<i style=\"width:{width:.1f}%\">'", False),
        ("def f(width):\n    return f'<i style=\"width:{width:>9}%\">'", True),
        ("def g(name):\n    return safe_html(name)\n\ndef f(name):\n    return f'<b>{g(name)}</b>'", False),
        ("def g(name):\n    return name\n\ndef f(name):\n    return f'<b>{g(name)}</b>'", True),
        ("def f(name):\n    return f'<b>{words.say(\"Of {name}\", name=name)}</b>'", True),
    ],
)
def test_an_escape_that_is_taken_away_is_noticed(code, caught):
    assert bool(list(Module(code).built())) == caught
