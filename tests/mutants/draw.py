"""Small faults put into the code on purpose: every place where one could be made, and a draw of them that a seed repeats.

The draw goes by the name of each fault, so a change to one function leaves the faults drawn in all others what they were.

Five kinds: a comparison turned (`<` to `<=`), a number or truth value changed, a default changed, a sign or operation turned, an argument
dropped from a call. Types, docstrings, decorators (the sizes of caches), exports and `strict=` (a belt beside braces) are left alone: they
are no behaviour.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOMS = ("study", "views", "questions", "store", "release")
KINDS = ("comparison", "constant", "default", "sign", "dropped argument")

_TURNED: dict[type[ast.AST], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.And: "or", ast.Or: "and",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One fault: in `path`, characters `start` to `end` become `text`. `lines` are those that its tests must reach."""

    path: str
    function: str
    kind: str
    start: int
    end: int
    text: str
    lines: tuple[int, ...]
    before: str
    after: str

    @property
    def name(self) -> str:
        """What it is, whatever line it stands on."""
        return f"{self.path} {self.function}: {self.before} → {self.after}"

    def applied(self, source: str) -> str:
        """Return the source with the fault."""
        return source[: self.start] + self.text + source[self.end :]


def drawn(root: Path, n: int, seed: int) -> list[Mutant]:
    """Return `n` faults, as many of each kind as of any other where there are enough, in an order of their own."""
    every: dict[str, list[Mutant]] = {kind: [] for kind in KINDS}
    for room in ROOMS:
        for path in sorted((root / "hotspots" / room).rglob("*.py")):
            for one in candidates(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()):
                every[one.kind].append(one)
    for found in every.values():
        found.sort(key=lambda one: sha256(f"{seed} {one.name}".encode()).digest())
    order = [one for group in zip(*(_endless(found) for found in every.values()), strict=False) for one in group if one]
    return list(dict.fromkeys(order))[:n]


def _endless(found: list[Mutant]) -> Iterator[Mutant | None]:
    yield from found
    for _ in range(10_000):
        yield None


def candidates(source: str, path: str) -> list[Mutant]:
    """Return every fault that could be made in a module.

    >>> [one.after for one in candidates("def f(a, *, n=2):\\n    return a < n + 1\\n", "f.py")]
    ['def f(a, *, n=3):', 'return a <= n + 1', 'return a < n - 1', 'return a < n + 2']
    """
    tree = ast.parse(source)
    return list(dict.fromkeys(_Walk(source, path).of(tree, "")))


class _Walk:
    def __init__(self, source: str, path: str) -> None:
        self.source, self.path = source, path
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.lines = source.splitlines()

    def of(self, node: ast.AST, function: str) -> Iterator[Mutant]:
        """Yield the faults in a node and below it, in the order in which they stand."""
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inner = f"{function}.{node.name}".strip(".")
            if isinstance(node, ast.FunctionDef):
                yield from self._defaults(node, inner)
            for one in node.body:
                yield from self.of(one, inner)
            return
        if self._is_no_behaviour(node):
            return
        yield from self._own(node, function or _assigned(node))
        for child in ast.iter_child_nodes(node):
            if isinstance(node, ast.AnnAssign) and child is node.annotation:
                continue
            yield from self.of(child, function or _assigned(node))

    @staticmethod
    def _is_no_behaviour(node: ast.AST) -> bool:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        belt = isinstance(node, ast.keyword) and node.arg == "strict"
        exported = isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets)
        return docstring or belt or exported or isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)

    def _own(self, node: ast.AST, function: str) -> Iterator[Mutant]:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _TURNED:
            yield from self._between(node, node.left, node.comparators[0], node.ops[0], "comparison", function)
        elif isinstance(node, ast.BinOp) and type(node.op) in _TURNED and not isinstance(node.left, ast.Constant | ast.JoinedStr):
            yield from self._between(node, node.left, node.right, node.op, "sign", function)
        elif isinstance(node, ast.BoolOp):
            yield from self._between(node, node.values[0], node.values[1], node.op, "comparison", function)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
            long = len("not ") if isinstance(node.op, ast.Not) else len("-")
            yield self._put(node, self._at(node) + long, self._at(node), "sign", function, "")
        elif isinstance(node, ast.Constant) and (text := _other(node.value)):
            yield self._put(node, self._end(node), self._at(node), "constant", function, text)
        elif isinstance(node, ast.Call):
            yield from self._dropped(node, function)

    def _between(self, node: ast.expr, left: ast.expr, right: ast.expr, op: ast.AST, kind: str, function: str) -> Iterator[Mutant]:
        start, end = self._end(left), self._at(right)
        gap, old = self.source[start:end], _written(op)
        if gap.count(old) == 1:  # brackets and line breaks stay where they are
            at = start + gap.index(old)
            yield self._put(node, at + len(old), at, kind, function, _TURNED[type(op)])

    def _defaults(self, node: ast.FunctionDef, function: str) -> Iterator[Mutant]:
        first = node.body[1] if len(node.body) > 1 and isinstance(node.body[0], ast.Expr) else node.body[0]
        for one in [*node.args.defaults, *node.args.kw_defaults]:
            if isinstance(one, ast.Constant) and (text := _other(one.value)):
                yield self._put(one, self._end(one), self._at(one), "default", function, text, lines=(first.lineno,))

    def _dropped(self, node: ast.Call, function: str) -> Iterator[Mutant]:
        named = [one for one in node.keywords if one.arg not in (None, "strict")]
        for one in named:
            start, end = self._at(one), self._end(one)
            behind = self.source[end:].lstrip()
            if behind.startswith(","):
                end = self.source.index(",", end) + 1
            elif self.source[:start].rstrip().endswith(","):
                start = self.source.rindex(",", 0, start)
            yield self._put(node, end, start, "dropped argument", function, "")

    def _put(self, node: ast.AST, end: int, start: int, kind: str, function: str, text: str, lines: tuple[int, ...] = ()) -> Mutant:
        row = self.source.count("\n", 0, start)
        changed = self.source[self.starts[row] : start] + text + self.source[end:].split("\n", 1)[0]
        reach = lines or tuple(range(node.lineno, (node.end_lineno or node.lineno) + 1))  # type: ignore[attr-defined]
        return Mutant(self.path, function, kind, start, end, text, reach, self.lines[row].strip(), changed.strip())

    def _at(self, node: ast.AST) -> int:
        return self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def _end(self, node: ast.AST) -> int:
        return self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def _offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())


def _assigned(node: ast.AST) -> str:
    """Return the name that a statement of a module gives a value to."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return next((one.id for one in targets if isinstance(one, ast.Name)), "")


def _other(value: object) -> str:
    if isinstance(value, bool):
        return str(not value)
    if isinstance(value, int):
        return str(value + 1)
    return repr(value + 1.0) if isinstance(value, float) else ""


def _written(op: ast.AST) -> str:
    signs = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is", ast.IsNot: "is not"}
    signs |= {ast.In: "in", ast.NotIn: "not in", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//"}
    return (signs | {ast.And: "and", ast.Or: "or"})[type(op)]
