"""One question, one answer: pages and commands ask the same functions, and pages neither work anything out nor draw tables by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from opened import open_page
from printed import unlabelled

from hotspots.cli.main import main
from hotspots.drawing import exports
from hotspots.questions.restricted import Asked, Question
from hotspots.study.selection import Selection
from hotspots.views.answer import Answer
from hotspots.words import words_for

PACKAGE = Path(__file__).resolve().parent.parent / "hotspots"
RESTRICTED = PACKAGE / "dashboard" / "restricted"
DRAWN = sorted(path for folder in ("pages", "parts") for path in (RESTRICTED / folder).glob("*.py"))
WORKED_OUT = {"agg", "aggregate", "cumsum", "diff", "groupby", "mean", "median", "pivot_table", "quantile", "rolling", "std", "sum", "var"}
WORKED_OUT |= {"value_counts", "crosstab", "pct_change", "corr", "cumprod", "prod", "rank", "transform"}


def arithmetic(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Find what works numbers out: numpy, adding up and averaging, division and multiplication but by a unit of measure."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {name.name for name in node.names} | {getattr(node, "module", None) or ""}
            found = any(name.split(".")[0] in {"numpy", "scipy", "statistics"} for name in names)
        elif isinstance(node, ast.Call):
            found = node.func.attr in WORKED_OUT if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "") == "sum"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mult | ast.Pow):
            found = not any(isinstance(side, ast.Constant) for side in (node.left, node.right))
        else:
            continue
        if found:
            yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_pages_work_nothing_out(path):
    assert list(arithmetic(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    [
        "rows.insert(0, (name, float(mean.mean())))",  # the mean of five years that a page once made
        "shares = [none / n for n, none in rows]",
        "table = off.groupby(years).size()",
        "gap = counts.astype(float).diff()",
        "import numpy as np",
        "from hotspots.inference import intervals, numpy",
        "rate = per * killed",
        "total = sum(table['count'])",
    ],
)
def test_arithmetic_would_be_found(line):
    assert list(arithmetic(ast.parse(line)))


def test_tables_are_drawn_in_one_place():
    found = {
        (str(path.relative_to(RESTRICTED)), node.attr)
        for path in RESTRICTED.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and (node.attr in {"dataframe", "data_editor"} or (node.attr == "table" and ast.unparse(node.value) == "paper"))
    }
    assert found == {("parts/tables.py", "table")}  # on screen and on paper


def test_each_question_has_a_name_of_its_own():
    found = [one.name for one in questions().values()]
    assert len(found) == len(set(found)) > 30


def questions() -> dict[str, Question[..., Any]]:
    """Return all questions by the place where they stand."""
    from importlib import import_module

    modules = [import_module(f"hotspots.questions.restricted.{path.stem}") for path in (PACKAGE / "questions/restricted").glob("*.py")]
    return {
        f"{module.__name__}.{name}": one
        for module in modules
        for name, one in vars(module).items()
        if isinstance(one, Question) and one.ask.__module__ == module.__name__
    }


def test_what_may_take_long_in_a_large_city_is_asked_of_a_process_of_its_own():
    rooms = "hotspots.questions.restricted."
    long = {name.removeprefix(rooms) for name, one in questions().items() if one.long}
    assert long == {"clusters.space_time", "repeats.drawn", "repeats.pairs"}


# what a page and a command say is the same Answer

Key = tuple[str, Selection, tuple[Any, ...], tuple[tuple[str, Any], ...]]


@pytest.fixture
def heard(monkeypatch) -> dict[Key, Any]:
    """Return what was answered since: by question, by the choices that it read, and by what else it was told."""
    found: dict[Key, Any] = {}
    ask = Asked.ask

    def listening(asked: Asked, question: Question[..., Any], /, *told: Any, **named: Any) -> Any:
        answer = ask(asked, question, *told, **named)
        read = question.reads(asked.at(unit=asked.unit, version=asked.city.version, city=asked.city.slug, content="").selection)
        found[(question.name, read, told, tuple(sorted(named.items())))] = answer
        return answer

    monkeypatch.setattr(Asked, "ask", listening)
    return found


FILTERED = {"page": {"from": "2018-01-01", "weapon": "firearm"}, "command": ["--start", "2018-01-01", "--where", "weapon=firearm"]}
ASKED = [
    ("trends", ["table", "CITY", "months"], "when.months"),
    ("trends", ["table", "CITY", "years"], "when.years"),
    ("trends", ["table", "CITY", "weeks"], "when.weeks"),
    ("trends", ["table", "CITY", "year-so-far"], "when.year_so_far"),
    ("trends", ["table", "CITY", "seasons"], "when.seasons"),
    ("trends", ["table", "CITY", "ahead"], "ahead.months_ahead"),
    ("people", ["table", "CITY", "people"], "who.people"),
    ("people", ["table", "CITY", "people-by-year"], "who.people_by_year"),
    ("compare", ["table", "CITY", "compare"], "where.compared"),
    ("concentration", ["table", "CITY", "concentration"], "concentration.against_chance"),
]


@pytest.mark.cases(6)
@pytest.mark.parametrize("filtered", [False, True], ids=["all", "filtered"])
@pytest.mark.parametrize(("page", "command", "name"), ASKED, ids=[name for *_, name in ASKED])
def test_a_page_and_a_command_hold_the_same_answer(city, heard, capsys, page, command, name, filtered):
    app = open_page(page, lang="es", unit="blocks", **(FILTERED["page"] if filtered else {}))
    assert not app.exception
    shown = {key: one for key, one in heard.items() if key[0] == f"hotspots.questions.restricted.{name}"}
    heard.clear()
    arguments = [city.slug if part == "CITY" else part for part in command]
    assert main([*arguments, "--unit", "blocks", *(FILTERED["command"] if filtered else [])]) == 0
    (key,) = [key for key in heard if key[0] == f"hotspots.questions.restricted.{name}"]
    one, other = shown[key], heard[key]
    same(one, other)
    assert unlabelled(capsys.readouterr().out) == exports.csv(one.table())


def same(one: Answer[Any], other: Answer[Any]) -> None:
    """Hold two answers to each other: all that stands beside a result, its rows, and its sentence in both languages."""
    assert (one.n, one.period, one.source, one.interval, one.warnings) == (
        other.n,
        other.period,
        other.source,
        other.interval,
        other.warnings,
    )
    pd.testing.assert_frame_equal(one.table(), other.table())
    for language in ("en", "es"):
        assert one.sentence(words_for(language)) == other.sentence(words_for(language))
